"""The memory of tiles forgets what was used least recently."""

from __future__ import annotations

from dashboards.server.memory import Memory


def test_a_value_is_made_once() -> None:
    made: list[int] = []
    memory: Memory[int] = Memory(2)
    for _ in range(3):
        assert memory.get("a", lambda: made.append(1) or 7) == 7
    assert made == [1]


def test_the_least_recently_used_goes_first() -> None:
    memory: Memory[str] = Memory(2)
    for key in ("a", "b", "a", "c"):
        memory.get(key, lambda: "first")
    assert memory.get("a", lambda: "second") == "first"
    assert memory.get("b", lambda: "second") == "second"
    assert len(memory) == 2
