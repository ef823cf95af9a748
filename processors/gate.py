"""The gate: answers commands with decisions in the log, and ticks live regions that fall silent.

It keeps nothing of its own. What it must know of the log, the clock of each region, it reads from the log; how far it
has read stands with its consumer group, the clocks as metadata of the committed offset. A partition's commands are
taken only when its log has been read to the end. If the gate dies between the append of a decision and the commit, the
log, read on from the last commit, tells that this command was answered; should two gates answer one command, the core
takes the first decision and passes over the second.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from processors.checking import Refused, check_right, command_in, decision_of
from processors.dead_letter import dead_letter
from processors.gate_offsets import ASK_S, ask_group, commit, is_worth_another_try, starts_of
from processors.handover import RawRecord
from processors.received import raw_record
from processors.region_clocks import RegionClocks
from runtime.clients import ask_marks, is_end_of_partition, new_consumer, new_producer
from runtime.leaving import leave
from runtime.metrics import GateMetrics
from runtime.refusals import BrokerRefuses, is_not_allowed, told
from runtime.settings import Settings
from schemas.codec import decode_log_record, encode
from schemas.decision import Decision, Tick
from schemas.errors import MalformedRecord
from schemas.headers import headers_of, read_headers
from schemas.regions import ALL_REGIONS, partition_of
from schemas.topics import COMMANDS, EVENTS, REJECTED_MAX_BYTES

log = structlog.stdlib.get_logger("timelines.gate")

_BATCH: Final = 500
_DELIVERY_S: Final = 60.0
_COMMIT_EVERY_S: Final = 5.0
#: answered commands that are remembered: more than can be answered between two commits
_REMEMBERED: Final = 10_000
#: the end of the year 9999: a broker may take any timestamp, one in microseconds too, and no more is a time here
_LAST_MS: Final = 253_402_300_799_000


class NotAppended(Exception):
    """The broker did not take what the gate wrote. Nothing was committed: the command is answered after a restart."""


@dataclass(slots=True)
class _Partition:
    """One partition of the log and of the commands. next_*: the offset to be read next, -1: nothing read yet.

    caught_up, commands_read: the log, and then the commands, were read to the end since it was taken up
    """

    clocks: RegionClocks = field(default_factory=RegionClocks)
    caught_up: bool = False
    commands_read: bool = False
    next_event: int = -1
    next_command: int = -1


def gate_group(settings: Settings) -> str:
    """The consumer group of the gates."""
    return f"{settings.app_id}-gate"


def gate_clients(settings: Settings) -> tuple[Consumer, Producer]:
    """The clients of a gate. Raises SettingsError."""
    consumer = new_consumer(
        settings,
        "gate",
        gate_group(settings),
        session_timeout_ms=int(settings.session_timeout_s * 1000),
        heartbeat_interval_ms=int(settings.session_timeout_s * 1000 / 4),
    )
    return consumer, new_producer(
        settings, "gate", message_timeout_ms=int(_DELIVERY_S * 1000), message_max_bytes=REJECTED_MAX_BYTES
    )


class Gate:
    """One gate. `start`, then `step` again and again, then `stop`; all from one thread.

    partitions: of the log and of the commands, which have equally many
    now: the wall clock, aware
    """

    def __init__(
        self,
        consumer: Consumer,
        producer: Producer,
        settings: Settings,
        *,
        partitions: int,
        metrics: GateMetrics | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._consumer = consumer
        self._producer = producer
        self._partitions_total = partitions
        self._most_age = timedelta(seconds=settings.command_max_age_s)
        self._tick_after = timedelta(seconds=settings.tick_seconds)
        self._now = now
        self._partitions: dict[int, _Partition] = {}
        self._assigned: list[TopicPartition] | None = None
        self._to_take_up = False
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._failures: list[str] = []
        self._committed_at = time.monotonic()
        self._group = gate_group(settings)
        self.metrics = metrics or GateMetrics()
        #: when `step` last came round, monotonic seconds
        self.turned_at = time.monotonic()
        #: what the client last complained of, until the broker has answered again
        self.trouble: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it has its share of the partitions, and has read their log to the end."""
        return self.has_share and all(partition.caught_up for partition in self._partitions.values())

    @property
    def has_share(self) -> bool:
        """Whether the group has given it its share, which may be empty."""
        return self._assigned is not None and not self._to_take_up

    def start(self) -> None:
        self._consumer.subscribe(
            [EVENTS, COMMANDS], on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke
        )

    def step(self, timeout_s: float = 0.5) -> None:
        """Take what came, answer it, tick, commit. Raises NotAppended, KafkaException."""
        self.turned_at = time.monotonic()
        if self._to_take_up:
            self._take_up()
        commands: list[RawRecord] = []
        for message in self._consumer.consume(_BATCH, timeout=timeout_s):
            error = message.error()
            if error is None:
                record = raw_record(message)
                if record.topic == COMMANDS:
                    commands.append(record)
                else:
                    self._hear(record)
            elif is_end_of_partition(error):
                self._reach_end(message)
            elif is_not_allowed(error):
                raise BrokerRefuses(told(error, topic=message.topic(), name=self._group))
            elif error.fatal() or error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise KafkaException(error)
            else:
                self.trouble = error.str()
                log.warning("broker_trouble", error=error.str())
        for record in commands:
            self._answer(record)
        ticked = self._tick()
        if commands or ticked:
            self._deliver()
        for record in commands:
            if (partition := self._partitions.get(record.partition)) is not None:
                partition.next_command = record.offset + 1
        if commands or time.monotonic() - self._committed_at > _COMMIT_EVERY_S:
            self._commit()

    def stop(self) -> None:
        """Leave the group. Safe after a failure. Raises KafkaException, DidNotLeave."""
        try:
            self._commit(is_last=True)
        finally:
            leave(self._consumer, lambda: self._assigned is not None)

    # -- partitions

    def _assign(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        # Short, for it runs inside the client: what takes the broker's answer is done by the next step. And nothing is
        # assigned yet: a partition that librdkafka (2.16) is just taking up may never hear of a pause or a resume
        # (docs/decisions/0070).
        consumer.assign([])
        self._assigned = places
        self._partitions.clear()
        self._to_take_up = True

    def _revoke(self, _: Consumer, places: list[TopicPartition]) -> None:
        self._partitions.clear()
        self._assigned = None
        self._to_take_up = False
        log.info("revoked", partitions=len(places))

    def _take_up(self) -> None:
        """Go on where this group has committed; if the broker does not tell now, the next step asks again."""
        try:
            starts = starts_of(self._consumer, self._assigned or [])
        except KafkaException as error:
            self._pass_over(error, "not_taken_up")
            return
        for start in starts:
            partition = self._partitions.setdefault(start.place.partition, _Partition())
            if start.place.topic == EVENTS:
                partition.clocks = start.clocks
        # each with an offset: so librdkafka has taken them up when assign returns, and a pause comes after that
        self._consumer.assign([start.place for start in starts])
        commands = [
            TopicPartition(COMMANDS, start.place.partition) for start in starts if start.place.topic == COMMANDS
        ]
        if commands:
            self._consumer.pause(commands)
        self._to_take_up = False
        self.trouble = None  # the broker has just answered; of an empty share, it has just said so
        log.info("assigned", partitions=sorted(self._partitions))

    def _pass_over(self, error: KafkaException, what: str) -> None:
        """Raises it again, unless it is of the kind that passes."""
        if not is_worth_another_try(error):
            raise error
        self.trouble = error.args[0].str()
        log.warning(what, error=self.trouble)

    def _reach_end(self, end: Message) -> None:
        number, offset = end.partition(), end.offset()
        partition = self._partitions.get(number) if number is not None else None
        if number is None or partition is None:
            return
        if end.topic() == COMMANDS:
            partition.commands_read = True
        if end.topic() != EVENTS or partition.caught_up:
            return
        partition.caught_up = True
        if offset is not None and partition.next_event < 0:
            partition.next_event = offset  # to have something to commit: the commits show that the broker answers
        if any((place.topic, place.partition) == (COMMANDS, number) for place in self._assigned or ()):
            place = TopicPartition(COMMANDS, number)
            self._consumer.resume([place])
            self._nudge(place)

    def _nudge(self, place: TopicPartition) -> None:
        """After a resume librdkafka fetches nothing for a second, unless something else is asked of the broker."""
        if self.trouble is not None:
            return  # one question without an answer is enough: of many partitions the waits would add up
        try:
            ask_marks(self._consumer, place, ASK_S)
        except KafkaException as error:
            self._pass_over(error, "not_answered")

    # -- the log

    def _hear(self, record: RawRecord) -> None:
        """What the router would take moves the clock; what it would reject does not."""
        partition = self._partitions.get(record.partition)
        if partition is None:
            return
        partition.next_event = record.offset + 1
        region = (record.key or b"")[:100].decode(errors="replace")
        if region not in ALL_REGIONS or partition_of(region, self._partitions_total) != record.partition:
            return
        try:
            message = decode_log_record(read_headers(record.headers).type, record.value)
        except MalformedRecord:
            return
        if isinstance(message, Tick) and message.region != region:
            return
        if isinstance(message, Decision):
            self._remember(message.command_id)
        appended_at = datetime.fromtimestamp(min(record.timestamp_ms, _LAST_MS) / 1000, UTC)
        partition.clocks.hear(region, message.recorded_at, appended_at, tick=isinstance(message, Tick))

    def _remember(self, command_id: str) -> None:
        self._answered[command_id] = None
        self._answered.move_to_end(command_id)
        while len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)

    # -- commands

    def _answer(self, record: RawRecord) -> None:
        partition = self._partitions.get(record.partition)
        if partition is None:
            return  # revoked meanwhile: whoever has it now reads it again
        try:
            command = command_in(record, partitions=self._partitions_total)
            if command.command_id in self._answered:  # before its age is looked at: it was young when it was granted
                self.metrics.repeated.inc()
                log.info("repeated", command_id=command.command_id)
                return
            now = self._now()
            check_right(command, now=now, most_age=self._most_age)
            recorded_at = partition.clocks.stamp(command.region, now)
            if recorded_at is None:
                raise Refused("region", f"the log has no report of {command.region}: take the region from a timeline")
        except Refused as refusal:
            self._refuse(record, refusal)
            return
        self._append(decision_of(command, recorded_at), command.region)
        self._remember(command.command_id)
        self.metrics.decisions.labels(command.decision).inc()
        log.info("granted", command_id=command.command_id, decision=command.decision, by=command.by)

    def _refuse(self, record: RawRecord, refusal: Refused) -> None:
        rejected = dead_letter(record, refusal.field, refusal.problem)
        self._produce(
            rejected.topic, record.partition, key=rejected.key, value=rejected.value, headers=[*rejected.headers]
        )
        self.metrics.refused.labels(refusal.label).inc()
        log.warning("refused", offset=record.offset, partition=record.partition, why=str(refusal))

    # -- ticks

    def _tick(self) -> bool:
        ticked = False
        for partition in self._partitions.values():
            if not partition.caught_up:
                continue
            now = self._now()
            for tick in partition.clocks.due_ticks(now, self._tick_after):
                self._append(tick, tick.region)
                partition.clocks.hear(tick.region, now, now, tick=True)  # not again before it is read back
                self.metrics.ticks.inc()
                ticked = True
        return ticked

    # -- writing

    def _append(self, message: Decision | Tick, region: str) -> None:
        self._produce(
            EVENTS,
            partition_of(region, self._partitions_total),
            key=region.encode(),
            value=encode(message),
            headers=[*headers_of(message, region=region)],
        )

    def _produce(self, topic: str, partition: int, **record: Any) -> None:
        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                self._failures.append(told(error, topic=topic))

        try:
            self._producer.produce(topic, partition=partition, on_delivery=delivered, **record)
        except KafkaException as error:  # what librdkafka knows of the topic already, without the topic's name
            self._failures.append(told(error.args[0], topic=topic))

    def _deliver(self) -> None:
        left = self._producer.flush(_DELIVERY_S + 5)
        if left or self._failures:
            why = self._failures[0] if self._failures else f"no answer within {_DELIVERY_S:.0f} s"
            raise NotAppended(f"the broker did not take {max(left, len(self._failures))} records of the gate: {why}")

    def _commit(self, *, is_last: bool = False) -> None:
        """The log is never committed past a decision whose command is not: whoever comes next would answer it again.

        So both topics go in one request, and the log only when the commands were read to the end: a decision in it may
        be of a gate that could not commit any more.

        After trouble with nothing to commit (a share without partitions) the broker is asked something: else the
        trouble would never end. Not while the group hands out shares: the answer would wait for that, and that for us.
        """
        self._committed_at = time.monotonic()
        places: list[TopicPartition] = []
        for number, partition in self._partitions.items():
            if partition.next_event >= 0 and partition.commands_read:
                clocks = partition.clocks.dump()
                places.append(TopicPartition(EVENTS, number, partition.next_event, metadata=clocks))
            if partition.next_command >= 0:
                places.append(TopicPartition(COMMANDS, number, partition.next_command))
        if not places and (self.trouble is None or not self.has_share or is_last):
            return
        try:
            if places:
                commit(self._consumer, places)
            else:
                ask_group(self._consumer)
        except KafkaException as error:
            self._pass_over(error, "not_committed" if places else "not_answered")
        else:
            self.trouble = None
