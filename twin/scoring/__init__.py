"""From values to goals: attainment, shortfall, distance to the target, people affected."""
