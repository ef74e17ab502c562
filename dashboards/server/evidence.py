"""``/evidence/{run}/{goal}/{zone}.json``: what is drawn on the map as evidence of a zone's cause."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from dashboards.evidence.collected import evidence_of
from dashboards.figures import Figures
from dashboards.server.scores import Lang, Tag, asked_run, json_answer
from dashboards.targets import goal_words
from dashboards.words import words
from twin.database.published import zone_facts
from twin.database.store import Store
from twin.errors import UnknownName


def evidence_router(store: Store) -> APIRouter:
    """The route of the evidence."""
    router = APIRouter()

    @router.get("/evidence/{run}/{goal}/{zone}.json", response_class=Response)
    def evidence(run: int, goal: str, zone: str, lang: Lang = "en", if_none_match: Tag = "") -> Response:
        """A GeoJSON collection in degrees, with the rows of its legend and its labels."""
        say = words(lang)
        with store.read() as connection:
            latest = asked_run(connection, run)
            goal_words(latest, goal, Figures(say))
            if zone_facts(connection, zone) is None:
                raise UnknownName("zone", zone, [])
            found = evidence_of(connection, latest, goal, zone, say)
        return json_answer(found, if_none_match)

    return router
