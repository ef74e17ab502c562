"""Pages of a WFS (2.0), as GeoJSON where the server offers it, else as GML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

from pipelines.readers._http import fetch
from pipelines.readers._whole import check_count
from twin.errors import RecipeError, SourceUnreadable, UnknownName

PAGE_ROWS = 1_000
JSON_FORMATS = ("application/json", "application/geo+json", "geojson", "json")
OWN_KEYS = {"service", "version", "request", "typenames", "typename", "count", "startindex", "outputformat"}
XML = "application/xml, text/xml;q=0.9"

_MATCHED = re.compile(rb'numberMatched="(\d+)"')
_RETURNED = re.compile(rb'numberReturned="(\d+)"')
_TIME = re.compile(rb' timeStamp="[^"]*"')


def pages(url: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Ending and content of each page, without times of day.

    Args:
        url: address of the WFS, with or without its query.
        name: feature type; may be empty where there is one only.

    Raises:
        SourceUnreadable: the service does not answer, or not as the standard says.
        RecipeError: there are several feature types and none is named.
        UnknownName: there is no such feature type.
    """
    kind, output = _chosen(url, name)
    read, promised, before = 0, -1, b""
    while promised < 0 or read < promised:
        raw = fetch(_question(url, _get_feature(kind, output, read)), "*/*")
        content, count, matched = _json_page(url, raw) if output else _gml_page(url, raw)
        if not count or content == before:
            break
        promised, before, read = max(promised, matched), content, read + count
        yield (".geojson" if output else ".gml"), content
        if matched < 0 and count < PAGE_ROWS:
            break
    check_count(url, promised, read)


def _get_feature(kind: str, output: str, start: int) -> dict[str, str]:
    question = {"request": "GetFeature", "typeNames": kind, "count": str(PAGE_ROWS), "startIndex": str(start)}
    return question | ({"outputFormat": output} if output else {})


def _question(url: str, more: dict[str, str]) -> str:
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key.lower() not in OWN_KEYS]
    query = urlencode([*kept, ("service", "WFS"), ("version", "2.0.0"), *more.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _chosen(url: str, wanted: str) -> tuple[str, str]:
    """Feature type, and the name of its JSON format (empty: GML)."""
    asked = _question(url, {"request": "GetCapabilities"})
    raw = fetch(asked, XML)
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise SourceUnreadable(f"{asked}: the answer is no XML ({error}); is it a WFS?") from error
    names = [str(each.text).strip() for each in root.iterfind(".//{*}FeatureType/{*}Name")]
    if not names:
        raise SourceUnreadable(f"{asked}: offers no feature type; is it a WFS 2.0?")
    short = {each.rpartition(":")[2]: each for each in names}
    kind = wanted if wanted in names else short.get(wanted, "")
    if wanted and not kind:
        raise UnknownName("feature type", wanted, names, url)
    if not wanted and len(names) > 1:
        raise RecipeError(f"{url}: offers {', '.join(names)}; name one as sublayer")
    formats = [
        str(value.text)
        for operation in root.iterfind(".//{*}Operation[@name='GetFeature']")
        for parameter in operation.iterfind("{*}Parameter[@name='outputFormat']")
        for value in parameter.iterfind(".//{*}Value")
    ]
    return kind or names[0], next((each for each in formats if each.lower().split(";")[0] in JSON_FORMATS), "")


def _json_page(url: str, raw: bytes) -> tuple[bytes, int, int]:
    try:
        page = json.loads(raw)
        features, matched = page["features"], page.get("numberMatched", page.get("totalFeatures", -1))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceUnreadable(f"{url}: the WFS answers no features but '{_start(raw)}'") from error
    plain = {name: page[name] for name in ("type", "crs", "features") if name in page}
    return json.dumps(plain, ensure_ascii=False).encode(), len(features), matched if isinstance(matched, int) else -1


def _gml_page(url: str, raw: bytes) -> tuple[bytes, int, int]:
    returned, matched = _RETURNED.search(raw), _MATCHED.search(raw)
    if returned is None:
        raise SourceUnreadable(f"{url}: the WFS answers no features but '{_start(raw)}'")
    return _TIME.sub(b"", raw), int(returned[1]), int(matched[1]) if matched else -1


def _start(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", errors="replace").split())[:200]
