"""A lane with a router and a writer made by hand."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from processors.handover import Handover, RawRecord
from processors.lane import Done, Lane


class Record:
    def __init__(self, offset: int) -> None:
        self._offset = offset

    def topic(self) -> str:
        return "log"

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        return b"europe"

    def value(self) -> bytes:
        return b"v%d" % self._offset

    def headers(self) -> None:
        return None

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_000


class Event:
    def __init__(self, *offsets: int) -> None:
        self.value: Any = [Record(offset) for offset in offsets]
        self.acked = False
        self.message = SimpleNamespace(weight=10 * len(offsets))

    def ack(self) -> None:
        self.acked = True


class Router:
    def __init__(self, offset: int = -1) -> None:
        self.offset = offset
        self.batches: list[list[int]] = []
        self.called = threading.Event()
        self.counted: dict[str, int] = {}
        self.clock: float | None = None

    def incidents(self) -> dict[str, int]:
        return {"active": 7}

    def process(self, records: Sequence[RawRecord]) -> Handover:
        self.batches.append([record.offset for record in records])
        self.called.set()
        self.offset = records[-1].offset
        return Handover(
            (), ((b"k", b"v"),), self.offset, taken=len(records), incidents=self.counted, newest_recorded_at=self.clock
        )


class Writer:
    """Writes when it is let; `fails` is raised instead."""

    waiting_since = None

    def __init__(self) -> None:
        self.let = threading.Event()
        self.let.set()
        self.fails: Exception | None = None
        self.written: list[int] = []

    def write(self, handover: Handover) -> None:
        assert self.let.wait(10)
        if self.fails is not None:
            raise self.fails
        self.written.append(handover.offset)


class Bench:
    def __init__(self, executor: ThreadPoolExecutor, offset: int = -1) -> None:
        self.router, self.writer = Router(offset), Writer()
        self.is_current = True
        self.done: list[Done] = []
        self.failed: list[BaseException] = []
        self.dropped: list[Any] = []
        self.full: list[bool] = []
        self.checks: Exception | None = None
        self.lane = Lane(
            0, self.router, self.writer, executor=executor, most_records=4, most_bytes=100,
            is_current=lambda: self.is_current, check=self._check,
            on_done=lambda _, done: self.done.append(done), on_failed=self.failed.append,
            on_dropped=self.dropped.append, on_full=lambda _, is_full: self.full.append(is_full),
        )  # fmt: skip

    async def in_flight(self) -> None:
        """Until the core has a batch."""
        await asyncio.to_thread(self.router.called.wait, 10)

    def _check(self, handover: Handover) -> None:
        if self.checks is not None:
            raise self.checks


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def bench(executor: ThreadPoolExecutor) -> Bench:
    return Bench(executor)


async def test_an_event_is_acknowledged_when_its_records_are_written(bench: Bench) -> None:
    bench.writer.let.clear()
    event = Event(0, 1)
    await bench.lane.take(event)
    await asyncio.sleep(0)
    assert not event.acked
    assert bench.lane.next_offset == 0
    bench.writer.let.set()
    await bench.lane.finished()
    assert event.acked
    assert bench.lane.next_offset == 2
    assert [done.records for done in bench.done] == [2]


async def test_what_arrives_during_a_transaction_joins_the_next_one_up_to_the_limit(bench: Bench) -> None:
    bench.writer.let.clear()
    first = Event(0)
    await bench.lane.take(first)
    await bench.in_flight()
    for offset in (1, 2):
        await bench.lane.take(Event(offset, offset))
    bench.writer.let.set()
    await bench.lane.finished()
    assert bench.router.batches == [[0], [1, 1, 2, 2]]


async def a_giver_that_waits(bench: Bench) -> asyncio.Task[None]:
    """For room: a batch is being written, and more than another one waits."""
    bench.writer.let.clear()
    await bench.lane.take(Event(0))
    await bench.in_flight()
    giving = asyncio.create_task(bench.lane.take(Event(1, 2, 3, 4, 5)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not giving.done()
    return giving


async def test_a_full_lane_makes_its_giver_wait_until_there_is_room(bench: Bench) -> None:
    giving = await a_giver_that_waits(bench)
    bench.writer.let.set()
    await giving
    await bench.lane.finished()
    assert bench.writer.written == [0, 5]
    assert bench.full == []


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_a_giver_that_is_cancelled_as_room_comes_ends(bench: Bench, steps: int) -> None:
    """`asyncio.wait_for` of Python 3.11 gives the result of what it waited for instead of the cancellation."""
    giving = await a_giver_that_waits(bench)
    bench.lane.close()  # which makes room
    for _ in range(steps):  # of the event loop: one of these meets the moment
        await asyncio.sleep(0)
    was_over = giving.done()
    giving.cancel()
    bench.writer.let.set()
    await asyncio.wait({giving})
    assert giving.cancelled() or was_over


async def test_a_lane_that_stays_full_asks_for_no_more_takes_what_has_come_and_asks_again_when_there_is_room(
    bench: Bench,
) -> None:
    bench.writer.let.clear()
    await bench.lane.take(Event(0))
    await bench.in_flight()
    await bench.lane.take(Event(1, 2, 3))
    await bench.lane.take(Event(4, 5))  # comes back, though nothing was written
    assert bench.full == [True]
    await bench.lane.take(Event(6, 7))
    assert bench.full == [True]
    bench.writer.let.set()
    await bench.lane.finished()
    assert bench.router.batches == [[0], [1, 2, 3], [4, 5, 6, 7]]
    assert bench.full == [True, False]


async def test_bytes_fill_a_lane_and_a_batch_like_records_do(executor: ThreadPoolExecutor) -> None:
    bench = Bench(executor)
    bench.writer.let.clear()
    await bench.lane.take(Event(0))
    await bench.in_flight()
    heavy = [Event(offset) for offset in (1, 2, 3)]
    for event in heavy:
        event.message.weight = 60
        await bench.lane.take(event)
    assert bench.full == [True]
    bench.writer.let.set()
    await bench.lane.finished()
    assert bench.router.batches == [[0], [1], [2], [3]]
    assert bench.full == [True, False]


async def test_a_lane_that_is_left_while_full_asks_for_nothing(bench: Bench) -> None:
    bench.writer.let.clear()
    await bench.lane.take(Event(0))
    await bench.in_flight()
    giving = asyncio.create_task(bench.lane.take(Event(1, 2, 3, 4, 5)))
    await asyncio.sleep(0)
    bench.lane.close()
    await giving
    bench.writer.let.set()
    await bench.lane.finished()
    assert bench.full == []


async def test_a_failed_write_acknowledges_nothing_and_is_told_once(bench: Bench) -> None:
    bench.writer.fails = RuntimeError("no")
    first, second = Event(0), Event(1)
    bench.writer.let.clear()
    await bench.lane.take(first)
    await bench.lane.take(second)
    bench.writer.let.set()
    await bench.lane.finished()
    assert not (first.acked or second.acked)
    assert bench.failed == [bench.writer.fails]
    assert bench.lane.next_offset == 0
    assert bench.dropped == [first, second]
    late = Event(2)
    await bench.lane.take(late)
    assert bench.dropped == [first, second, late]


async def test_a_refused_hand_over_is_not_written(bench: Bench) -> None:
    bench.checks = ValueError("too many rejects")
    await bench.lane.take(Event(0))
    await bench.lane.finished()
    assert bench.writer.written == []
    assert bench.failed == [bench.checks]


async def test_a_lane_that_is_left_finishes_what_is_in_flight_and_tells_nobody(bench: Bench) -> None:
    bench.writer.let.clear()
    flying, waiting = Event(0), Event(1)
    await bench.lane.take(flying)
    await bench.in_flight()
    await bench.lane.take(waiting)
    bench.lane.close()
    bench.writer.let.set()
    await bench.lane.finished()
    assert bench.writer.written == [0]
    assert bench.router.batches == [[0]]
    assert not (flying.acked or waiting.acked)
    assert bench.dropped == [waiting, flying]
    assert bench.done == []


async def test_nothing_new_is_begun_during_a_rebalance(bench: Bench) -> None:
    bench.is_current = False
    event = Event(0)
    await bench.lane.take(event)
    await bench.lane.finished()
    assert bench.router.batches == []
    assert bench.dropped == [event]


def test_a_lane_goes_on_behind_the_restored_offset(executor: ThreadPoolExecutor) -> None:
    assert Bench(executor, offset=41).lane.next_offset == 42


async def test_a_lane_tells_how_its_partition_stands_as_of_what_is_written(bench: Bench) -> None:
    assert (bench.lane.incidents, bench.lane.clock) == ({"active": 7}, None)
    bench.router.counted, bench.router.clock = {"active": 8}, 1_636_300_000.0
    bench.writer.let.clear()
    await bench.lane.take(Event(0))
    await bench.in_flight()
    assert (bench.lane.incidents, bench.lane.clock) == ({"active": 7}, None)
    bench.writer.let.set()
    await bench.lane.finished()
    assert (bench.lane.incidents, bench.lane.clock) == ({"active": 8}, 1_636_300_000.0)
    bench.router.counted, bench.router.clock = {}, None  # of a batch in which nothing was applied
    await bench.lane.take(Event(0))
    await bench.lane.finished()
    assert (bench.lane.incidents, bench.lane.clock) == ({"active": 8}, 1_636_300_000.0)


async def test_a_batch_that_is_never_begun_because_the_threads_end_ends_the_lane() -> None:
    """The threads that there are may all be waiting for a broker when the worker is closed."""
    pool = ThreadPoolExecutor(1)
    hold = threading.Event()
    pool.submit(hold.wait, 10)
    bench = Bench(pool)
    event = Event(0)
    await bench.lane.take(event)
    pool.shutdown(wait=False, cancel_futures=True)
    await bench.lane.finished()
    hold.set()
    assert bench.dropped == [event]
    assert [type(error) for error in bench.failed] == [CancelledError]


async def test_threads_that_take_no_more_work_are_a_failure_that_is_told(executor: ThreadPoolExecutor) -> None:
    executor.shutdown()
    bench = Bench(executor)
    event = Event(0)
    await bench.lane.take(event)
    await bench.lane.finished()
    assert bench.dropped == [event]
    assert [type(error) for error in bench.failed] == [RuntimeError]


def test_a_batch_that_ends_when_the_event_loop_has_gone_tells_nobody(
    executor: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(executor)
    bench.writer.let.clear()
    asyncio.run(bench.lane.take(Event(0)))
    bench.writer.let.set()
    executor.shutdown()  # waits for the batch and for what is called when it is done
    assert bench.writer.written == [0]
    assert bench.done == []
    # of warnings and errors: in its debug mode, or where another test turned that on, asyncio tells more
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
