"""A core small enough to check by eye: it gathers events by the first word of their headline.

It does all that a real one may do to the router: two incidents touched by one record, an entry that changes
again with a later event, state that comes and goes, refusals, and failures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.correlation.records import CannotApply, Changes, LogRecord, StateRecord
from schemas.codec import encode, type_of
from schemas.decision import Command, Decision, Tick
from schemas.event import AnyEvent, AttackEvent, Source, StatementEvent
from schemas.headers import headers_of
from schemas.regions import region_of
from schemas.timeline import (
    Attribution,
    Cause,
    Corroboration,
    Decided,
    Entry,
    EntryAdded,
    EntryMoved,
    EntrySource,
    IncidentTimeline,
    Link,
    Opened,
    TimelineUpdate,
)
from schemas.topics import EVENTS
from schemas.vocabulary import Activity, AttributionState, DecisionKind, EntryRole, EventKind, Standing

VERSION = "tally-1"
START = datetime(2021, 11, 7, tzinfo=UTC)


class TallyCore:
    """headline "fire at noon": incident fire. "boom": raises. "fire+flood": touches both. A tick forgets incidents
    whose name begins with "brief". "leak": its state cannot be told.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self._incidents: dict[str, dict[str, Any]] = {}
        self._holders: dict[str, set[str]] = {}  # the incidents that hold an event
        self._dirty: set[str] = set()

    def apply(self, record: LogRecord) -> Changes:
        message = record.message
        if isinstance(message, Tick):
            gone = [name for name in self._incidents if name.startswith(f"{self.region}:brief")]
            parting = tuple(self.head(name) for name in gone)
            for name in gone:
                for event_id in self._incidents.pop(name)["events"]:
                    # seen is what some incident holds, no less and no more than the state says: a restart must not show
                    self._holders[event_id].discard(name)
                    if not self._holders[event_id]:
                        del self._holders[event_id]
                self._dirty.add(name)
            return Changes(parting=parting)
        if isinstance(message, Decision):
            for incident_id in message.incidents:
                if incident_id not in self._incidents:
                    raise CannotApply("incidents.0", f"{incident_id} is unknown here: take an id from a timeline")
            decided = Decided(
                command_id=message.command_id, decision=message.decision, by=message.by, reason=message.reason
            )
            return Changes(
                touched=tuple(message.incidents),
                updates=tuple(self._update(record, incident_id, decided) for incident_id in message.incidents),
            )
        if "boom" in message.headline:
            raise RuntimeError(f"no way to take {object()}")
        if message.event_id in self._holders:
            return Changes()
        names = [f"{self.region}:{word}" for word in message.headline.split()[0].split("+")]
        touched, entries, updates = [], [], []
        for incident_id in names:
            incident = self._incidents.get(incident_id)
            changes: list[Any] = []
            if incident is None:
                incident = {"revision": 0, "kind": str(message.kind), "events": {}, "first": _text(message.recorded_at)}
                self._incidents[incident_id] = incident
                changes.append(Opened(kind=message.kind, founding_event=message.event_id, title=incident_id))
            if incident["events"]:
                last = list(incident["events"])[-1]
                entries.append(self._entry(last, incident_id, EntryRole.BACKGROUND))
                changes.append(EntryMoved(event_id=last, role=EntryRole.BACKGROUND))
            incident["events"][message.event_id] = [message.headline, _text(message.recorded_at)]
            self._holders.setdefault(message.event_id, set()).add(incident_id)
            changes.append(EntryAdded(event_id=message.event_id, role=EntryRole.CORE, score=1.0))
            updates.append(self._update(record, incident_id, *changes))
            touched.append(incident_id)
        entries.append(self._entry(message.event_id, names[0], EntryRole.CORE))
        return Changes(touched=tuple(touched), entries=tuple(entries), updates=tuple(updates))

    def head(self, incident_id: str) -> IncidentTimeline:
        incident = self._incidents[incident_id]
        return IncidentTimeline(
            incident_id=incident_id,
            revision=incident["revision"],
            region=self.region,
            kind=EventKind(incident["kind"]),
            title=f"{incident_id} in {len(incident['events'])} reports",
            activity=Activity.ACTIVE,
            activity_reason="reported",
            standing=Standing(self.labels(incident_id)[1]),
            standing_reason="one source",
            attribution=Attribution(state=AttributionState.UNCLAIMED),
            first_recorded_at=datetime.fromisoformat(incident["first"]),
            last_activity_at=datetime.fromisoformat(incident["last"]),
            corroboration=Corroboration(reports=len(incident["events"]), independent_sources=1),
            entries=tuple(self._entry(event_id, incident_id, EntryRole.CORE) for event_id in incident["events"]),
            entries_total=len(incident["events"]),
            core_version=VERSION,
        )

    def labels(self, incident_id: str) -> tuple[str, str]:
        incident = self._incidents[incident_id]
        return incident["kind"], "corroborated" if len(incident["events"]) > 1 else "unconfirmed"

    def drain_state(self) -> list[StateRecord]:
        if f"{self.region}:leak" in self._dirty:
            raise RuntimeError("no way to tell the state of a leak")
        drained = [StateRecord(self._key(name), self._bytes(name)) for name in sorted(self._dirty)]
        self._dirty.clear()
        return sorted(drained, key=lambda piece: piece.key)

    def dump(self) -> Iterator[StateRecord]:
        for name in sorted(self._incidents):
            yield StateRecord(self._key(name), self._bytes(name))

    def restore(self, records: Iterable[StateRecord]) -> None:
        for piece in records:
            assert piece.value is not None
            incident = json.loads(piece.value)
            name = f"{self.region}:{piece.key.split('/')[1]}"
            self._incidents[name] = incident
            for event_id in incident["events"]:
                self._holders.setdefault(event_id, set()).add(name)

    def _update(self, record: LogRecord, incident_id: str, *changes: Any) -> TimelineUpdate:
        incident = self._incidents[incident_id]
        incident["revision"] += 1
        if not isinstance(record.message, Decision):
            incident["last"] = _text(record.message.recorded_at)
        self._dirty.add(incident_id)
        cause = Cause(record_id=_id_of(record.message), partition=record.partition, offset=record.offset)
        return TimelineUpdate(
            incident_id=incident_id,
            revision=incident["revision"],
            region=self.region,
            recorded_at=record.message.recorded_at,
            cause=cause,
            changes=changes,
            changes_total=len(changes),
            core_version=VERSION,
        )

    def _entry(self, event_id: str, incident_id: str, role: EntryRole) -> Entry:
        headline, at = self._incidents[incident_id]["events"][event_id]
        when = datetime.fromisoformat(at)
        return Entry(
            event_id=event_id,
            incident_id=incident_id,
            kind=EventKind.ATTACK,
            reported_at=when,
            recorded_at=when,
            headline=headline,
            source=EntrySource(publisher="Gazette"),
            role=role,
            significance=0.5,
            link=Link(score=1.0),
        )

    def _key(self, name: str) -> str:
        return f"{self.region}/{name.partition(':')[2]}"

    def _bytes(self, name: str) -> bytes | None:
        return json.dumps(self._incidents[name]).encode() if name in self._incidents else None


def _text(at: datetime) -> str:
    return at.isoformat()


def _id_of(message: AnyEvent | Decision | Tick) -> str:
    if isinstance(message, Decision):
        return message.command_id
    return message.tick_id if isinstance(message, Tick) else message.event_id


def an_attack(headline: str, event_id: str, *, minute: int = 0) -> AttackEvent:
    return AttackEvent(
        event_id=event_id,
        recorded_at=START + timedelta(minutes=minute),
        headline=headline,
        source=Source(publisher="Gazette"),
    )


def a_statement(headline: str, event_id: str) -> StatementEvent:
    return StatementEvent(event_id=event_id, recorded_at=START, headline=headline, source=Source(publisher="Gazette"))


def a_decision(
    *incidents: str, command_id: str = "c1", decision: DecisionKind = DecisionKind.CLOSE, minute: int = 0
) -> Decision:
    return Decision(
        command_id=command_id,
        decision=decision,
        incidents=incidents,
        by="ann",
        reason="over",
        decided_at=START,
        recorded_at=START + timedelta(minutes=minute),
    )


def a_command(*incidents: str, command_id: str = "c1", **more: Any) -> Command:
    return Command.model_validate(
        {
            "command_id": command_id,
            "decision": "close",
            "incidents": incidents,
            "by": "ann",
            "reason": "over",
            "region": "middle-east",
            "role": "editor",
            "requested_at": START,
            **more,
        }
    )


def in_log(message: AnyEvent | Decision | Tick, region: str | None = None) -> dict[str, Any]:
    """Fields of a raw record of this message, without its place in the log."""
    key = region or (region_of(message) if not isinstance(message, Decision) else "world")
    return {
        "topic": EVENTS,
        "key": key.encode(),
        "value": encode(message),
        "headers": tuple(headers_of(message, region=key)),
    }


__all__ = ["START", "VERSION", "TallyCore", "a_command", "a_decision", "a_statement", "an_attack", "in_log", "type_of"]
