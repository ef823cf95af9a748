"""`Correlator`: one region's timelines. Gather, decide, then change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from schemas.codec import LogMessage
from schemas.decision import Decision, Tick
from schemas.timeline import Cause, IncidentTimeline

from .aging import age
from .changes import Step
from .clock import micros
from .decisions import decide
from .entries import Entries
from .linking.api import Linker
from .placing import arrive
from .policy import Policy
from .records import Changes, LogRecord, StateRecord
from .relating import relate_regrouped
from .second_look import look_again
from .snapshot import head_of
from .state import drained, dumped, packed, restored
from .store import Store

F = TypeVar("F")


class Correlator(Generic[F]):
    """A RegionCore. Reads no clock, does no I/O; the same log gives the same bytes.

    Everything a record does is journaled: whatever raises, the state is as it was before the record.
    """

    def __init__(self, region: str, linker: Linker[F], policy: Policy | None = None) -> None:
        self._store: Store[F] = Store(region, linker, policy if policy is not None else Policy(), packed)
        self._entries = Entries()

    def apply(self, record: LogRecord) -> Changes:
        """What the record changes. Raises CannotApply; any other exception is a fault of this code or the linker."""
        store = self._store
        if record.region != store.region:
            raise ValueError(f"a record of {record.region} came to the core of {store.region}")
        store.begin()
        try:
            changes = self._work(record)
        except BaseException:
            store.rollback()
            raise
        store.commit()
        return changes

    def _work(self, record: LogRecord) -> Changes:
        store, message = self._store, record.message
        recorded = micros(message.recorded_at)
        is_repeated = _is_repeated(store, message, recorded)
        store.set_clock(recorded if store.clock is None else max(store.clock, recorded))
        assert store.clock is not None
        cause = Cause(record_id=_record_id(record), partition=record.partition, offset=record.offset)
        step = Step(store, self._entries, cause, store.clock)
        age(step)
        if not is_repeated:  # what is sent twice must change nothing, nor when others are asked
            look_again(step)
        if isinstance(message, Decision):
            decide(step, message)
        elif not isinstance(message, Tick):
            arrive(step, message)
        relate_regrouped(step)
        changes = step.finish()
        _check_heads(store, changes)
        return changes

    def head(self, incident_id: str) -> IncidentTimeline:
        """The head of an incident as it stands now. KeyError where there is none, or none any more."""
        incident = self._store.incidents[incident_id]
        if not incident.has_head:
            raise KeyError(incident_id)
        return head_of(self._store, self._entries, incident)

    def labels(self, incident_id: str) -> tuple[str, str]:
        """Kind and standing of an incident, for headers: cheap, unlike its head. KeyError where there is none."""
        incident = self._store.incidents[incident_id]
        return incident.kind, incident.standing

    def activities(self) -> dict[str, int]:
        """How many incidents are active, quiet, closed; without those that were merged away. Kept, not counted."""
        return dict(self._store.activities)

    def drain_state(self) -> list[StateRecord]:
        """State records that changed since the last call, sorted by key."""
        return drained(self._store)

    def dump(self) -> Iterator[StateRecord]:
        """The whole state, sorted by key."""
        return dumped(self._store)

    def restore(self, records: Iterable[StateRecord]) -> None:
        """Into a new core: afterwards it goes on exactly as the dumped one would. Raises UnreadableState."""
        if self._store.clock is not None:
            raise ValueError("restore goes into a new core: this one has read records already")
        restored(self._store, records)


def _check_heads(store: Store[Any], changes: Changes) -> None:
    """Who is told of a change asks for the head next. One that is not there must fail here, where the record is taken
    back, not there."""
    for incident_id in (*changes.touched, *(entry.incident_id for entry in changes.entries)):
        incident = store.incidents.get(incident_id)
        assert incident is not None and incident.has_head, f"{incident_id} was changed and has no head"


def _is_repeated(store: Store[Any], message: LogMessage, recorded: int) -> bool:
    """A report or a command that came before; a tick that brings no time, whatever its id."""
    match message:
        case Tick():
            return store.clock is not None and recorded <= store.clock
        case Decision():
            return message.command_id in store.commands
        case _:
            return message.event_id in store.events


def _record_id(record: LogRecord) -> str:
    message = record.message
    if isinstance(message, Decision):
        return message.command_id
    return message.tick_id if isinstance(message, Tick) else message.event_id
