"""``/edit/…``: rows by place and by key, their forms, saving, history, the changes of today, undoing.

Looking needs no sign-in (unless all reading does); what changes something, and who did what, is for editors.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from dashboards.server.edit_answers import edit_answer, row_answer, saved_answer, undone_answer
from dashboards.server.edit_forms import form_of
from dashboards.server.edit_given import given_changes, given_json, given_number
from dashboards.server.scores import Lang, json_answer
from dashboards.server.sign_in import signed_in
from dashboards.words import words
from layers.schema import Layer
from twin.database.edits import Change, find_row, read_row, save
from twin.database.history import Edit, changes_of, history_of
from twin.database.pointed import layers_made, nearest_row, rows_beside, rows_placed
from twin.database.store import Store
from twin.database.undo import undo_edit
from twin.database.users import Role, User
from twin.discover import discover
from twin.errors import UnknownName

Editor = Annotated[User, Depends(signed_in(Role.EDITOR))]
Id = Annotated[int, Path(ge=0, lt=2**63)]
Latitude = Annotated[float, Query(ge=-90, le=90)]
Longitude = Annotated[float, Query(ge=-180, le=180)]
Metres = Annotated[float, Query(ge=0, le=2000, description="How far around is looked.")]

NO_STORE = {"Cache-Control": "no-store"}
MOST_LISTED = 200
"""Edits of today that are listed; of more only the number."""


def edit_layers() -> Mapping[str, Layer]:
    """Every layer that has rows to edit, those without a place on the map too."""
    return discover("layers", Layer)


def asked_layer(layer: str) -> Layer:
    """The layer that an address names.

    Raises:
        UnknownName: there is none of that name.
    """
    known = edit_layers()
    if layer not in known:
        raise UnknownName("layer", layer, known)
    return known[layer]


Asked = Annotated[Layer, Depends(asked_layer)]


def edit_router(store: Store) -> APIRouter:
    """The routes of the edit page; those that two segments name come before those of a layer."""
    router = APIRouter()
    _add_reading(router, store)
    _add_editing(router, store)
    return router


def _add_reading(router: APIRouter, store: Store) -> None:
    @router.get("/edit/forms.json", response_class=Response)
    def forms(lang: Lang = "en") -> Response:
        """The form of every layer, by id."""
        say = words(lang)
        return json_answer({name: form_of(layer, say) for name, layer in edit_layers().items()}, "")

    @router.get("/edit/{layer}/near", response_class=Response)
    def near(layer: Asked, lat: Latitude, lon: Longitude, within: Metres = 10.0) -> Response:
        """Id of the row under a click, or the nearest within some metres; ``null`` where there is none."""
        with store.read() as connection:
            found = nearest_row(connection, layer, lon, lat, within) if layer.has_geometry else None
        return _told({"id": found[0], "metres": found[1]} if found else {"id": None})

    @router.get("/edit/{layer}/beside.json", response_class=Response)
    def beside(layer: Asked, lat: Latitude, lon: Longitude, within: Metres = 200.0) -> Response:
        """The exact shapes of the nearest rows, by id, for a drawing to snap to."""
        with store.read() as connection:
            return _told(rows_beside(connection, layer, lon, lat, within) if layer.has_geometry else {})

    @router.get("/edit/{layer}/row.json", response_class=Response)
    def by_key(layer: Asked, key: str) -> Response:
        """The row of a key."""
        with store.read() as connection:
            row = find_row(connection, layer, key.replace("\x00", ""))
        return _told(_known(row_answer(row), layer, key))

    @router.get("/edit/{layer}/{id}.json", response_class=Response)
    def row(layer: Asked, id: Id) -> Response:
        """A row with its version, as its form shows it."""
        with store.read() as connection:
            return _told(_known(row_answer(read_row(connection, layer, id)), layer, str(id)))


def _add_editing(router: APIRouter, store: Store) -> None:
    @router.get("/edit/changes.json", response_class=Response)
    def changes(user: Editor) -> Response:
        """What people changed by hand since midnight, newest first, with where it lies."""
        with store.act(user) as connection:
            layers = layers_made(connection, edit_layers())
            edits = changes_of(connection, layers, _midnight())[::-1]
            listed = edits[:MOST_LISTED]
            ids = _ids_by_layer(listed)
            places = {name: rows_placed(connection, layers[name], found) for name, found in ids.items()}
        told = [{**edit_answer(each), "mine": each.by == user.name} for each in listed]
        return _told({"changes": told, "count": len(edits), "places": places})

    @router.get("/edit/{layer}/{id}/history.json", response_class=Response)
    def history(layer: Asked, id: Id, user: Editor) -> Response:
        """Every edit of a row, the newest first."""
        with store.act(user) as connection:
            row = read_row(connection, layer, id)
            edits = history_of(connection, layer, row.key) if row else []
        if row is None:
            raise UnknownName("row", str(id), [], f"layer {layer.id}")
        return _told([edit_answer(each) for each in reversed(edits)])

    @router.post("/edit/undo", response_class=Response)
    async def undo(request: Request, user: Editor) -> Response:
        """Undo one edit, ``{layer, id, version}``, as a new edit."""
        given = await given_json(request)
        layer = asked_layer(str(given.get("layer")))
        return await run_in_threadpool(
            _undo, store, user, layer, given_number(given, "id"), given_number(given, "version")
        )

    @router.post("/edit/{layer}", response_class=Response)
    async def save_changes(layer: Asked, request: Request, user: Editor) -> Response:
        """Save changes of a layer's rows, all or none."""
        return await run_in_threadpool(_save, store, user, layer, given_changes(await given_json(request)))


def _save(store: Store, user: User, layer: Layer, changes: list[Change]) -> Response:
    with store.act(user) as connection:
        saved = save(connection, layer, changes)
    return _told(saved_answer(saved))


def _undo(store: Store, user: User, layer: Layer, id: int, version: int) -> Response:
    with store.act(user) as connection:
        undone = undo_edit(connection, layer, id, version)
    return _told(undone_answer(undone))


def _known(answer: dict[str, Any] | None, layer: Layer, name: str) -> dict[str, Any]:
    if answer is None:
        raise UnknownName("row", name, [], f"layer {layer.id}")
    return answer


def _ids_by_layer(edits: list[Edit]) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = defaultdict(list)
    for each in edits:
        ids[each.layer].append(each.id)
    return ids


def _midnight() -> datetime.datetime:
    return datetime.datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _told(content: object) -> Response:
    return JSONResponse(content, headers=NO_STORE)
