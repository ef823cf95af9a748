"""An incident of thousands of reports, with the real core: bounded heads, bounded state, the same cost to the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from statistics import median

import pytest

from processors.cores import real_cores
from processors.handover import Outgoing, RawRecord
from processors.replay import as_log
from processors.router import PartitionRouter
from schemas.codec import TYPE_TIMELINE, decode
from schemas.timeline import MAX_HEAD_BYTES, IncidentTimeline
from schemas.topics import TIMELINES
from tests.integration.overload.giant import REGION, reports

_CORES = real_cores()
#: of one piece of state, and of one record on a sink topic: far below what a topic takes
_MOST_STATE_BYTES = 64_000
_MOST_SENT_BYTES = 200_000


def a_router() -> PartitionRouter:
    return PartitionRouter(0, _CORES.core_for, core_version=_CORES.version, partitions=1)


@dataclass
class Run:
    """What came of a log that was taken record by record, as a worker with no load does."""

    router: PartitionRouter = field(default_factory=a_router)
    seconds: list[float] = field(default_factory=list)
    heads: dict[bytes | None, bytes | None] = field(default_factory=dict)
    state: dict[bytes, bytes | None] = field(default_factory=dict)
    heaviest_sent: int = 0
    heaviest_state: int = 0

    def take(self, record: RawRecord) -> None:
        began = time.thread_time()
        handed = self.router.process([record])
        self.seconds.append(time.thread_time() - began)
        assert not handed.faults, handed.faults
        for out in handed.outgoing:
            self._weigh(out)
        for key, value in handed.state:
            self.state[key] = value
            self.heaviest_state = max(self.heaviest_state, len(value or b""))

    def _weigh(self, out: Outgoing) -> None:
        self.heaviest_sent = max(self.heaviest_sent, len(out.value or b""))
        if out.topic == TIMELINES:
            self.heads[out.key] = out.value

    def largest(self) -> IncidentTimeline:
        heads = [decode(TYPE_TIMELINE, value) for value in self.heads.values() if value]
        return max((h for h in heads if isinstance(h, IncidentTimeline)), key=lambda head: head.entries_total)

    def median_ms(self, first: int, behind: int) -> float:
        return median(self.seconds[first:behind]) * 1000


def check(count: int, early: tuple[int, int], late: tuple[int, int], most: float) -> None:
    """early, late: events whose median cost is compared."""
    run = Run()
    log = list(as_log(((event, REGION) for event in reports(count)), 1))
    for record in log:
        run.take(record)
    head = run.largest()
    one, other = run.median_ms(*early), run.median_ms(*late)
    restored = a_router()
    began = time.thread_time()
    restored.restore((key, value) for key, value in run.state.items())
    took = time.thread_time() - began
    print(
        f"{count} reports: {head.entries_total} in one incident; median {one:.2f} ms for events {early}, "
        f"{other:.2f} ms for {late}, ratio {other / one:.2f}; largest head "
        f"{max(len(v or b'') for v in run.heads.values())} bytes, sent {run.heaviest_sent}, state "
        f"{run.heaviest_state}; restored {len(run.state)} pieces in {took:.1f} s"
    )
    assert head.entries_total > 0.9 * count, "it is no giant: the generator or the core has changed"
    assert max(len(value or b"") for value in run.heads.values()) <= MAX_HEAD_BYTES
    assert run.heaviest_sent <= _MOST_SENT_BYTES
    assert run.heaviest_state <= _MOST_STATE_BYTES
    assert other / one <= most, (one, other)
    kept = {key: value for key, value in run.state.items() if value is not None}
    assert dict(restored.dump()) == kept == dict(run.router.dump())
    assert restored.incidents() == run.router.incidents()
    again = RawRecord(log[-1].topic, 0, count, log[-1].key, log[-1].value, log[-1].headers)
    assert restored.process([again]) == run.router.process([again])


def test_the_nine_hundredth_report_of_an_incident_costs_what_the_four_hundredth_did() -> None:
    check(900, (300, 500), (700, 900), 1.5)


@pytest.mark.long
def test_an_incident_of_twenty_thousand_reports_stays_bounded_and_each_costs_the_same() -> None:
    check(20_000, (1_000, 2_000), (19_000, 20_000), 1.5)
