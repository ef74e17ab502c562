"""``/messiness/{run}/{goal}.json``: the messiness of each zone, and what is said when one is pointed at."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from dashboards.figures import Figures
from dashboards.forms import interval_words, reason_words
from dashboards.lenses.messiness import BOUNDS
from dashboards.server.scores import Lang, Tag, asked_run, json_answer, named
from dashboards.words import words
from twin.database.connect import Row
from twin.database.published import zone_forms
from twin.database.store import Store


def messiness_router(store: Store) -> APIRouter:
    """The route of messiness; it does not depend on the goal, which only stands in the address of every lens."""
    router = APIRouter()

    @router.get("/messiness/{run}/{goal}.json", response_class=Response)
    def messiness(run: int, goal: str, lang: Lang = "en", if_none_match: Tag = "") -> Response:
        """By zone: class (0 not measured, 1 planned … 5 unplanned), and the lines of its hover card."""
        figures = Figures(words(lang))
        with store.read() as connection:
            asked_run(connection, run)
            rows = zone_forms(connection, run, BOUNDS)
        zones = {row["zone"]: [row["class"], named(row), *_lines(row, figures)] for row in rows}
        return json_answer({"run": run, "goal": goal, "zones": zones}, if_none_match)

    return router


def _lines(row: Row, figures: Figures) -> list[str]:
    if row["value"] is None:
        return [reason_words(row["reason"], figures.words)]
    return [
        interval_words(row, figures),
        figures.words("messiness.buildings", count=figures.count(row["n"]), n=row["n"]),
    ]
