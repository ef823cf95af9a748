"""The thread that looks after the worker: samples for the watchdog, and the end where the core does not come back.

A thread of its own, because what it looks for may be the event loop's standstill too. Where even threads get no turn
(an extension that holds the interpreter's lock), the interpreter's own timer ends the process, with all stacks.
"""

from __future__ import annotations

import asyncio
import faulthandler
import threading
from time import monotonic
from typing import Final

from processors.log_end import LogEnd
from processors.watchdog import Sample, StuckRecord, Watchdog
from processors.worker import Worker

_EVERY_S: Final = 0.5
#: an older word of the broker on the log's end says nothing of records that wait now
_END_KNOWN_S: Final = 10.0
#: what the loop may take to end a worker whose core is stuck, before the interpreter's timer does
_LOOP_S: Final = 30.0


class Watch(threading.Thread):
    """Runs until `end`. stuck_after_s: how long the core may take for one record."""

    def __init__(self, worker: Worker, log_end: LogEnd, loop: asyncio.AbstractEventLoop, stuck_after_s: float) -> None:
        super().__init__(daemon=True, name="watchdog")
        self._worker = worker
        self._log_end = log_end
        self._loop = loop
        self._stuck_after_s = stuck_after_s
        self._ending = threading.Event()
        self.watchdog = Watchdog()

    def end(self) -> None:
        self._ending.set()

    def run(self) -> None:
        while not self._ending.wait(_EVERY_S):
            faulthandler.dump_traceback_later(self._stuck_after_s + _LOOP_S, exit=True)
            self.watchdog.sample(monotonic(), self._samples())
            stuck = self.watchdog.in_core()
            if stuck is not None and stuck[2] > self._stuck_after_s:
                self._loop.call_soon_threadsafe(self._worker.fail, StuckRecord(*stuck))
                return  # the timer stays armed: the loop may hang as well
        faulthandler.cancel_dump_traceback_later()

    def waiting(self, partition: int, next_offset: int) -> int | None:
        """Records of the log that wait; None: the broker has not told lately."""
        known = self._log_end.of(partition)
        return None if known is None or known[1] > _END_KNOWN_S else max(0, known[0] - next_offset)

    def _samples(self) -> dict[int, Sample]:
        lanes, routers = self._worker.lanes, self._worker.routers
        samples = {}
        for partition, router in tuple(routers.items()):
            # without a lane the partition is another's; the core may still be stuck in a batch of before
            lane = lanes.get(partition)
            samples[partition] = Sample(
                working_on=router.working_on,
                applied=router.offset if lane is None else lane.offset,
                is_busy=lane is None or lane.busy_since is not None,
                waiting=None if lane is None else self.waiting(partition, lane.next_offset),
            )
        return samples


__all__ = ["Watch"]
