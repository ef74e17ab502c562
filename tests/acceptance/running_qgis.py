"""QGIS in a process of its own, offscreen: what is asked of it, and what it answers (see ``qgis_driver``)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PYTHON = Path("/usr/bin/python3")
"""The Python that QGIS is installed for; it cannot be imported in another."""

DRIVER = Path(__file__).with_name("qgis_driver.py")


def why_not() -> str:
    """Why there is no QGIS here; empty where there is one."""
    if not PYTHON.exists():
        return f"{PYTHON} is not here"
    done = subprocess.run([PYTHON, "-c", "import qgis.core, qgis.gui"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{PYTHON} cannot import qgis: apt-get install python3-qgis"


@dataclass
class Qgis:
    """A QGIS with the town's project open, signed in as an editor."""

    process: subprocess.Popen[str]
    opened: dict[str, Any] = field(default_factory=dict)

    def __call__(self, do: str, *values: Any, **named: Any) -> Any:
        """Let it do something; positional values are layer, where, values."""
        assert self.process.stdin and self.process.stdout
        asked = {"do": do, **dict(zip(("layer", "where", "values"), values, strict=False)), **named}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"QGIS ended at {asked}"
        return json.loads(answer)

    def edit(self, layer: str, where: str, values: dict[str, Any], wkt: str = "") -> dict[str, Any]:
        """Change one row, and save."""
        assert self("begin", layer)
        assert self("change", layer, where, values, wkt=wkt)
        answer: dict[str, Any] = self("save", layer)
        return answer


@contextmanager
def running(project: Path, services: Path, password: str) -> Iterator[Qgis]:
    """A QGIS with a project open; what it says goes into a file beside the project."""
    own = {"PGSERVICEFILE": str(services), "PGPASSWORD": password, "QT_QPA_PLATFORM": "offscreen"}
    home = str(project.parent)
    away = {"HOME": home, "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    with project.with_name("qgis.log").open("w") as log:
        process = subprocess.Popen(
            [PYTHON, DRIVER], env={**away, **own}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        try:
            found = Qgis(process)
            found.opened = found("open", path=str(project))
            yield found
        finally:
            assert process.stdin and process.stdout
            process.stdin.close()
            status = process.wait(30)
            process.stdout.close()
    assert status == 0, project.with_name("qgis.log").read_text()[-2000:]
