"""Where the time of an event goes inside the worker: for all events, and for the slowest of each hundred apart.

A lane that keeps the times of its batches, in the place of the worker's own (`python -m benchmarks.latency --phases`).
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import Any, Final, NamedTuple

from processors.lane import BatchEvent, Done, Lane

#: share of the events that counts as slow, and of the batches that only warm up
_SLOW: Final = 0.01
_WARM: Final = 1 / 3


class Passage(NamedTuple):
    """One event's way through the worker, in seconds.

    coming: from its sending to the lane: the broker, the fetch, the wait for more records
    waiting: for the batch before it; core, transaction: of its own batch
    """

    coming: float
    waiting: float
    core: float
    transaction: float


@dataclass(slots=True)
class Phases:
    """What the lanes of a process saw. batches: of each transaction, the passages of its events."""

    batches: list[list[Passage]] = field(default_factory=list)
    #: seconds of each round of Python's collector
    rounds: list[float] = field(default_factory=list)
    _round_began: float = 0.0

    def watch_collector(self) -> None:
        """From now on, for as long as the process lives."""

        def note(phase: str, _: Mapping[str, int]) -> None:
            if phase == "start":
                self._round_began = perf_counter()
            else:
                self.rounds.append(perf_counter() - self._round_began)

        gc.callbacks.append(note)

    def told(self) -> dict[str, Any]:
        """Means in milliseconds, JSON values only; empty where nothing was seen."""
        warm = self.batches[int(len(self.batches) * _WARM) :]
        passages = sorted((passage for batch in warm for passage in batch), key=sum)
        if not passages:
            return {}
        slow = passages[-max(1, int(len(passages) * _SLOW)) :]
        return {
            "all": _means(passages),
            "slowest": _means(slow),
            "events_per_transaction": round(len(passages) / len(warm), 1),
            "collector_ms": {"rounds": len(self.rounds), "longest": _ms(max(self.rounds, default=0.0))},
        }


def _means(passages: Sequence[Passage]) -> dict[str, float]:
    columns = zip(*passages, strict=True)
    return {name: _ms(sum(column) / len(passages)) for name, column in zip(Passage._fields, columns, strict=True)}


def _ms(seconds: float) -> float:
    return round(1_000 * seconds, 1)


def lane_of(phases: Phases) -> type[Lane]:
    """A lane that notes its batches there."""

    class NotingLane(Lane):
        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **more)
            #: when each event came that waits or is in work, in their order
            self._came: deque[float] = deque()

        async def take(self, event: BatchEvent) -> None:
            self._came.append(time())
            await super().take(event)

        def _work(self, events: list[BatchEvent]) -> Done:
            began = time()
            sent = [(self._came.popleft(), [m.timestamp()[1] / 1_000 for m in event.value]) for event in events]
            done = super()._work(events)
            phases.batches.append(
                [
                    Passage(came - at, began - came, done.apply_seconds, done.transaction_seconds)
                    for came, times in sent
                    for at in times
                ]
            )
            return done

        def _drop_waiting(self) -> None:
            super()._drop_waiting()
            self._came.clear()

    return NotingLane
