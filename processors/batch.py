"""What has come of the records of one batch so far: updates, the newest of each entry, which heads to make, rejects."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from processors.correlation import Changes, RegionCore
from processors.correlation import UnreadableState as UnreadableCoreState
from processors.dead_letter import dead_letter
from processors.handover import NOTHING_SEEN, ConsumerRecord, Fault, Outgoing, Seen, UnreadableState
from schemas.codec import LogMessage, encode
from schemas.decision import Decision, Tick
from schemas.errors import TooLarge
from schemas.event import AttackEvent, ProtestEvent, StatementEvent
from schemas.headers import headers_of
from schemas.timeline import Entry, IncidentTimeline, TimelineUpdate
from schemas.topics import ENTRIES, TIMELINES, UPDATES

T = TypeVar("T")
_MAX_TRACEBACK: Final = 16_000
_KINDS: Final[dict[type[LogMessage], str]] = {
    AttackEvent: "attack",
    StatementEvent: "statement",
    ProtestEvent: "protest",
    Decision: "decision",
    Tick: "tick",
}
#: kind and standing of an incident, for the headers
_Labels = tuple[str | None, str | None]


def last_of_the_traceback() -> str:
    """Of the exception that is being handled."""
    return traceback.format_exc()[-_MAX_TRACEBACK:]


class Batch:
    """What has come of the records of one batch so far."""

    def __init__(self, seen: Seen = NOTHING_SEEN) -> None:
        """seen: updates and rejects of these records are not written again."""
        self._seen = seen
        self._updates: list[Outgoing] = []
        self._rejects: list[Outgoing] = []
        self._entries: dict[str, tuple[Entry, str, int, _Labels]] = {}
        self._touched: dict[tuple[str, str], tuple[datetime, ConsumerRecord]] = {}
        self._parting: dict[tuple[str, str], IncidentTimeline] = {}
        self.kinds: Counter[str] = Counter()
        self.changes: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.clock: datetime | None = None
        self.candidates: list[int] = []

    def add(self, region: str, message: LogMessage, changes: Changes, core: RegionCore, record: ConsumerRecord) -> None:
        self.kinds[_KINDS[type(message)]] += 1
        recorded_at = message.recorded_at
        if self.clock is None or recorded_at > self.clock:
            self.clock = recorded_at
        if changes.candidates is not None:
            self.candidates.append(changes.candidates)
        brought = {update.incident_id: update for update in changes.updates}
        for update in changes.updates:
            for change in update.changes:
                self.changes[change.type] += 1
            if record.offset > self._seen.updates:
                self._updates.append(_sent_update(update, _labels(core, update.incident_id)))
        for entry in changes.entries:
            update_of = brought.get(entry.incident_id)
            revision = (
                update_of.revision if update_of else self._made(region, entry.incident_id, record, _revision, core)
            )
            if revision is None:
                continue
            self._entries.pop(entry.event_id, None)  # so that the order is that of the last change
            # labels of now, not of the end of the batch: headers must not depend on where a batch ends
            self._entries[entry.event_id] = (entry, region, revision, _labels(core, entry.incident_id))
        for head in changes.parting:
            if (region, head.incident_id) in self._touched:
                self._parting[region, head.incident_id] = head
        for incident_id in changes.touched:
            update_of = brought.get(incident_id)
            self._touched.pop((region, incident_id), None)
            self._parting.pop((region, incident_id), None)  # its founding report came again: it is back
            self._touched[region, incident_id] = (update_of.recorded_at if update_of else recorded_at, record)

    def reject(self, record: ConsumerRecord, field: str, problem: str, trace: str | None = None) -> None:
        if record.offset > self._seen.rejects:
            self._rejects.append(dead_letter(record, field, problem))
        self.faults.append(Fault(record.offset, field, problem, trace))

    def outgoing(self, cores: dict[str, RegionCore]) -> tuple[Outgoing, ...]:
        """All of it. Adds a reject and a fault for each head that cannot be made."""
        entries = (_sent_entry(*entry) for entry in self._entries.values())
        heads = [
            self._made(*place, record, _head, self._parting.get(place), cores[place[0]], recorded_at)
            for place, (recorded_at, record) in self._touched.items()
        ]
        return (*self._updates, *entries, *(head for head in heads if head is not None), *self._rejects)

    def _made(
        self, region: str, incident_id: str, record: ConsumerRecord, make: Callable[..., T], *of: Any
    ) -> T | None:
        """What is asked of the core once it has taken the record. A fault in it must not stop all others: the record is
        rejected, which is late, but says so, and what stood of the incident stands until its next change.
        """
        try:
            return make(incident_id, *of)
        except UnreadableCoreState as error:
            raise UnreadableState(f"the state of {region}: {error}") from error
        except MemoryError as error:
            error.add_note(f"while {incident_id} was written, for the record at offset {record.offset}")
            raise
        except Exception as error:  # noqa: BLE001 - as for a core that fails on a record
            problem = (
                f"was taken, but {incident_id} could not be written as it is now: {type(error).__name__}, a fault of "
                "this version. The worker's log has the traceback; a version that mends it writes the incident when it "
                "changes next"
            )
            self.reject(record, "value", problem, last_of_the_traceback())
            return None


def _revision(incident_id: str, core: RegionCore) -> int:
    return core.head(incident_id).revision


def _head(incident_id: str, parting: IncidentTimeline | None, core: RegionCore, recorded_at: datetime) -> Outgoing:
    return _sent_head(parting or core.head(incident_id), recorded_at)


def _sent_update(update: TimelineUpdate, labels: _Labels) -> Outgoing:
    kept = update
    while True:
        try:
            value = encode(kept)
            break
        except TooLarge:
            if not kept.changes:
                raise
            # changes_total goes on telling how many there were
            kept = kept.model_copy(update={"changes": kept.changes[: len(kept.changes) // 2]})
    headers = headers_of(update, incident_kind=labels[0], standing=labels[1])
    return Outgoing(UPDATES, update.incident_id.encode(), value, tuple(headers))


def _sent_entry(entry: Entry, region: str, revision: int, labels: _Labels) -> Outgoing:
    headers = headers_of(entry, region=region, revision=revision, incident_kind=labels[0], standing=labels[1])
    return Outgoing(ENTRIES, entry.event_id.encode(), encode(entry), tuple(headers))


def _sent_head(head: IncidentTimeline, recorded_at: datetime) -> Outgoing:
    headers = headers_of(head, recorded_at=recorded_at)
    return Outgoing(TIMELINES, head.incident_id.encode(), encode(head), tuple(headers))


def _labels(core: RegionCore, incident_id: str) -> _Labels:
    try:
        return core.labels(incident_id)
    except KeyError:  # it has just left
        return None, None
