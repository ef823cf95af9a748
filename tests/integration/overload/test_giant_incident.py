"""An incident of thousands of reports, with the real core: bounded heads, bounded state, the same cost to the end.

The cost is told in milliseconds, which depend on what else the machine does, and in calls of functions, which do not.
"""

from __future__ import annotations

import cProfile
import time
from collections.abc import Sequence
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
#: records in a batch where no single one is measured
_BATCH = 50
#: of one piece of state, and of one record on a sink topic: far below what a topic takes
_MOST_STATE_BYTES = 64_000
_MOST_SENT_BYTES = 200_000
#: reports whose calls are counted, and by how much these and the time of the last may exceed those of the early ones
_COUNTED = 20
_MOST_MORE_CALLS = 1.2
_MOST_SLOWER = 1.5


def a_router() -> PartitionRouter:
    return PartitionRouter(0, _CORES.core_for, core_version=_CORES.version, partitions=1)


@dataclass
class Run:
    """What came of a log. seconds: by offset, of the records that were taken one by one, as without load."""

    router: PartitionRouter = field(default_factory=a_router)
    seconds: dict[int, float] = field(default_factory=dict)
    heads: dict[bytes | None, bytes | None] = field(default_factory=dict)
    state: dict[bytes, bytes | None] = field(default_factory=dict)
    heaviest_sent: int = 0
    heaviest_state: int = 0

    def take(self, records: Sequence[RawRecord]) -> None:
        began = time.thread_time()
        handed = self.router.process(records)
        if len(records) == 1:
            self.seconds[records[0].offset] = time.thread_time() - began
        assert not handed.faults, handed.faults
        for out in handed.outgoing:
            self._weigh(out)
        for key, value in handed.state:
            self.state[key] = value
            self.heaviest_state = max(self.heaviest_state, len(value or b""))

    def calls(self, records: Sequence[RawRecord]) -> float:
        """Takes them one by one, too; answers how many functions that called, for each."""
        profile = cProfile.Profile()
        for record in records:
            profile.enable()
            handed = self.router.process([record])
            profile.disable()
            self.state.update(handed.state)
            for out in handed.outgoing:
                self._weigh(out)
        return sum(entry.callcount for entry in profile.getstats()) / len(records)

    def _weigh(self, out: Outgoing) -> None:
        self.heaviest_sent = max(self.heaviest_sent, len(out.value or b""))
        if out.topic == TIMELINES:
            self.heads[out.key] = out.value

    def largest(self) -> IncidentTimeline:
        heads = [decode(TYPE_TIMELINE, value) for value in self.heads.values() if value]
        return max((h for h in heads if isinstance(h, IncidentTimeline)), key=lambda head: head.entries_total)

    def build(self, log: Sequence[RawRecord], *, singly: bool) -> None:
        step = 1 if singly else _BATCH
        for low in range(0, len(log), step):
            self.take(log[low : low + step])

    def median_ms(self, first: int, behind: int) -> float:
        return median(self.seconds[offset] for offset in range(first, behind)) * 1000


def check(count: int, young: int, width: int, *, singly: bool) -> None:
    """The last `width` reports of `count` against as many behind the first `young`.

    In turns, so that what else the machine does weighs on both alike.
    singly: whether the others are taken one by one as well, and their cost told by thousands
    """
    log = list(as_log(((event, REGION) for event in reports(count)), 1))
    run, other, last = Run(), Run(), count - width
    other.build(log[:young], singly=False)
    run.build(log[:last], singly=singly)
    thousands = {low + 1_000: run.median_ms(low, low + 1_000) for low in range(0, last - 999, 1_000)} if singly else {}
    calls = other.calls(log[young : young + _COUNTED]), run.calls(log[last : last + _COUNTED])
    for at in range(_COUNTED, width):
        other.take([log[young + at]])
        run.take([log[last + at]])
    early, late = other.median_ms(young + _COUNTED, young + width), run.median_ms(last + _COUNTED, count)
    head = run.largest()
    restored = a_router()
    began = time.thread_time()
    restored.restore((key, value) for key, value in run.state.items())
    took = time.thread_time() - began
    print(
        f"{count} reports: {head.entries_total} in one incident; median {early:.2f} ms an event behind {young}, "
        f"{late:.2f} ms behind {last}, ratio {late / early:.2f}; calls {calls[0]:.0f} and {calls[1]:.0f}; largest head "
        f"{max(len(v or b'') for v in run.heads.values())} bytes, sent {run.heaviest_sent}, state "
        f"{run.heaviest_state}; restored {len(run.state)} pieces in {took:.1f} s; medians by thousands "
        f"{[round(ms, 1) for ms in thousands.values()]}"
    )
    assert head.entries_total > 0.9 * count, "it is no giant: the generator or the core has changed"
    assert max(len(value or b"") for value in run.heads.values()) <= MAX_HEAD_BYTES
    assert run.heaviest_sent <= _MOST_SENT_BYTES
    assert run.heaviest_state <= _MOST_STATE_BYTES
    assert calls[1] / calls[0] <= _MOST_MORE_CALLS, calls
    assert late / early <= _MOST_SLOWER, (early, late)
    kept = {key: value for key, value in run.state.items() if value is not None}
    assert dict(restored.dump()) == kept == dict(run.router.dump())
    assert restored.incidents() == run.router.incidents()
    again = RawRecord(log[-1].topic, 0, count, log[-1].key, log[-1].value, log[-1].headers)
    assert restored.process([again]) == run.router.process([again])


def test_the_five_hundredth_report_of_an_incident_costs_what_the_two_hundredth_did() -> None:
    check(500, 200, 60, singly=False)


@pytest.mark.long
def test_an_incident_of_twenty_thousand_reports_stays_bounded_and_each_costs_the_same() -> None:
    check(20_000, 1_000, 1_000, singly=True)
