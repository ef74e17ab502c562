"""The house stands as it was drawn: imports run downwards, files are small, SQL is in one place, no error is lost."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
HOUSE = ("layers", "twin", "pipelines", "dashboards")
"""The packages, from the ground up: each may import those before it."""

FOLDERS = {*HOUSE, "data", "tests", "benchmarks", "docs"}
PURE = ("indices", "messiness", "spatial", "networks", "scoring")
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 60

STATEMENT = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|COPY|WITH|VACUUM|NOTIFY)\s"
)
# Words are put together here, so that this file does not hold them.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")))
MACHINE = re.compile(
    "|".join(rf"(?<![\w.$}}])/{name}/" for name in ("wo" + "rk", "ro" + "ot", "tm" + "p/w", "home/[a-z]+"))
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def ignored() -> set[str]:
    """Top-level folders that git leaves alone."""
    lines = (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return {line.strip("/") for line in lines if line.endswith("/")}


def files(ending: str, *folders: str) -> list[Path]:
    """Files of the repository with that ending, in some of its folders or in all."""
    roots = [PROJECT / folder for folder in folders or sorted(FOLDERS)]
    found = [path for root in roots for path in sorted(root.rglob(f"*{ending}"))]
    return [path for path in found if "vendor" not in path.parts and not ignored() & set(path.parts)]


def name_of(path: Path) -> str:
    """The path as it is written in the repository."""
    return path.relative_to(PROJECT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a file imports, wherever in the file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: write the import in full"
            yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)


def starts_with(name: str, *packages: str) -> bool:
    """Whether a full name is, or stands in, one of the packages."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a file that is not a docstring."""
    tree = tree_of(path)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


def functions_of(tree: ast.Module) -> Iterator[Function]:
    """Every function of a file, methods and inner functions too."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_imports_run_downwards_only() -> None:
    upward = []
    for storey, package in enumerate(HOUSE):
        above = (*HOUSE[storey + 1 :], "tests", "benchmarks", "docs", "data")
        for path in files(".py", package):
            upward += [
                f"{name_of(path)}:{line}: {name}" for line, name in imports_of(path) if starts_with(name, *above)
            ]
    assert upward == []


def test_what_thinks_knows_neither_the_store_nor_the_web() -> None:
    strangers = ("twin.database", "twin.runs", "twin.commands", "psycopg", "psycopg_pool", "dash", "fastapi", "click")
    folders = [f"twin/{name}" for name in PURE if (PROJECT / "twin" / name).is_dir()]
    assert folders
    found = [
        f"{name_of(path)}:{line}: {name}"
        for path in files(".py", *folders)
        for line, name in imports_of(path)
        if starts_with(name, *strangers)
    ]
    assert found == []


def test_indices_do_not_know_each_other() -> None:
    found = [
        f"{name_of(path)}:{line}: {name}"
        for path in files(".py", "twin/indices")
        for line, name in imports_of(path)
        if starts_with(name, "twin.indices")
    ]
    assert found == []


def test_only_the_database_package_speaks_to_postgres() -> None:
    found = [
        f"{name_of(path)}:{line}: {name}"
        for path in files(".py", *HOUSE)
        if "twin/database/" not in name_of(path)
        for line, name in imports_of(path)
        if starts_with(name, "psycopg", "psycopg_pool", "sqlalchemy", "asyncpg")
    ]
    assert found == []


def test_sql_stands_in_sql_files() -> None:
    found = [
        f"{name_of(path)}:{line}: {text.strip()[:40]}"
        for path in files(".py", *HOUSE, "docs", "data")
        for line, text in strings_of(path)
        if STATEMENT.match(text)
    ]
    assert found == []
    outside = [name_of(path) for path in files(".sql", *HOUSE) if "twin/database/sql/" not in name_of(path)]
    assert outside == []


@pytest.mark.parametrize("ending", [".py", ".sql", ".css", ".js"])
def test_files_are_short(ending: str) -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(ending)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    long = {}
    for path in files(".py"):
        for each in functions_of(tree_of(path)):
            told = each.body[0].end_lineno if ast.get_docstring(each) else None
            lines = (each.end_lineno or 0) - (told or each.lineno - 1)
            if lines > LONGEST_FUNCTION:
                long[f"{name_of(path)}:{each.lineno}: {each.name}"] = lines
    assert long == {}


def test_nothing_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in files("") if path.stem.strip("_").lower() in NAMELESS] == []


def test_top_level_folders_are_those_of_the_design() -> None:
    there = {path.name for path in PROJECT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    assert there - ignored() == FOLDERS


def test_nothing_is_printed_but_by_commands() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in files(".py", *HOUSE, "docs", "data", "tests")
        if path.name != "cli.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_imports_name_what_they_take() -> None:
    assert [name_of(path) for path in files(".py") for _, name in imports_of(path) if name.endswith(".*")] == []


def test_everything_public_says_what_it_is() -> None:
    silent = []
    for path in files(".py", *HOUSE, "docs", "data"):
        tree = tree_of(path)
        silent += [] if ast.get_docstring(tree) else [name_of(path)]
        for node in ast.walk(tree):
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and _is_reached(tree, node):
                silent += [] if ast.get_docstring(node) else [f"{name_of(path)}:{node.lineno}: {node.name}"]
    assert silent == []


def _is_reached(tree: ast.Module, node: ast.AST) -> bool:
    """Whether others can reach it: at the top of the file, or in a public class there."""
    classes = [each for each in tree.body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")]
    return node in tree.body or any(node in each.body for each in classes)


def test_every_function_says_what_it_returns() -> None:
    found = [
        f"{name_of(path)}:{each.lineno}: {each.name}"
        for path in files(".py", *HOUSE, "docs", "data", "benchmarks")
        for each in functions_of(tree_of(path))
        if each.returns is None
    ]
    assert found == []


def test_no_error_is_swallowed() -> None:
    broad = []
    for path in files(".py"):
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if node.type else {"all"}
            raised = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if caught & {"all", "Exception", "BaseException"} and not raised:
                broad.append(f"{name_of(path)}:{node.lineno}")
    assert broad == []


def text_files() -> Iterator[tuple[Path, str]]:
    """Every file of the repository that people wrote as text."""
    endings = {".py", ".md", ".toml", ".sql", ".css", ".js", ".yml", ".yaml", ".sh", ".txt", ".lock", ".example", ""}
    top = [path for path in PROJECT.iterdir() if path.is_file() and path.name != ".env"]
    for path in [*top, *files(""), *sorted((PROJECT / ".ci").iterdir())]:
        if path.is_file() and path.suffix in endings:
            yield path, path.read_text(encoding="utf-8")


def test_nothing_is_left_unfinished() -> None:
    assert [name_of(path) for path, text in text_files() if UNFINISHED.search(text)] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {name_of(path): match[0] for path, text in text_files() if (match := MACHINE.search(text))}
    assert found == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locked_packages_have_hashes_and_name_no_index(lock: str) -> None:
    text = (PROJECT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)
    pinned = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]
    assert pinned
    assert [each.split()[0] for each in pinned if "--hash=sha256:" not in each] == []


def test_every_test_can_fail() -> None:
    idle = []
    for path in files(".py", "tests"):
        tree = tree_of(path)
        checking = {each.name for each in functions_of(tree) if _checks(each, set())}
        tests = [each for each in functions_of(tree) if each.name.startswith("test_")]
        idle += [f"{name_of(path)}:{each.lineno}: {each.name}" for each in tests if not _checks(each, checking)]
    assert idle == []


def _checks(function: Function, checking: set[str]) -> bool:
    """Whether a test asserts, expects an error or a warning, or calls what does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.rsplit(".")[-1] in {"raises", "warns", "expect", *checking} or "assert" in name:
                return True
    return False
