"""Bytes to messages and back. The same message always gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from .decision import Command, Decision, Tick
from .errors import MalformedRecord, TooLarge
from .event import EVENT, AnyEvent, AttackEvent, ProtestEvent, StatementEvent
from .timeline import Entry, IncidentTimeline, TimelineUpdate
from .vocabulary import READER, Unrecognized

#: what a record may weigh on any topic; Kafka's default message.max.bytes is 1,048,588 with its envelope
MAX_RECORD_BYTES: Final = 1_000_000

TYPE_EVENT: Final = "incidents.event.v1"
TYPE_DECISION: Final = "incidents.decision.v1"
TYPE_TICK: Final = "incidents.tick.v1"
TYPE_COMMAND: Final = "incidents.command.v1"
TYPE_TIMELINE: Final = "incidents.timeline.v1"
TYPE_ENTRY: Final = "incidents.entry.v1"
TYPE_UPDATE: Final = "incidents.update.v1"

AnyMessage = AnyEvent | Decision | Tick | Command | IncidentTimeline | Entry | TimelineUpdate
LogMessage = AnyEvent | Decision | Tick

_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    TYPE_EVENT: EVENT,
    TYPE_DECISION: TypeAdapter(Decision),
    TYPE_TICK: TypeAdapter(Tick),
    TYPE_COMMAND: TypeAdapter(Command),
    TYPE_TIMELINE: TypeAdapter(IncidentTimeline),
    TYPE_ENTRY: TypeAdapter(Entry),
    TYPE_UPDATE: TypeAdapter(TimelineUpdate),
}
_TYPES: Final[dict[type[BaseModel], str]] = {
    AttackEvent: TYPE_EVENT,
    StatementEvent: TYPE_EVENT,
    ProtestEvent: TYPE_EVENT,
    Decision: TYPE_DECISION,
    Tick: TYPE_TICK,
    Command: TYPE_COMMAND,
    IncidentTimeline: TYPE_TIMELINE,
    Entry: TYPE_ENTRY,
    TimelineUpdate: TYPE_UPDATE,
}
_M = TypeVar("_M", bound=BaseModel)


def type_of(message: AnyMessage) -> str:
    """The `ce_type` of a message."""
    return _TYPES[type(message)]


def encode(message: AnyMessage) -> bytes:
    """Canonical JSON: fields in the order of the model, no nulls, UTF-8.

    Raises TooLarge above MAX_RECORD_BYTES.
    """
    raw = message.model_dump_json(exclude_none=True).encode()
    if len(raw) > MAX_RECORD_BYTES:
        raise TooLarge("value", f"{len(raw)} bytes, at most {MAX_RECORD_BYTES}: shorten the text", raw)
    return raw


def decode(ce_type: str, raw: bytes | None) -> AnyMessage:
    """A message as a reader takes it: unknown words are kept as `Unrecognized`, unknown fields are passed over.

    Raises MalformedRecord with the field, the remedy and the bytes.
    """
    adapter = _ADAPTERS.get(ce_type)
    if adapter is None:
        raise MalformedRecord("ce_type", f"{ce_type[:100]!r} is none of: {', '.join(_ADAPTERS)}", raw)
    return _validate(adapter, raw, reader=True)  # type: ignore[no-any-return]  # the table above pairs them


def decode_log_record(ce_type: str | None, raw: bytes | None) -> LogMessage:
    """A record of the log: an event, a decision or a tick. Raises MalformedRecord."""
    if ce_type is None:
        raise MalformedRecord(
            "ce_type",
            f"the header is missing, or stands beside one whose name is no UTF-8: set it, for an event to {TYPE_EVENT}",
            raw,
        )
    if ce_type not in (TYPE_EVENT, TYPE_DECISION, TYPE_TICK):
        raise MalformedRecord(
            "ce_type",
            f"{ce_type[:100]!r} does not belong in the log: {TYPE_EVENT}, {TYPE_DECISION} or {TYPE_TICK}",
            raw,
        )
    return decode(ce_type, raw)  # type: ignore[return-value]  # the three types above decode to LogMessage


def parse_event(raw: bytes) -> AnyEvent:
    """An event as a writer must write it: unknown words and unknown fields are faults. Raises MalformedRecord."""
    return _validate(EVENT, raw, reader=False)  # type: ignore[no-any-return]  # EVENT's own type


def _validate(adapter: TypeAdapter[Any], raw: bytes | None, *, reader: bool) -> Any:
    if raw is None:
        raise MalformedRecord(
            "value", "is empty: a null removes nothing here; send a decision to retract or redact", raw
        )
    if len(raw) > MAX_RECORD_BYTES:
        raise TooLarge("value", f"{len(raw)} bytes, at most {MAX_RECORD_BYTES}", raw)
    try:
        if reader:
            return adapter.validate_json(raw, context={READER: True}, extra="ignore")
        return adapter.validate_json(raw)
    except ValidationError as error:
        raise MalformedRecord.from_validation(error, raw) from error


def unrecognized_words(messages: Sequence[BaseModel]) -> list[str]:
    """Words in these messages that this version does not know: a writer must have none."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, Unrecognized):
            found.append(str(value))
        elif isinstance(value, BaseModel):
            for name in type(value).model_fields:
                walk(getattr(value, name))
        elif isinstance(value, tuple | list):
            for item in value:
                walk(item)

    for message in messages:
        walk(message)
    return found
