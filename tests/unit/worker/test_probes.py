"""What the metrics tell of partitions, read in a thread while the event loop goes on."""

from __future__ import annotations

from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from processors.service import Probes
from runtime.metrics import WorkerMetrics
from schemas.topics import EVENTS

_PREFIX = "incident_timelines_"


def a_lane(offset: int) -> Any:
    return SimpleNamespace(
        offset=offset, next_offset=offset + 1, clock=1_636_300_000.0, incidents={"active": 2}, waiting_since=None,
        busy_since=None,
    )  # fmt: skip


class Bench:
    def __init__(self, *, fetched: dict[int, int], told: dict[int, int], heard: dict[int, int]) -> None:
        consumer = SimpleNamespace(
            started=False,
            statistics={
                "topics": {EVENTS: {"partitions": {str(number): {"hi_offset": end} for number, end in heard.items()}}}
            },
            highwater=lambda tp: fetched.get(tp.partition, -1) if tp == TP(EVENTS, tp.partition) else -1,
        )
        app = SimpleNamespace(consumer=consumer, consumer_generation_id=0, rebalancing=False, should_stop=False)
        self.worker: Any = SimpleNamespace(
            lanes={0: a_lane(41), 1: a_lane(9)}, metrics=WorkerMetrics(), app=app, failure=None, is_restored=True,
            lanes_since=monotonic(), settings=SimpleNamespace(stuck_after_s=60.0),
        )  # fmt: skip
        log_end: Any = SimpleNamespace(of=lambda number: (told[number], 3.0) if number in told else None)
        watch: Any = SimpleNamespace(watchdog=SimpleNamespace(in_core=lambda: None, idle=lambda: None))
        self.probes = Probes(self.worker, log_end, watch)

    def metrics(self) -> dict[str, float]:
        lines = [line for line in self.probes.render().decode().splitlines() if not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


@pytest.mark.parametrize("where", ["fetched", "told", "heard"])
def test_the_lag_is_to_the_furthest_end_that_anybody_told(where: str) -> None:
    ends = {"fetched": {0: 43}, "told": {0: 43}, "heard": {0: 43}, where: {0: 50}}
    found = Bench(**ends).metrics()
    assert found[_PREFIX + 'lag_records{partition="0"}'] == 8
    assert _PREFIX + 'lag_records{partition="1"}' not in found
    assert found[_PREFIX + 'applied_offset{partition="1"}'] == 9
    assert found[_PREFIX + 'clock_seconds{partition="1"}'] == 1_636_300_000
    assert found[_PREFIX + 'incidents{activity="active",partition="1"}'] == 2


def test_partitions_that_are_left_while_they_are_told_of_leave_nothing_behind() -> None:
    bench = Bench(fetched={0: 43, 1: 10}, told={}, heard={})
    tell = bench.worker.metrics.tell_partition

    def left_meanwhile(partition: int, **more: Any) -> None:
        tell(partition, **more)
        lanes, bench.worker.lanes = bench.worker.lanes, {}
        lanes.clear()

    bench.worker.metrics.tell_partition = left_meanwhile
    assert not [name for name in bench.metrics() if "partition=" in name]


def test_a_lag_that_the_broker_never_told_is_as_old_as_the_assignment() -> None:
    bench = Bench(fetched={}, told={0: 43}, heard={})
    bench.worker.lanes_since = monotonic() - 70
    assert bench.metrics()[_PREFIX + "lag_age_seconds"] == pytest.approx(70, abs=5)
    del bench.worker.lanes[1]
    assert bench.metrics()[_PREFIX + "lag_age_seconds"] == 3


def test_a_worker_that_lost_its_partitions_has_none_and_knows_no_lag() -> None:
    bench = Bench(fetched={}, told={0: 43}, heard={})
    assert bench.metrics()[_PREFIX + "assigned_partitions"] == 2
    bench.worker.lanes, bench.worker.is_restored = {}, False
    bench.worker.lanes_since = monotonic() - 70
    found = bench.metrics()
    assert found[_PREFIX + "assigned_partitions"] == 0
    assert found[_PREFIX + "lag_age_seconds"] == pytest.approx(70, abs=5)


def test_a_worker_that_was_given_no_partition_has_no_lag_to_know() -> None:
    bench = Bench(fetched={}, told={}, heard={})
    bench.worker.lanes, bench.worker.lanes_since = {}, monotonic() - 70
    found = bench.metrics()
    assert (found[_PREFIX + "assigned_partitions"], found[_PREFIX + "lag_age_seconds"]) == (0, 0)
