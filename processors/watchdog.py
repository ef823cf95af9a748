"""Notices work that has come to a halt while everything around it looks alive.

Pure: samples in, words out, the time is an argument. Time counts only between samples that follow each other closely,
so that a process that was frozen, or a machine that slept, is not taken for one that hangs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: the most that passes between two samples of a process that runs
_GAP_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One partition now.

    working_on: offset of the record that the core has in hand; None: none
    applied: last offset written
    is_busy: a batch is in the core or on its way to the broker; where it waits there, other checks say so
    waiting: records of the log behind `applied`, as the broker told lately; None: it did not
    """

    working_on: int | None
    applied: int
    is_busy: bool
    waiting: int | None


@dataclass(slots=True)
class _Halt:
    at: int
    seconds: float = 0.0


class StuckRecord(Exception):
    """The core does not come back from a record."""

    def __init__(self, partition: int, offset: int, seconds: float) -> None:
        super().__init__(
            f"the core has not come back from the record at offset {offset} of partition {partition} for {seconds:.0f} "
            "s: a fault of this version. Nothing of it was written. The worker ends, and meets the record again when "
            "it is started: run a version that mends it, or raise TIMELINES_STUCK_AFTER_S if it is only slow"
        )


class Watchdog:
    """Of all partitions: for how long each has stood still in the core, and for how long before it."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._in_core: dict[int, _Halt] = {}
        self._idle: dict[int, _Halt] = {}

    def sample(self, now: float, samples: Mapping[int, Sample]) -> None:
        """now: seconds of a clock that only goes forward. Called about twice a second."""
        passed = 0.0 if self._last is None else min(now - self._last, _GAP_S)
        self._last = now
        working = {partition: sample.working_on for partition, sample in samples.items()}
        _go_on(self._in_core, {p: offset for p, offset in working.items() if offset is not None}, passed)
        idle = {p: one.applied for p, one in samples.items() if one.waiting and not one.is_busy}
        _go_on(self._idle, idle, passed)

    def in_core(self) -> tuple[int, int, float] | None:
        """(partition, offset, seconds) of the record that the core has had in hand for longest."""
        return _longest(self._in_core)

    def idle(self) -> tuple[int, int, float] | None:
        """(partition, last offset applied, seconds) where records wait and none comes in for longest."""
        return _longest(self._idle)


def _go_on(halts: dict[int, _Halt], now: Mapping[int, int], passed: float) -> None:
    for partition in halts.keys() - now.keys():
        del halts[partition]
    for partition, at in now.items():
        halt = halts.get(partition)
        if halt is None or halt.at != at:
            halts[partition] = _Halt(at)
        else:
            halt.seconds += passed


def _longest(halts: Mapping[int, _Halt]) -> tuple[int, int, float] | None:
    # a copy: threads of the health server ask while the watchdog counts
    found = [(halt.seconds, partition, halt.at) for partition, halt in tuple(halts.items())]
    if not found:
        return None
    seconds, partition, at = max(found)
    return partition, at, seconds


__all__ = ["Sample", "StuckRecord", "Watchdog"]
