"""Planners as locust drives them: each looks at a screenful of tiles, waits a moment, and clicks a zone.

It is run by the Python that locust is installed in, which has no other part of the project; ``benchmarks.planners``
writes what there is to look at into the file that ``PLANNERS`` names.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

from locust import FastHttpUser, between, task  # type: ignore[import-not-found,unused-ignore]

SEEN = json.loads(Path(os.environ["PLANNERS"]).read_text())
SCREEN = 6
CALLBACKS = "/_dash-update-component"
CARD = {
    "output": "card.children",
    "outputs": {"id": "card", "property": "children"},
    "changedPropIds": ["zone.data"],
    "state": [{"id": "lang", "property": "data", "value": "en"}],
}


class Planner(FastHttpUser):  # type: ignore[misc,unused-ignore]
    """One planner with one connection."""

    wait_time = between(1, 3)
    concurrency = 1

    @task
    def look(self) -> None:
        """Tiles of a screen, then the card of a zone."""
        screen = SEEN["tiles"][random.randrange(len(SEEN["tiles"]))]
        at = random.randrange(len(screen) - SCREEN)
        for path in screen[at : at + SCREEN]:
            self.client.get(path, name="tile")
        self.wait()
        chosen = {"zone": random.choice(SEEN["zones"]), "goal": random.choice(SEEN["goals"]), "lens": ""}
        inputs = [{"id": name, "property": "data", "value": value} for name, value in chosen.items()]
        headers = {"Origin": self.host}
        self.client.post(CALLBACKS, json={**CARD, "inputs": inputs}, headers=headers, name="click")
