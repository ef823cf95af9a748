"""What a later report does to an earlier one: replaces what it said, takes it back, or shows that it is elsewhere."""

from __future__ import annotations

from typing import Any, Final

from schemas.event import StatementEvent
from schemas.timeline import Corrected, EntryMoved, Retracted
from schemas.vocabulary import EventKind, PlacePrecision, Stance

from .chains import settle, standing_about, words_of
from .changes import Step
from .clock import span
from .conflicts import kilometres
from .entries import withdrawn
from .facts import PLACE_RANK, WITHDRAWN, Assertion
from .happenings import SPOKEN_OF, topics_taken_back
from .incidents import EventState
from .moving import move, split_off

#: withdrawals of withdrawals of withdrawals ...: one record turns so many over
_DEEPEST: Final = 16


def take_back(step: Step[Any], original: EventState, *, by: str, deep: int = 0) -> None:
    """Retracted, by an event or a command: its claims are withdrawn and its evidence draws nothing more.

    What it corrected or withdrew holds again, as it was said, unless another that stands corrects or withdraws it.
    deep: how many withdrawals of withdrawals led here
    """
    if original.retracted_by is not None:
        return
    step.store.let_go(original)
    step.regroup(original.incident_id)
    step.put_event(step.entries.again(withdrawn(original, by)))
    step.say(original.incident_id, Retracted(event_id=original.event_id, by=by))
    if original.corrects is not None:
        settle(step, original.event_id, original.incident_id)
    elif original.retracts is not None:
        _give_back(step, original, deep)
    if Stance.RETRACTS in original.stances:
        _give_words_back(step, original)


def _give_back(step: Step[Any], retraction: EventState, deep: int) -> None:
    """What a retraction had withdrawn that is withdrawn itself. Its evidence is gone: it stands, and draws nothing."""
    assert retraction.retracts is not None
    freed = step.event(retraction.retracts)
    if freed is None or freed.retracted_by != retraction.event_id:
        return
    # a speaker's own retraction also took back the words: it did both, and neither holds
    corrected_by = freed.corrected_by if freed.corrected_by != retraction.event_id else None
    others = (other for other in standing_about(step, freed.event_id) if other.retracts is not None)
    other = next(others, None)
    if other is not None:
        step.change_event(freed, retracted_by=other.event_id, corrected_by=corrected_by)
        step.say(freed.incident_id, Retracted(event_id=freed.event_id, by=other.event_id))
        return
    corrector = step.event(corrected_by) if corrected_by is not None else None
    held = freed.assertions
    if corrector is None or corrector.corrects or corrector.retracted_by:  # else its speaker took back what it says
        held = tuple(said._replace(status="") if said.status == WITHDRAWN else said for said in held)
    step.regroup(freed.incident_id)
    step.change_event(freed, retracted_by=None, corrected_by=corrected_by, assertions=held)
    step.say(freed.incident_id, EntryMoved(event_id=freed.event_id, role=freed.role))
    settle(step, freed.event_id, freed.incident_id)
    named = step.event(freed.retracts) if freed.retracts is not None else None
    if named is not None and deep < _DEEPEST:
        take_back(step, named, by=freed.event_id, deep=deep + 1)


def take_words_back(step: Step[Any], later: EventState, report: StatementEvent) -> None:
    """A speaker who takes something back: what the same speaker said of it before, in this incident, is withdrawn.

    Also what a newer word of that speaker has replaced: else the old one would hold again. What the statement itself
    says anew replaces the old in the usual way.
    """
    topics = dict.fromkeys(
        about
        for taken in report.stances
        if taken.stance == Stance.RETRACTS
        for about in topics_taken_back(taken.target)
    )
    anew = {(said.about, said.subject) for said in later.assertions}
    ledger = step.store.roster(later.incident_id).ledger
    for about in topics:
        for claim in ledger.topic(about).words_of(later.speaker_key):
            if (claim.about, claim.subject) in anew:
                continue
            for _, seq, said, _ in ledger.topic(about).cell(claim).all(step.store.policy.reports_taken_back):
                if seq < later.seq and not said.status:
                    _withdraw(step, step.store.by_seq[seq], said, later.event_id)


def _withdraw(step: Step[Any], event: EventState, said: Assertion, by: str) -> None:
    change = Corrected(event_id=event.event_id, by_event=by, field=said.about, was=words_of([said]))
    step.say(event.incident_id, change)
    kept = tuple(other._replace(status=WITHDRAWN) if other == said else other for other in event.assertions)
    step.change_event(event, corrected_by=by, assertions=kept)


def _give_words_back(step: Step[Any], taking: EventState) -> None:
    """What a speaker had taken back by a statement that is withdrawn itself."""
    store = step.store
    ledger = store.roster(taking.incident_id).ledger
    taken: dict[int, None] = {}
    for about in SPOKEN_OF:
        for claim in ledger.topic(about).words_of(taking.speaker_key):
            reports = ledger.topic(about).cell(claim).all(store.policy.reports_taken_back)
            taken.update((seq, None) for _, seq, said, _ in reports if said.status == WITHDRAWN)
    for seq in taken:
        event = store.by_seq[seq]
        if event.corrected_by == taking.event_id and event.retracted_by is None:
            held = tuple(said._replace(status="") if said.status == WITHDRAWN else said for said in event.assertions)
            step.change_event(event, corrected_by=None, assertions=held)
            settle(step, event.event_id, taking.incident_id)


def moves_it(step: Step[Any], later: EventState, original: EventState) -> bool:
    """Does a correction put the happening so far away, or so long before or after, that its home is in question?"""
    policy = step.store.policy
    where, was = later.where, original.where
    if (
        where is not None and was is not None and min(where.rank, was.rank) >= PLACE_RANK[PlacePrecision.CITY]
        and where.lat is not None and where.lon is not None and was.lat is not None and was.lon is not None
        and kilometres(where.lat, where.lon, was.lat, was.lon) > policy.replace_beyond_km
    ):  # fmt: skip
        return True
    when, before = later.when, original.when
    if when is None or before is None:
        return False
    return max(when.begin - before.until, before.begin - when.until) > span(policy.replace_beyond)


def place_again(step: Step[Any], later_id: str, original_id: str) -> None:
    """Take a corrected report out of an incident that it turns out not to belong to.

    A pinned report stays where a person put it, and so does one of an incident that a person withdrew; so does one on
    which its incident rests alone: then the incident itself is corrected. The original's evidence is wrong, so it is
    let go; its copies are wrong likewise, and go where it goes.
    """
    store = step.store
    later, original = store.events[later_id], store.events[original_id]
    home = later.incident_id
    if later.kind is EventKind.STATEMENT or original.incident_id != home or later_id not in store.features:
        return
    incident = step.incident(home)
    if original.pinned_by is not None or later.pinned_by is not None or incident is None or incident.retracted_by:
        return
    store.let_go(original)
    step.regroup(home)
    leaving = [original, *copies_of(step, original), later]
    if store.roster(home).telling <= sum(1 for event in leaving if event.tells):
        return
    features = store.features[later_id]
    store.let_go(later)
    placement = store.linker.place(features, now=step.moment)
    store.hold(later_id, features, later.seq, home)
    chosen = step.resolve(placement.incident_id) if placement.incident_id is not None else None
    if chosen is None:
        split_off(step, home, leaving, later_id, (f"{later_id} corrects where or when it was",))
    elif chosen.incident_id != home:
        for event in leaving:
            move(step, store.events[event.event_id], chosen.incident_id, explain=event is later)


def copies_of(step: Step[Any], original: EventState) -> list[EventState]:
    """Reports of its incident that repeat it and that no person placed, as many as may follow it elsewhere."""
    seqs = step.store.copies.get(original.event_id, ())[: step.store.policy.moved_copies]
    copies = [step.store.by_seq[seq] for seq in seqs]
    return [copy for copy in copies if copy.incident_id == original.incident_id and copy.pinned_by is None]
