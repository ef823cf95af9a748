"""The thread that looks after the worker: samples for the watchdog, and the end where the core does not come back.

A thread of its own, because what it looks for may be the event loop's standstill too. Where even threads get no turn
(an extension that computes and holds the interpreter's lock), a timer of the kernel ends the process, with all stacks.
That timer counts processor time: a process that is frozen, paused with its container or asleep with its machine uses
none, and one that counts time that passed would end it as it wakes. So an extension that holds the lock and waits is
seen from outside only: nobody answers /live.
"""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import signal
import threading
from math import ceil
from time import monotonic, sleep
from typing import Final

import structlog

from processors.log_end import LogEnd
from processors.watchdog import Sample, StuckRecord, Watchdog
from processors.worker import Worker

log = structlog.stdlib.get_logger("timelines.worker")

_EVERY_S: Final = 0.5
#: an older word of the broker on the log's end says nothing of records that wait now
_END_KNOWN_S: Final = 10.0
#: what the loop may take to end a worker whose core is stuck, before this thread, or the kernel's timer, does
_LOOP_S: Final = 30.0
#: and what this thread may take to say so
_LAST_S: Final = 1.0


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
        _end_at(signal.SIGPROF)
        while not self._ending.wait(_EVERY_S):
            self._wind_up()
            self.watchdog.sample(monotonic(), self._samples())
            stuck = self.watchdog.in_core()
            if stuck is not None and stuck[2] > self._stuck_after_s:
                self._see_it_end(StuckRecord(*stuck))
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _wind_up(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, self._stuck_after_s + _LOOP_S)

    def _see_it_end(self, stuck: StuckRecord) -> None:
        """The loop may hang as well, and the interpreter waits at its end for the thread that is stuck: for ever."""
        self._loop.call_soon_threadsafe(self._worker.fail, stuck)
        for _ in range(ceil(_LOOP_S / _EVERY_S)):  # turns, not time that passed: a frozen process makes none
            sleep(_EVERY_S)
            self._wind_up()
        faulthandler.dump_traceback_later(_LAST_S, exit=True)  # from here on it does not matter what hangs
        log.error("stopped_hard", after_seconds=_LOOP_S, reason=str(stuck))
        sleep(2 * _LAST_S)

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


def _end_at(number: int) -> None:
    """Have a signal tell all stacks and end the process with its number as status: in C, where no thread needs a turn.

    By `_exit`, since the first process of a container, as which the worker runs, does not die of a signal by default.
    """
    c = ctypes.CDLL(None)
    c.signal.argtypes, c.signal.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
    c.signal(number, ctypes.cast(c._exit, ctypes.c_void_p))  # a handler is called with the number
    faulthandler.register(number, all_threads=True, chain=True)


__all__ = ["Watch"]
