"""Kafka headers: CloudEvents 1.0 in binary mode, with what filters need so that they need not decode.

A consumer that wants the contested attacks of one region reads `ce_region`, `ce_incidentkind` and `ce_standing` and
passes over the rest without parsing JSON. The headers of rejected records are in `rejection`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, assert_never

from .codec import AnyMessage, type_of
from .decision import Command, Decision, Tick
from .event import AttackEvent, ProtestEvent, StatementEvent
from .regions import region_of
from .timeline import Entry, IncidentTimeline, TimelineUpdate

SPEC_VERSION: Final = "1.0"
CONTENT_TYPE: Final = "application/json"

#: as Kafka clients give and take them
KafkaHeaders = list[tuple[str, bytes]]


def headers_of(
    message: AnyMessage,
    *,
    region: str | None = None,
    revision: int | None = None,
    incident_kind: str | None = None,
    standing: str | None = None,
    recorded_at: datetime | None = None,
    source: str | None = None,
) -> KafkaHeaders:
    """The headers of a message, always in the same order; an attribute that does not apply is left out.

    What the message does not carry itself can be given, and what is given wins:
    region: of a decision or an entry, which do not carry it
    revision: of an entry, the revision of its incident that brought it: must be given, it is part of `ce_id`
    incident_kind, standing: of an entry or an update, those of the incident
    recorded_at: of a timeline, of the record that brought the revision; without it, `last_activity_at`
    source: of an event, the feed it came by, as a URI reference ("/feeds/acled")

    Raises ValueError, naming the argument, for an entry without a revision.
    """
    message_id: str
    at = recorded_at
    match message:
        case AttackEvent() | StatementEvent() | ProtestEvent():
            message_id = message.event_id
            region = region or region_of(message)
            at = at or message.recorded_at
        case Decision():
            message_id = message.command_id
            at = at or message.recorded_at
        case Tick():
            message_id = message.tick_id
            region = region or message.region
            at = at or message.recorded_at
        case Command():
            message_id = message.command_id
            region = region or message.region
            at = at or message.requested_at
        case IncidentTimeline():
            revision = revision or message.revision
            message_id = f"{message.incident_id}/{revision}"
            region = region or message.region
            incident_kind = incident_kind or message.kind
            standing = standing or message.standing
            at = at or message.last_activity_at
        case Entry():
            if revision is None:
                raise ValueError("revision: an entry needs the revision of its incident that brought it")
            message_id = f"{message.event_id}/{message.incident_id}/{revision}"
            at = at or message.recorded_at
        case TimelineUpdate():
            revision = revision or message.revision
            message_id = f"{message.incident_id}/{revision}"
            region = region or message.region
            at = at or message.recorded_at
        case _:
            assert_never(message)
    ce_type = type_of(message)
    # CloudEvents tells doubles by source and id: a head and its update share the id, so the source differs by type
    attributes = (
        ("ce_specversion", SPEC_VERSION),
        ("ce_id", message_id),
        ("ce_source", source or f"/incidents/{ce_type.split('.')[1]}"),
        ("ce_type", ce_type),
        ("ce_time", at.astimezone(UTC).isoformat().replace("+00:00", "Z")),
        ("content-type", CONTENT_TYPE),
        ("ce_region", region),
        ("ce_incidentkind", incident_kind),
        ("ce_standing", standing),
        ("ce_revision", None if revision is None else str(revision)),
    )
    return [(name, value.encode()) for name, value in attributes if value is not None]


@dataclass(frozen=True, slots=True)
class Headers:
    """What the headers of a record say; None for what is absent or cannot be read."""

    specversion: str | None = None
    id: str | None = None
    source: str | None = None
    type: str | None = None
    time: datetime | None = None
    content_type: str | None = None
    region: str | None = None
    incidentkind: str | None = None
    standing: str | None = None
    revision: int | None = None


_MAX_VALUE_BYTES: Final = 4_096
_FIELDS: Final = {
    "ce_specversion": "specversion",
    "ce_id": "id",
    "ce_source": "source",
    "ce_type": "type",
    "ce_time": "time",
    "content-type": "content_type",
    "ce_region": "region",
    "ce_incidentkind": "incidentkind",
    "ce_standing": "standing",
    "ce_revision": "revision",
}


def read_headers(headers: Iterable[tuple[str, bytes | str | None]] | None) -> Headers:
    """What can be understood of a record's headers; never raises on what a record holds.

    Names may be in any case; of a name given twice the last counts, as in Kafka's `lastHeader`; what is no UTF-8,
    no time, no number, or longer than 4,096 bytes counts as absent.
    """
    found: dict[str, Any] = {}
    for name, value in headers or ():
        field = _FIELDS.get(name) or _FIELDS.get(name.lower())
        if field is None or value is None or len(value) > _MAX_VALUE_BYTES:
            continue
        if isinstance(value, str):
            found[field] = value
        else:
            try:
                found[field] = value.decode()
            except UnicodeDecodeError:
                continue
    if "time" in found:
        found["time"] = _time_of(found["time"])
    if "revision" in found:
        found["revision"] = _number_of(found["revision"])
    return Headers(**found)


def _time_of(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is UTC else at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _number_of(text: str) -> int | None:
    # isdecimal alone takes digits of all scripts
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        return None
    return int(text)
