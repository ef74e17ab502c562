"""``twin history`` and ``twin conflicts`` as people type them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from layers.schema import Layer
from tests.twin.database.edited import GREEN, SRID, door, loaded, make_city, rows_of, said
from twin.cli import main
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.tables import make_tables
from twin.discover import discover


@pytest.fixture(autouse=True)
def city(store: Cluster) -> None:  # noqa: ARG001
    make_city()
    with connect() as connection:
        make_tables(connection, discover("layers", Layer), SRID)
    loaded(GREEN, said("a", "b"))
    with door("quinn", program="QGIS 3.34") as connection:
        connection.execute("UPDATE layer.green_area SET kind = 'garden' WHERE green_id = 'a'")


def twin(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def kinds() -> list[str]:
    return [row["kind"] for row in rows_of("SELECT kind FROM layer.green_area ORDER BY green_id")]


def test_history_lists_who_when_with_what_and_what_changed() -> None:
    shown = twin("history", "green_area", "a")
    assert shown.exit_code == 0
    assert ["quinn" in line and "QGIS 3.34" in line for line in shown.stdout.splitlines()[-1:]] == [True]
    assert "kind: park → garden" in shown.stdout
    told = json.loads(twin("history", "show", "green_area", "a", "--json").stdout)
    assert [(each["version"], each["program"], each["load"]) for each in told] == [
        (1, "twin load", 1),
        (2, "QGIS 3.34", None),
    ]
    assert (told[1]["before"], told[1]["after"]) == ({"kind": "park"}, {"kind": "garden"})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("green_are", "a"), "Did you mean 'green_area'?"),
        (("green_area", "zz"), "no row has, or ever had, the key 'zz'"),
        (("undo",), "name one of"),
        (("undo", "--load", "1", "--user", "quinn", "--day", "2026-01-01"), "name one of"),
        (("undo", "--user", "quinn"), "name one of"),
        (("undo", "--edit", "green_area", "a", "--version", "9"), "there is no version '9'"),
        (("undo", "--load", "9"), "load 9 is not there"),
    ],
)
def test_wrong_use_is_told(words: tuple[str, ...], message: str) -> None:
    told = twin("history", *words)
    assert told.exit_code == 2
    assert message in told.stderr


def test_undo_rehearses_then_does_it_and_says_what_stays() -> None:
    words = ("history", "undo", "--edit", "green_area", "a", "--version", "2")
    rehearsed = twin(*words, "--dry-run")
    assert "green_area a: would go back to its former state" in rehearsed.stdout
    assert kinds() == ["garden", "park"]
    assert "1 rows went back, 0 stay as they are" in twin(*words).stdout
    assert kinds() == ["park", "park"]
    (day,) = rows_of("SELECT current_date::text AS day")
    told = twin("history", "undo", "--user", "quinn", "--day", day["day"])
    assert "green_area a: stays, later edits stand on it: version 3 by" in told.stdout
    told = twin("history", "undo", "--load", "1", "--json")
    assert [(each["key"], each["operation"]) for each in json.loads(told.stdout)["back"]] == [("b", "delete")]


def test_conflicts_are_listed_and_decided() -> None:
    assert "Files and staff agree." in twin("conflicts").stdout
    loaded(GREEN, said("a", "b", a={"kind": "forest"}))
    shown = twin("conflicts").stdout
    assert "kind: forest" in shown
    assert "kind: garden" in shown
    (told,) = json.loads(twin("conflicts", "--layer", "green_area", "--json").stdout)
    done = twin("conflicts", "decide", str(told["id"]), "--keep", "file")
    assert done.stdout == f"conflict {told['id']}: what the file says is kept\n"
    assert kinds() == ["forest", "park"]
    assert "Files and staff agree." in twin("conflicts").stdout
    assert "forest" in twin("conflicts", "--all").stdout
    assert twin("conflicts", "decide", str(told["id"]), "--keep", "staff").exit_code == 2
