"""The view in the URL, both ways: what stands after ``?`` opens the same view for a colleague.

``assets/view.js`` writes the same form in the browser; a browser test holds the two together.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboards.words import LANGUAGES

FIRST_LENS = "attainment"
THEMES = ("", "light", "dark")
ZOOMS = (6, 19)
EDITED = re.compile(r"[a-z][a-z0-9_]{0,62}(\.\d{1,18})?")


@dataclass(frozen=True)
class View:
    """What a page shows.

    ``layers`` None is as the layers' declarations say. ``only`` names classes of the legend; empty shows all.
    ``theme`` "" is the reader's own. ``at`` is latitude, longitude and zoom of the map; None shows the whole city.
    ``edit`` is the layer that is edited, and the id of the row that is open, as in ``building.42``.
    """

    goal: str = ""
    lens: str = FIRST_LENS
    zone: str = ""
    layers: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()
    lang: str = LANGUAGES[0]
    theme: str = ""
    at: tuple[float, float, int] | None = None
    edit: str = ""

    def as_json(self) -> dict[str, Any]:
        """The view as the browser keeps it."""
        return {**asdict(self), "first_lens": FIRST_LENS}


def to_query(view: View) -> str:
    """The part of the URL from ``?`` on; "" for the plain view."""
    parts: dict[str, str] = {}
    if view.goal:
        parts["goal"] = view.goal
    if view.lens != FIRST_LENS:
        parts["lens"] = view.lens
    if view.zone:
        parts["zone"] = view.zone
    if view.layers is not None:
        parts["layers"] = ",".join(sorted(view.layers))
    if view.only:
        parts["only"] = ",".join(sorted(view.only))
    if view.lang != LANGUAGES[0]:
        parts["lang"] = view.lang
    if view.theme:
        parts["theme"] = view.theme
    if view.at:
        parts["at"] = ",".join(f"{number:g}" if number == int(number) else repr(number) for number in view.at)
    if view.edit:
        parts["edit"] = view.edit
    return f"?{urlencode(parts, safe=',')}" if parts else ""


def from_query(query: str) -> View:
    """The view that a URL asks for; what cannot be read is left at its default."""
    given = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    lang, theme = given.get("lang", ""), given.get("theme", "")
    return View(
        goal=given.get("goal", ""),
        lens=given.get("lens") or FIRST_LENS,
        zone=given.get("zone", ""),
        layers=_names(given["layers"]) if "layers" in given else None,
        only=_names(given.get("only", "")),
        lang=lang if lang in LANGUAGES else LANGUAGES[0],
        theme=theme if theme in THEMES else "",
        at=_place(given.get("at", "")),
        edit=given.get("edit", "") if EDITED.fullmatch(given.get("edit", "")) else "",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name for name in text.split(",") if name}))


def _place(text: str) -> tuple[float, float, int] | None:
    parts = text.split(",")
    try:
        latitude, longitude, zoom = (float(part) for part in parts)
    except ValueError:
        return None
    fits = abs(latitude) <= 85 and abs(longitude) <= 180 and ZOOMS[0] <= zoom <= ZOOMS[1]
    return (latitude, longitude, round(zoom)) if fits and math.isfinite(zoom) else None
