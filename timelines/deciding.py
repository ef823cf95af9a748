"""Sending a command, and seeing what becomes of it: the gate's answer, then the worker's."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from consumers.export import ExportError, partitions_of, stored_records
from runtime.clients import (
    ask_marks,
    is_end_of_partition,
    is_of_no_concern,
    new_consumer,
    new_producer,
    raw_bytes,
    raw_headers,
)
from runtime.refusals import is_not_allowed, told
from runtime.settings import Settings
from schemas.codec import TYPE_DECISION, TYPE_UPDATE, decode, encode
from schemas.decision import Command
from schemas.errors import MalformedRecord
from schemas.headers import headers_of, read_headers
from schemas.regions import partition_of
from schemas.rejection import read_rejection
from schemas.timeline import TimelineUpdate
from schemas.topics import COMMANDS, ENTRIES, EVENTS, REJECTED, TIMELINES, UPDATES
from timelines.progress import Bar

_CALL_S: Final = 15.0
_POLL_S: Final = 0.2
#: of an id that the caller chose, for one who sends a command again
_ANSWERED_BEFORE: Final = (
    " Or was it answered before? What comes twice under one id is answered once: `timelines dump --updates` and "
    "`--rejected` show what came of it"
)


class CannotDecide(Exception):
    """The command cannot be sent, or was not taken; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a command stands."""

    command: Command
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What the worker made of the decision. updates: of every incident that it changed; none: nothing had to change."""

    updates: tuple[TimelineUpdate, ...]

    def lines(self) -> Iterator[str]:
        if not self.updates:
            yield "the decision was taken, and nothing had to change"
        for update in self.updates:
            counts = Counter(change.type for change in update.changes)
            told = ", ".join(name if count == 1 else f"{name} ({count})" for name, count in counts.items())
            yield f"{update.incident_id}, revision {update.revision}: {told}"


def region_of_ids(settings: Settings, incidents: Collection[str], events: Collection[str]) -> str:
    """The one region in which these stand, from what the sink tells of them.

    Raises CannotDecide for one that the sink does not know, and for several regions; ExportError.
    """
    missing = {TIMELINES: set(incidents), ENTRIES: set(events)}
    regions: dict[str, str] = {}
    with Bar("looking up the region") as bar:
        for topic, ids in missing.items():
            if not ids:
                continue
            for stored in stored_records(settings, [topic], progress=bar.show):
                name = (stored.key or b"").decode(errors="replace")
                if name in ids and (region := read_headers(stored.headers).region):
                    regions[name] = region
    for topic, word in ((TIMELINES, "incident"), (ENTRIES, "event")):
        for name in sorted(missing[topic]):
            if name not in regions:
                raise CannotDecide(f"{word} {name} is not on this broker: `timelines watch` shows the ids")
    if len(set(regions.values())) > 1:
        told = ", ".join(f"{name} in {region}" for name, region in sorted(regions.items()))
        raise CannotDecide(f"a decision stays within one region, and these do not: {told}")
    return next(iter(regions.values()))


class Asker:
    """Sends one command, and watches what becomes of it. Use as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._partitions = partitions_of(settings, [COMMANDS, EVENTS, REJECTED, UPDATES])[COMMANDS]
        self._consumer: Consumer | None = None

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        if self._consumer is not None:
            self._consumer.close()

    def send(self, command: Command) -> Sent:
        """Raises CannotDecide when the broker does not take it."""
        partition = partition_of(command.region, self._partitions)
        self._listen(partition)
        producer = new_producer(self._settings, "decide", message_timeout_ms=int(_CALL_S * 1000))
        reports: list[Message | str] = []
        producer.produce(
            COMMANDS,
            partition=partition,
            key=command.region.encode(),
            value=encode(command),
            headers=[*headers_of(command)],
            on_delivery=lambda error, message: reports.append(told(error, topic=COMMANDS) if error else message),
        )
        producer.flush(_CALL_S + 5)
        report = reports[0] if reports else "no answer"
        if isinstance(report, str):
            raise CannotDecide(f"the broker did not take the command: {report}")
        return Sent(command, partition, report.offset() or 0)

    def _listen(self, partition: int) -> None:
        """From the ends as they are before the command is sent, so that no answer can be missed."""
        consumer = self._consumer = new_consumer(self._settings, "decide")
        places = [TopicPartition(topic, partition) for topic in (EVENTS, REJECTED, UPDATES)]
        try:
            for place in places:
                place.offset = ask_marks(consumer, place, _CALL_S)[1]
        except KafkaException as error:
            raise CannotDecide(f"the broker does not tell where its topics end: {error.args[0].str()}") from error
        consumer.assign(places)

    def wait(self, sent: Sent, timeout_s: float, *, may_be_known: bool = False) -> Effect:
        """What came of it. Raises CannotDecide when it is refused or nothing comes within the time.

        may_be_known: a command of this id may have been answered before
        """
        assert self._consumer is not None, "send comes first"
        command_id = sent.command.command_id
        decided_at: int | None = None
        updates: list[TimelineUpdate] = []
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for message in self._consumer.consume(200, timeout=_POLL_S):
                error = message.error()
                if is_end_of_partition(error):
                    if updates and message.topic() == UPDATES:
                        return Effect(tuple(updates))
                    continue
                if error is not None:
                    if is_not_allowed(error) and not is_of_no_concern(error):
                        raise CannotDecide(f"{message.topic() or 'what becomes of it'}: {told(error)}")
                    continue  # passes by itself, or the time runs out
                if message.topic() == REJECTED:
                    _raise_if_rejected(message, command_id)
                elif message.topic() == EVENTS:
                    headers = read_headers(raw_headers(message))
                    if headers.type == TYPE_DECISION and headers.id == command_id and decided_at is None:
                        decided_at = message.offset()
                elif (update := _update_in(message)) is not None:
                    if update.cause.record_id == command_id:
                        updates.append(update)
                    elif decided_at is not None and update.cause.offset > decided_at:
                        return Effect(tuple(updates))  # the worker is past it
        if updates:
            return Effect(tuple(updates))
        silence = _silence(sent, decided_at, timeout_s)
        raise CannotDecide(silence + _ANSWERED_BEFORE if may_be_known and decided_at is None else silence)


def _raise_if_rejected(message: Message, command_id: str) -> None:
    if read_headers(raw_headers(message)).id != command_id:
        return
    why = read_rejection(raw_headers(message))
    if why is not None:
        who = "the gate refused it" if why.topic == COMMANDS else "the worker could not apply it"
        raise CannotDecide(f"{who}: {why.field}: {why.reason}")


def _update_in(message: Message) -> TimelineUpdate | None:
    try:
        update = decode(TYPE_UPDATE, raw_bytes(message.value()))
    except MalformedRecord:
        return None
    return update if isinstance(update, TimelineUpdate) else None


def _silence(sent: Sent, decided_at: int | None, timeout_s: float) -> str:
    if decided_at is None:
        return (
            f"the command stands in {COMMANDS}[{sent.partition}] at {sent.offset}, and no gate has answered within "
            f"{timeout_s:.0f} s: is one running? (`timelines gate`)"
        )
    return (
        f"the decision stands in {EVENTS}[{sent.partition}] at {decided_at}, and no timeline has changed within "
        f"{timeout_s:.0f} s: is a worker running (`timelines worker`), or was there nothing to change?"
    )


__all__ = ["Asker", "CannotDecide", "Effect", "ExportError", "Sent", "region_of_ids"]
