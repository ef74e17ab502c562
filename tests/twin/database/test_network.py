"""The private cluster on a network: who comes in by TCP, and who does not."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from twin.database.cluster import LOGINS, OWNER, Cluster
from twin.database.connect import connect
from twin.database.migrate import migrate
from twin.database.services import section_elsewhere, section_here
from twin.database.users import Role, User, add_user, switch_user
from twin.errors import SettingError
from twin.settings import Settings, settings

PASSWORD = "a password of tests"
STRANGER = "CREATE ROLE net_stranger LOGIN PASSWORD 'a password of tests'"


@dataclass(frozen=True)
class Listening:
    """A cluster that listens on a port of this machine."""

    cluster: Cluster
    port: int

    def login(self, user: str, password: str = PASSWORD, **more: str) -> psycopg.Connection:
        """Come in by the network, as QGIS and psql do."""
        where = {"host": "localhost", "port": str(self.port), "dbname": "twin", "sslmode": "require", **more}
        return psycopg.connect(**where, user=user, password=password, connect_timeout=10)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with pytest.MonkeyPatch.context() as patch:
        port = free_port()
        home = tmp_path_factory.mktemp("listening")
        patch.setenv("TWIN_HOME", str(home))
        patch.setenv("TWIN_LISTEN", f"localhost:{port}")
        patch.delenv("TWIN_DSN", raising=False)
        settings.cache_clear()
        cluster = Cluster(home, f"localhost:{port}")
        cluster.up()
        with connect() as connection:
            migrate(connection)
            for role in (Role.VIEWER, Role.EDITOR):
                add_user(connection, User(f"net_{role.value}", role), PASSWORD)
            connection.execute(STRANGER)
        yield Listening(cluster, port)
        cluster.delete()
    settings.cache_clear()


def refused(listening: Listening, user: str, password: str = PASSWORD, **more: str) -> str:
    with pytest.raises(psycopg.OperationalError) as error:
        listening.login(user, password, **more)
    return str(error.value)


@pytest.mark.parametrize("user", ["net_viewer", "net_editor"])
def test_users_come_in_by_tls_and_prove_the_server_by_its_own_knowledge_of_them(
    listening: Listening, user: str
) -> None:
    with listening.login(user, channel_binding="require") as connection:
        row = connection.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row is not None
    assert row[0] is True
    assert row[1] in ("TLSv1.2", "TLSv1.3")


def test_a_copy_of_the_certificate_proves_the_server_too(listening: Listening, tmp_path: Path) -> None:
    copy = tmp_path / "twin.crt"
    copy.write_bytes((listening.cluster.folder / "server.crt").read_bytes())
    with listening.login("net_editor", sslmode="verify-full", sslrootcert=str(copy)) as connection:
        assert connection.execute("SELECT session_user").fetchone() == ("net_editor",)


def test_without_tls_nobody_comes_in(listening: Listening) -> None:
    assert "no encryption" in refused(listening, "net_editor", sslmode="disable")


@pytest.mark.parametrize("login", LOGINS)
def test_the_owner_and_the_web_server_stay_on_the_socket_whatever_their_password(
    listening: Listening, login: str
) -> None:
    password = psycopg.conninfo.conninfo_to_dict(listening.cluster.dsn(login))["password"]
    assert "pg_hba.conf rejects connection" in refused(listening, login, str(password))


def test_a_wrong_password_is_refused(listening: Listening) -> None:
    assert "password authentication failed" in refused(listening, "net_editor", "another password")


def test_a_login_that_twin_did_not_make_is_refused(listening: Listening) -> None:
    assert "no pg_hba.conf entry" in refused(listening, "net_stranger")


def test_no_other_database_is_reached(listening: Listening) -> None:
    assert "no pg_hba.conf entry" in refused(listening, "net_editor", dbname="postgres")


def test_a_disabled_user_is_out_and_in_again_when_enabled(listening: Listening) -> None:
    with listening.login("net_viewer") as open_before:
        with connect() as owner:
            switch_user(owner, "net_viewer", False)
        with pytest.raises(psycopg.OperationalError):
            open_before.execute("SELECT 1")
    assert "net_viewer" in refused(listening, "net_viewer")
    with connect() as owner:
        switch_user(owner, "net_viewer", True)
    listening.login("net_viewer").close()


def test_key_certificate_and_access_are_read_by_the_server_alone(listening: Listening) -> None:
    for name in ("server.key", "server.crt", "pg_hba.conf"):
        assert stat.S_IMODE((listening.cluster.folder / name).stat().st_mode) == 0o600


def test_sections_for_people_hold_no_password_and_work_here_and_elsewhere(
    listening: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = section_here("twin"), section_elsewhere("twin")
    passwords = [psycopg.conninfo.conninfo_to_dict(listening.cluster.dsn(login))["password"] for login in LOGINS]
    assert not any(str(each) in here + elsewhere for each in passwords)
    assert "sslmode=require" in elsewhere
    assert f"port={listening.port}" in elsewhere
    for section, is_tls in ((here, False), (elsewhere, True)):
        assert "password" not in section
        file = tmp_path / "pg_service.conf"
        file.write_text(section.replace("YOUR_NAME", "net_editor"))
        monkeypatch.setenv("PGSERVICEFILE", str(file))
        with psycopg.connect("service=twin", password=PASSWORD) as connection:
            row = connection.execute("SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert row.fetchone() == ("net_editor", is_tls)


def test_another_port_leaves_the_socket_as_it_is_and_no_setting_ends_the_network(listening: Listening) -> None:
    cluster, crt = listening.cluster, listening.cluster.folder / "server.crt"
    certificate = crt.read_bytes()
    for listen in ("", f"127.0.0.1:{listening.port}"):
        cluster.down()
        again = Cluster(cluster.home, listen)
        again.up()
        with psycopg.connect(again.dsn(OWNER)) as owner:
            assert owner.execute("SHOW listen_addresses").fetchone() == (listen.partition(":")[0],)
        if not listen:
            assert "refused" in refused(listening, "net_editor").lower()
    listening.login("net_editor", host="127.0.0.1").close()
    assert crt.read_bytes() == certificate


@pytest.mark.parametrize(
    "wrong", ["5433", ":5433", "host", "host:0", "host:70000", "a b:1", "a,b:1", "::1:5433", "h:x"]
)
def test_what_is_no_address_is_refused_by_name(fresh_settings: Callable[..., None], wrong: str) -> None:
    fresh_settings(TWIN_LISTEN=wrong)
    with pytest.raises(SettingError, match="TWIN_LISTEN"):
        settings()


def test_an_address_may_be_of_ipv6_in_brackets() -> None:
    assert Settings(listen="[::1]:5433").listen == "[::1]:5433"
