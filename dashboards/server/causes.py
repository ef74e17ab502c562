"""``/causes/{run}/{goal}.json``: the cause of each zone's shortfall, and what is said when one is pointed at."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from dashboards.causes import sureness
from dashboards.figures import Figures
from dashboards.lenses.cause import FEW, MET, NONE, UNSURE
from dashboards.server.scores import Lang, Tag, asked_run, json_answer, named
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.connect import Row
from twin.database.published import zone_causes
from twin.database.store import Store


def causes_router(store: Store) -> APIRouter:
    """The route of the causes."""
    router = APIRouter()

    @router.get("/causes/{run}/{goal}.json", response_class=Response)
    def causes(run: int, goal: str, lang: Lang = "en", if_none_match: Tag = "") -> Response:
        """By zone: class (a cause, ``unsure``, ``few``, ``met``, ``none``), and the lines of its hover card."""
        with store.read() as connection:
            spoken = goal_words(asked_run(connection, run), goal, Figures(words(lang)))
            rows = zone_causes(connection, run, goal)
        zones = {row["zone"]: [row["class"], named(row), *_lines(row, spoken)] for row in rows}
        return json_answer({"run": run, "goal": goal, "zones": zones}, if_none_match)

    return router


def _lines(row: Row, spoken: GoalWords) -> list[str]:
    say = spoken.figures.words
    if row["class"] == NONE:
        return [say("legend.no_data")]
    return [spoken.line(row["value"]), _cause(row, spoken)]


def _cause(row: Row, spoken: GoalWords) -> str:
    say = spoken.figures.words
    if row["class"] in (MET, FEW):
        return say(f"cause.{row['class']}")
    sure = spoken.figures.share(row["confidence"])
    if row["class"] == UNSURE:
        return say("cause.line_unsure", cause=say(f"cause.{row['cause']}"), confidence=sure)
    level = say(f"cause.{sureness(row['confidence'])}")
    return say("cause.line", cause=say(f"cause.{row['cause']}"), level=level, confidence=sure)
