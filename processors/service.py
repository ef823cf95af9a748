"""The worker as a process: checks before it begins, health while it runs, an exit status that says how it ended."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final, cast

import structlog
import uvloop
from faust.types import TP

from faust_confluent.consumer import Consumer
from faust_confluent.metrics import StatisticsCollector
from processors.collecting import looking_once
from processors.cores import Cores
from processors.log_end import LogEnd
from processors.watch import Watch
from processors.worker import Worker, build_worker
from runtime.clients import check_reachable, new_admin
from runtime.health import Check, HealthServer, problems
from runtime.login_watch import LoginWatch
from runtime.metrics import WorkerMetrics
from runtime.refusals import BrokerRefuses
from runtime.settings import Settings
from runtime.topic_admin import equal_partitions, needed_topics
from schemas.topics import EVENTS

log = structlog.stdlib.get_logger("timelines.worker")

#: from a signal to giving up on a broker that does not answer, and to leaving whatever still hangs
_GRACE_S: Final = 3.0
_STOP_S: Final = 12.0
_BEAT_S: Final = 0.5
_LOOP_DEAD_S: Final = 30.0
_POLL_LATE_S: Final = 15.0
#: a poll that takes so long waits for the broker: is it that it refuses the login?
_POLL_SUSPECT_S: Final = 3.0
_POLL_DEAD_S: Final = 120.0
_STATISTICS_LATE_S: Final = 10.0
_ANSWER_LATE_S: Final = 5.0
_REACHABLE_S: Final = 8.0
_IDLE_LATE_S: Final = 60.0
_IDLE_DEAD_S: Final = 180.0


def run_worker(settings: Settings, cores: Cores) -> int:
    """Blocks until SIGTERM, SIGINT or a failure; answers the exit status: 0 after a signal, 1 after a failure.

    Raises BrokerUnreachable, SettingsError, TopicsError and OSError (health port taken) before anything has begun.
    """
    check_reachable(settings, _REACHABLE_S)
    partitions = equal_partitions(new_admin(settings), [topic.name for topic in needed_topics(settings)])
    with looking_once(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, cores, partitions))


async def _serve(settings: Settings, cores: Cores, partitions: int) -> int:
    metrics = WorkerMetrics()
    worker = build_worker(settings, cores, partitions=partitions, metrics=metrics)
    loop = asyncio.get_running_loop()
    log_end = LogEnd(
        settings,
        lambda: {partition: lane.next_offset for partition, lane in dict(worker.lanes).items()},
        on_short=lambda error: loop.call_soon_threadsafe(worker.fail, error),  # type: ignore[arg-type]  # no use for its handle
    )
    watch = Watch(worker, log_end, loop, settings.stuck_after_s)
    probes = Probes(worker, log_end, watch)
    health = HealthServer(
        settings.health_host, settings.health_port, live=probes.live, ready=probes.ready, metrics=probes.render
    )
    health.start()
    told = asyncio.Event()
    worker.on_failure = told.set
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    log.info("starting", app_id=settings.app_id, log_partitions=partitions, health_port=health.port, core=cores.version)
    beating = asyncio.create_task(probes.beat())
    login = LoginWatch(
        settings,
        suspects=probes.suspects_login,
        on_refused=lambda why: loop.call_soon_threadsafe(worker.fail, BrokerRefuses(why)),  # type: ignore[arg-type]  # its handle is of no use
    )
    login.start()
    log_end.start()
    watch.start()
    try:
        return await _run_until(told, worker)
    finally:
        beating.cancel()
        login.stop()
        watch.end()
        log_end.end()
        worker.close()
        health.stop()
        _deaf_to_sigterm()


def _deaf_to_sigterm() -> None:
    """From here on the process ends by itself, with a status that says why.

    The end of a loop gives signals back their first meaning, and one that came while Python was cleaning up made -15 of
    a worker that had ended in good order, or for a reason that it had told. Ctrl-C still ends it at once.
    """
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


async def _run_until(told: asyncio.Event, worker: Worker) -> int:
    app = worker.app
    starting = asyncio.create_task(app.start())
    signalled = asyncio.create_task(told.wait())
    crashed = asyncio.create_task(app.wait())  # ends when the app stops or crashes
    waiting: set[asyncio.Task[Any]] = {starting, signalled, crashed}
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if starting in done and (error := starting.exception()) is not None:
            worker.fail(error)
        if app.crashed:
            worker.fail(app.crash_reason or RuntimeError("the app crashed and gave no reason"))
        if signalled in done or worker.failure is not None:
            break
    signalled.cancel()
    log.info("draining" if worker.failure is None else "leaving")
    return await _stop(worker, starting)


async def _stop(worker: Worker, starting: asyncio.Task[None]) -> int:
    asyncio.get_running_loop().call_later(_GRACE_S, worker.give_up)
    stopping = asyncio.create_task(worker.app.stop())
    _, late = await asyncio.wait({stopping, starting}, timeout=_STOP_S)
    if late:
        log.error("stopped_hard", after_seconds=_STOP_S)
        # Faust's wait for its streams swallows cancellation, and the end of a loop waits for its tasks: nothing softer
        # than this ends a worker that is stuck there. The state is on the broker; nothing is lost.
        logging.shutdown()
        os._exit(1)
    if worker.failure is None and (error := stopping.exception()) is not None:
        worker.fail(error)
    if worker.failure is not None:
        return 1
    log.info("stopped")
    return 0


class Probes:
    """What /live, /ready and /metrics answer. Called in threads of the health server."""

    def __init__(self, worker: Worker, log_end: LogEnd, watch: Watch) -> None:
        self._worker = worker
        self._log_end = log_end
        self._watch = watch
        # Faust makes its consumer when it is first asked for; two threads that ask at once would get two
        self._made = made = cast("Consumer", worker.app.consumer)
        worker.metrics.registry.register(
            StatisticsCollector(lambda: {"consumer": made.statistics}, prefix="incident_timelines_librdkafka")
        )
        self._beat_at = monotonic()
        self._loop_late_s = 0.0
        self.live: Mapping[str, Check] = {
            "loop": self._loop,
            "poll": self._poll_lives,
            "core": self._core,
            "progress": self._goes_on_at_all,
        }
        self.ready: Mapping[str, Check] = {
            "stopping": self._stopping,
            "assignment": self._assignment,
            "poll": self._poll,
            "broker": self._broker,
            "transactions": self._transactions,
            "progress": self._goes_on,
        }

    async def beat(self) -> None:
        """Runs on the event loop, to show that it runs."""
        while True:
            now = monotonic()
            self._loop_late_s = max(self._loop_late_s, now - self._beat_at - _BEAT_S)
            self._beat_at = now
            await asyncio.sleep(_BEAT_S)

    def suspects_login(self) -> bool:
        """Whether the login may be refused: the client says so, or does not come back from a call."""
        consumer = self._consumer
        if consumer is None:
            return False
        return self._poll_age() > _POLL_SUSPECT_S or (consumer.login_refused is not None and not consumer.brokers_up)

    def render(self) -> bytes:
        self._worker.metrics.ready.set(not problems({**self.live, **self.ready}))
        self._tell_partitions()
        # the worst since the last scrape; while the loop hangs, that it does
        late, self._loop_late_s = max(self._loop_late_s, monotonic() - self._beat_at - _BEAT_S), 0.0
        self._worker.metrics.loop_late_seconds.set(max(0.0, late))
        return self._worker.metrics.render()

    def _tell_partitions(self) -> None:
        """The lag also while no batch gets done and nothing is fetched: that is when it matters."""
        # what was there at one moment: the event loop, another thread, may leave them all meanwhile
        lanes = dict(self._worker.lanes)
        unknown_s = monotonic() - self._worker.lanes_since
        # what waits behind partitions that were lost is as unknown; a worker that was given none has nothing to know
        oldest = 0.0 if lanes or self._worker.is_restored else unknown_s
        heard = self._made.statistics.get("topics", {}).get(EVENTS, {}).get("partitions", {})
        for partition, lane in lanes.items():
            end = max(heard.get(str(partition), {}).get("hi_offset", -1), self._made.highwater(TP(EVENTS, partition)))
            told, age = self._log_end.of(partition) or (-1, unknown_s)
            end, oldest = max(end, told), max(oldest, age)
            lag = max(0, end - lane.next_offset) if end >= 0 else None
            self._worker.metrics.tell_partition(
                partition, offset=lane.offset, clock=lane.clock, incidents=lane.incidents, lag=lag
            )
        self._worker.metrics.lag_age_seconds.set(oldest)
        self._worker.metrics.assigned.set(len(lanes))
        for partition in lanes.keys() - self._worker.lanes.keys():
            self._worker.metrics.forget_partition(partition)

    @property
    def _consumer(self) -> Consumer | None:
        consumer = cast("Consumer", self._worker.app.consumer)
        return consumer if consumer.started else None

    def _loop(self) -> str | None:
        age = monotonic() - self._beat_at
        return f"the event loop has not turned for {age:.0f} s" if age > _LOOP_DEAD_S else None

    def _core(self) -> str | None:
        stuck = self._watch.watchdog.in_core()
        if stuck is None or stuck[2] <= self._worker.settings.stuck_after_s:
            return None
        return f"the core has had the record at offset {stuck[1]} of partition {stuck[0]} in hand for {stuck[2]:.0f} s"

    def _goes_on(self) -> str | None:
        return self._stands_still(_IDLE_LATE_S)

    def _stands_still(self, after_s: float) -> str | None:
        idle = self._watch.watchdog.idle()
        if idle is None or idle[2] <= after_s:
            return None
        return f"records wait behind offset {idle[1]} of partition {idle[0]}, and none came in for {idle[2]:.0f} s"

    def _goes_on_at_all(self) -> str | None:
        """Of a worker that works off other partitions, a restart would take more than it gives."""
        if any(lane.busy_since is not None for lane in tuple(self._worker.lanes.values())):
            return None
        return self._stands_still(_IDLE_DEAD_S)

    def _poll_age(self) -> float:
        consumer = self._consumer
        return 0.0 if consumer is None else monotonic() - consumer.poller.alive_at

    def _poll_lives(self) -> str | None:
        age = self._poll_age()
        return f"the poll thread has not come round for {age:.0f} s" if age > _POLL_DEAD_S else None

    def _poll(self) -> str | None:
        age = self._poll_age()
        return f"the poll thread has not come round for {age:.0f} s" if age > _POLL_LATE_S else None

    def _stopping(self) -> str | None:
        if self._worker.failure is not None:
            return self._worker.failure
        return "the worker is stopping" if self._worker.app.should_stop else None

    def _assignment(self) -> str | None:
        app = self._worker.app
        if self._consumer is None or app.consumer_generation_id == 0:
            return "no assignment yet"
        if not self._worker.is_restored:
            return "partitions are being taken over: their state is read"
        return "a rebalance is under way" if app.rebalancing else None

    def _broker(self) -> str | None:
        consumer = self._consumer
        if consumer is None or consumer.brokers_up is None:
            return None  # no statistics yet; that there is a broker is what the assignment shows
        if monotonic() - consumer.statistics_at > _STATISTICS_LATE_S:
            return "the client has told nothing of itself for a while"
        if consumer.brokers_up:
            return None
        return "no connection to any broker" + (": the login is refused" if consumer.login_refused else "")

    def _transactions(self) -> str | None:
        now = monotonic()
        for partition, lane in sorted(self._worker.lanes.items()):
            since = lane.waiting_since
            if since is not None and now - since > _ANSWER_LATE_S:
                return f"the transaction of partition {partition} has waited for the broker for {now - since:.0f} s"
        return None


__all__ = ["Probes", "run_worker"]
