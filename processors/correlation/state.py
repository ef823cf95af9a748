"""State records: what a region keeps, as keyed JSON with a version, and how older versions are read.

Keys: `<region>/clock`, `/command/<id>`, `/event/<id>`, `/features/<id>`, `/incident/<id>`, `/pending/<id>`,
`/unsettled/<id>`.
Every record is small and bounded, and is written only when it changed; what can be derived is not written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from pydantic_core import from_json

from schemas.vocabulary import EntryRole, EventKind, Relation, RelationDirection, Standing

from .facts import Assertion, When, Where
from .incidents import EventState, IncidentState, Mark, RelationKept, Stage
from .linking.api import DumpedEvent
from .records import StateRecord, UnreadableState
from .store import Pending, Store
from .unread import Unread
from .unsettled import Unsettled, Wait

#: raise it with every change of what is written below, and add how the version before is read
STATE_VERSION: Final = 1
#: (table, version) -> a function that gives the record of the next version
Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Final[dict[tuple[str, int], Migration]] = {}

_TABLES: Final = ("clock", "command", "event", "features", "incident", "pending", "unsettled")


# by their values: calling an enum takes ten times as long, and a restore does it for every incident there is
_KINDS: Final[dict[str, EventKind]] = {str(kind): kind for kind in EventKind}
_STAGES: Final[dict[str, Stage]] = {str(stage): stage for stage in Stage}
_STANDINGS: Final[dict[str, Standing]] = {str(standing): standing for standing in Standing}


def drained(store: Store[Any]) -> list[StateRecord]:
    """What changed since the last call, sorted by key."""
    touched = sorted((_key(store.region, table, name), table, name) for table, name in store.dirty)
    store.dirty.clear()
    return [StateRecord(key, _value(store, table, name)) for key, table, name in touched]


def dumped(store: Store[Any]) -> Iterator[StateRecord]:
    """The whole state, sorted by key."""
    names: list[tuple[str, str]] = [("clock", "")] if store.clock is not None else []
    for table, held in (
        ("command", store.commands),
        ("event", store.events),
        ("features", store.features),
        ("incident", store.incidents),
        ("pending", store.pending),
        ("unsettled", store.unsettled),
    ):
        names.extend((table, name) for name in held)
    for key, table, name in sorted((_key(store.region, table, name), table, name) for table, name in names):
        yield StateRecord(key, _value(store, table, name))


def restored(store: Store[Any], records: Iterable[StateRecord]) -> None:
    """Fill an empty store. Raises UnreadableState."""
    tables: dict[str, dict[str, Any]] = {table: {} for table in _TABLES}
    events: list[EventState | Unread] = []
    prefix = f"{store.region}/"
    event_prefix = f"{prefix}event/"
    for record in records:
        key, raw = record
        if raw is None:
            continue
        if key.startswith(event_prefix) and (unread := Unread.of(raw, _unread)) is not None:
            events.append(unread)
            continue
        table, name = _parts(prefix, key)
        if table == "event":
            events.append(_event_from(_read(table, record)))
        else:
            tables[table][name] = _read(table, record)
    for clock in tables["clock"].values():
        store.clock, store.next_seq, store.next_command = clock["clock"], clock["next_seq"], clock["next_command"]
    events.sort(key=_seq_of)
    features, held = tables["features"], []
    for event in events:
        store.restore_event(event)
        text = features.get(event.event_id)
        if text is not None:
            held.append(DumpedEvent(event.event_id, event.seq, event.incident_id, text["features"]))
    store.restore_evidence(held)
    for value in tables["incident"].values():
        store.restore_incident(_incident_from(value))
    for name, value in sorted(tables["command"].items(), key=lambda item: item[1]["number"]):
        store.commands[name] = value["number"]
    for name, value in sorted(tables["pending"].items(), key=lambda item: item[1]["seq"]):
        store.pending[name] = Pending(name, value["by_event"], value["seq"])
    store.unsettled = Unsettled(
        (name, Wait(value["due"], value["reported"], value["words"])) for name, value in tables["unsettled"].items()
    )


def _key(region: str, table: str, name: str) -> str:
    return f"{region}/{table}/{name}" if name else f"{region}/{table}"


def _parts(prefix: str, key: str) -> tuple[str, str]:
    """prefix: the region and a slash."""
    table, _, name = key.removeprefix(prefix).partition("/")
    if not key.startswith(prefix) or table not in _TABLES:
        raise UnreadableState(f"{key}: no key of {prefix[:-1]}: restore each region from its own records")
    return table, name


def _value(store: Store[Any], table: str, name: str) -> bytes | None:
    """None where the piece is gone."""
    match table:
        case "clock":
            return _text({"clock": store.clock, "next_seq": store.next_seq, "next_command": store.next_command})
        case "command":
            number = store.commands.get(name)
            return None if number is None else _text({"number": number})
        case "event":
            event = store.events.peek(name)
            return None if event is None else _text(_plain(event))
        case "features":
            features = store.features.get(name)
            return None if features is None else _text({"features": store.linker.dump_features(features)})
        case "incident":
            incident = store.incidents.get(name)
            return None if incident is None else _text(_plain(incident))
        case "unsettled":
            wait = store.unsettled.get(name)
            return None if wait is None else _text(wait._asdict())
        case _:
            pending = store.pending.get(name)
            return None if pending is None else _text({"by_event": pending.by_event, "seq": pending.seq})


def _text(value: dict[str, Any]) -> bytes:
    return json.dumps({"v": STATE_VERSION, **value}, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(state: EventState | IncidentState) -> dict[str, Any]:
    """Fields that differ from nothing: absent ones are read as their default."""
    plain = {}
    for name in _FIELDS[type(state)]:
        value = getattr(state, name)
        if value is not None and value != () and value is not False:
            plain[name] = value
    return plain


_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    EventState: EventState._fields,
    IncidentState: tuple(field.name for field in fields(IncidentState)),
}


def _read(table: str, record: StateRecord) -> dict[str, Any]:
    assert record.value is not None
    try:
        value: dict[str, Any] = from_json(record.value, cache_strings="keys")  # in half the time of json.loads
    except ValueError as error:
        raise UnreadableState(f"{record.key}: no state record of this service ({error})") from error
    if not isinstance(value, dict) or not isinstance(version := value.pop("v", None), int):
        raise UnreadableState(f"{record.key}: no state record of this service: it carries no version")
    while version != STATE_VERSION:
        migrate = MIGRATIONS.get((table, version))
        if migrate is None:
            raise UnreadableState(
                f"{record.key}: version {version}, this service reads up to {STATE_VERSION}: "
                f"start the version that wrote it, or replay the log into an empty state"
            )
        value = migrate(value)
        version += 1
    return value


_seq_of: Final = attrgetter("seq")
#: bytes of a record that an error shows: its id stands at the beginning
_SHOWN: Final = 100


def _unread(raw: bytes) -> EventState:
    """Raises UnreadableState, also late: what the tables go by was all that was looked at when it was restored."""
    named = raw[:_SHOWN].decode(errors="replace")
    value = _read("event", StateRecord(f"event {named}", raw))
    try:
        return _event_from(value)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableState(f"event {named}: no state record of this service ({error})") from error


def packed(event: EventState) -> Unread:
    """The event as its record, in a quarter of the room."""
    return Unread.packed(event, _text(_plain(event)), _unread)


def _event_from(value: dict[str, Any]) -> EventState:
    given = {**dict.fromkeys(("where", "when", "body", "relay")), "core": False, **value}
    for name in ("stances", "sources", "background", "overruled"):
        given[name] = tuple(given.get(name, ()))
    given["kind"] = EventKind(given["kind"])
    given["role"] = EntryRole(given["role"])
    given["marks"] = tuple(Mark(*mark) for mark in given.get("marks", ()))
    given["assertions"] = tuple(Assertion(*said) for said in given.get("assertions", ()))
    given["where"] = None if given["where"] is None else Where(*given["where"])
    given["when"] = None if given["when"] is None else When(*given["when"])
    return EventState(**given)


def _incident_from(value: dict[str, Any]) -> IncidentState:
    given = value
    given["kind"] = _KINDS[given["kind"]]
    given["stage"] = _STAGES[given["stage"]]
    given["standing"] = _STANDINGS[given["standing"]]
    if "related" in given:
        given["related"] = tuple(_relation_from(*kept) for kept in given["related"])
    for name in ("merged_from", "apart"):
        if name in given:
            given[name] = tuple(given[name])
    return IncidentState(**given)


def _relation_from(
    other: str, relation: str, score: float, reasons: list[str], direction: str | None = None
) -> RelationKept:
    """direction: not there in what was written before there were directions"""
    end = None if direction is None else RelationDirection(direction)
    return RelationKept(other, Relation(relation), score, tuple(reasons), end)
