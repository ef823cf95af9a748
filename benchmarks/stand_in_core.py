"""The stand-in as a core of the service, and any core with marks in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from benchmarks.stand_in import VERSION, Marks, incident_of, step
from processors.cores import Cores, real_cores
from processors.correlation import Changes, LogRecord, RegionCore, StateRecord


class StandInCore:
    """A RegionCore that keeps one small record of each incident."""

    def __init__(self, region: str, core_us: float) -> None:
        self._region = region
        self._core_us = core_us
        self._kept: dict[str, bytes] = {}
        self._dirty: set[str] = set()

    def apply(self, record: LogRecord) -> Changes:
        event: Any = record.message
        kept = self._kept.get(incident_of(event.event_id))
        incident_id, state, update = step(kept, event, self._region, (record.partition, record.offset), self._core_us)
        self._kept[incident_id] = state
        self._dirty.add(incident_id)
        return Changes(updates=(update,))

    def head(self, incident_id: str) -> NoReturn:
        raise KeyError(incident_id)

    def labels(self, incident_id: str) -> tuple[str, str]:
        if incident_id not in self._kept:
            raise KeyError(incident_id)
        return "attack", "unconfirmed"

    def drain_state(self) -> list[StateRecord]:
        drained = [StateRecord(f"{self._region}/{name}", self._kept[name]) for name in sorted(self._dirty)]
        self._dirty.clear()
        return drained

    def dump(self) -> Iterator[StateRecord]:
        for name in sorted(self._kept):
            yield StateRecord(f"{self._region}/{name}", self._kept[name])

    def restore(self, records: Iterable[StateRecord]) -> None:
        for record in records:
            assert record.value is not None
            self._kept[record.key.partition("/")[2]] = record.value


class _Marked:
    """Any core, that marks each record before it takes it."""

    def __init__(self, core: RegionCore, marks: Marks) -> None:
        self._core = core
        self._add = marks.add
        self.head, self.labels, self.drain_state = core.head, core.labels, core.drain_state
        self.dump, self.restore = core.dump, core.restore

    def apply(self, record: LogRecord) -> Changes:
        self._add()
        return self._core.apply(record)


def cores_of(job: str, core_us: float, marks: Marks | None = None) -> Cores:
    """Cores for "events" (the stand-in) or "real"."""
    plain = real_cores() if job == "real" else Cores(lambda region: StandInCore(region, core_us), VERSION)
    if marks is None:
        return plain
    core_for: Callable[[str], RegionCore] = plain.core_for
    return Cores(lambda region: _Marked(core_for(region), marks), plain.version)
