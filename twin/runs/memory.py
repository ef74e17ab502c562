"""Memory that a stage needed and the next one does not."""

from __future__ import annotations

import ctypes
import gc
import sys


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
