"""Pages of an OGC API Features collection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from pipelines.readers._http import fetch
from pipelines.readers._whole import check_count
from twin.errors import RecipeError, SourceUnreadable, UnknownName

PAGE_ROWS = 1_000
JSON = "application/geo+json, application/json;q=0.9"


def pages(url: str, collection: str) -> Iterator[tuple[str, bytes]]:
    """Ending and content of each page, as GeoJSON without times of day.

    Args:
        url: landing page of the service, or a collection, or its items.
        collection: id of the collection; may be empty where there is one only.

    Raises:
        SourceUnreadable: the service does not answer, or not as the standard says.
        RecipeError: there are several collections and none is named.
        UnknownName: there is no such collection.
    """
    following = _items(url, collection)
    seen: set[str] = set()
    read, promised = 0, -1
    while following:
        if following in seen:
            raise SourceUnreadable(f"{url}: the service leads in a circle: page {following} comes twice")
        seen.add(following)
        page = _json(following)
        if not isinstance(page.get("features"), list):
            raise SourceUnreadable(f"{following}: the answer has no features; is it an OGC API Features service?")
        promised = max(promised, int(page.get("numberMatched", -1)))
        read += len(page["features"])
        links = page.get("links", ())
        onward = next((each.get("href", "") for each in links if each.get("rel") == "next"), "")
        following = urljoin(following, onward) if onward and page["features"] else ""
        plain = {name: page[name] for name in ("type", "crs", "features") if name in page}
        yield ".geojson", json.dumps(plain, ensure_ascii=False).encode()
    check_count(url, promised, read)


def _items(url: str, collection: str) -> str:
    parts = urlsplit(url)
    head, found, tail = parts.path.partition("/collections")
    name = tail.strip("/").partition("/")[0]
    root = urlunsplit((parts.scheme, parts.netloc, head.rstrip("/"), "", ""))
    if not (found and name):
        name = _collection(f"{root}/collections?f=json", collection)
    elif collection and collection != name:
        raise RecipeError(f"{url}: the path names the collection {name}, sublayer names {collection}; give one")
    query = f"{parts.query}&" if parts.query and "f=" not in parts.query else ""
    return f"{root}/collections/{name}/items?{query}f=json&limit={PAGE_ROWS}"


def _collection(url: str, wanted: str) -> str:
    listed = _json(url).get("collections")
    if not isinstance(listed, list):
        raise SourceUnreadable(f"{url}: lists no collections; is it an OGC API Features service?")
    names = [str(each.get("id", "")) for each in listed]
    if wanted and wanted not in names:
        raise UnknownName("collection", wanted, names, url)
    if not wanted and len(names) != 1:
        raise RecipeError(f"{url}: offers {', '.join(names) or 'nothing'}; name one as sublayer")
    return wanted or names[0]


def _json(url: str) -> dict[str, Any]:
    raw = fetch(url, JSON)
    try:
        answer = json.loads(raw)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        start = raw[:40].decode("utf-8", errors="replace")
        raise SourceUnreadable(f"{url}: answers no JSON but '{start}'; is it an OGC API Features service?") from error
    if not isinstance(answer, dict):
        raise SourceUnreadable(f"{url}: answers no JSON object; is it an OGC API Features service?")
    return answer
