"""Sections of ``pg_service.conf`` for people who come with QGIS or psql: without a password, under their own name."""

from __future__ import annotations

import socket

import psycopg

from twin.database.cluster import DATABASE
from twin.database.connect import cluster, dsn_of_store
from twin.settings import address_of, settings

YOUR_NAME = "YOUR_NAME"
KEPT = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert")
"""What a section takes over from ``TWIN_DSN``: never a name or a password."""


def section_here(service: str) -> str:
    """The section for this machine: the private cluster's socket, or the server of ``TWIN_DSN``.

    Raises:
        StoreNotReady: there is no private cluster yet.
    """
    if settings().is_private:
        return _section(service, {"host": str(cluster().socket), "dbname": DATABASE})
    told = psycopg.conninfo.conninfo_to_dict(dsn_of_store())
    return _section(service, {name: str(told[name]) for name in KEPT if told.get(name)})


def section_elsewhere(service: str) -> str:
    """The section for other machines; empty where the private cluster listens on no network."""
    if not settings().is_private:
        return section_here(service)
    if not settings().listen:
        return ""
    host, port = address_of(settings().listen)
    reached = socket.gethostname() if host in ("0.0.0.0", "::") else host
    # With channel binding the server proves that it knows the user's secret on this very line, so nobody can stand
    # between, although its certificate is signed by nobody.
    safe = {"sslmode": "require", "channel_binding": "require"}
    return _section(service, {"host": reached, "port": str(port), "dbname": DATABASE, **safe})


def _section(service: str, values: dict[str, str]) -> str:
    return "\n".join([f"[{service}]", *(f"{name}={value}" for name, value in values.items()), f"user={YOUR_NAME}"])
