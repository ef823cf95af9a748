"""Faust's tables on Apache Kafka: in memory and on RocksDB, windowed, global, restored, with standbys' partitions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import faust
import pytest
from faust.types import TP

from tests.integration.transport.conftest import running, until
from tests.integration.transport.yard import PARTITIONS, RAW, Yard, is_ready, numbered

pytestmark = pytest.mark.kafka

EXPECTED = {f"k{number}": 10 for number in range(5)}


def counting(yard: Yard, source: str, **settings: Any) -> tuple[faust.App, Any]:
    app = yard.app(**settings)
    counts = app.Table("counts", key_type=str, value_type=int, default=int)

    @app.agent(app.topic(source, **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            counts[event.key.decode()] += 1

    return app, counts


@pytest.mark.parametrize("store", ["memory://", "rocksdb://"])
async def test_a_table_is_restored_from_the_changelog_that_faust_made(yard: Yard, store: str) -> None:
    source = yard.topic("source")
    yard.send(source, numbered(50))
    app, counts = counting(yard, source, store=store)
    async with running(app):
        await until(lambda: is_ready(app, PARTITIONS) and sum(counts.values()) == 50)
        assert dict(counts.items()) == EXPECTED
    changelog = f"{yard.app_id}-counts-changelog"
    assert yard.topics()[changelog] == PARTITIONS
    assert yard.config(changelog)["cleanup.policy"] == "compact"

    yard.data /= "elsewhere"  # nothing local is left: another machine
    again, restored = counting(yard, source, store=store)
    async with running(again):
        await until(lambda: is_ready(again, PARTITIONS))
        assert dict(restored.items()) == EXPECTED
        yard.send(source, numbered(5))
        await until(lambda: sum(restored.values()) == 55)


async def test_a_table_on_rocksdb_goes_on_from_its_local_files(yard: Yard) -> None:
    source = yard.topic("source")
    yard.send(source, numbered(50))
    app, counts = counting(yard, source, store="rocksdb://")
    async with running(app):
        await until(lambda: is_ready(app, PARTITIONS) and sum(counts.values()) == 50)
        changelog = [TP(f"{yard.app_id}-counts-changelog", number) for number in range(PARTITIONS)]
        await until(
            lambda: sum(1 + (-1 if (at := counts.persisted_offset(tp)) is None else at) for tp in changelog) == 50,
            what="the offsets beside the state",
        )
    again, restored = counting(yard, source, store="rocksdb://")
    read: list[Any] = []

    async def note(event: Any) -> None:
        read.append(event)

    restored.on_changelog_event = note
    async with running(again):
        await until(lambda: is_ready(again, PARTITIONS))
        assert dict(restored.items()) == EXPECTED
    assert read == [], "what is on the disk is not read again"


async def test_a_deleted_key_stays_deleted_after_a_restore(yard: Yard) -> None:
    source = yard.topic("source")

    def an_app() -> tuple[faust.App, Any]:
        app = yard.app()
        table = app.Table("last", key_type=str, value_type=str)

        @app.agent(app.topic(source, **RAW))
        async def agent(stream: Any) -> None:
            async for key, value in stream.items():
                if value is None:
                    table.pop(key.decode(), None)
                else:
                    table[key.decode()] = value.decode()

        return app, table

    yard.send(source, [(b"a", b"1"), (b"b", b"2"), (b"a", None), (b"c", b"3")])
    app, table = an_app()
    async with running(app):
        await until(lambda: dict(table) == {"b": "2", "c": "3"})
    again, restored = an_app()
    async with running(again):
        await until(lambda: is_ready(again, PARTITIONS))
        assert dict(restored) == {"b": "2", "c": "3"}


async def test_a_table_with_other_partitions_than_its_source_says_so(yard: Yard) -> None:
    source = yard.topic("source", PARTITIONS + 1)
    app = yard.app()
    table = app.Table("counts", default=int)
    raised: list[BaseException] = []

    @app.agent(app.topic(source, **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            try:
                table[event.key] += 1
            except faust.exceptions.PartitionsMismatch as error:
                raised.append(error)

    yard.send(source, numbered(3))
    async with running(app):
        await until(lambda: len(raised) == 3)


async def test_windowed_tables_count_by_the_records_own_time_and_survive_a_restart(yard: Yard) -> None:
    source = yard.topic("source", 1)

    def an_app() -> tuple[faust.App, Any, Any, list[Any]]:
        app = yard.app(topic_partitions=1)
        tumbling = app.Table("tumbling", default=int, key_type=str, value_type=int).tumbling(
            10.0, expires=timedelta(days=10_000)
        )
        hopping = app.Table("hopping", default=int, key_type=str, value_type=int).hopping(
            10.0, 5.0, expires=timedelta(days=10_000)
        )
        seen: list[Any] = []

        @app.agent(app.topic(source, **RAW))
        async def agent(stream: Any) -> None:
            async for event in stream.events():
                tumbling[event.key.decode()] += 1
                hopping[event.key.decode()] += 1
                key = event.key.decode()
                seen.append((tumbling[key].current(), hopping[key].current()))

        return app, tumbling, hopping, seen

    start_ms = 1_636_250_000_000
    for second in (1, 2, 7, 12):
        yard.send(source, [(b"a", b"x")], timestamp_ms=start_ms + second * 1000)
    app, *_, seen = an_app()
    async with running(app):
        await until(lambda: len(seen) == 4)
    assert [pair[0] for pair in seen] == [1, 2, 3, 1], "a window of ten seconds begins at 0 and at 10"
    assert [pair[1] for pair in seen] == [1, 2, 1, 1], "current: the newest window, which begins at 0, 0, 5 and 10"

    again, *_, more = an_app()
    async with running(again):
        await until(lambda: is_ready(again, 1))
        yard.send(source, [(b"a", b"x")], timestamp_ms=start_ms + 13_000)
        await until(lambda: len(more) == 1)
    assert more == [(2, 2)]


async def test_a_window_expires_and_its_key_leaves_the_table(yard: Yard) -> None:
    source = yard.topic("source", 1)
    app = yard.app(topic_partitions=1, table_cleanup_interval=0.1)
    gone: list[Any] = []

    async def closed(key: Any, value: Any) -> None:
        gone.append((key[0], value))

    table = app.Table("windows", default=int, key_type=str, value_type=int, on_window_close=closed).tumbling(
        10.0, expires=10.0
    )

    @app.agent(app.topic(source, **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            table[event.key.decode()] += 1

    now_ms = int(datetime.now(UTC).timestamp() * 1000)  # Faust asks the machine's clock whether a window is stale
    async with running(app):
        yard.send(source, [(b"b", b"x")], timestamp_ms=now_ms + 600_000)
        yard.send(source, [(b"a", b"x"), (b"a", b"x")], timestamp_ms=now_ms - 600_000)
        await until(lambda: gone == [("a", 2)], what="the window's end")
        assert [key[0] for key in table.table] == ["b"]


async def test_a_global_table_is_whole_in_every_worker_and_in_one_that_only_reads(yard: Yard) -> None:
    source = yard.topic("source")

    def writer() -> tuple[faust.App, Any]:
        app = yard.app()
        table = app.GlobalTable("shared", key_type=str, value_type=str, partitions=PARTITIONS, recovery_buffer_size=1)

        @app.agent(app.topic(source, **RAW))
        async def agent(stream: Any) -> None:
            async for key, value in stream.items():
                table[key.decode()] = value.decode()

        return app, table

    (first, mine), (second, yours) = writer(), writer()
    async with running(first):
        await until(lambda: is_ready(first, PARTITIONS))
        async with running(second):
            await until(lambda: is_ready(first, 1) and is_ready(second, 1), what="one partition each")
            yard.send(source, numbered(5))
            expected = {f"k{number}": str(number) for number in range(5)}
            await until(lambda: dict(mine) == expected and dict(yours) == expected, what="both whole")
        await until(lambda: is_ready(first, PARTITIONS))
        assert dict(mine) == expected
        yard.send(source, [(b"k0", b"new")])
        await until(lambda: mine["k0"] == "new")

    third, theirs = writer()
    async with running(third):
        await until(lambda: is_ready(third, PARTITIONS))
        assert dict(theirs) == {**expected, "k0": "new"}


async def test_an_app_with_tables_and_no_source_is_ready_and_follows_the_global_one(yard: Yard) -> None:
    reader = yard.app()
    table = reader.GlobalTable("shared", key_type=str, value_type=str, partitions=PARTITIONS, recovery_buffer_size=1)
    changelog = yard.topic("shared-changelog", cleanup_policy="compact")
    yard.send(changelog, [(b'"a"', b'"1"')])
    async with running(reader):
        await until(lambda: is_ready(reader, 0))
        assert dict(table) == {"a": "1"}
        yard.send(changelog, [(b'"b"', b'"2"')])
        await until(lambda: dict(table) == {"a": "1", "b": "2"})


async def test_a_standby_follows_and_takes_over_with_the_state_and_without_reading_it_again(yard: Yard) -> None:
    """In one process; with a killed one: test_members_on_kafka."""
    source = yard.topic("source")
    (first, _), (second, yours) = (counting(yard, source, table_standby_replicas=1) for _ in range(2))
    changelog = f"{yard.app_id}-counts-changelog"
    yard.send(source, numbered(50))
    async with running(second):
        await until(lambda: is_ready(second, PARTITIONS))
        async with running(first):
            await until(lambda: is_ready(first, 1) and is_ready(second, 1), what="one partition each")
            standbys = second.assignor.assigned_standbys()
            assert {tp.topic for tp in standbys} == {changelog}
            assert len(standbys) == 1
            yard.send(source, numbered(50))
            recovery = second.tables.recovery
            ends = await second.consumer.highwaters(*standbys)
            await until(
                lambda: all((recovery.standby_offsets[tp] or -1) + 1 >= ends[tp] for tp in standbys), what="the standby"
            )
        await until(lambda: is_ready(second, PARTITIONS))
        await until(lambda: dict(yours) == dict.fromkeys(EXPECTED, 20), what="the state of both")
