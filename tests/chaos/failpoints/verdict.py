"""Whether what the workers left behind is what a replay of the log gives: sink, chains of revisions, state."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from processors.cores import Cores
from processors.handover import RawRecord
from processors.replay import replay
from processors.restore import StoredState
from processors.router import PartitionRouter
from schemas.topics import UPDATES
from tests.chaos.failpoints.scenario import PARTITIONS
from tests.log_and_sink import Sink, sink_of


@dataclass(slots=True)
class Verdict:
    """lost, doubled: records of the sink; wrong: everything else, in words. changes: types of changes -> how many."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    rejects: int = 0
    incidents: int = 0

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def judge(
    cores: Cores, log: Iterable[RawRecord], found: Iterable[RawRecord], states: Mapping[int, StoredState]
) -> Verdict:
    """log: all of it, partition by partition; found: what stands in the sink topics; states: in the changelog."""
    verdict = Verdict()
    log = list(log)
    starts = {number: min(r.offset for r in log if r.partition == number) for number in range(PARTITIONS)}
    routers: dict[int, PartitionRouter] = {}

    def router_for(partition: int) -> PartitionRouter:
        routers[partition] = _router(cores, partition, starts[partition])
        return routers[partition]

    outgoing = [(partition, record) for partition, handed in replay(log, router_for) for record in handed.outgoing]
    expected = sink_of(outgoing, drop_doubles=False)
    _compare(expected, sink_of([(record.partition, record) for record in found], drop_doubles=False), verdict)
    for partition, router in routers.items():
        told = dict(router.dump())
        if states[partition].pieces != told:
            verdict.wrong.append(f"the state of partition {partition} in the changelog is not the replay's")
        restored = _router(cores, partition, 0)
        restored.restore(states[partition].pieces.items())
        if dict(restored.dump()) != told:
            verdict.wrong.append(f"the state of partition {partition} restores to other bytes than the replay's")
    return verdict


def _router(cores: Cores, partition: int, log_start: int) -> PartitionRouter:
    return PartitionRouter(
        partition, cores.core_for, core_version=cores.version, partitions=PARTITIONS, log_start=log_start
    )


def _compare(expected: Sink, found: Sink, verdict: Verdict) -> None:
    _count("update", _updates(expected), _updates(found), verdict)
    _count("reject", Counter(map(repr, expected.rejects)), Counter(map(repr, found.rejects)), verdict)
    for key, chain in found.updates.items():
        told = [json.loads(value or b"{}") for value in chain]
        if [update["revision"] for update in told] != list(range(1, len(chain) + 1)):
            verdict.wrong.append(f"the revisions of {key!r}: {[update['revision'] for update in told]}")
        if chain != expected.updates.get(key):
            verdict.wrong.append(f"the updates of {key!r} are not the replay's")
        verdict.changes.update(change["type"] for update in told for change in update["changes"])
    for place in expected.newest.keys() | found.newest.keys():
        if place not in found.newest:
            verdict.lost.append(f"the newest {place}")
        elif found.newest[place] != expected.newest.get(place):
            verdict.wrong.append(f"the newest {place} is not the replay's")
    if found.rejects != expected.rejects:
        verdict.wrong.append("the rejected records are not the replay's")
    verdict.rejects, verdict.incidents = len(found.rejects), len(found.updates)


def _updates(sink: Sink) -> Counter[str]:
    return Counter(f"{UPDATES} {key!r} {value!r}" for key, chain in sink.updates.items() for value in chain)


def _count(what: str, expected: Counter[str], found: Counter[str], verdict: Verdict) -> None:
    verdict.lost += [f"{what} {record[:200]}" for record in (expected - found).elements()]
    for record in (found - expected).elements():
        if record in expected:
            verdict.doubled.append(f"{what} {record[:200]}")
        else:
            verdict.wrong.append(f"{what} that no replay gives: {record[:200]}")


__all__ = ["Verdict", "judge"]
