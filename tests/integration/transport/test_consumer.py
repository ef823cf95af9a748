"""The transport's consumer, seen from Faust apps on the embedded broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import faust
import mode
import pytest
from faust.types import TP

from faust_confluent import BatchSchema, Options, configure
from tests.integration.transport.conftest import PARTITIONS, Bench, running, until

pytestmark = pytest.mark.broker

RAW: dict[str, Any] = {
    "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw",
}  # fmt: skip


def is_settled(app: faust.App, partitions: int = PARTITIONS) -> bool:
    sources = [tp for tp in app.consumer.assignment() if tp.topic == "source"]
    return app.consumer_generation_id > 0 and not app.rebalancing and len(sources) == partitions


async def test_an_agent_gets_each_record_as_an_event_with_its_key_and_place(bench: Bench) -> None:
    app = bench.app()
    seen: list[tuple[int, int, bytes, bytes]] = []

    @app.agent(app.topic("source", **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            seen.append((event.message.partition, event.message.offset, event.key, event.value))  # noqa: PERF401 - endless

    bench.send(30)
    async with running(app):
        await until(lambda: len(seen) == 30)
    assert sorted(seen) == sorted((n % 3, n // 3, b"k%d" % (n % 7), b"%d" % n) for n in range(30))


async def test_batches_are_runs_of_one_partition_in_the_order_of_the_log(bench: Bench) -> None:
    app = bench.app()
    batches: list[Any] = []

    @app.agent(app.topic("source", schema=BatchSchema()), supervisor_strategy=mode.CrashingSupervisor)
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            batches.append((event.message.tp, [record.offset() for record in event.value], event.message.offset))
            event.ack()

    bench.send(300)
    async with running(app):
        await until(lambda: sum(len(offsets) for _, offsets, _ in batches) == 300)
        await until(lambda: app.consumer._committed_offset == {TP("source", n): 100 for n in range(3)}, what="commits")
    for number in range(PARTITIONS):
        mine = [offset for tp, offsets, _ in batches if tp.partition == number for offset in offsets]
        assert mine == list(range(100))
    assert all(offsets[-1] == last for _, offsets, last in batches)
    assert len(batches) < 30


async def test_only_the_longest_acknowledged_prefix_is_committed(bench: Bench) -> None:
    app = bench.app(broker_max_poll_records=1)
    held: list[Any] = []

    @app.agent(app.topic("source", schema=BatchSchema()))
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            held.append(event)  # noqa: PERF401 - endless

    bench.send(6, partition=0)
    async with running(app):
        await until(lambda: len(held) == 6)
        place = TP("source", 0)
        for number in (0, 1, 3, 4):
            held[number].ack()
        await app.consumer.commit()
        assert app.consumer._committed_offset[place] == 2
        held[2].ack()
        await app.consumer.commit()
        assert app.consumer._committed_offset[place] == 5
        held[5].ack()


async def test_reading_goes_on_where_the_group_has_committed(bench: Bench) -> None:
    async def offsets_of_a_run(count: int) -> list[int]:
        app = bench.app()
        seen: list[int] = []

        @app.agent(app.topic("source", **RAW))
        async def agent(stream: Any) -> None:
            async for event in stream.events():
                seen.append(event.message.offset)  # noqa: PERF401 - endless

        async with running(app):
            await until(lambda: len(seen) == count)
        return seen

    bench.send(10, partition=1)
    assert await offsets_of_a_run(10) == list(range(10))
    bench.send(5, partition=1)
    assert await offsets_of_a_run(5) == list(range(10, 15))


@pytest.mark.parametrize("how", ["stop", "revoke"])
async def test_what_is_acknowledged_while_a_commit_is_under_way_is_committed_at_the_end(bench: Bench, how: str) -> None:
    app = bench.app(broker_commit_interval=300.0)
    held: list[Any] = []

    @app.agent(app.topic("source", **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            held.append(event)  # noqa: PERF401 - endless

    bench.send(4, partition=0)
    committed: list[int] = []
    under_way, may_end = asyncio.Event(), asyncio.Event()
    async with running(app):
        await until(lambda: len(held) == 4)
        stock = app.consumer._commit

        async def slow(offsets: Any) -> bool:
            under_way.set()
            await may_end.wait()
            committed.append(offsets[TP("source", 0)])
            return await stock(offsets)

        app.consumer._commit = slow
        held[0].ack()
        first = asyncio.create_task(app.consumer.commit())
        await under_way.wait()
        for event in held[1:]:
            event.ack()
        ending = asyncio.create_task(app.consumer._revoked() if how == "revoke" else app.consumer.stop())
        await until(lambda: app.consumer.should_stop or app.rebalancing)
        may_end.set()
        await asyncio.wait_for(asyncio.gather(first, ending), 20)
    assert committed == [1, 4]


async def test_reading_begins_where_the_application_says_and_nothing_comes_before_it(bench: Bench) -> None:
    app = bench.app(consumer_auto_offset_reset="latest")
    starts = {TP("source", 0): 7, TP("source", 1): 0, TP("source", 2): 20}
    configure(app, Options({"auto.offset.reset": "error"}, start_offsets=lambda tps: {tp: starts[tp] for tp in tps}))
    seen: dict[int, list[int]] = {0: [], 1: [], 2: []}

    @app.agent(app.topic("source", schema=BatchSchema()))
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            seen[event.message.partition] += [record.offset() for record in event.value]
            event.ack()

    bench.send(60)
    async with running(app):
        await until(lambda: len(seen[0]) == 13 and len(seen[1]) == 20)
        bench.send(3, first=60)
        await until(lambda: [seen[number][-1] for number in seen if seen[number]] == [20, 20, 20])
    assert seen[2] == [20]
    assert seen[0] == list(range(7, 21))
    assert seen[1] == list(range(21))


async def test_a_slow_agent_stops_the_poll_thread_and_memory_holds_a_bounded_number_of_batches(bench: Bench) -> None:
    app = bench.app(broker_max_poll_records=10, stream_buffer_maxsize=2)
    going_on = asyncio.Event()
    seen: list[int] = []

    @app.agent(app.topic("source", schema=BatchSchema()))
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            seen.extend(record.offset() for record in event.value)
            event.ack()
            await going_on.wait()

    bench.send(3_000)
    async with running(app):
        poller = app.consumer.poller
        at = (0, 0)  # rounds and pauses when it was last seen to poll

        def stands_still() -> bool:
            nonlocal at
            if poller._serial != at[0]:
                at = (poller._serial, poller.pauses)
            return bool(seen) and poller.waiting == 2 and poller.pauses >= at[1] + 10

        await until(stands_still, what="ten pauses without a round of polling")
        assert poller._serial < 20
        assert len(seen) <= 10
        going_on.set()
        await until(lambda: len(seen) == 3_000)


@pytest.mark.long  # tests/integration/worker/test_delivery.py has members that join and leave, too
async def test_members_that_come_and_go_quickly_leave_no_hole_in_what_is_delivered(bench: Bench) -> None:
    """Whatever is taken over is read from the application's own offsets: each record exactly once, over all members."""
    reached = dict.fromkeys(range(PARTITIONS), -1)
    holes: list[str] = []

    def a_member() -> faust.App:
        app = bench.app(broker_max_poll_records=7)
        configure(app, Options(start_offsets=lambda tps: {tp: reached[tp.partition] + 1 for tp in tps}))

        @app.agent(app.topic("source", schema=BatchSchema()))
        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                place = event.message.partition
                for record in event.value:
                    if record.offset() != reached[place] + 1:
                        holes.append(f"{place}: {record.offset()} after {reached[place]}")
                    reached[place] = record.offset()
                event.ack()

        return app

    sent = 0

    async def feed() -> AsyncIterator[None]:
        nonlocal sent
        for _ in range(40):
            bench.send(30, first=sent)
            sent += 30
            await asyncio.sleep(0.05)
            yield

    first = a_member()
    async with running(first):
        await until(lambda: is_settled(first))
        for _ in range(3):
            second = a_member()
            async with running(second):
                async for _ in feed():
                    if second.consumer_generation_id and not second.rebalancing:
                        break
                await until(lambda: len(second.consumer.assignment()) in (1, 2) and not second.rebalancing)  # noqa: B023 - awaited here
        await until(lambda: sum(reached.values()) + PARTITIONS == sent, what=f"{reached} of {sent}")
    assert holes == []


def an_app_that_waits(bench: Bench) -> tuple[faust.App, asyncio.Event, list[int]]:
    """Takes one batch of five and no other before the event is set; the offsets it has seen."""
    app = bench.app(broker_max_poll_records=5, stream_buffer_maxsize=1)
    going_on, seen = asyncio.Event(), list[int]()

    @app.agent(app.topic("source", schema=BatchSchema()))
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            seen.extend(record.offset() for record in event.value)
            event.ack()
            await going_on.wait()

    return app, going_on, seen


async def test_a_record_paused_after_it_was_fetched_comes_when_its_partition_is_resumed(bench: Bench) -> None:
    app, going_on, seen = an_app_that_waits(bench)
    bench.send(100, partition=0)
    async with running(app):
        await until(lambda: app.consumer.poller.waiting == 2, what="fetches that wait")
        app.consumer.pause_partitions({TP("source", 0)})
        going_on.set()
        await until(lambda: app.consumer.poller.waiting == 0, what="the waiting fetches' end")
        delivered = len(seen)
        assert delivered < 100
        app.consumer.resume_partitions({TP("source", 0)})
        await until(lambda: len(seen) == 100)
    assert seen == list(range(100))


async def test_a_partition_resumed_as_soon_as_a_fetch_of_it_was_dropped_goes_on_with_that_fetch(bench: Bench) -> None:
    """The fetch behind it waits already, and must not pass for what comes next."""
    app, going_on, seen = an_app_that_waits(bench)
    place = TP("source", 0)
    bench.send(200, partition=0)
    async with running(app):
        await until(lambda: app.consumer.poller.waiting == 2, what="fetches that wait")
        app.consumer.pause_partitions({place})
        going_on.set()
        for _ in range(10_000):
            if app.consumer._coming_again:
                break
            await asyncio.sleep(0)
        else:
            pytest.fail("no fetch was dropped")
        app.consumer.resume_partitions({place})
        await until(lambda: bool(seen) and seen[-1] == 199, what="the last record")
    assert seen == list(range(200))
