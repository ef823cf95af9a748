"""The tables of one region, and the journal that takes a failed step back."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from schemas.timeline import Link

from .incidents import EventState, IncidentState, Stage
from .lifecycle import due_of
from .linking.api import DumpedEvent, Linker
from .policy import Policy
from .roster import Roster
from .schedule import Schedule
from .unread import EventTable, Unread
from .unsettled import Unsettled, Wait

F = TypeVar("F")
#: rosters of incidents kept once made; one of so many entries or more is kept for good: it takes long to make
_ROSTERS_AT_HAND: Final = 2_048
_LARGE_ROSTER: Final = 64
#: events kept ready; others are packed until somebody asks for them
_EVENTS_AT_HAND: Final = 8_192
#: in one step, so that none takes long: a restore may leave thousands to do
_PACKED_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Pending:
    """An original that has not come yet. by_event, seq: the youngest correction or retraction that waits for it."""

    original: str
    by_event: str
    seq: int


@dataclass(slots=True)
class Store(Generic[F]):
    """Everything a region knows. Each write is journaled first; `rollback` undoes all writes since `begin`.

    Derived, hence never stored: members, guests, copies, naming (from the events), rosters, the schedules.
    """

    region: str
    linker: Linker[F]
    policy: Policy
    pack: Callable[[EventState], Unread] | None = None  # None: events are never packed
    clock: int | None = None
    next_seq: int = 0
    next_command: int = 0
    events: EventTable[str] = field(default_factory=EventTable)
    by_seq: EventTable[int] = field(default_factory=EventTable)
    features: dict[str, F] = field(default_factory=dict)
    incidents: dict[str, IncidentState] = field(default_factory=dict)
    activities: Counter[str] = field(default_factory=Counter)  # of `incidents`, as readers see them
    commands: dict[str, int] = field(default_factory=dict)  # command_id -> number, oldest first
    pending: dict[str, Pending] = field(default_factory=dict)  # by original event_id, oldest first
    unsettled: Unsettled = field(default_factory=Unsettled)
    members: dict[str, list[int]] = field(default_factory=dict)
    guests: dict[str, list[int]] = field(default_factory=dict)
    copies: dict[str, list[int]] = field(default_factory=dict)  # original event_id -> seqs of its copies
    naming: dict[str, list[int]] = field(default_factory=dict)  # event_id, known or not -> what corrects or retracts it
    rosters: dict[str, Roster] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=Schedule)
    digests: Schedule = field(default_factory=Schedule)  # when each may be forgotten
    dirty: set[tuple[str, str]] = field(default_factory=set)  # (table, id) since the last drain
    _dirty_in_step: set[tuple[str, str]] = field(default_factory=set)
    _journal: list[tuple[Callable[..., Any], tuple[Any, ...]]] = field(default_factory=list)
    _touched_rosters: dict[str, None] = field(default_factory=dict)
    _small_rosters: dict[str, None] = field(default_factory=dict)  # of `rosters`, used last come last
    _at_hand: dict[int, None] = field(default_factory=dict)  # numbers of events kept ready, used last come last
    _touched_schedule: set[str] = field(default_factory=set)

    # -- one step

    def begin(self) -> None:
        # here, where nothing is half done: a commit is the end of a step whatever happens
        self._put_rosters_away()
        self._put_events_away()
        self._journal.clear()
        self._touched_rosters.clear()
        self._touched_schedule.clear()
        self._dirty_in_step.clear()
        self._undo(self._set_counters, self.clock, self.next_seq, self.next_command)

    def commit(self) -> None:
        self.dirty |= self._dirty_in_step
        self._journal.clear()

    def rollback(self) -> None:
        """Back to `begin`: writes undone in reverse, derived rosters thrown away, the schedule filled again."""
        while self._journal:
            undo, arguments = self._journal.pop()
            undo(*arguments)
        for incident_id in self._touched_rosters:
            self.rosters.pop(incident_id, None)
        for incident_id in self._touched_schedule:
            self.schedule.drop(incident_id)
            self.digests.drop(incident_id)
            incident = self.incidents.get(incident_id)
            if incident is not None:
                self._put_due(incident)

    def _undo(self, undo: Callable[..., Any], *arguments: Any) -> None:
        self._journal.append((undo, arguments))

    def _set_counters(self, clock: int | None, next_seq: int, next_command: int) -> None:
        self.clock, self.next_seq, self.next_command = clock, next_seq, next_command

    def set_clock(self, clock: int) -> None:
        self.clock = clock
        self._dirty_in_step.add(("clock", ""))

    # -- events

    def put_event(self, event: EventState) -> None:
        old = self.events.get(event.event_id)
        self._undo(self._set_event, event.event_id, event.seq, old)
        self._dirty_in_step.add(("event", event.event_id))
        if old is not None:
            self._list_event(old, add=False)
        self._set_event(event.event_id, event.seq, event)
        self._list_event(event, add=True)

    def drop_event(self, event: EventState) -> None:
        """Forget it altogether."""
        self.let_go(event)
        self._undo(self._set_event, event.event_id, event.seq, event)
        self._dirty_in_step.add(("event", event.event_id))
        self._list_event(event, add=False)
        self._set_event(event.event_id, event.seq, None)

    def _set_event(self, event_id: str, seq: int, event: EventState | None) -> None:
        if event is None:
            self.events.pop(event_id, None)
            self.by_seq.pop(seq, None)
        else:
            self.events[event_id] = self.by_seq[seq] = event
            self._at_hand.pop(seq, None)
            self._at_hand[seq] = None

    def _put_events_away(self) -> None:
        """Between steps, those that were written or asked for longest ago; a few."""
        ready = self._at_hand
        for table in (self.events, self.by_seq):
            if table.woken:
                for seq in table.woken:
                    ready.pop(seq, None)
                    ready[seq] = None
                table.woken.clear()
        for _ in range(min(_PACKED_AT_ONCE, len(ready) - _EVENTS_AT_HAND)):
            seq = next(iter(ready))
            del ready[seq]
            event = self.by_seq.peek(seq)
            if event is not None and self.pack is not None:
                unread = self.pack(event)
                self.events.put_unread(event.event_id, unread)
                self.by_seq.put_unread(seq, unread)

    def _list_event(self, event: EventState, *, add: bool) -> None:
        self._change_list(self.members, event.incident_id, event.seq, add)
        roster = self.touched_roster(event.incident_id)
        if roster is not None:
            roster.change(event, add=add)
        for other in event.background:
            self._change_list(self.guests, other, event.seq, add)
            roster = self.touched_roster(other)
            if roster is not None:
                roster.change_guest(event, add=add)
        if event.copy_of is not None:
            self._change_list(self.copies, event.copy_of, event.seq, add)
        if (named := event.corrects or event.retracts) is not None:
            self._change_list(self.naming, named, event.seq, add)

    def _change_list(self, table: dict[str, list[int]], key: str, seq: int, add: bool) -> None:
        self._undo(_set_listed, table, key, seq, not add)
        _set_listed(table, key, seq, add)

    def roster(self, incident_id: str) -> Roster:
        """Built from the events where it is not at hand: linear in the incident, once after a restore."""
        roster = self.rosters.get(incident_id)
        if roster is None:
            roster = Roster()
            for seq in self.members.get(incident_id, ()):
                roster.change(self.by_seq[seq], add=True)
            for seq in self.guests.get(incident_id, ()):
                roster.change_guest(self.by_seq[seq], add=True)
            self.rosters[incident_id] = roster
            if len(roster) < _LARGE_ROSTER:
                self._small_rosters[incident_id] = None
        return roster

    def touched_roster(self, incident_id: str) -> Roster | None:
        """The roster at hand, about to change: a rollback throws it away."""
        self._touched_rosters[incident_id] = None
        return self.rosters.get(incident_id)

    def _put_rosters_away(self) -> None:
        """Of most incidents nothing more is reported: what can be made again from their events is not kept for all.

        Between steps only: in a step somebody may hold one that is about to change.
        """
        small = self._small_rosters
        for incident_id in self._touched_rosters:
            small.pop(incident_id, None)
            roster = self.rosters.get(incident_id)
            if roster is not None and len(roster) < _LARGE_ROSTER:
                small[incident_id] = None
        while len(small) > _ROSTERS_AT_HAND:
            oldest = next(iter(small))
            del small[oldest]
            self.rosters.pop(oldest, None)

    # -- the linker holds the evidence; its calls are undone by their opposites

    def hold(self, event_id: str, features: F, seq: int, incident_id: str) -> None:
        self.linker.hold(event_id, features, seq=seq, incident_id=incident_id)
        self._undo(self._unhold, event_id)
        self.features[event_id] = features
        self._dirty_in_step.add(("features", event_id))

    def _unhold(self, event_id: str) -> None:
        self.linker.drop(event_id)
        self.features.pop(event_id, None)

    def let_go(self, event: EventState) -> None:
        """Drop the evidence of an event, if it is held. The event's state is the caller's to mark."""
        features = self.features.get(event.event_id)
        if features is None:
            return
        self.linker.drop(event.event_id)
        self._undo(self._hold_again, event.event_id, features, event.seq, event.incident_id)
        del self.features[event.event_id]
        self._dirty_in_step.add(("features", event.event_id))

    def _hold_again(self, event_id: str, features: F, seq: int, incident_id: str) -> None:
        self.linker.hold(event_id, features, seq=seq, incident_id=incident_id)
        self.features[event_id] = features

    def move_evidence(self, event_id: str, come_from: str, incident_id: str) -> None:
        if event_id in self.features:
            self.linker.move(event_id, incident_id)
            self._undo(self.linker.move, event_id, come_from)

    def explanation(self, event_id: str, now: Any) -> Link | None:
        """Why a held event belongs where it is; None where its evidence is gone."""
        return self.linker.link_of(event_id, now=now) if event_id in self.features else None

    # -- incidents, commands, pending corrections

    def put_incident(self, incident: IncidentState) -> None:
        self._undo(self._set_incident, incident.incident_id, self.incidents.get(incident.incident_id))
        self._set_incident(incident.incident_id, incident)
        self._dirty_in_step.add(("incident", incident.incident_id))
        self.put_due(incident)

    def drop_incident(self, incident_id: str) -> None:
        self._undo(self._set_incident, incident_id, self.incidents.get(incident_id))
        self._set_incident(incident_id, None)
        self._dirty_in_step.add(("incident", incident_id))
        self.touched_roster(incident_id)
        self.rosters.pop(incident_id, None)

    def _set_incident(self, incident_id: str, incident: IncidentState | None) -> None:
        was = self.incidents.get(incident_id)
        is_shut = incident is not None and incident.retracted_by is not None
        if is_shut != (was is not None and was.retracted_by is not None):
            self.linker.shut(incident_id, is_shut)
        for counted, by in ((was, -1), (incident, 1)):
            if counted is not None and counted.is_shown:
                self.activities[counted.activity] += by
        if incident is None:
            self.incidents.pop(incident_id, None)
        else:
            self.incidents[incident_id] = incident

    def put_due(self, incident: IncidentState) -> None:
        self._touched_schedule.add(incident.incident_id)
        self._put_due(incident)

    def _put_due(self, incident: IncidentState) -> None:
        now_in, before_in = self.schedule, self.digests
        if incident.stage is Stage.DIGEST:
            now_in, before_in = before_in, now_in
        before_in.drop(incident.incident_id)
        now_in.put(incident.incident_id, due_of(incident, self.policy))

    def pop_due(self, now: int) -> tuple[int, str] | None:
        """(entry, incident) that comes first, if it is not after `now`; it is taken off its schedule.

        Digests come last, and only while the region has more of them than it may always keep.
        """
        schedule = self.schedule
        due = schedule.next(now)
        if due is None and len(self.digests) > self.policy.remembered:
            schedule = self.digests
            due = schedule.next(now)
        if due is not None:
            self._touched_schedule.add(due[1])
            schedule.drop(due[1])
        return due

    def remember_command(self, command_id: str) -> None:
        self._undo(self.commands.pop, command_id, None)
        self.commands[command_id] = self.next_command
        self.next_command += 1
        self._dirty_in_step.add(("command", command_id))
        if len(self.commands) > self.policy.remembered_commands:
            self._forget(self.commands, "command")

    def remember_pending(self, pending: Pending) -> None:
        self._restore_order(self.pending)
        self.pending.pop(pending.original, None)  # as old as the youngest of those that wait for it
        self.pending[pending.original] = pending
        self._dirty_in_step.add(("pending", pending.original))
        if len(self.pending) > self.policy.pending_corrections:
            self._forget(self.pending, "pending")

    def settle_pending(self, original: str) -> bool:
        """Whether what corrects or retracts this event waited for it; it waits no longer."""
        if original not in self.pending:
            return False
        self._restore_order(self.pending)
        del self.pending[original]
        self._dirty_in_step.add(("pending", original))
        return True

    def put_unsettled(self, event_id: str, wait: Wait) -> None:
        self._set_unsettled(event_id, wait)

    def take_unsettled(self, event_id: str) -> None:
        """An event that waits."""
        self._set_unsettled(event_id, None)

    def _set_unsettled(self, event_id: str, wait: Wait | None) -> None:
        self._undo(self.unsettled.set, event_id, self.unsettled.get(event_id))
        self.unsettled.set(event_id, wait)
        self._dirty_in_step.add(("unsettled", event_id))

    def _forget(self, table: dict[str, Any], name: str) -> None:
        oldest = next(iter(table))
        self._restore_order(table)
        del table[oldest]
        self._dirty_in_step.add((name, oldest))

    def _restore_order(self, table: dict[str, Any]) -> None:
        """Undo by the whole table: the order of its keys is what says which is the oldest. Bounded, and rare."""
        self._undo(_refill, table, dict(table))

    # -- restoring: outside any step

    def restore_event(self, event: EventState | Unread) -> None:
        """In the order of their numbers."""
        members = self.members.get(event.incident_id)
        if members is None:
            self.members[event.incident_id] = [event.seq]
        else:
            members.append(event.seq)
        if isinstance(event, Unread):
            self.events.put_unread(event.event_id, event)
            self.by_seq.put_unread(event.seq, event)
            return
        self._set_event(event.event_id, event.seq, event)
        for other in event.background:
            _set_listed(self.guests, other, event.seq, True)
        if event.copy_of is not None:
            _set_listed(self.copies, event.copy_of, event.seq, True)
        if (named := event.corrects or event.retracts) is not None:
            _set_listed(self.naming, named, event.seq, True)

    def restore_evidence(self, events: Sequence[DumpedEvent]) -> None:
        self.features = self.linker.restore(events)

    def restore_incident(self, incident: IncidentState) -> None:
        self._set_incident(incident.incident_id, incident)
        self._put_due(incident)

    def count_event(self) -> int:
        seq = self.next_seq
        self.next_seq += 1
        return seq


def _set_listed(table: dict[str, list[int]], key: str, seq: int, listed: bool) -> None:
    seqs = table.setdefault(key, [])
    at = bisect_left(seqs, seq)
    if at < len(seqs) and seqs[at] == seq:
        if not listed:
            del seqs[at]
    elif listed:
        insort(seqs, seq)
    if not seqs:
        del table[key]


def _refill(table: dict[str, Any], content: dict[str, Any]) -> None:
    table.clear()
    table.update(content)
