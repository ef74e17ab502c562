"""The private PostGIS: a cluster of one's own under ``TWIN_HOME``, reached by a socket that others cannot enter.

It runs as the caller, or as an unprivileged user where the caller is root. It listens on no network, unless it is told
to (``twin.database.network``).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from twin.database.configuration import configuration, write_private
from twin.database.installation import install
from twin.database.network import keep_usual_socket, network_of, prepare
from twin.database.queries import query
from twin.errors import StoreUnavailable

SERVER_USER = "postgres"
OWNER = "twin"
WEB = "twin_web"
"""The login that the web server reads with: it may take the role of a viewer, and no other."""

SIGN_IN = "twin_sign_in"
"""The login of the sign-in, and of the transactions of those who signed in."""

LOGINS = (OWNER, WEB, SIGN_IN)
DATABASE = "twin"
SOCKET_PATH_LIMIT = 90
START_PATIENCE_S = 20.0


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True)
class Cluster:
    """The private cluster that belongs to one ``TWIN_HOME``; ``listen`` is host:port of a network, or empty."""

    home: Path
    listen: str = ""

    @property
    def folder(self) -> Path:
        """Where data, socket and passwords lie: ``TWIN_HOME/pg``, or a folder in ``/var/tmp`` (see ``moved``)."""
        return self._elsewhere if self.moved else self.home / "pg"

    @property
    def moved(self) -> bool:
        """Whether the server's user cannot enter ``TWIN_HOME`` (root's folder, mode 0700), so it stands elsewhere."""
        return os.geteuid() == 0 and not _others_may_enter(self.home)

    @property
    def _digest(self) -> str:
        return hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:16]

    @property
    def _elsewhere(self) -> Path:
        return Path("/var/tmp") / f"twin-{self._digest}"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """Folder of the socket; a short one in ``/tmp`` where the path would be too long for a socket."""
        inside = self.folder / "run"
        return inside if len(str(inside)) <= SOCKET_PATH_LIMIT else Path("/tmp") / f"twin-{self._digest}"

    @property
    def service_file(self) -> Path:
        """``pg_service.conf`` (mode 0600) for psql and QGIS: a section a login, such as ``twin`` (the owner)."""
        return self.folder / "pg_service.conf"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "server.log"

    @property
    def exists(self) -> bool:
        """Whether the cluster was made."""
        return (self.data / "PG_VERSION").exists() and self.service_file.exists()

    def dsn(self, user: str = OWNER) -> str:
        """Connection string of one of the cluster's login roles."""
        password = self._passwords()[user]
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket), dbname=DATABASE, user=user, password=password, connect_timeout=10
        )

    def is_up(self) -> bool:
        """Whether the server answers."""
        return self._answers(DATABASE)

    def _answers(self, database: str) -> bool:
        if not self.exists:
            return False
        try:
            with psycopg.connect(self.dsn(), dbname=database, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def up(self, say: Callable[[str], None] = _silent) -> None:
        """Make the cluster where there is none, and start it where it does not run. Safe to call at any time.

        Raises:
            StoreNotInstalled: no PostgreSQL with PostGIS, and no right to install it.
            StoreUnavailable: the server does not start; the last lines of its log are in the message.
        """
        with self._locked():
            if self.is_up() and self._has_logins():
                return
            binaries = install(say)
            if not self.exists:
                self._create(binaries, say)
            if not self._answers("postgres"):
                self._start(binaries, say)
            self._make_database()

    def down(self) -> bool:
        """Stop the server; False where it did not run."""
        with self._locked():
            if not self.exists or not (self.data / "postmaster.pid").exists():
                return False
            done = self._run(install(_silent) / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "30")
            return done.returncode == 0

    def delete(self) -> None:
        """Stop the server and remove the cluster with all its rows. There is no way back."""
        self.down()
        shutil.rmtree(self.folder, ignore_errors=False)
        if self.socket.exists():
            shutil.rmtree(self.socket)

    def _create(self, binaries: Path, say: Callable[[str], None]) -> None:
        if self.moved:
            say(f"{self.home} cannot be entered by {SERVER_USER}: the private PostGIS stands in {self.folder}")
        say("making the private PostGIS")
        shutil.rmtree(self.data, ignore_errors=True)
        self._make_folders()
        passwords = {login: secrets.token_urlsafe(24) for login in LOGINS}
        first = self.data.parent / "first-password"
        write_private(first, passwords[OWNER])
        self._own(first)
        who: list[str | Path] = ["-U", OWNER, "-A", "scram-sha-256", "--pwfile", first]
        text = ("-E", "UTF8", "--locale", "C.UTF-8")
        done = self._run(binaries / "initdb", "-D", self.data, *who, *text, "--no-instructions")
        first.unlink()
        if done.returncode:
            raise StoreUnavailable(f"initdb failed in {self.data}: {done.stderr.strip()[-800:]}")
        (self.data / "postgresql.auto.conf").write_text(configuration(self.socket), encoding="utf-8")
        self._write_services(passwords)

    def _make_folders(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.data, self.socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._refuse_strangers(folder)
            folder.chmod(0o700)
            self._own(folder)
        (self.folder / "TWIN_HOME").write_text(f"{self.home.resolve()}\n", encoding="utf-8")
        self.log.touch(mode=0o600)
        self._own(self.log)

    def _refuse_strangers(self, folder: Path) -> None:
        # A folder in /var/tmp or /tmp could have been laid out by somebody else, waiting for our passwords.
        owner = folder.stat().st_uid
        ours = {os.geteuid()} | ({pwd.getpwnam(SERVER_USER).pw_uid} if os.geteuid() == 0 else set())
        if owner not in ours:
            raise StoreUnavailable(
                f"{folder} belongs to user {owner}, not to us; remove it, or set TWIN_HOME elsewhere"
            )

    def _has_logins(self) -> bool:
        return set(LOGINS) <= set(self._passwords())

    def _make_database(self) -> None:
        if not self._has_logins():
            # An earlier release knew fewer of them.
            self._write_services({login: secrets.token_urlsafe(24) for login in LOGINS} | self._passwords())
        with psycopg.connect(self.dsn(), dbname="postgres", autocommit=True) as connection:
            if not connection.execute(query("has_database"), {"name": DATABASE}).fetchone():
                connection.execute(query("create_database", name=psycopg.sql.Identifier(DATABASE)))
            for login in LOGINS:
                if not connection.execute(query("has_role"), {"name": login}).fetchone():
                    password = psycopg.sql.Literal(self._passwords()[login])
                    connection.execute(query("create_login", name=psycopg.sql.Identifier(login), password=password))

    def _start(self, binaries: Path, say: Callable[[str], None]) -> None:
        """Start the server, again and again while backends of a killed postmaster still hold its shared memory."""
        self.socket.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_strangers(self.socket)
        self._own(self.socket)
        say("starting the private PostGIS")
        options = self._network()
        until = time.monotonic() + START_PATIENCE_S
        while True:
            wait = ("-l", self.log, "-w", "-t", "60", "-s")
            done = self._run(binaries / "pg_ctl", "start", "-D", self.data, *wait, *options)
            if done.returncode == 0:
                return
            if time.monotonic() > until:
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
                raise StoreUnavailable(f"PostgreSQL does not start in {self.data}. Its log ends:\n{tail}")
            time.sleep(0.3)

    def _network(self) -> list[str]:
        if not self.listen:
            return []
        network = network_of(self.listen, self.folder)
        keep_usual_socket(self.socket, network.port)
        return prepare(network, DATABASE, LOGINS, self._own)

    def _run(self, program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam(SERVER_USER)
            who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        # pg_ctl's child keeps a pipe open for as long as the server lives, so its output must not be one.
        with (self.folder / "last-command.log").open("w+", encoding="utf-8") as output:
            done = subprocess.run(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=False,
                start_new_session=True,
                **who,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", output.read())

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, SERVER_USER, SERVER_USER)

    def _write_services(self, passwords: dict[str, str]) -> None:
        sections = [
            f"[{user}]\nhost={self.socket}\ndbname={DATABASE}\nuser={user}\npassword={password}\n"
            for user, password in passwords.items()
        ]
        write_private(self.service_file, "\n".join(sections))

    def _passwords(self) -> dict[str, str]:
        found: dict[str, str] = {}
        section = ""
        for line in self.service_file.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line.startswith("password="):
                found[section] = line.removeprefix("password=")
        return found

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "cluster.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _others_may_enter(folder: Path) -> bool:
    path = folder.resolve()
    return all(not each.exists() or each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))
