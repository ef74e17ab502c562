"""``/healthz``: whether the server and its store answer, and which run is shown."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from twin.database.published import data_version, read_run
from twin.database.store import Store


def health_router(store: Store) -> APIRouter:
    """The route of the health check, which looks into the database."""
    router = APIRouter()

    @router.get("/healthz")
    def health() -> dict[str, Any]:
        """200 with the newest run and the version of the data, or 503."""
        with store.read() as connection:
            run = read_run(connection)
            return {"status": "ok", "run": run.id if run else None, "data": data_version(connection)}

    return router
