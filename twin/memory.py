"""Memory that a stage needed and the next one does not."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock, _uncollected = threading.Lock(), [0]


def give_back() -> None:
    """Give free memory back to the system, where the C library can: it keeps what large arrays leave behind."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def set_aside() -> None:
    """Have the garbage collector look no longer at what there is now.

    It looks at all objects now and then, which takes longer than an edit may, and what is kept stays anyway.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """The garbage collector rests while in the block, and then looks at what was made in it.

    It would look again and again at hundreds of thousands of rows that hold no circle: a quarter of a batch's time.
    """
    with _lock:
        _uncollected[0] += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _uncollected[0] -= 1
            if not _uncollected[0]:
                gc.enable()
        # What came in the block is young, since nothing was looked at; another block's rows age with it.
        gc.collect(1)
