"""The real web server in a process of its own, as `twin serve` runs it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.settings import PROJECT

PATIENCE_S = 60


@dataclass
class Answer:
    """What came back: status, headers (names in lower case), body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """A server on one port; it can be stopped and started again."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        self.options = options or ("--no-worker",)
        self.environment = {**os.environ, "TWIN_HOME": str(home), **environment}
        self.log = home.parent / f"{home.name}-serve.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> Served:
        serve = [sys.executable, "-c", "from dashboards.cli import serve; serve()"]
        command = [*serve, "--port", str(self.port), *self.options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log.read_text()[-2000:]}")
            try:
                self.get("/assets/tokens.css")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
            else:
                return self
        raise RuntimeError(f"the server does not answer: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to a GET, errors too. Header names have underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return _answer(reply.status, reply)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error)


def _answer(status: int, reply: Any) -> Answer:
    return Answer(status, {name.lower(): value for name, value in reply.headers.items()}, reply.read())
