"""Feed `coded`: JSON Lines of reports coded by hand (gold/GUIDE.md describes the fields).

What the coder knew afterwards (`gold_...`, `note`) is never read. A time without a zone is that of the place if it
says when something happened, UTC if it says when it was published; a bare date of publication counts to its last
second, and the original stands in `extra.published_as_reported`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from schemas.arrival import AS_PUBLISHED, UNSTAMPED
from schemas.errors import MalformedRecord
from schemas.event import EVENT, AnyEvent
from schemas.parts import LanguageTag, Place
from schemas.vocabulary import EventKind, PlacePrecision, SourceKind, TimePrecision

from . import Bad, Line, Parsed, Row
from .addresses import host_of, report_id_of
from .databases import is_database
from .json_lines import object_of
from .times import NotATime, ReportedTime
from .zones import zone_of

_FIELDS: Final = frozenset(
    [
        "id",
        "kind",
        "occurred_at",
        "occurred_precision",
        "published_at",
        "publisher",
        "url",
        "lang",
        "wire_origin",
        "headline",
        "text",
        "place",
        "said_in",
        "actors",
        "targets",
        "on_behalf_of",
        "stance",
        "stance_target",
        "weapons",
        "reported",
    ]
)
_PLACE: Final = frozenset(["name", "country", "admin1", "lat", "lon", "precision", "geonameid"])
_ACTOR: Final = frozenset(["name", "role", "country", "sector"])
_WEAPON: Final = frozenset(["type", "count"])
_NUMBERS: Final = {
    EventKind.ATTACK: ("killed", "injured", "arrested"),
    EventKind.STATEMENT: ("killed", "injured", "participants", "arrested"),
    EventKind.PROTEST: ("killed", "injured", "participants", "arrested"),
}
_REPORTED: Final = frozenset(["killed", "injured", "participants", "arrested"])
_LANGUAGE: Final[TypeAdapter[str]] = TypeAdapter(LanguageTag)
#: our fields -> the coder's, for complaints
_AS_CODED: Final = (
    ("event_id", "id"),
    ("location", "place"),
    ("language", "lang"),
    ("occurred", "occurred_at"),
    ("source.publisher", "publisher"),
    ("source.wire_origin", "wire_origin"),
    ("source", "url"),
    ("stances.0.target", "stance_target"),
    ("stances", "stance"),
    *((name + ".best", "reported." + name) for name in _REPORTED),
    *((name, "reported." + name) for name in _REPORTED),
)


class CodedFeed:
    """The feed `coded`."""

    name = "coded"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        for line in lines:
            if not line.raw.strip():
                continue
            try:
                event, unread = parse_coded(line.raw)
            except MalformedRecord as error:
                yield Bad(line.number, error.field, error.problem, line.raw)
            else:
                yield Parsed(line.number, event, line.raw, unread)


def parse_coded(raw: bytes) -> tuple[AnyEvent, tuple[str, ...]]:
    """One record as an event, and the names of the fields that were passed over. Raises MalformedRecord."""
    record = object_of(raw, what="report")
    try:
        return _event_of(record)
    except _Fault as fault:
        raise MalformedRecord(fault.field, fault.problem, raw) from fault


class _Fault(Exception):
    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def _event_of(record: Mapping[str, Any]) -> tuple[AnyEvent, tuple[str, ...]]:
    unread: list[str] = [name for name in record if name not in _FIELDS and not _is_label(name)]
    kind = _kind(record)
    extra: dict[str, Any] = {}
    place = _place(record, "place", unread)
    said_in = _place(record, "said_in", unread)
    values: dict[str, Any] = {
        "kind": kind,
        "event_id": record.get("id"),
        "recorded_at": UNSTAMPED,
        "headline": record.get("headline"),
        "text": record.get("text"),
        "location": place,
        "actors": _objects(record, "actors", _ACTOR, unread),
        "targets": _objects(record, "targets", _ACTOR, unread),
        "weapons": _objects(record, "weapons", _WEAPON, unread),
        "source": _source(record),
        "occurred": _occurred(record, said_in or place),
        "published_at": _published(record, extra),
        "language": _language(record, extra),
        "extra": extra,
    }
    values.update(_numbers(record, kind, extra, unread))
    if kind is EventKind.STATEMENT:
        values["said_in"] = said_in
        values["on_behalf_of"] = record.get("on_behalf_of")
        if (stance := record.get("stance")) is not None:
            values["stances"] = ({"stance": stance, "target": record.get("stance_target")},)
        elif (target := _text(record, "stance_target")) is not None:
            extra["stance_target"] = target
    else:
        # the guide gives these to statements only; an attack or protest that has one keeps it, out of the way
        for name in ("on_behalf_of", "stance", "stance_target"):
            if (text := _text(record, name)) is not None:
                extra[name] = text
        if said_in is not None:
            extra["said_in"] = said_in.name
    values = {name: value for name, value in values.items() if value is not None}
    try:
        return EVENT.validate_python(values), tuple(unread)
    except ValidationError as error:
        found = _first_fault(error, values)
        raise _Fault(_as_coded(found.field), found.problem) from error


def _first_fault(error: ValidationError, values: Mapping[str, Any]) -> MalformedRecord:
    """In the words of the messages; `values` is what was validated, which tells fields from branches of unions."""
    return MalformedRecord.from_validation(error, to_json(values, fallback=str))


def _is_label(name: str) -> bool:
    return name == "note" or name.startswith("gold_")


def _as_coded(path: str) -> str:
    for ours, coded in _AS_CODED:
        if path == ours or path.startswith(ours + "."):
            return coded if coded.startswith(("reported.", "stance")) else coded + path[len(ours) :]
    return path


def _kind(record: Mapping[str, Any]) -> EventKind:
    given = record.get("kind")
    if given is None:
        raise _Fault("kind", f"is missing: add it, one of {', '.join(EventKind)}")
    try:
        return EventKind(str(given))
    except ValueError:
        raise _Fault("kind", f"must be one of {', '.join(EventKind)} (given: {str(given)[:60]!r})") from None


def _text(record: Mapping[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value or None
    raise _Fault(field, "must be text or null")


def _object(
    record: Mapping[str, Any], field: str, known: frozenset[str], unread: list[str], given: Any = ...
) -> dict[str, Any] | None:
    value = record.get(field) if given is ... else given
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _Fault(field, f"must be an object with {', '.join(sorted(known))}, or null")
    unread.extend(f"{field}.{name}" for name in value if name not in known and not _is_label(name))
    return {name: value[name] for name in value if name in known and value[name] is not None}


def _objects(
    record: Mapping[str, Any], field: str, known: frozenset[str], unread: list[str]
) -> tuple[dict[str, Any], ...]:
    value = record.get(field)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _Fault(field, f"must be a list of objects with {', '.join(sorted(known))}")
    found = (_object(record, f"{field}.{index}", known, unread, item) for index, item in enumerate(value))
    return tuple(item for item in found if item is not None)


def _numbers(record: Mapping[str, Any], kind: EventKind, extra: dict[str, Any], unread: list[str]) -> dict[str, Any]:
    reported = _object(record, "reported", _REPORTED, unread) or {}
    values: dict[str, Any] = {}
    for name, number in reported.items():
        if name not in _NUMBERS[kind]:
            if not isinstance(number, int) or isinstance(number, bool):
                raise _Fault(f"reported.{name}", "must be a whole number or null")
            extra[f"reported_{name}"] = number
        else:
            values[name] = number if name == "arrested" else {"best": number}
    return values


def _source(record: Mapping[str, Any]) -> dict[str, Any]:
    url = _text(record, "url")
    publisher = _text(record, "publisher")
    if publisher is None:
        publisher = (host_of(url) if url else None) or "unknown"
    source = {"publisher": publisher, "url": url, "wire_origin": _text(record, "wire_origin")}
    if is_database(publisher):
        # one article may stand behind a hundred rows: each of them is a report of its own
        source["kind"] = SourceKind.DATASET
        source["report_id"] = record.get("id")
    elif url:
        source["report_id"] = report_id_of(url)
    return {name: value for name, value in source.items() if value is not None}


def _language(record: Mapping[str, Any], extra: dict[str, Any]) -> str | None:
    """A tag that nobody can read is no reason to lose the report: it is kept beside it."""
    tag = _text(record, "lang")
    if tag is None:
        return None
    try:
        return _LANGUAGE.validate_python(tag)
    except ValidationError:
        extra["lang_as_reported"] = tag[:200]
        return None


def _place(record: Mapping[str, Any], field: str, unread: list[str]) -> Place | None:
    value = _object(record, field, _PLACE, unread)
    if value is None:
        return None
    try:
        return Place.model_validate({"precision": PlacePrecision.UNKNOWN, **value})
    except ValidationError as error:
        found = _first_fault(error, value)
        # the object as a whole is at fault where no field of it is named (lat without lon)
        raise _Fault(field if found.field == "value" else f"{field}.{found.field}", found.problem) from error


def _occurred(record: Mapping[str, Any], place: Place | None) -> dict[str, Any] | None:
    text = _text(record, "occurred_at")
    if text is None:
        return None
    given = record.get("occurred_precision")
    try:
        precision = TimePrecision.MINUTE if given is None else TimePrecision(str(given))
    except ValueError:
        raise _Fault("occurred_precision", f"must be one of {', '.join(TimePrecision)}, or null") from None
    zone = zone_of(place)
    try:
        written = ReportedTime.read(text)
        first, until, precision = written.interval(precision, zone[1] if zone else UTC)
    except NotATime as error:
        raise _Fault("occurred_at", str(error)) from error
    values = {"from": first, "until": until, "precision": precision, "as_reported": text}
    return {**values, "timezone": zone[0]} if zone else values


def _published(record: Mapping[str, Any], extra: dict[str, Any]) -> datetime | None:
    text = _text(record, "published_at")
    if text is None:
        return None
    try:
        written = ReportedTime.read(text)
        at = written.at(UTC)
    except NotATime as error:
        raise _Fault("published_at", str(error)) from error
    if written.form is not TimePrecision.MINUTE or written.zone is None:
        extra[AS_PUBLISHED] = text
    return at
