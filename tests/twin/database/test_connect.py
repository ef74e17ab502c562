"""What a connection tells of an interruption."""

from __future__ import annotations

import pytest

from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.database.sources import only_load


def test_ctrl_c_between_sending_a_statement_and_waiting_for_it_stays_ctrl_c(store: Cluster) -> None:  # noqa: ARG001
    with pytest.raises(KeyboardInterrupt), connect(autocommit=True) as connection, only_load(connection):
        connection.pgconn.send_query(b"SELECT pg_sleep(0.2)")
        raise KeyboardInterrupt
