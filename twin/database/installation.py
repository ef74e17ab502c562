"""Finding, or installing, a PostgreSQL that has PostGIS."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from twin.errors import StoreNotInstalled

DEBIAN_PACKAGE = "postgresql-15-postgis-3"

WAYS_OUT = f"""\
PostgreSQL with PostGIS was not found on this machine. One of three ways:
  1. install it:            sudo apt-get install --no-install-recommends {DEBIAN_PACKAGE}
                            (another system: any PostgreSQL from 14 on with PostGIS from 3.3 on)
  2. use a server you have: TWIN_DSN=postgresql://user:password@host/database make run
  3. use containers:        docker compose up"""


def find_bin() -> Path | None:
    """The ``bin`` folder of the newest PostgreSQL whose share folder holds PostGIS; None where there is none.

    Found by the share folder, never by ``which initdb``: a server without PostGIS may stand first in PATH.
    """
    roots = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    on_path = shutil.which("pg_config")
    if on_path:
        printed = subprocess.run([on_path, "--bindir"], capture_output=True, text=True, check=True)
        roots.append(Path(printed.stdout.strip()))
    fit = [folder for folder in roots if (folder / "initdb").exists() and _has_postgis(folder)]
    return max(fit, key=_major, default=None)


def _share(folder: Path) -> Path:
    printed = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    if printed.returncode == 0:
        return Path(printed.stdout.strip())
    return Path("/usr/share/postgresql") / folder.parent.name


def _has_postgis(folder: Path) -> bool:
    return (_share(folder) / "extension" / "postgis.control").exists()


def _major(folder: Path) -> int:
    printed = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(printed.stdout.split()[2].split(".")[0])


def install(say: Callable[[str], None]) -> Path:
    """The ``bin`` folder, after installing Debian's package where it is missing and we may.

    Args:
        say: told, in one line, what is being installed.

    Raises:
        StoreNotInstalled: not there, and neither root nor password-less sudo to install it: names the ways out.
    """
    found = find_bin()
    if found:
        return found
    prefix = _privilege()
    if prefix is None or not shutil.which("apt-get"):
        raise StoreNotInstalled(WAYS_OUT)
    say(f"installing {DEBIAN_PACKAGE} (once)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", DEBIAN_PACKAGE]):
        done = subprocess.run([*prefix, "apt-get", *step], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StoreNotInstalled(f"apt-get {step[0]} failed: {done.stderr.strip()[-400:]}\n{WAYS_OUT}")
    found = find_bin()
    if not found:
        raise StoreNotInstalled(WAYS_OUT)
    return found


def _privilege() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None
