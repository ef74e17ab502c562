"""``/tiles/{layer}/{z}/{x}/{y}.mvt``: vector tiles of every layer that has a geometry."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import Response

from dashboards.server.memory import Memory
from layers.schema import Layer
from twin.database.published import ZONE_LAYER, read_city
from twin.database.store import Store
from twin.database.tiles import layer_tile, layer_version
from twin.discover import discover
from twin.errors import StoreNotReady, UnknownName

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
KEPT = 4096
DEEPEST = 22

Zoom = Annotated[int, Path(ge=0, le=DEEPEST)]
Cell = Annotated[int, Path(ge=0, lt=2**DEEPEST)]


def drawn_layers() -> dict[str, Layer]:
    """Layers that can be drawn, by id."""
    return {name: layer for name, layer in discover("layers", Layer).items() if layer.has_geometry}


def tiles_router(store: Store) -> APIRouter:
    """The route of the tiles, with a memory of those encoded before."""
    router = APIRouter()
    kept: Memory[bytes] = Memory(KEPT)

    @router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response)
    def tile(
        layer: str,
        z: Zoom,
        x: Cell,
        y: Cell,
        v: Annotated[str, Query(description="Version of the layer that is asked for.")] = "",
        if_none_match: Annotated[str, Header()] = "",
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        """One tile (MVT, extent 4096, meant for 512 px); 204 where nothing lies in it."""
        known = drawn_layers()
        if layer not in known:
            raise UnknownName("layer", layer, known)
        with store.read() as connection:
            city = read_city(connection)
            if city is None:
                raise StoreNotReady("nothing is loaded yet. Run `twin load`.")
            version = layer_version(connection, layer)
            headers = tile_headers(layer, version, v)
            if if_none_match == headers["ETag"]:
                return Response(status_code=304, headers=headers)
            packed = kept.get(
                (layer, version, z, x, y),
                lambda: layer_tile(connection, known[layer], city.srid, (z, x, y), whole=layer == ZONE_LAYER),
            )
        return packed_answer(packed, headers, "gzip" in accept_encoding)

    return router


def tile_headers(layer: str, version: str, asked: str) -> dict[str, str]:
    """Headers of a tile: kept for ever under the version that it has, asked for again under any other."""
    lasting = "max-age=31536000, immutable" if asked == version else "no-cache"
    return {"ETag": f'"{layer}-{version}"', "Cache-Control": lasting, "Vary": "Accept-Encoding"}


def packed_answer(packed: bytes, headers: dict[str, str], gzipped: bool) -> Response:
    """A gzipped tile as an answer, unpacked for who cannot."""
    if not packed:
        return Response(status_code=204, headers=headers)
    if not gzipped:
        return Response(gzip.decompress(packed), media_type=MEDIA_TYPE, headers=headers)
    return Response(packed, media_type=MEDIA_TYPE, headers={**headers, "Content-Encoding": "gzip"})
