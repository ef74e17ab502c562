"""Write the reference from the code: ``python docs/reference/make.py``; with ``--check`` only say what is stale.

Each module of ``pages/`` is one page; the table of pages in ``README.md`` is made from them too.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import pages

FOLDER = Path(__file__).resolve().parent

INDEX = """\
# Reference

Made from the code by `make reference`: change the code, not these pages. `make check` fails when they differ.
"""


def reference() -> dict[str, str]:
    """The text of every page, by file name."""
    names = sorted(info.name for info in pkgutil.iter_modules(pages.__path__) if not info.name.startswith("_"))
    made = {f"{name}.md": importlib.import_module(f"pages.{name}").page() for name in names}
    listed = [f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in made.items()]
    return {"README.md": f"{INDEX}\n" + "\n".join(listed) + "\n", **made}


def stale(folder: Path = FOLDER) -> list[str]:
    """Files of the folder that differ from what the code gives: changed, missing, or of no page."""
    made = reference()
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in made.keys() | present.keys() if made.get(name) != present.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder up to the code; the names of the files that were changed."""
    made, changed = reference(), stale(folder)
    for name in changed:
        if name in made:
            (folder / name).write_text(made[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        found = stale()
        sys.exit(f"docs/reference is stale: {', '.join(found)}; run `make reference`" if found else 0)
    changed = write()
    sys.stdout.write(f"docs/reference: {', '.join(changed) or 'nothing changed'}\n")
