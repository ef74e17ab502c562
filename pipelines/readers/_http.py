"""Answers of web services: asked again with patience where a server is busy, with a timeout, told in plain words."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request

from twin import __version__
from twin.errors import SourceUnreadable

TRIES = 4
PAUSE = 1.0
"""Seconds before the second try; each further pause is twice as long."""

TIMEOUT = 60.0
LONGEST_PAUSE = 60.0
BUSY = frozenset({429, 500, 502, 503, 504})
"""Answers after which it is worth to ask again."""

SHOWN = 200
"""Letters of a server's own words that are shown."""


class ServiceDown(SourceUnreadable):
    """A service gave no answer, after all tries."""


def fetch(url: str, accept: str) -> bytes:
    """What a URL answers.

    Raises:
        ServiceDown: no answer, or the server is busy, also after some tries.
        SourceUnreadable: the server refuses the question; in its words.
    """
    said = ""
    for turn in range(TRIES):
        try:
            return _ask(url, accept)
        except urllib.error.HTTPError as error:
            said = f"{error.code} {error.reason}"
            if error.code not in BUSY:
                words = " ".join(error.read().decode("utf-8", errors="replace").split())[:SHOWN]
                raise SourceUnreadable(f"{url}: the server answers {said}: {words or 'nothing more'}") from None
            pause = _asked_for(error)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            said, pause = str(getattr(error, "reason", error) or type(error).__name__), 0.0
        if turn + 1 < TRIES:
            time.sleep(max(PAUSE * 2**turn, min(pause, LONGEST_PAUSE)))
    raise ServiceDown(f"{url}: does not answer after {TRIES} tries ({said})")


def _ask(url: str, accept: str) -> bytes:
    headers = {"Accept": accept, "User-Agent": f"twin/{__version__}"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
        raw: bytes = answer.read()
        return raw


def _asked_for(error: urllib.error.HTTPError) -> float:
    seconds = error.headers.get("Retry-After", "") if error.headers else ""
    return float(seconds) if seconds.isdigit() else 0.0
