"""Work that nobody waits for at a screen: recomputes after edits and by schedule, and the sweep of lost jobs."""
