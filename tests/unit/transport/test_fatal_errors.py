from __future__ import annotations

from typing import Any

import faust
import pytest
from confluent_kafka import KafkaError, KafkaException

from faust_confluent import SCHEME, OffsetOutOfRange
from faust_confluent.consumer import Consumer


async def unasked(*args: object) -> None:
    raise AssertionError(args)


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (KafkaError(KafkaError._FATAL, "Static consumer fenced by other consumer"), True),  # as librdkafka reports it
        (KafkaError(KafkaError.FENCED_INSTANCE_ID, "fenced", fatal=True), True),
        (KafkaError(KafkaError._ALL_BROKERS_DOWN, "away for a moment"), False),
    ],
)
async def test_a_fatal_error_ends_the_app_and_others_do_not(
    error: KafkaError, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = faust.App("fatal", broker=f"{SCHEME}://127.0.0.1:9", store="memory://", autodiscover=False)
    consumer: Any = Consumer(app.transport, unasked, on_partitions_revoked=unasked, on_partitions_assigned=unasked)
    crashes: list[BaseException] = []
    monkeypatch.setattr(consumer, "_crash_from_thread", crashes.append)
    consumer.on_error(error)
    assert [type(crash) for crash in crashes] == ([KafkaException] if ends else [])


async def test_an_offset_that_the_log_does_not_hold_ends_the_app_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    app = faust.App("gone", broker=f"{SCHEME}://127.0.0.1:9", store="memory://", autodiscover=False)
    consumer: Any = Consumer(app.transport, unasked, on_partitions_revoked=unasked, on_partitions_assigned=unasked)
    crashes: list[BaseException] = []
    monkeypatch.setattr(consumer, "_crash_from_thread", crashes.append)
    consumer.on_error(KafkaError(KafkaError._AUTO_OFFSET_RESET, "out of range"), "reports", 2, 40)
    assert [type(crash) for crash in crashes] == [OffsetOutOfRange]
    assert str(crashes[0]).startswith("reports[2]: the log does not hold offset 40, the next to be read: out of range")
