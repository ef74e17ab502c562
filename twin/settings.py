"""Every knob, each an environment variable (or a line of ``.env``) with a default."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from twin.errors import SettingError

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds ``twin/``, ``layers/`` and ``data/``."""


class Settings(BaseSettings):
    """Settings of one process; the environment wins over ``.env`` in the working folder, that over the default."""

    model_config = SettingsConfigDict(env_prefix="TWIN_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default=PROJECT / ".twin", description="Folder of the private PostGIS, cache and logs.")
    dsn: str = Field(default="", description="A PostGIS of your own, as postgresql://…, instead of the private one.")
    host: str = Field(default="127.0.0.1", description="Address that `twin serve` listens on.")
    port: int = Field(default=8050, ge=1, le=65535, description="Port that `twin serve` listens on.")
    workers: int = Field(default=0, ge=0, description="How many batches are computed at once; 0 = one a processor.")
    scheduler: str = Field(
        default="",
        description="Where batches are computed: threads (if empty), processes, dask, or tcp://… of a Dask scheduler.",
    )
    schedule: str = Field(default="", description="When `twin worker` computes every zone, as cron: 15 2 * * *.")
    batch: int = Field(default=128, ge=1, description="Zones a batch of a recompute.")
    log: Literal["", "text", "json"] = Field(
        default="", description="What programs say of their work on standard error: warnings if empty, text, json."
    )
    basemap: str = Field(
        default="", description="URL of raster tiles drawn under the city, {z}/{x}/{y}; none if empty."
    )
    listen: str = Field(
        default="", description="host:port where the private PostGIS also listens, for QGIS and psql; none if empty."
    )
    private: bool = Field(default=False, description="Reading asks for a sign-in too, as every change does.")

    @field_validator("listen")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            address_of(value)
        return value

    @property
    def asks_before_reading(self) -> bool:
        """Whether nothing is shown to whoever is not signed in: ``TWIN_PRIVATE``."""
        return self.private

    @property
    def is_private(self) -> bool:
        """Whether the twin keeps its own PostGIS under ``home``."""
        return not self.dsn


def address_of(listen: str) -> tuple[str, int]:
    """Host and port of ``host:port``; an IPv6 address stands in brackets.

    Raises:
        ValueError: it is none.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"'{listen}' is not host:port, such as 0.0.0.0:5433 or [::]:5433")
    if re.search(r"[\s,'\"]", host) or (":" in host) != (host[0] == "[" and host[-1] == "]"):
        raise ValueError(f"'{host}' is not one host; an IPv6 address stands in brackets")
    return host.strip("[]"), int(port)


SECRETS = frozenset({"dsn"})

PASSWORD = re.compile(r"(password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE)
"""A password in libpq's own form of a connection string, or in the query of a URL."""


def _masked(dsn: str) -> str:
    parts = urlsplit(dsn)
    if not parts.password:
        return PASSWORD.sub(r"\1***", dsn)
    user = f"{parts.username or ''}:***@{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    return PASSWORD.sub(r"\1***", urlunsplit(parts._replace(netloc=user)))


@functools.cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingError: a value that does not fit, named with its variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"TWIN_{str(first['loc'][0]).upper()}"
        raise SettingError(
            f"{name}: {first['msg']}. {Settings.model_fields[str(first['loc'][0])].description}"
        ) from None


def described() -> list[tuple[str, str, str]]:
    """Name, value and origin (``environment``, ``.env``, ``default``) of every setting; secrets are masked."""
    now = settings()
    rows = []
    for name in Settings.model_fields:
        variable = f"TWIN_{name.upper()}"
        value = str(getattr(now, name))
        origin = "environment" if variable in os.environ else ".env" if name in now.model_fields_set else "default"
        rows.append((variable, _masked(value) if name in SECRETS else value, origin))
    return rows
