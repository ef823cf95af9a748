"""One record's work in the making: what it touches, what changed, and the messages that say so.

A step writes through the store's journal. `Step.finish` makes every message before anything is kept, so that
whatever fails, fails before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from schemas.timeline import (
    MAX_UPDATE_CHANGES,
    ActivityChanged,
    AnyChange,
    Cause,
    ClaimAdded,
    ClaimChanged,
    Entry,
    EntryMoved,
    IncidentTimeline,
    Link,
    Related,
    Retitled,
    StandingChanged,
    TimelineUpdate,
    Unrelated,
)
from schemas.vocabulary import Activity, EntryRole, Standing

from .claims import claim_message
from .clock import moment_of
from .entries import REDACTED, Entries
from .incidents import EventState, IncidentState, Stage
from .ledger import ClaimKey, Status
from .policy import CORE_VERSION
from .records import Changes
from .store import Store
from .summary import summarize

F = TypeVar("F")
#: an update weighs at most about this much; the changes beyond are counted only
_MAX_CHANGES_BYTES: Final = 400_000
_FEW: Final = 40


@dataclass(slots=True)
class Draft:
    """One incident being changed. was: as it was before this record; None: the record opened it."""

    state: IncidentState
    was: IncidentState | None
    changes: list[AnyChange] = field(default_factory=list)
    claims_before: dict[str, dict[ClaimKey, Status]] | None = None
    #: seqs of entries that came or changed: candidates for the title
    fresh: list[int] = field(default_factory=list)
    members_changed: bool = False
    #: its old title must not be repeated: the entry it came from was redacted
    hide_old_title: bool = False
    #: the title that `opened` gave, where this record opened it
    opened_title: str = ""
    dropped: bool = False

    @property
    def is_leaving(self) -> bool:
        """It has no head any more: of what still happens to its reports nothing is said."""
        return self.dropped or self.state.stage is Stage.FORGETTING


class Step(Generic[F]):
    """What one record does. now: the region's clock after the record."""

    def __init__(self, store: Store[F], entries: Entries, cause: Cause, now: int) -> None:
        self.store = store
        self.entries = entries
        self.cause = cause
        self.now = now
        self.moment = moment_of(now)
        self.drafts: dict[str, Draft] = {}
        self.parting: list[IncidentTimeline] = []
        self.candidates: int | None = None
        #: whose reports are not what they were, to be asked what they are related to; True: not only by what arrived
        self.regrouped: dict[str, bool] = {}
        self._entries_changed: dict[str, None] = {}
        self._hosts_told: set[tuple[str, str]] = set()

    # -- reading: what this step has changed so far included

    def incident(self, incident_id: str) -> IncidentState | None:
        draft = self.drafts.get(incident_id)
        if draft is not None:
            return None if draft.dropped else draft.state
        return self.store.incidents.get(incident_id)

    def resolve(self, incident_id: str) -> IncidentState | None:
        """The incident that an id stands for now: merges are followed to where they end. None: forgotten, or about
        to be."""
        incident = self.incident(incident_id)
        while incident is not None and incident.merged_into is not None:
            incident = self.incident(incident.merged_into)
        return None if incident is None or incident.stage is Stage.FORGETTING else incident

    def event(self, event_id: str) -> EventState | None:
        """An event that a later record may name. None: never seen, forgotten, or about to be."""
        event = self.store.events.get(event_id)
        return None if event is None or self.resolve(event.incident_id) is None else event

    # -- changing

    def draft(self, incident_id: str) -> Draft:
        """The incident, to be changed. The first call in a step fixes its place among the updates."""
        draft = self.drafts.get(incident_id)
        if draft is None:
            was = self.store.incidents[incident_id]
            draft = self.drafts[incident_id] = Draft(was.copy(), was)
        return draft

    def open(self, incident: IncidentState) -> Draft:
        assert self.incident(incident.incident_id) is None, f"{incident.incident_id} is open already"
        draft = Draft(incident, None, claims_before={}, opened_title=incident.title)
        self.drafts[incident.incident_id] = draft
        return draft

    def say(self, incident_id: str, *changes: AnyChange) -> None:
        self.draft(incident_id).changes.extend(changes)

    def put_event(self, event: EventState, *, public: bool = True) -> None:
        """Write an event's state; incidents that it enters, leaves or stays in are touched.

        public: its entry is put out anew
        """
        old = self.store.events.get(event.event_id)
        for incident_id in {event.incident_id: None, **({old.incident_id: None} if old else {})}:
            self._watch(self.draft(incident_id))
        if old is not None:
            self._tell_hosts(old, event)
            if old.incident_id != event.incident_id:
                self.regroup(old.incident_id)
                self.regroup(event.incident_id)
        draft = self.draft(event.incident_id)
        draft.fresh.append(event.seq)
        if (old is None or old.incident_id != event.incident_id) and draft.state.stage in (
            Stage.SWEEPING,
            Stage.DIGEST,
        ):
            draft.state.stage, draft.state.swept = Stage.SWEEPING, -1  # the newcomer's evidence is to be let go, too
        self.store.put_event(event)
        if public:
            self._entries_changed[event.event_id] = None

    def regroup(self, incident_id: str, *, by_arrival: bool = False) -> None:
        """Evidence came to this incident, or left it: what it is related to is asked at the end of the record."""
        self.regrouped[incident_id] = self.regrouped.get(incident_id, False) or not by_arrival

    def _tell_hosts(self, old: EventState, event: EventState | None) -> None:
        """Incidents in which this event is background show it, too: they say that it changed, came or went."""
        now = event.background if event is not None else ()
        for other in dict.fromkeys((*old.background, *now)):
            if self.resolve(other) is None or (old.event_id, other) in self._hosts_told:
                continue
            self._hosts_told.add((old.event_id, other))
            home = None if other in now else old.incident_id if event is None else event.incident_id
            self.say(other, EntryMoved(event_id=old.event_id, to_incident=home, role=EntryRole.BACKGROUND))

    def forget_event(self, event: EventState) -> None:
        self._tell_hosts(event, None)
        self.store.drop_event(event)

    def change_event(self, event: EventState, *, link: Link | None = None, **changes: Any) -> EventState:
        """Put out an event's state with some fields changed, its entry with it."""
        changed = self.entries.again(event._replace(**changes), link)
        self.put_event(changed)
        return changed

    def _watch(self, draft: Draft) -> None:
        """Before the first change of its members: remember the claims as they stand."""
        draft.members_changed = True
        if draft.claims_before is None:
            ledger = self.store.roster(draft.state.incident_id).ledger
            draft.claims_before = {about: ledger.shown(about) for about in ledger.topics()}

    # -- finishing

    def finish(self) -> Changes:
        """Settle what follows from the changes, write the incidents, make the messages."""
        for draft in list(self.drafts.values()):
            if draft.members_changed and not draft.is_leaving and draft.state.merged_into is None:
                summarize(self, draft)
        updates: list[TimelineUpdate] = []
        for incident_id, draft in self.drafts.items():
            if draft.dropped:
                self.store.drop_incident(incident_id)
                continue
            changes = [] if draft.is_leaving else self._changes_of(draft)
            if changes:
                draft.state.revision += 1
                updates.append(self._update(draft.state, changes))
            self.store.put_incident(draft.state)
        return Changes(
            touched=tuple(update.incident_id for update in updates),
            parting=tuple(self.parting),
            entries=tuple(self._entries()),
            updates=tuple(updates),
            candidates=self.candidates,
        )

    def _entries(self) -> list[Entry]:
        found = (self.store.events.get(event_id) for event_id in self._entries_changed)
        made = (self.entries.of(event) for event in found if event is not None and self.resolve(event.incident_id))
        return [entry for entry in made if entry is not None]

    def _changes_of(self, draft: Draft) -> list[AnyChange]:
        state, was = draft.state, draft.was
        changes = _last_of_each_relation(draft.changes)
        changes.extend(self._claim_changes(draft))
        if was is None:  # as `opened` leaves it: what is known more is told like any other change
            was_activity, was_standing, was_title = Activity.ACTIVE, Standing.UNCONFIRMED, draft.opened_title
        else:
            was_activity, was_standing, was_title = was.activity, was.standing, was.title
        if state.activity is not was_activity:
            changes.append(ActivityChanged(was=was_activity, now=state.activity, reason=state.activity_reason))
        if state.standing is not was_standing:
            changes.append(StandingChanged(was=was_standing, now=state.standing, reason=state.standing_reason))
        if state.title != was_title:
            changes.append(Retitled(was=REDACTED if draft.hide_old_title else was_title, now=state.title))
        return changes

    def _claim_changes(self, draft: Draft) -> list[AnyChange]:
        """Claims that are shown now and were not, or were with another state."""
        if draft.claims_before is None or draft.state.merged_into is not None:
            return []
        ledger = self.store.roster(draft.state.incident_id).ledger
        found: list[AnyChange] = []
        for about in ledger.topics():
            before, after = draft.claims_before.get(about, {}), ledger.shown(about)
            if before is after:
                continue
            for key, status in after.items():
                was = before.get(key)
                if was is None:
                    found.append(ClaimAdded(claim=claim_message(ledger, key, status, self.store.by_seq)))
                elif was.state is not status.state:
                    claim = claim_message(ledger, key, status, self.store.by_seq)
                    found.append(ClaimChanged(claim=claim, was=was.state))
        return found

    def _update(self, state: IncidentState, changes: list[AnyChange]) -> TimelineUpdate:
        # not validated once more: every part was when it was made, and this is done for every record
        return TimelineUpdate.model_construct(
            incident_id=state.incident_id,
            revision=state.revision,
            region=self.store.region,
            recorded_at=self.moment,
            cause=self.cause,
            changes=_bounded(changes),
            changes_total=len(changes),
            core_version=CORE_VERSION,
        )


def _last_of_each_relation(changes: list[AnyChange]) -> list[AnyChange]:
    """A merge takes relations over, and the evidence is asked after it: how each of them ends is told, once."""
    last = {change.incident_id: at for at, change in enumerate(changes) if isinstance(change, Related | Unrelated)}
    return [
        change
        for at, change in enumerate(changes)
        if not isinstance(change, Related | Unrelated) or last[change.incident_id] == at
    ]


def _bounded(changes: list[AnyChange]) -> tuple[AnyChange, ...]:
    if len(changes) <= _FEW:
        return tuple(changes)
    kept: list[AnyChange] = []
    weight = 0
    for change in changes[:MAX_UPDATE_CHANGES]:
        weight += len(change.model_dump_json(exclude_none=True).encode())
        if weight > _MAX_CHANGES_BYTES:
            break
        kept.append(change)
    return tuple(kept)
