"""What programs say about their work, for those who watch them: lines of text, or JSON by ``TWIN_LOG=json``."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from twin.settings import settings

ROOT = "twin"
_PLAIN = frozenset(vars(logging.makeLogRecord({})))


def log(area: str) -> logging.Logger:
    """The logger of an area, such as ``runs``; facts go into ``extra``, each a field of the JSON line."""
    return logging.getLogger(f"{ROOT}.{area}")


def begin_log() -> None:
    """Write the log to standard error as the settings say; without ``TWIN_LOG`` warnings alone."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson() if settings().log == "json" else _AsText())
    root = logging.getLogger(ROOT)
    root.handlers = [handler]
    root.propagate = False
    root.setLevel(logging.INFO if settings().log else logging.WARNING)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _PLAIN and name != "message"}


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object a line: time, level, area, event, and its facts."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "area": record.name,
            "event": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _AsText(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """``12:31:02 twin.runs batch done run=3 …``."""
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        error = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{time} {record.name} {record.getMessage()} {facts}".rstrip() + error
