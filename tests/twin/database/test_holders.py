"""Who was killed with the lock of runs in hand holds nobody up."""

from __future__ import annotations

import threading
import time

import pytest

from twin.database import holders
from twin.database.connect import connect
from twin.database.holders import take_runs
from twin.database.queries import query


@pytest.mark.usefixtures("store")
def test_a_lock_that_is_let_go_of_in_a_moment_is_waited_for() -> None:
    def let_go() -> None:
        time.sleep(0.4)
        other.execute(query("unlock_runs"))

    with connect(autocommit=True) as other, connect(autocommit=True) as connection:
        assert take_runs(other)
        ends = threading.Thread(target=let_go)
        ends.start()
        assert take_runs(connection)
        ends.join()


@pytest.mark.usefixtures("store")
def test_a_lock_that_is_held_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "PATIENCE_S", 0.2)
    with connect(autocommit=True) as other, connect(autocommit=True) as connection:
        assert take_runs(other)
        assert not take_runs(connection)
