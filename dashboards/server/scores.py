"""``/scores/{run}/{goal}.json``: what colours the zones of a goal, and what is said when one is pointed at."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from dashboards.figures import Figures
from dashboards.targets import GoalWords, goal_words
from dashboards.words import words
from twin.database.connect import Connection, Row
from twin.database.published import Run, read_run, zone_scores
from twin.database.store import Store
from twin.errors import StoreNotReady, UnknownName

Lang = Annotated[str, Query()]
Tag = Annotated[str, Header()]


def scores_router(store: Store) -> APIRouter:
    """The route of the scores."""
    router = APIRouter()

    @router.get("/scores/{run}/{goal}.json", response_class=Response)
    def scores(run: int, goal: str, lang: Lang = "en", if_none_match: Tag = "") -> Response:
        """By zone: class (0 no data, 1 far below … 6 above), and the lines of its hover card."""
        with store.read() as connection:
            spoken = goal_words(asked_run(connection, run), goal, Figures(words(lang)))
            rows = zone_scores(connection, run, goal)
        return json_answer({"run": run, "goal": goal, "zones": lines_by_zone(rows, spoken)}, if_none_match)

    return router


def asked_run(connection: Connection, run: int) -> Run:
    """The newest finished run, if it is the one that is asked for.

    Raises:
        StoreNotReady: there is none yet.
        UnknownName: another run is the newest by now.
    """
    latest = read_run(connection)
    if latest is None:
        raise StoreNotReady("nothing is scored yet. Run `twin score`.")
    if latest.id != run:
        raise UnknownName("run", str(run), [str(latest.id)])
    return latest


def lines_by_zone(rows: list[Row], spoken: GoalWords) -> dict[str, list[Any]]:
    """For each zone ``[class, name, value of target, residents]``."""
    return {row["zone"]: [row["class"], *_lines(row, spoken)] for row in rows}


def named(row: Row) -> str:
    """A zone's code, with its name where it has one."""
    return f"{row['zone']}, {row['name']}" if row["name"] else str(row["zone"])


def _lines(row: Row, spoken: GoalWords) -> list[str]:
    say = spoken.figures.words
    second = say("legend.no_data") if row["value"] is None else spoken.line(row["value"])
    people = row["population"]
    third = [] if people is None else [say("zone.residents", people=spoken.figures.people(people))]
    return [named(row), second, *third]


def json_answer(content: object, if_none_match: str) -> Response:
    """JSON with an ETag of its content; 304 where the reader has it already."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
