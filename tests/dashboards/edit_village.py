"""A village that is edited: loaded from files, scored, with users of every role, served from a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.caller import Caller
from tests.dashboards.conftest import made_home, opened
from tests.dashboards.served import Served
from tests.twin.runs.village import loaded, village
from twin.database.users import Role, User, add_user
from twin.goals import load_profile
from twin.runs.engine import score
from twin.settings import settings

PASSWORD = "a gate in the wall"
USERS = {"ana": Role.EDITOR, "bo": Role.EDITOR, "vi": Role.VIEWER, "stu": Role.STEWARD}


@dataclass
class Village:
    """Where it is kept, and who serves it."""

    home: Path
    server: Served
    callers: dict[str, Caller] = field(default_factory=dict)

    def caller(self, name: str = "") -> Caller:
        """Nobody, or somebody who signed in, once."""
        if name not in self.callers:
            self.callers[name] = Caller(self.server)
            if name:
                assert self.callers[name].sign_in(name, PASSWORD).status == 200
        return self.callers[name]

    def one(self, statement: str, *values: Any) -> Any:
        """What a statement finds first, as the owner of the store."""
        with opened(self.home) as connection:
            row = connection.execute(statement.encode(), values).fetchone()
        return next(iter(row.values())) if row else None


@contextmanager
def served_village(folder: Path, *options: str) -> Iterator[Village]:
    """Load and score it, and serve it while in the block; its one park is private, so no green is in reach."""
    home = folder / "home"
    cluster = made_home(home)
    tables = village()
    tables["green_area"][0]["access"] = "private"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(home))
        patch.delenv("TWIN_DSN", raising=False)
        settings.cache_clear()
        loaded(folder, tables)
        # By the profile of the worker beside: else it computes all zones anew first, and says of none what changed.
        score(load_profile("xiongan_2035"))
    settings.cache_clear()
    with opened(home) as connection:
        for name, role in USERS.items():
            add_user(connection, User(name, role), PASSWORD)
    server = Served(home, *options).start()
    yield Village(home, server)
    server.stop()
    cluster.delete()
