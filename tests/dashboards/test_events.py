"""The listener of the server: no change is lost while another is told of, and who reads too slowly is let go."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from dashboards.server import events as module
from dashboards.server.events import WAITING, Event, Events
from twin.database.listen import CHANGES, Announced
from twin.database.store import Store


class Slow(Events):
    """Versions take a while to read, as in a store that is busy."""

    def _state(self) -> list[Event]:
        return []

    def _versions(self, layers: set[str]) -> list[Event]:
        time.sleep(0.4)
        return [{"kind": "layers", "layers": {name: "1" for name in sorted(layers)}}]


def layers_of(sent: list[bytes]) -> list[str]:
    lines = [line for each in sent for line in each.decode().splitlines() if line.startswith("data: ")]
    return [name for line in lines for name in json.loads(line.removeprefix("data: "))["layers"]]


def test_a_change_that_comes_while_another_is_told_of_is_told_of_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two_changes(*_: str, as_reader: bool) -> AsyncIterator[Announced]:  # noqa: ARG001
        yield Announced(CHANGES, "building")
        await asyncio.sleep(module.FOLD_S + 0.2)
        yield Announced(CHANGES, "street")
        await asyncio.sleep(60)

    async def told() -> list[str]:
        events, sent = Slow(Store()), []
        stream = events.stream("en")
        sent.append(await anext(stream))
        following = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.1)
        async with events.listening():
            sent.append(await asyncio.wait_for(following, 30))
            sent.append(await asyncio.wait_for(anext(stream), 30))
        await stream.aclose()  # type: ignore[attr-defined]
        return layers_of(sent)

    monkeypatch.setattr(module, "announced", two_changes)
    assert asyncio.run(told()) == ["building", "street"]


def test_the_stream_of_who_reads_too_slowly_ends_and_that_of_others_goes_on() -> None:
    async def read() -> tuple[int, int]:
        events = Slow(Store())
        slow, quick = events.stream("en"), events.stream("en")
        await anext(slow)
        await anext(quick)
        quick_sent = 0
        for number in range(WAITING + 5):
            await events._tell([{"kind": "layers", "layers": {"building": str(number)}}])
            await anext(quick)
            quick_sent += 1
        async with asyncio.timeout(5):
            rest = [each async for each in slow]
        await quick.aclose()  # type: ignore[attr-defined]
        return quick_sent, len(rest)

    assert asyncio.run(read())[0] == WAITING + 5
