"""How partitions are assigned: none may depend on an answer of the broker before librdkafka starts it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING
from confluent_kafka import TopicPartition as RdTopicPartition
from faust.types import TP

from faust_confluent.consumer import Consumer
from faust_confluent.options import Options

SOURCES = {TP("reports", 0), TP("reports", 1)}
CHANGELOG = {TP("app-last-changelog", 0)}


class Client:
    """Notes, in order, what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[TP, int]]] = []

    def assign(self, places: list[RdTopicPartition]) -> None:
        self._note("assign", places)

    def pause(self, places: list[RdTopicPartition]) -> None:
        self._note("pause", places)

    def _note(self, what: str, places: list[RdTopicPartition]) -> None:
        self.asked.append((what, {TP(place.topic, place.partition): place.offset for place in places}))


class TakenUp(Consumer):
    """The consumer without Faust and without its thread."""

    def __init__(self, options: Options) -> None:
        self.transport: Any = SimpleNamespace(options=options)
        self._poller: Any = SimpleNamespace(end_topics=frozenset())
        self._counts = {}
        assignor = SimpleNamespace(derive=lambda sources, changelogs, count: (CHANGELOG, set()))
        tables = SimpleNamespace(changelog_topics={tp.topic for tp in CHANGELOG})
        self.app: Any = SimpleNamespace(tables=tables, assignor=assignor)

    @property
    def _is_leaving(self) -> bool:
        return False

    async def _took_over(self, sources: set[TP], everything: set[TP]) -> None: ...

    def _wait_for_faust(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run(work)


TakenUp.__abstractmethods__ = frozenset()  # what is left open is not asked for here


@pytest.mark.parametrize("options", [Options({}), Options({}, start_offsets=lambda _: {})])
def test_every_partition_is_assigned_with_a_place_to_begin_and_paused_after_it(options: Options) -> None:
    """Where the group has committed, the broker would be asked first, and the pause could come before the start."""
    client: Any = Client()
    TakenUp(options).on_assign(client, [RdTopicPartition(*tp) for tp in SOURCES])
    (first, begins), (second, paused) = client.asked
    assert (first, second) == ("assign", "pause")
    assert begins == dict.fromkeys(SOURCES | CHANGELOG, OFFSET_BEGINNING)
    assert paused.keys() == begins.keys()
