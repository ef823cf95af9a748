"""What a rebalance waits for, and what is left of a partition afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import pytest

from benchmarks.stand_in_core import cores_of
from processors import worker as worker_module
from processors.worker import build_worker
from runtime.settings import load_settings


class Writer:
    """Of PartitionWriter, what a worker needs to open one."""

    def __init__(self, settings: Any, partition: int, *, keep_trying: Callable[[], bool]) -> None:
        self.keep_trying = keep_trying

    def open(self) -> None: ...


async def test_a_batch_in_flight_is_finished_whatever_the_group_says_until_the_worker_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How long it may go without an answer is the writer's to say: test_transaction.py."""
    monkeypatch.setattr(worker_module, "PartitionWriter", Writer)
    worker = build_worker(load_settings({}, bootstrap_servers="127.0.0.1:9"), cores_of("events", 0.0), partitions=1)
    writer: Any = worker._open_writer(0, lambda: False)
    assert writer.keep_trying()
    await worker._leave_lanes()
    assert writer.keep_trying()
    worker.give_up()
    assert not writer.keep_trying()
    worker.close()


async def test_partitions_that_are_left_again_before_they_came_back_have_been_left_since_the_first_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0
    monkeypatch.setattr(worker_module, "monotonic", lambda: now)
    worker = build_worker(load_settings({}, bootstrap_servers="127.0.0.1:9"), cores_of("events", 0.0), partitions=1)
    worker.is_restored = True
    now = 1_010.0
    await worker._leave_lanes()
    now = 1_020.0
    await worker._leave_lanes()
    assert worker.lanes_since == 1_010
    worker.close()


async def test_the_state_of_partitions_that_were_left_is_let_go_before_others_are_read() -> None:
    class Router:
        offset = -1
        itself: Router  # in a circle, as a state may be

        def incidents(self) -> dict[str, int]:
            return {}

    worker: Any = build_worker(
        load_settings({}, bootstrap_servers="127.0.0.1:9"), cores_of("events", 0.0), partitions=1
    )
    writer: Any = Writer(worker.settings, 0, keep_trying=lambda: True)
    router = Router()
    router.itself = router
    held = ref(router)
    worker.routers, worker.lanes = {0: router}, {0: worker._lane(0, router, writer, 1)}
    del router
    await worker._leave_lanes()
    assert held() is None
    worker.close()
