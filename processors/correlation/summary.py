"""What follows from an incident's members: its kind, title, age, standing. Settled once, at the end of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from schemas.timeline import EntryMoved
from schemas.vocabulary import ClaimAbout, EventKind, Stance

from .clock import micros
from .entries import REDACTED, role_of
from .facts import DID_NOT_HAPPEN, DOUBTFUL, HAPPENED, THE_INCIDENT
from .incidents import EventState, IncidentState
from .ledger import ClaimKey, Ledger
from .roster import Roster
from .standing import Witnesses, Word, standing_of
from .titles import best_title, is_overtaken

if TYPE_CHECKING:
    from .changes import Draft, Step


#: what stands where a claim on the incident names nothing
_STANCES: Final = frozenset(map(str, Stance))


def is_core(kind: EventKind, speaker_key: str, incident: IncidentState | None) -> bool:
    """Does an event tell of the incident itself? None: of the one it founds.

    A happening does. A statement does only where statements are all there is, and its speaker is the founder:
    two outlets with one pledge are two reports of the pledge; another's answer to it is a reaction.
    """
    if kind is not EventKind.STATEMENT or incident is None:
        return True
    return incident.kind is EventKind.STATEMENT and speaker_key == incident.founder_key


def summarize(step: Step[Any], draft: Draft) -> None:
    roster = step.store.roster(draft.state.incident_id)
    _settle_kind(step, draft, roster)
    _settle_title(step, draft, roster)
    _settle_age(step, draft, roster)
    draft.state.standing, draft.state.standing_reason = standing_of(_witnesses(step, roster), draft.state.retracted_by)


def _settle_kind(step: Step[Any], draft: Draft, roster: Roster) -> None:
    """A statement's incident becomes the happening's once one is reported; and back, should that one leave."""
    incident = draft.state
    kinds = roster.kinds
    if not kinds[incident.kind] or (
        incident.kind is EventKind.STATEMENT and kinds[EventKind.ATTACK] + kinds[EventKind.PROTEST]
    ):
        happenings = (EventKind.ATTACK, EventKind.PROTEST)
        most = max(happenings, key=lambda kind: kinds[kind])
        if kinds[most]:
            incident.kind = most
        elif kinds[EventKind.STATEMENT]:
            incident.kind = EventKind.STATEMENT
    if incident.kind is not EventKind.STATEMENT:
        for seq in list(roster.core_statements):
            _recast(step, step.store.by_seq[seq], core=False)
    elif not roster.core_statements:
        founder = next((event for event in _members(step, roster) if event.kind is EventKind.STATEMENT), None)
        if founder is not None:
            incident.founder_key = founder.speaker_key
            _recast(step, founder, core=True)


def _recast(step: Step[Any], event: EventState, *, core: bool) -> None:
    changed = step.change_event(event, core=core, role=role_of(event, core))
    step.say(event.incident_id, EntryMoved(event_id=event.event_id, role=changed.role))


def _members(step: Step[Any], roster: Roster) -> list[EventState]:
    """In the order of the log; a list for rare occasions."""
    return [step.store.by_seq[seq] for seq in roster.seqs]


def _settle_title(step: Step[Any], draft: Draft, roster: Roster) -> None:
    incident = draft.state
    current = step.store.events.get(incident.title_event)
    if current is not None and current.incident_id != incident.incident_id:
        current = None
    fresh = [step.store.by_seq[seq] for seq in sorted(set(draft.fresh)) if seq in step.store.by_seq]
    here = [event for event in fresh if event.incident_id == incident.incident_id]
    overtaken = current is not None and is_overtaken(current, roster)
    best = None if overtaken else best_title(current, here, roster)
    if best is None or current is None:
        # the title's own entry is gone from here, may give none any more or is overtaken: choose among all that the
        # head shows
        shown = sorted({seq for window in roster.windows() for seq in window if not roster.is_guest(seq)})
        best = best_title(best, [step.store.by_seq[seq] for seq in shown], roster)
    if best is None and current is None:
        # none may give one: better a withdrawn report's than that of a report which stands elsewhere
        best = min(_members(step, roster), key=lambda event: event.redacted, default=None)
    if best is not None:
        incident.title, incident.title_event = best.headline, best.event_id
    elif current is not None and current.redacted:
        incident.title = REDACTED


def _settle_age(step: Step[Any], draft: Draft, roster: Roster) -> None:
    """Reports come from other incidents and go to others: an incident is as old as the first of those it holds now."""
    if roster.seqs:
        first = step.entries.of(step.store.by_seq[roster.seqs[0]])
        if first is not None:
            draft.state.first_recorded = micros(first.recorded_at)


def _witnesses(step: Step[Any], roster: Roster) -> Witnesses:
    store = step.store
    occurrence = roster.ledger.topic(ClaimAbout.OCCURRENCE)
    held: dict[str, tuple[Word, ...]] = {}
    counts: dict[str, int] = {}
    for value in (HAPPENED, DID_NOT_HAPPEN, DOUBTFUL) if occurrence.claims else ():
        counts[value] = occurrence.speakers((THE_INCIDENT, value))
        held[value] = tuple(
            [_word(roster.ledger, speaker, value) for speaker in occurrence.first_speakers((THE_INCIDENT, value))]
        )
    confirmed = occurrence.last_said((THE_INCIDENT, HAPPENED))
    denied = occurrence.last_said((THE_INCIDENT, DID_NOT_HAPPEN))
    first = [store.by_seq[seq] for seq in roster.sources.first_reports(3)]
    return Witnesses(
        sources=len(roster.sources),
        named=tuple(event.origin for event in first),
        telling=roster.telling,
        withdrawn=roster.withdrawn,
        deniers=held.get(DID_NOT_HAPPEN, ()),
        doubters=held.get(DOUBTFUL, ()),
        confirmers=held.get(HAPPENED, ()),
        counts=counts,
        confirmed_since_denied=confirmed is not None and denied is not None and confirmed > denied,
    )


def _word(ledger: Ledger, speaker: str, value: str) -> Word:
    first = (
        ledger.topic(ClaimAbout.OCCURRENCE).cell(ClaimKey(ClaimAbout.OCCURRENCE, THE_INCIDENT, speaker, value)).first()
    )
    return Word(ledger.name_of(speaker), None if first.qualifier in _STANCES else first.qualifier)
