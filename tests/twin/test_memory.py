"""The garbage collector rests while rows are made, and takes afterwards what cannot be reached."""

from __future__ import annotations

import gc
import weakref

import pytest

from twin.memory import uncollected


class Circle:
    """Holds itself, so that only the collector can let go of it."""

    def __init__(self) -> None:
        self.own = self


def collections() -> int:
    return sum(each["collections"] for each in gc.get_stats())


def test_it_rests_in_the_block_and_takes_what_was_made_there() -> None:
    with uncollected():
        before = collections()
        left = weakref.ref(Circle())
        assert len([(number, str(number)) for number in range(50_000)]) == 50_000
        assert collections() == before and left() is not None
    assert left() is None and gc.isenabled()


def test_it_rests_until_the_last_of_several_blocks_ends_be_it_by_an_error() -> None:
    with pytest.raises(KeyError), uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
