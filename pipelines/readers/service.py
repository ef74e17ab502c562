"""Web services: OGC API Features and WFS, read page by page; an earlier copy serves when the service is down."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from pipelines.readers import _ogc_api, _wfs
from pipelines.readers._http import ServiceDown
from pipelines.readers._several import joined
from pipelines.readers._where import filtered
from pipelines.readers.reader import Contents, Reader
from pipelines.readers.vector import open_vector
from pipelines.recipe import Source
from twin.errors import SourceUnreadable
from twin.settings import settings

PART_ROWS = 1_000_000
"""More rows than a page has: rows of the nth page are numbered from (n - 1) times this."""


def copy_of(source: Source) -> Path:
    """The folder under TWIN_HOME that keeps what a service last answered."""
    name = hashlib.sha256(f"{source.path}\n{source.sublayer}".encode()).hexdigest()[:24]
    return settings().home / "cache" / "services" / name


def open_service(path: Path, source: Source) -> Contents:
    """Ask a service for all its features and keep them; where it is down, take what it last answered and say so.

    Args:
        path: the folder that keeps the answers (``copy_of``).
        source: its ``path`` is the address, ``sublayer`` the collection or feature type.

    Raises:
        SourceUnreadable: it does not answer and never did, or not as its standard says.
        RecipeError: it offers several tables and none is named, or ``where`` is not a filter that can be run.
        UnknownName: it has no such table.
    """
    notes: list[str] = []
    try:
        _keep(path, source)
    except ServiceDown as error:
        if not _stamp(path).is_file():
            raise SourceUnreadable(f"{error}; no earlier answer is kept") from error
        since = json.loads(_stamp(path).read_text(encoding="utf-8"))["asked_on"]
        notes.append(f"{error}; its answer of {since} was read")
    plain = source.model_copy(update={"where": "", "sublayer": ""})
    files = pages_in(path)
    if not files:
        raise SourceUnreadable(f"{source.path}: has no features")
    parts = [("", open_vector(file, plain)) for file in files]
    whole = joined(parts, lambda at, rows: rows + np.int64(at * PART_ROWS), notes)
    return filtered(whole, source.path, source.where)


def pages_in(path: Path) -> list[Path]:
    """The kept pages, in order."""
    return sorted(file for file in path.glob("page-*") if file.suffix in (".geojson", ".gml"))


def _stamp(path: Path) -> Path:
    return path.with_suffix(".json")


def _keep(path: Path, source: Source) -> None:
    """Fetch all pages beside the old ones, and put them in their place once they are complete."""
    fresh = path.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for number, (ending, content) in enumerate(_pages(source), 1):
        (fresh / f"page-{number:06d}{ending}").write_bytes(content)
    shutil.rmtree(path, ignore_errors=True)
    fresh.rename(path)
    stamp = {"url": source.path, "asked_on": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="minutes")}
    _stamp(path).write_text(json.dumps(stamp), encoding="utf-8")


def _pages(source: Source) -> Iterator[tuple[str, bytes]]:
    parts = urlsplit(source.path)
    query = {key.lower(): value for key, value in parse_qsl(parts.query)}
    is_wfs = query.get("service", "").upper() == "WFS" or parts.path.rstrip("/").lower().endswith("wfs")
    if is_wfs:
        return _wfs.pages(source.path, source.sublayer)
    return _ogc_api.pages(source.path, source.sublayer)


service = Reader(
    id="service",
    title="Web services (OGC API Features, WFS)",
    suffixes=(),
    open=open_service,
    doc=(
        "`path` is the address (http, https) of an OGC API Features service, or of a WFS (it ends in `wfs`, or its "
        "query says `service=WFS`); `sublayer` is the collection or feature type. All pages are read, a busy server is "
        "asked again, and the answer is kept: when the service is down, that is read and its date is told."
    ),
    schemes=("http", "https"),
)
