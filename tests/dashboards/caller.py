"""Somebody who speaks HTTP to the server: a browser with its cookie, or anyone who pretends to be one."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from tests.dashboards.served import Answer, Served


@dataclass
class Caller:
    """Sends what it is told to, with its cookie; as from a page of the server unless told otherwise."""

    server: Served
    cookie: str = ""
    csrf: str = ""

    def send(self, method: str, path: str, body: bytes = b"", **headers: str | None) -> Answer:
        """One request; ``None`` leaves a header out that is sent otherwise. Underscores stand for hyphens."""
        own = {
            "Origin": self.server.url,
            "Cookie": self.cookie,
            "X-CSRF-Token": self.csrf,
            "Content-Type": "application/json",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (own | named).items() if value}
        link = http.client.HTTPConnection("localhost", self.server.port, timeout=60)
        try:
            link.request(method, path, body=body, headers=sent)
            reply = link.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return Answer(reply.status, found, reply.read())
        finally:
            link.close()

    def get(self, path: str, **headers: str | None) -> Answer:
        """A GET with the cookie."""
        return self.send("GET", path, b"", **headers)

    def post(self, path: str, content: Any = None, **headers: str | None) -> Answer:
        """A POST of JSON."""
        return self.send("POST", path, json.dumps(content or {}).encode(), **headers)

    def sign_in(self, name: str, password: str) -> Answer:
        """Sign in, and keep cookie and token as a browser does."""
        answer = self.post("/sign-in", {"name": name, "password": password})
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            self.csrf = answer.json["csrf"]
        return answer
