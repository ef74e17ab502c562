"""``/tiles/{layer}/{z}/{x}/{y}.mvt``: vector tiles of every layer that has a geometry.

A tile comes from this server's memory, from the store, where every server finds what one of them has made, or is made.
What a version holds never changes, so whoever asks for a version that is known here is answered without the store.
"""

from __future__ import annotations

import gzip
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Header, Path, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.background import BackgroundTask

from dashboards.server.memory import Memory
from dashboards.server.metrics import TILE_SECONDS, TILES
from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.published import ZONE_LAYER, read_city
from twin.database.store import Store
from twin.database.tiles import Frames, Made, Place, keep_tile, layer_version, make_tile, may_hold_rows, tile_kept
from twin.discover import discover
from twin.errors import StoreNotReady, UnknownName

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
REMEMBERED = 4096
DEEPEST = 22
WORTH_KEEPING_S = 0.008
"""What took less to make is made again rather than kept in the store."""

Zoom = Annotated[int, Path(ge=0, le=DEEPEST)]
Cell = Annotated[int, Path(ge=0, lt=2**DEEPEST)]


class Tile(NamedTuple):
    """A tile, gzipped, with its version; ``made`` where it is worth keeping."""

    body: bytes
    version: str
    made: Made | None = None


def drawn_layers() -> dict[str, Layer]:
    """Layers that can be drawn, by id."""
    return {name: layer for name, layer in discover("layers", Layer).items() if layer.has_geometry}


class Tiles:
    """Finds or makes tiles; safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        """Remember none yet."""
        self._store = store
        self._remembered: Memory[bytes] = Memory(REMEMBERED)
        self._frames = Frames()
        self._srid = 0

    def known(self, layer: str, version: str, place: Place) -> bytes | None:
        """A tile of that version, where it is remembered."""
        return self._remembered.peek((layer, version, place))

    def find(self, layer: Layer, place: Place, known: str) -> Tile:
        """The newest tile; without its body where its version is the one that the asker has.

        Raises:
            StoreNotReady: nothing is loaded.
        """
        with self._store.read() as connection:
            srid = self._srid_of(connection)
            if not may_hold_rows(layer, srid, place):
                return Tile(b"", layer_version(connection, layer.id))
            frame = self._frames.of(connection, srid, place)
            state = tile_kept(connection, layer, srid, place, frame)
            if state.srid != srid:
                # The store holds another city than before.
                self._srid = 0
                return self.find(layer, place, known)
            if tag_of(layer.id, state.version) == known:
                return self._counted("unchanged", place, Tile(b"", state.version))
            remembered = self.known(layer.id, state.version, place)
            if remembered is not None:
                return self._counted("memory", place, Tile(remembered, state.version))
            if state.body is not None:
                return self._counted("stored", place, self._remember(layer, place, Tile(state.body, state.version)))
            made = make_tile(connection, layer, srid, place, frame, whole=layer.id == ZONE_LAYER)
        TILE_SECONDS.labels(zoom=str(place[0])).observe(made.seconds)
        kept = made if made.seconds >= WORTH_KEEPING_S else None
        return self._counted("live", place, self._remember(layer, place, Tile(made.body, made.version, kept)))

    def keep(self, layer: Layer, place: Place, made: Made) -> None:
        """Keep a tile in the store, after it was sent."""
        with self._store.read() as connection:
            keep_tile(connection, layer, self._srid, place, made)

    def _srid_of(self, connection: Connection) -> int:
        if not self._srid:
            city = read_city(connection)
            if city is None:
                raise StoreNotReady("nothing is loaded yet. Run `twin load`.")
            self._srid = city.srid
        return self._srid

    def _remember(self, layer: Layer, place: Place, tile: Tile) -> Tile:
        self._remembered.put((layer.id, tile.version, place), tile.body)
        return tile

    @staticmethod
    def _counted(way: str, place: Place, tile: Tile) -> Tile:
        TILES.labels(zoom=str(place[0]), way=way).inc()
        return tile


def tiles_router(store: Store) -> APIRouter:
    """The route of the tiles, with a memory of those encoded before."""
    router = APIRouter()
    tiles = Tiles(store)
    known = drawn_layers()

    @router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response)
    async def tile(
        layer: str,
        z: Zoom,
        x: Cell,
        y: Cell,
        v: Annotated[str, Query(description="Version of the layer that is asked for.")] = "",
        if_none_match: Annotated[str, Header()] = "",
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        """One tile (MVT, extent 4096, meant for 512 px); 204 where nothing lies in it."""
        if layer not in known:
            raise UnknownName("layer", layer, known)
        place, gzipped = (z, x, y), "gzip" in accept_encoding
        if v and if_none_match == tag_of(layer, v):
            TILES.labels(zoom=str(z), way="unchanged").inc()
            return Response(status_code=304, headers=tile_headers(layer, v, v))
        body = tiles.known(layer, v, place) if v else None
        if body is not None:
            TILES.labels(zoom=str(z), way="memory").inc()
            return packed_answer(body, tile_headers(layer, v, v), gzipped)
        found = await run_in_threadpool(tiles.find, known[layer], place, if_none_match)
        headers = tile_headers(layer, found.version, v)
        if if_none_match == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        answer = packed_answer(found.body, headers, gzipped)
        if found.made is not None:
            answer.background = BackgroundTask(tiles.keep, known[layer], place, found.made)
        return answer

    return router


def tag_of(layer: str, version: str) -> str:
    """The entity tag of a version's tiles."""
    return f'"{layer}-{version}"'


def tile_headers(layer: str, version: str, asked: str) -> dict[str, str]:
    """Headers of a tile: kept for ever under the version that it has, asked for again under any other."""
    lasting = "max-age=31536000, immutable" if asked == version else "no-cache"
    return {"ETag": tag_of(layer, version), "Cache-Control": lasting, "Vary": "Accept-Encoding"}


def packed_answer(packed: bytes, headers: dict[str, str], gzipped: bool) -> Response:
    """A gzipped tile as an answer, unpacked for who cannot."""
    if not packed:
        return Response(status_code=204, headers=headers)
    if not gzipped:
        return Response(gzip.decompress(packed), media_type=MEDIA_TYPE, headers=headers)
    return Response(packed, media_type=MEDIA_TYPE, headers={**headers, "Content-Encoding": "gzip"})
