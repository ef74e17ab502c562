"""The whole twin in one file: layers, history, sources, rejects, runs and scores, and the rasters beside the store.

The file is a tar of PostgreSQL's own dump and of the rasters. Restoring is one transaction: it succeeds, or the store
is as it was.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg

from twin.database.connect import connect, dsn_of_store
from twin.database.installation import find_bin
from twin.database.queries import query
from twin.errors import BackupError
from twin.settings import settings

DUMP = "twin.dump"
RASTERS = "rasters"
SCHEMAS = ("layer", "history", "staging", "twin", "plain")


def rasters_folder() -> Path:
    """Where the rasters of this store lie."""
    return settings().home.resolve() / RASTERS


def backup(path: Path) -> int:
    """Write the twin into a file; its size in bytes. A file of that name is replaced at the end.

    Raises:
        BackupError: PostgreSQL's ``pg_dump`` is missing or fails, or the file cannot be written there.
    """
    half = path.with_name(f".{path.name}.half")
    with tempfile.TemporaryDirectory(prefix="twin-backup-") as name:
        dump = Path(name) / DUMP
        chosen = [f"--schema={schema}" for schema in SCHEMAS]
        # Unlogged tables hold what is made again, and what they have seen is not that of another server.
        _run("pg_dump", "--format=custom", "--no-owner", "--no-unlogged-table-data", f"--file={dump}", *chosen)
        try:
            with tarfile.open(half, "w") as archive:
                archive.add(dump, DUMP)
                if rasters_folder().is_dir():
                    archive.add(rasters_folder(), RASTERS)
            half.replace(path)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise BackupError(f"{path} cannot be written: {error}. Name a folder that is there and has room") from error
    return path.stat().st_size


def restore(path: Path) -> None:
    """Make the store what it was when the file was written; all that it holds now is replaced.

    Raises:
        BackupError: not a backup of ours, or PostgreSQL's ``pg_restore`` refuses it; the store is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="twin-restore-") as name:
        folder = Path(name)
        try:
            with tarfile.open(path) as archive:
                archive.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise BackupError(f"{path}: not a backup that `twin backup` wrote: {error}") from error
        dump = folder / DUMP
        if not dump.is_file():
            raise BackupError(f"{path}: not a backup that `twin backup` wrote: it holds no {DUMP}")
        statements = folder / "restore.sql"
        _run("pg_restore", "--no-owner", f"--file={statements}", str(dump))
        _replace(statements)
        if (folder / RASTERS).is_dir():
            shutil.rmtree(rasters_folder(), ignore_errors=True)
            shutil.copytree(folder / RASTERS, rasters_folder())


def _replace(statements: Path) -> None:
    script = statements.with_name("all.sql")
    with connect(program="twin restore") as connection, script.open("w", encoding="utf-8") as whole:
        whole.write(query("drop_everything").as_string(connection) + ";\n")
        whole.write(statements.read_text(encoding="utf-8"))
    _run("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={script}")


def _run(program: str, *arguments: str) -> None:
    found = find_bin()
    executable = str(found / program) if found else shutil.which(program)
    if not executable:
        raise BackupError(f"{program} is missing; install PostgreSQL's client programs")
    parts = psycopg.conninfo.conninfo_to_dict(dsn_of_store())
    password = str(parts.pop("password", "") or "")
    target = psycopg.conninfo.make_conninfo("", **{name: str(value) for name, value in parts.items()})
    environment = {**os.environ, "PGPASSWORD": password, "PGOPTIONS": "--client-min-messages=warning"}
    database = [] if program == "pg_restore" else [f"--dbname={target}"]
    command = [executable, *database, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-600:]}")
