"""Faust's tables and sends on the transport."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition
from faust.exceptions import ProducerSendError

from tests.integration.transport.conftest import PARTITIONS, Bench, running, until
from tests.integration.transport.test_consumer import RAW

pytestmark = pytest.mark.broker


def read_one(bench: Bench, topic: str, partition: int) -> Message:
    reader = Consumer({"bootstrap.servers": bench.broker.bootstrap_servers, "group.id": "reader", "log_level": 0})
    try:
        reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
        message = reader.poll(20)
        assert message is not None
        return message
    finally:
        reader.close()


async def test_a_table_is_restored_from_its_changelog_before_the_first_event(bench: Bench) -> None:
    async def run(expected: int, send: int) -> dict[str, int]:
        app = bench.app()
        counts = app.Table("counts", key_type=str, value_type=int, default=int, partitions=PARTITIONS)

        @app.agent(app.topic("source", **RAW))
        async def agent(stream: Any) -> None:
            async for event in stream.events():
                counts[event.key.decode()] += 1

        for number in range(send):  # one key, one partition: tables want it so
            bench.producer.produce("source", b"x", b"k%d" % (number % 3), number % 3)
        bench.producer.flush(10)
        async with running(app):
            await until(lambda: sum(counts.values()) == expected)
        return dict(counts)

    assert await run(30, 30) == {"k0": 10, "k1": 10, "k2": 10}
    assert await run(36, 6) == {"k0": 12, "k1": 12, "k2": 12}


async def test_a_consumer_is_not_asked_for_metadata_in_its_own_callbacks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """confluent-kafka 2.16.1 aborts the process at the next callback of the same poll: see Offsets._count."""

    class NeverAsked(Consumer):
        def list_topics(self, *args: Any, **kwargs: Any) -> Any:
            asked.append(args)
            return super().list_topics(*args, **kwargs)

    asked: list[Any] = []
    monkeypatch.setattr("faust_confluent.consumer.RdConsumer", NeverAsked)
    app = bench.app()
    counts = app.Table("counts", key_type=str, value_type=int, default=int, partitions=PARTITIONS)

    @app.agent(app.topic("source", **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            counts[event.key.decode()] += 1

    bench.producer.produce("source", b"x", b"k0", 0)
    bench.producer.flush(10)
    async with running(app):
        await until(lambda: counts["k0"] == 1)
    assert asked == []


async def test_a_flush_returns_when_everything_is_on_the_broker(bench: Bench) -> None:
    app = bench.app(producer_linger=0.05)

    @app.agent(app.topic("source", **RAW))
    async def agent(stream: Any) -> None:
        async for _ in stream:
            pass

    reader = Consumer({"bootstrap.servers": bench.broker.bootstrap_servers, "group.id": "reader", "log_level": 0})
    try:
        async with running(app):
            sink = app.topic("sink", **RAW)
            for number in range(500):
                sink.send_soon(key=b"k", value=b"%d" % number)
            await app.producer.flush()
            assert app.producer.in_flight == 0
            ends = [reader.get_watermark_offsets(TopicPartition("sink", n), 10)[1] for n in range(PARTITIONS)]
            assert sum(ends) == 500
    finally:
        reader.close()


async def test_a_send_tells_where_it_went_and_a_key_goes_where_java_would_put_it(bench: Bench) -> None:
    app = bench.app()

    @app.agent(app.topic("source", **RAW))
    async def agent(stream: Any) -> None:
        async for _ in stream:
            pass

    async with running(app):
        told = await app.producer.send_and_wait("sink", b"key-1", b"v", None, 1_636_300_000.5, {"a": b"1"})
        assert (told.topic, told.offset) == ("sink", 0)
        assert told.partition == app.producer.key_partition("sink", b"key-1").partition
        record = read_one(bench, "sink", told.partition)
        assert (record.timestamp()[1], record.headers()) == (1_636_300_000_500, [("a", b"1")])
        there = await app.producer.send_and_wait("sink", b"key-1", b"v", 2, None, None)
        assert there.partition == 2
        with pytest.raises(ProducerSendError):
            await app.producer.send_and_wait("sink", b"k", b"x" * 2_000_000, 0, None, None)
