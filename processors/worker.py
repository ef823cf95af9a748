"""The Faust worker: records of the log in, the core, one transaction out.

An assignment goes: fence the former owners of the partitions (open their transactional ids), read their state to the
end, seek the log to the offset that stands in the state, go on. Nothing is kept on disk. The process around this is in
service.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, Final

import faust
import mode
import structlog
from faust.tables import TableManager
from faust.types import TP

from faust_confluent import SCHEME, BatchSchema, NotAllowed, OffsetOutOfRange, Options, configure
from faust_confluent.transactions import Fenced, Interrupted, NotWritten
from processors import collecting
from processors.cores import Cores
from processors.handover import GapInLog, Handover, UnreadableState
from processors.lane import Done, Lane
from processors.rejects import RejectLimit, TooManyRejects
from processors.restore import RestoreFailed, RestoreOutdated, StoredState, read_states
from processors.router import PartitionRouter
from processors.seen import seen_beyond
from processors.tally import tally
from processors.transaction import PartitionWriter
from processors.unended import end_open, end_unknown
from processors.watchdog import StuckRecord
from runtime.clients import client_config
from runtime.metrics import WorkerMetrics
from runtime.refusals import BrokerRefuses, hint, told
from runtime.settings import Settings
from schemas.topics import EVENTS

log = structlog.stdlib.get_logger("timelines.worker")
_plain_log = logging.getLogger("timelines.worker")

#: failures that say everything themselves: one line, no traceback
EXPECTED: Final = (
    Fenced, NotWritten, NotAllowed, GapInLog, OffsetOutOfRange, TooManyRejects, UnreadableState, RestoreFailed,
    BrokerRefuses, Interrupted, StuckRecord,
)  # fmt: skip

#: one thread a partition in flight; a thread waits for the broker most of its time
_THREADS: Final = 16
#: Faust counts batches here; what they weigh is bounded below
_BUFFERED_BATCHES: Final = 8
#: values of records that wait or are in work, over all partitions: 64 records of the largest size. Beside these the
#: worker holds what the poll thread (8 MiB and a fetch) and librdkafka (16 MiB and a fetch) have ready
_HELD_BYTES: Final = 64 * 1024 * 1024
#: of one partition: a batch in work, and as much again that waits for it. Above it the partition is paused, so that it
#: leaves room for the others
_BATCH_BYTES: Final = _HELD_BYTES // 8
_QUEUED_KBYTES: Final = 16 * 1024
_COMMIT_INTERVAL_S: Final = 1.0
_STATISTICS_MS: Final = 2_000


class _App(faust.App):
    logger = logging.getLogger("faust.app")  # else its steps are told under this module's name

    async def on_first_start(self) -> None:
        """Not Faust's directories for tables: there are none."""


class _NoTables(TableManager):
    """Faust's, without the second that it gives an app to declare tables before it joins the group: here are none."""

    logger = logging.getLogger("faust.tables")  # as above

    async def on_start(self) -> None:
        """What Faust's does when that second is over."""
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()


class Worker:
    """A Faust app with one agent on the log, and the lanes of the partitions it was assigned.

    on_failure: called once, on the event loop, with why the worker must stop
    """

    def __init__(self, settings: Settings, cores: Cores, *, partitions: int, metrics: WorkerMetrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self.failure: str | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self.lanes: dict[int, Lane] = {}
        #: of the newest assignment, kept beyond its end: a core that is stuck keeps the worker from the next one
        self.routers: dict[int, PartitionRouter] = {}
        #: whether the newest assignment has been taken up
        self.is_restored = False
        #: monotonic time since when it has been taken up, or left
        self.lanes_since = monotonic()
        self._cores = cores
        self._partitions = partitions
        self._limit = RejectLimit(settings.max_rejected_per_minute)
        self._gives_up = False
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="partition")
        self.app = self._build_app()

    def _build_app(self) -> faust.App:
        settings = self.settings
        config = client_config(settings, "worker")
        app = _App(
            settings.app_id,
            broker=[f"{SCHEME}://{server.strip()}" for server in config["bootstrap.servers"].split(",")],
            store="memory://",
            autodiscover=False,
            web_enabled=False,  # Faust's pages show the data of tables to anyone
            topic_allow_declare=False,  # `timelines topics create` makes them, with the right settings
            topic_disable_leader=True,
            consumer_group_instance_id=settings.instance_id,
            broker_session_timeout=settings.session_timeout_s,
            # the others hear of a rebalance with their next heartbeat: this is part of every pause
            broker_heartbeat_interval=max(settings.session_timeout_s / 16, 0.2),
            broker_max_poll_records=settings.batch_records,
            broker_commit_interval=_COMMIT_INTERVAL_S,
            stream_buffer_maxsize=_BUFFERED_BATCHES,
            TableManager=_NoTables,
        )
        consumer = {
            **config,
            "statistics.interval.ms": _STATISTICS_MS,
            "queued.max.messages.kbytes": _QUEUED_KBYTES,
            # the offset to read stands in the state: if the log does not hold it, beginning elsewhere would be wrong
            "auto.offset.reset": "error",
        }
        coalesce_s = settings.coalesce_ms / 1000
        options = Options(consumer, config, coalesce_s, start_offsets=self._start_offsets, most_held_bytes=_HELD_BYTES)
        configure(app, options)
        app.on_rebalance_complete.connect(self._on_rebalance_complete)
        app.on_partitions_revoked.connect(self._on_partitions_revoked)
        events = app.topic(EVENTS, schema=BatchSchema())
        # any other supervisor goes on behind the event that failed
        app.agent(events, name="correlate", supervisor_strategy=mode.CrashingSupervisor)(self._correlate)
        return app

    async def _correlate(self, stream: Any) -> None:
        async for event in stream.noack().events():
            lane = self.lanes.get(event.message.partition)
            # a batch of an earlier assignment may have slept in a queue; what was not acknowledged comes again
            if lane is None or event.message.generation_id != self.app.consumer_generation_id:
                self._drop(event)
            else:
                await lane.take(event)

    def _drop(self, event: Any) -> None:
        self.app.consumer.unacked.discard(event.message)

    # --- assignment -----------------------------------------------------------------------------------------

    async def _on_partitions_revoked(self, *_: Any, **__: Any) -> None:
        await self._leave_lanes()

    async def _on_rebalance_complete(self, *_: Any, **__: Any) -> None:
        """Faust's recovery calls this, outside of librdkafka's callbacks, and seeks the log when it returns."""
        await self._leave_lanes()
        try:
            await self._take_over()
        except (RestoreOutdated, Interrupted):
            log.info("assignment_outdated", generation=self.app.consumer_generation_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, without its state the worker must not go on
            self.fail(error)

    async def _take_over(self) -> None:
        generation = self.app.consumer_generation_id
        partitions = sorted(tp.partition for tp in self.app.consumer.assignment() if tp.topic == EVENTS)
        began = monotonic()

        def is_wanted() -> bool:
            return self.app.consumer_generation_id == generation and not self.app.should_stop and self.failure is None

        log.info("assigned", partitions=partitions, generation=generation)
        opening = (self._in_thread(self._open_writer, partition, is_wanted) for partition in partitions)
        writers = dict(zip(partitions, await asyncio.gather(*opening), strict=True))
        # after the fencing: only now nobody can add to the state any more
        await self._in_thread(self._end_open, writers, is_wanted)
        lanes, routers = {}, {}
        with collecting.resting():
            states = await self._in_thread(lambda: read_states(self.settings, partitions, is_wanted=is_wanted))
            for partition, writer in writers.items():
                router = await self._in_thread(self._restored, partition, states[partition])
                states[partition].pieces.clear()  # the router has taken up what it needs
                lanes[partition] = self._lane(partition, router, writer, generation)
                routers[partition] = router
        await self._in_thread(self._look_behind, writers, routers, states, is_wanted)
        if not is_wanted():
            raise RestoreOutdated
        self.lanes, self.routers = lanes, routers
        self._mark(is_restored=True)
        self._tell_assignment(states, monotonic() - began)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)

    def _open_writer(self, partition: int, is_wanted: Callable[[], bool]) -> PartitionWriter:
        is_open = False
        writer = PartitionWriter(
            self.settings,
            partition,
            # a batch in flight is finished whatever the group says: if the partition was lost, the broker fences it
            keep_trying=lambda: not self._gives_up and (is_open or is_wanted()),
        )
        writer.open()
        is_open = True
        return writer

    def _end_open(self, writers: dict[int, PartitionWriter], is_wanted: Callable[[], bool]) -> None:
        def tell(partitions: Collection[int]) -> None:
            log.warning("open_transactions", partitions=sorted(partitions))

        end_open(self.settings, writers, is_wanted=is_wanted, on_open=tell)

    def _look_behind(
        self,
        writers: dict[int, PartitionWriter],
        routers: dict[int, PartitionRouter],
        states: dict[int, StoredState],
        is_wanted: Callable[[], bool],
    ) -> None:
        """What came of a batch that the state does not know of, and that comes again."""

        def tell(partitions: Collection[int]) -> None:
            log.warning("open_results", partitions=sorted(partitions))

        reached = {partition: router.offset for partition, router in routers.items()}
        end_unknown(self.settings, writers, reached, is_wanted=is_wanted, on_open=tell)
        for partition, seen in seen_beyond(self.settings, states, reached, is_wanted=is_wanted).items():
            log.warning(
                "seen_before", partition=partition, state=reached[partition], updates=seen.updates, rejects=seen.rejects
            )
            routers[partition].pass_over(seen)

    def _restored(self, partition: int, state: StoredState) -> PartitionRouter:
        router = PartitionRouter(
            partition,
            self._cores.core_for,
            core_version=self._cores.version,
            partitions=self._partitions,
            log_start=state.log_start,
        )
        router.restore(state.pieces.items())
        state.check_log_holds(partition, router.offset + 1)
        if router.restored_version not in (None, self._cores.version):
            log.warning(
                "state_of_another_core", partition=partition, stored=router.restored_version, now=self._cores.version
            )
        return router

    def _lane(self, partition: int, router: PartitionRouter, writer: PartitionWriter, generation: int) -> Lane:
        def is_current() -> bool:
            app = self.app
            return app.consumer_generation_id == generation and not app.rebalancing and not app.should_stop

        return Lane(
            partition,
            router,
            writer,
            executor=self._executor,
            most_records=self.settings.batch_records,
            most_bytes=_BATCH_BYTES,
            is_current=is_current,
            check=self._check,
            on_done=self._on_done,
            on_failed=self.fail,
            on_full=self._on_full,
            on_dropped=self._drop,
        )

    async def _leave_lanes(self) -> None:
        lanes, self.lanes = self.lanes, {}
        self._mark(is_restored=False)
        for partition in lanes:  # no name may hold a lane, and with it a state, while others are read
            lanes[partition].close()
            self.metrics.forget_partition(partition)
        if lanes:
            await asyncio.gather(*(lane.finished() for lane in lanes.values()))
            lanes.clear()
            self.routers = {}
            collecting.look_again()

    def _mark(self, *, is_restored: bool) -> None:
        """Partitions that are left again before they came back have been left since the first time."""
        if is_restored != self.is_restored:
            self.is_restored, self.lanes_since = is_restored, monotonic()

    def _start_offsets(self, tps: Collection[TP]) -> dict[TP, int]:
        return {tp: self.lanes[tp.partition].next_offset for tp in tps if tp.partition in self.lanes}

    def _tell_assignment(self, states: dict[int, StoredState], seconds: float) -> None:
        records = sum(state.records for state in states.values())
        self.metrics.assignments.inc()
        self.metrics.restored_records.set(records)
        self.metrics.restore_seconds.observe(seconds)
        offsets = {partition: lane.offset for partition, lane in self.lanes.items()}
        log.info("restored", records=records, seconds=round(seconds, 3), offsets=offsets)

    # --- batches --------------------------------------------------------------------------------------------

    def _check(self, handover: Handover) -> None:
        """In a lane's thread, before a batch is written: a flood of rejects is stopped, not passed on."""
        for fault in handover.faults:
            log.warning("rejected", offset=fault.offset, field=fault.field, reason=fault.reason)
            if fault.traceback is not None:
                log.error("core_failed", offset=fault.offset, exception=fault.traceback)
        if handover.faults:
            last = handover.faults[-1]
            self._limit.count(len(handover.faults), f"{last.field}: {last.reason}")

    def _on_done(self, lane: Lane, done: Done) -> None:
        handover = done.handover
        if _plain_log.isEnabledFor(logging.DEBUG):  # asked of structlog it costs a tenth of the event loop's time
            log.debug(
                "committed",
                partition=lane.partition,
                offset=handover.offset,
                records=done.records,
                seconds=round(done.transaction_seconds, 4),
            )
        tally(self.metrics, done)

    def _on_full(self, lane: Lane, is_full: bool) -> None:
        """A lane that cannot keep up is fed no more until it can: the others are not to wait with it."""
        if self.lanes.get(lane.partition) is not lane:
            return  # of an earlier assignment: whatever was paused is no more
        places = {TP(EVENTS, lane.partition)}
        if is_full:
            self.app.consumer.pause_partitions(places)
        else:
            self.app.consumer.resume_partitions(places)

    def fail(self, error: BaseException) -> None:
        """Stop the worker. The first failure is the one that is told."""
        if self.failure is not None:
            return
        if isinstance(error, EXPECTED):
            self.failure = self._told(error)
            log.error("stopping", reason=self.failure)
        else:
            notes = getattr(error, "__notes__", ())  # which record it was
            self.failure = "; ".join((f"{type(error).__name__}: {error}", *notes))
            log.error("stopping", reason=self.failure, exc_info=(type(error), error, error.__traceback__))
        self.on_failure()

    def _told(self, error: BaseException) -> str:
        if isinstance(error, NotAllowed):
            return told(error.reason, topic=error.topic, name=self.settings.app_id)
        return str(error) + (hint(error.reason) if isinstance(error, NotWritten) else "")

    # --- end ------------------------------------------------------------------------------------------------

    def give_up(self) -> None:
        """Wait for no broker any more: what is in flight and not committed is lost, and comes again."""
        self._gives_up = True

    def close(self) -> None:
        self._gives_up = True
        self._executor.shutdown(wait=False, cancel_futures=True)


def build_worker(
    settings: Settings, cores: Cores, *, partitions: int | None = None, metrics: WorkerMetrics | None = None
) -> Worker:
    """A worker that is ready to be started: `await worker.app.start()`.

    partitions: how many the log has; default: as in the settings
    """
    return Worker(settings, cores, partitions=partitions or settings.partitions, metrics=metrics or WorkerMetrics())


__all__ = ["EXPECTED", "Worker", "build_worker"]
