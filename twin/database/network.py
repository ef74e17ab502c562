"""The private cluster on a network, where ``TWIN_LISTEN`` asks for it: TLS alone, and the logins of users alone.

The owner and the logins of the web server stay on the socket. What is set here is told to the server when it starts,
and leaves its own configuration as it is: without the setting it is on no network again.
"""

from __future__ import annotations

import ipaddress
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from twin.database.configuration import write_private
from twin.errors import SettingError
from twin.settings import address_of

USUAL_PORT = 5432
DAYS = "3650"

ACCESS = """\
# Written by twin at each start. TYPE  DATABASE  USER  ADDRESS  METHOD
local    all         all            scram-sha-256
hostssl  {database}  {closed}  all  reject
hostssl  {database}  +twin_viewer   all  scram-sha-256
"""
"""Who may come in by which way. Owner and web server are members of the viewers too, so they are refused first."""


@dataclass(frozen=True)
class Network:
    """Where the server listens: ``host`` is an address, a name or ``*``; the rest lies in the cluster's folder."""

    host: str
    port: int
    folder: Path

    @property
    def certificate(self) -> Path:
        """The server's certificate; it is no secret, and clients may hold it against what they are shown."""
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        """The certificate's private key."""
        return self.folder / "server.key"

    @property
    def access(self) -> Path:
        """The file of who may come in."""
        return self.folder / "pg_hba.conf"


def network_of(listen: str, folder: Path) -> Network:
    """The network that ``TWIN_LISTEN`` asks for.

    Raises:
        SettingError: it is not host:port.
    """
    host, port = address_of(listen)
    return Network("*" if host in ("0.0.0.0", "::") else host, port, folder)


def prepare(network: Network, database: str, closed: Sequence[str], own: Callable[[Path], None]) -> list[str]:
    """Write what the server needs, and give the options of ``pg_ctl`` that tell it.

    Args:
        network: where it listens.
        database: the only one that is reached by the network.
        closed: logins that are not let in, whatever they may.
        own: gives a file to the user that the server runs as.

    Raises:
        SettingError: there is no certificate, and no program to make one.
    """
    if not (network.certificate.exists() and network.key.exists()):
        _make_certificate(network)
    write_private(network.access, ACCESS.format(database=database, closed=",".join(closed)))
    for path in (network.certificate, network.key, network.access):
        path.chmod(0o600)
        own(path)
    told = {
        "listen_addresses": network.host,
        "port": str(network.port),
        "hba_file": str(network.access),
        "ssl": "on",
        "ssl_cert_file": str(network.certificate),
        "ssl_key_file": str(network.key),
        "authentication_timeout": "20s",
        "log_connections": "on",
    }
    return ["-o", " ".join(shlex.quote(f"--{name}={value}") for name, value in told.items())]


def keep_usual_socket(folder: Path, port: int) -> None:
    """Let the socket be found by its usual name: its own ends with the port, which programs on this machine ignore."""
    usual = folder / f".s.PGSQL.{USUAL_PORT}"
    if port != USUAL_PORT:
        usual.unlink(missing_ok=True)
        usual.symlink_to(f".s.PGSQL.{port}")


def _make_certificate(network: Network) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise SettingError(
            "TWIN_LISTEN needs a certificate, and openssl is not here to make one: install it, "
            f"or put {network.certificate.name} and {network.key.name} of your own into {network.folder}"
        )
    names = {f"DNS:{socket.gethostname()}", "DNS:localhost", _alternative(network.host)} - {""}
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-sha256", "-nodes", "-days", DAYS)
    named = ("-subj", "/CN=twin", "-addext", f"subjectAltName={','.join(sorted(names))}")
    files = ("-keyout", str(network.key), "-out", str(network.certificate))
    done = subprocess.run([program, "req", "-x509", *made, *named, *files], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SettingError(f"TWIN_LISTEN: openssl made no certificate: {done.stderr.strip()[-400:]}")


def _alternative(host: str) -> str:
    if host == "*":
        return ""
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"
