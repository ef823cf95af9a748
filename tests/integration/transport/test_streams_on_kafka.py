"""Faust's streams on Apache Kafka: what a plain app, written for the aiokafka driver, does here."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import faust
import mode
import pytest
from faust.exceptions import ImproperlyConfigured
from faust.types import TP

from faust_confluent import BatchSchema, Options, configure
from tests.integration.transport.conftest import running, until
from tests.integration.transport.yard import PARTITIONS, RAW, Yard, is_ready, numbered

pytestmark = pytest.mark.kafka


class Click(faust.Record):
    page: str
    times: int


async def test_an_agent_gets_models_with_key_headers_and_timestamp(yard: Yard) -> None:
    name, app = yard.topic("clicks"), yard.app()
    seen: list[Any] = []

    @app.agent(app.topic(name, key_type=str, value_type=Click))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            seen.append((event.key, event.value, event.headers, event.message.timestamp))  # noqa: PERF401 - endless

    at = datetime(2021, 11, 7, 2, 30, tzinfo=UTC)
    yard.send(
        name, [(b"front", b'{"page": "/", "times": 3}')],
        headers=[("origin", b"test")], timestamp_ms=int(at.timestamp() * 1000),
    )  # fmt: skip
    async with running(app):
        await until(lambda: len(seen) == 1)
    ((key, value, headers, timestamp),) = seen
    assert (key, value) == ("front", Click(page="/", times=3))
    assert dict(headers) == {"origin": b"test"}
    assert timestamp == at.timestamp()


async def test_a_tombstone_reaches_the_agent_as_none(yard: Yard) -> None:
    name, app = yard.topic("clicks"), yard.app()
    seen: list[Any] = []

    @app.agent(app.topic(name, **RAW))
    async def agent(stream: Any) -> None:
        async for key, value in stream.items():
            seen.append((key, value))

    yard.send(name, [(b"a", b"1"), (b"a", None), (None, b"2")], partition=0)
    async with running(app):
        await until(lambda: len(seen) == 3)
    assert seen == [(b"a", b"1"), (b"a", None), (None, b"2")]


async def test_take_gives_runs_and_what_was_taken_is_committed(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()
    runs: list[list[bytes]] = []

    @app.agent(app.topic(name, **RAW))
    async def agent(stream: Any) -> None:
        async for values in stream.take(10, within=5):
            runs.append(values)  # noqa: PERF401 - endless

    yard.send(name, numbered(40))
    async with running(app):
        await until(lambda: sum(map(len, runs)) == 40)
        await until(lambda: app.consumer._committed_offset.get(TP(name, 0)) == 40, what="the commit")
    assert [len(run) for run in runs] == [10] * 4
    assert [value for run in runs for value in run] == [b"%d" % n for n in range(40)]
    assert yard.committed(name) == {0: 40}


async def test_noack_take_commits_only_what_the_agent_acknowledged(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()
    runs: list[list[Any]] = []

    @app.agent(app.topic(name, **RAW))
    async def agent(stream: Any) -> None:
        async for events in stream.noack_take(10, within=5):
            runs.append(events)
            if len(runs) == 1:
                for event in events:
                    event.ack()

    yard.send(name, numbered(20))
    async with running(app):
        await until(lambda: len(runs) == 2)
        await until(lambda: app.consumer._committed_offset.get(TP(name, 0)) == 10, what="the commit")
    assert yard.committed(name) == {0: 10}


async def test_what_was_not_acknowledged_comes_again_after_a_restart_and_nothing_else(yard: Yard) -> None:
    name = yard.topic("clicks", 1)
    yard.send(name, numbered(10))

    async def run(until_acked: int) -> list[int]:
        app, seen = yard.app(), []

        @app.agent(app.topic(name, **RAW))
        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                seen.append(event.message.offset)
                if event.message.offset < until_acked:
                    event.ack()

        async with running(app):
            await until(lambda: bool(seen) and seen[-1] == 9)
        return seen

    assert await run(4) == list(range(10))
    assert await run(10) == list(range(4, 10))
    assert yard.committed(name) == {0: 10}


async def test_an_agent_that_raises_under_a_crashing_supervisor_has_committed_nothing_of_it(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()

    @app.agent(app.topic(name, **RAW), supervisor_strategy=mode.CrashingSupervisor)
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            if event.value == b"5":
                raise ValueError("the sixth")
            event.ack()

    yard.send(name, numbered(10))
    starting = asyncio.create_task(app.start())
    await until(lambda: app.crashed, what="the crash")
    await asyncio.wait_for(app.stop(), 20)
    await asyncio.wait([starting], timeout=20)
    assert yard.committed(name) == {0: 5}


async def test_two_agents_on_one_topic_each_get_every_record(yard: Yard) -> None:
    name, app = yard.topic("clicks"), yard.app()
    seen: dict[str, list[bytes]] = {"one": [], "other": []}

    @app.agent(app.topic(name, **RAW), name="one")
    async def one(stream: Any) -> None:
        async for value in stream:
            seen["one"].append(value)

    @app.agent(app.topic(name, **RAW), name="other")
    async def other(stream: Any) -> None:
        async for value in stream:
            seen["other"].append(value)

    yard.send(name, numbered(30))
    async with running(app):
        await until(lambda: len(seen["one"]) == len(seen["other"]) == 30)
        await until(lambda: sum(yard.committed(name).values()) == 30, what="the commits")
    assert sorted(seen["one"]) == sorted(seen["other"]) == sorted(b"%d" % n for n in range(30))


async def test_two_agents_on_two_topics_and_one_agent_on_both(yard: Yard) -> None:
    first, second, app = yard.topic("first"), yard.topic("second", 1), yard.app()
    seen: dict[str, list[bytes]] = {"first": [], "both": []}

    @app.agent(app.topic(first, **RAW))
    async def only_first(stream: Any) -> None:
        async for value in stream:
            seen["first"].append(value)

    @app.agent(app.topic(first, second, **RAW))
    async def both(stream: Any) -> None:
        async for value in stream:
            seen["both"].append(value)

    yard.send(first, [(b"a", b"1"), (b"b", b"2")])
    yard.send(second, [(b"c", b"3")])
    async with running(app):
        await until(lambda: len(seen["first"]) == 2 and len(seen["both"]) == 3)
    assert (sorted(seen["first"]), sorted(seen["both"])) == ([b"1", b"2"], [b"1", b"2", b"3"])


async def test_an_agent_with_concurrency_and_one_with_isolated_partitions(yard: Yard) -> None:
    name, app = yard.topic("clicks"), yard.app()
    shared: list[bytes] = []
    isolated: dict[int, set[int]] = {}

    @app.agent(app.topic(name, **RAW), concurrency=3)
    async def many(stream: Any) -> None:
        async for value in stream:
            shared.append(value)  # noqa: PERF401 - endless

    @app.agent(app.topic(name, **RAW), isolated_partitions=True)
    async def alone(stream: Any) -> None:
        async for event in stream.events():
            isolated.setdefault(id(stream), set()).add(event.message.partition)

    async with running(app):
        await until(lambda: is_ready(app, PARTITIONS))
        for number in range(PARTITIONS):
            yard.send(name, numbered(10), partition=number)
        await until(lambda: len(shared) == 20)
        await until(lambda: set().union(*isolated.values()) == {0, 1})
        await until(lambda: sum(yard.committed(name).values()) == 20, what="the commits")
    assert sorted(map(sorted, isolated.values())) == [[0], [1]]


async def test_group_by_sends_every_record_through_a_topic_of_its_own_by_the_new_key(yard: Yard) -> None:
    name, app = yard.topic("clicks"), yard.app()
    seen: list[tuple[str, str, int, int]] = []

    @app.agent(app.topic(name, key_type=str, value_type=Click))
    async def agent(stream: Any) -> None:
        async for event in stream.group_by(Click.page).events():
            seen.append((event.key, event.value.page, event.value.times, event.message.partition))  # noqa: PERF401 - endless

    values = [b'{"page": "/p%d", "times": %d}' % (n % 4, n) for n in range(40)]
    yard.send(name, [(b"%d" % n, value) for n, value in enumerate(values)])
    async with running(app):
        await until(lambda: len(seen) == 40)
        await until(lambda: sum(yard.committed(name).values()) == 40, what="the commits of the source")
    assert all(key == page for key, page, _, _ in seen)
    assert sorted(times for _, _, times, _ in seen) == list(range(40))
    places = {(page, place) for _, page, _, place in seen}
    assert len(places) == 4, "one page, one partition"
    (between,) = [topic for topic in yard.topics() if name in topic and topic.endswith("-repartition")]
    assert yard.topics()[between] == PARTITIONS


async def test_seek_pause_and_resume(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()
    seen: list[int] = []

    @app.agent(app.topic(name, **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            seen.append(event.message.offset)  # noqa: PERF401 - endless

    yard.send(name, numbered(10))
    place = TP(name, 0)
    async with running(app):
        await until(lambda: seen == list(range(10)))
        assert await app.consumer.position(place) == 10
        assert await app.consumer.highwaters(place) == {place: 10}
        assert await app.consumer.earliest_offsets(place) == {place: 0}
        await app.consumer.seek(place, 6)
        await until(lambda: seen == [*range(10), 6, 7, 8, 9])
        app.consumer.pause_partitions({place})
        yard.send(name, numbered(5))
        await until(lambda: app.consumer.poller.waiting == 0)
        assert await app.consumer.highwaters(place) == {place: 15}
        assert len(seen) == 14, "paused"
        app.consumer.resume_partitions({place})
        await until(lambda: seen[14:] == [10, 11, 12, 13, 14])


async def test_a_value_beyond_the_maximum_fails_for_the_sender_and_the_next_one_goes_through(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app(producer_max_request_size=100_000)
    target = app.topic(name, **RAW)

    @app.agent(target)
    async def agent(stream: Any) -> None:
        async for _ in stream:
            pass

    async with running(app):
        with pytest.raises(faust.exceptions.ProducerSendError, match=f"{name}.*too large"):
            await app.producer.send_and_wait(name, b"k", b"x" * 200_000, None, None, None)
        told = await (await target.send(key=b"k", value=b"fits"))
        assert (told.topic_partition, told.offset) == (TP(name, 0), 0)


async def test_a_topic_is_declared_with_its_partitions_retention_and_cleanup(yard: Yard) -> None:
    app = yard.app()
    declared = app.topic(f"{yard.app_id}-made", partitions=3, retention=3600.0, compacting=True, deleting=True, **RAW)
    source = yard.topic("clicks")

    @app.agent(app.topic(source, **RAW))
    async def agent(stream: Any) -> None:
        async for _ in stream:
            pass

    async with running(app):
        await declared.declare()
        await declared.declare()  # it is there already: no error
    # the broker that is asked hears of it a moment after the one that made it
    await until(lambda: yard.topics().get(f"{yard.app_id}-made") == 3, what="the topic with its partitions")
    config = yard.config(f"{yard.app_id}-made")
    assert (config["retention.ms"], config["cleanup.policy"]) == ("3600000", "compact,delete")


async def test_a_topic_pattern_is_refused_because_faust_would_never_read_it(yard: Yard) -> None:
    app = yard.app()

    @app.agent(app.topic(pattern=f"{yard.app_id}-.*"))
    async def agent(stream: Any) -> None:
        async for _ in stream:
            pass

    starting = asyncio.create_task(app.start())
    await until(lambda: app.crashed, what="the refusal")
    await asyncio.wait_for(app.stop(), 20)
    await asyncio.wait([starting], timeout=20)
    assert isinstance(app._crash_reason, ImproperlyConfigured)
    assert "pattern" in str(app._crash_reason)


async def test_a_timer_on_the_leader_runs_in_one_of_two_workers(yard: Yard) -> None:
    name = yard.topic("clicks")
    ran: list[int] = []

    def an_app(number: int) -> faust.App:
        app = yard.app(topic_disable_leader=False)

        @app.agent(app.topic(name, **RAW))
        async def agent(stream: Any) -> None:
            async for _ in stream:
                pass

        @app.timer(0.1, on_leader=True)
        async def tick() -> None:
            ran.append(number)

        return app

    first, second = an_app(1), an_app(2)
    async with running(first), running(second):

        def shared() -> bool:
            """Both are in the group: until then the first is the leader, and may not stay it."""
            parts = [app.consumer.assignment() for app in (first, second)]
            are_settled = not (first.rebalancing or second.rebalancing) and all(parts) and not parts[0] & parts[1]
            return are_settled and sorted([first.is_leader(), second.is_leader()]) == [False, True]

        await until(shared, what="one leader of two")
        leader = 1 if first.is_leader() else 2
        ran.clear()
        await until(lambda: len(ran) >= 3)
        assert set(ran) == {leader}


async def test_the_broker_gathers_a_batch_of_records_that_come_one_by_one(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()
    configure(app, Options(coalesce_s=2.0))
    batches: list[list[bytes | None]] = []

    @app.agent(app.topic(name, schema=BatchSchema()), supervisor_strategy=mode.CrashingSupervisor)
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            batches.append([record.value() for record in event.value])
            event.ack()

    async with running(app):
        await until(lambda: is_ready(app, 1), what="readiness")
        yard.send(name, [(None, b"awake")])
        await until(lambda: len(batches) == 1)
        # the next fetch waits at the broker now; the loop stays free to take what would come before its time
        values = [b"%d" % number for number in range(20)]
        for value in values:
            await asyncio.to_thread(yard.send, name, [(None, value)])
        await until(lambda: sum(map(len, batches)) == 1 + len(values))
    assert batches == [[b"awake"], values]


async def test_a_backlog_is_worked_off_without_pauses_by_a_client_with_a_small_queue(yard: Yard) -> None:
    """librdkafka would look at a full queue again after a second, and this one is filled twenty times."""
    name, app = yard.topic("clicks", 1), yard.app()
    configure(app, Options(consumer={"queued.max.messages.kbytes": 256}))
    seen: list[int] = []

    @app.agent(app.topic(name, schema=BatchSchema()), supervisor_strategy=mode.CrashingSupervisor)
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            seen.append(len(event.value))
            event.ack()

    yard.send(name, [(None, b"x" * 1_000)] * 20_000)
    async with running(app):
        await until(lambda: bool(seen), what="the first batch")
        began = monotonic()
        await until(lambda: sum(seen) == 20_000, what="the backlog")
        assert monotonic() - began < 10
