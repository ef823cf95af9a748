"""Entries that change their incident: merges, splits, single moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.timeline import EntryMoved, Merged, Opened, Split
from schemas.vocabulary import EventKind

from . import lifecycle
from .changes import Draft, Step
from .clock import said
from .entries import role_of
from .identity import incident_id_of
from .incidents import EventState, IncidentState, Mark, RelationKept
from .significance import FIRST_OF_ALL
from .summary import is_core

#: what is left of "first report" once the incident turned out to be part of a larger one
_NO_LONGER_FIRST = Mark("opened_a_part", 0.15, "first report of what became part of this")


def merge(
    step: Step[Any], stays: str, gone: str, *, score: float | None, reasons: tuple[str, ...], reason: str
) -> None:
    """Everything of `gone` goes to `stays`; `gone` forwards to it. Linear in the members of `gone`.

    reason: for the activity of the incident that is gone
    """
    policy = step.store.policy
    into, forwarding = step.draft(stays), step.draft(gone)
    merged = Merged(into=stays, from_=gone, score=score, reasons=reasons)
    into.changes.append(merged)
    forwarding.changes.append(merged)
    _move_guests(step, gone, stays)
    for at, seq in enumerate(list(step.store.members.get(gone, ()))):
        move(step, step.store.by_seq[seq], stays, explain=at < policy.explained_per_merge)
    _forward(step, into, forwarding)
    lifecycle.close(forwarding.state, step.now, reason)


def move(
    step: Step[Any], event: EventState, incident_id: str, *, explain: bool, why: tuple[str, ...] = (), **changes: Any
) -> EventState:
    """One entry to another incident that is open in this step; both say so, and why."""
    old = event.incident_id
    target = step.draft(incident_id).state
    core = is_core(event.kind, event.speaker_key, target)
    step.store.move_evidence(event.event_id, old, incident_id)
    link = step.store.explanation(event.event_id, step.moment) if explain else None
    moved = step.change_event(
        event,
        link=link,
        incident_id=incident_id,
        core=core,
        role=role_of(event, core),
        background=tuple(other for other in event.background if other != incident_id),
        marks=tuple(_NO_LONGER_FIRST if mark.code == FIRST_OF_ALL else mark for mark in event.marks),
        **changes,
    )
    step.say(old, EntryMoved(event_id=event.event_id, to_incident=incident_id, role=moved.role, reasons=why))
    step.say(incident_id, EntryMoved(event_id=event.event_id, from_incident=old, role=moved.role, reasons=why))
    return moved


def split_off(
    step: Step[Any], origin: str, events: Iterable[EventState], cause: str, reasons: tuple[str, ...], **changes: Any
) -> str:
    """An incident of their own for these entries of `origin`. Returns its id.

    cause: the command or the correction that split it. changes: to the state of each moved entry
    """
    leaving = sorted(events, key=lambda event: event.seq)
    founder = next((event for event in leaving if event.kind is not EventKind.STATEMENT), leaving[0])
    incident_id = incident_id_of(step.store.region, leaving[0].event_id, cause)
    piece = found(step, incident_id, founder)
    piece.state.split_from = origin
    piece.state.activity_reason = f"split off from {origin} at {said(step.now)}"
    split = Split(into=incident_id, from_=origin, reasons=reasons)
    piece.changes.append(split)
    step.say(origin, split)
    for event in leaving:
        move(step, event, incident_id, explain=True, **changes)
    return incident_id


def found(step: Step[Any], incident_id: str, founder: EventState) -> Draft:
    """A new incident, with nothing in it yet."""
    incident = IncidentState(
        incident_id=incident_id,
        founding_event=founder.event_id,
        founding_seq=founder.seq,
        founder_key=founder.speaker_key,
        kind=founder.kind,
        title=founder.headline,
        title_event=founder.event_id,
        first_recorded=step.now,
        last_activity=step.now,
        activity_reason=f"opened at {said(step.now)} by what {founder.publisher[:80]} reported",
    )
    draft = step.open(incident)
    draft.changes.append(Opened(kind=founder.kind, founding_event=founder.event_id, title=founder.headline))
    return draft


def forward_if_empty(step: Step[Any], left: str, entered: str, reason: str) -> None:
    """An incident whose last entry left forwards to where it went: nobody should find an empty timeline."""
    if step.store.members.get(left):
        return
    into, forwarding = step.draft(entered), step.draft(left)
    merged = Merged(into=entered, from_=left, reasons=(reason,))
    into.changes.append(merged)
    forwarding.changes.append(merged)
    _move_guests(step, left, entered)
    _forward(step, into, forwarding)
    lifecycle.close(forwarding.state, step.now, reason)


def keep_apart(step: Step[Any], one: str, other: str) -> None:
    """A person says that these two are not one: evidence alone never merges them again."""
    most = step.store.policy.kept_apart
    for a, b in ((one, other), (other, one)):
        state = step.draft(a).state
        state.apart = (*(kept for kept in state.apart if kept != b), b)[-most:]


def kept_apart(step: Step[Any], one: IncidentState, other: IncidentState) -> bool:
    """Did a person part these two, or what has become of them?"""
    for a, b in ((one, other), (other, one)):
        for kept in a.apart:
            now = step.resolve(kept)
            if now is not None and now.incident_id == b.incident_id:
                return True
    return False


def _forward(step: Step[Any], into: Draft, forwarding: Draft) -> None:
    policy = step.store.policy
    stays, gone = into.state, forwarding.state
    gone.merged_into = stays.incident_id
    gone.standing_reason = f"became part of {stays.incident_id}"
    known = (*stays.merged_from, *gone.merged_from, gone.incident_id)
    stays.merged_from = tuple(dict.fromkeys(known))[-policy.merged_from :]
    lifecycle.take_over(stays, gone)
    apart = (*stays.apart, *gone.apart)
    stays.apart = tuple(kept for kept in dict.fromkeys(apart) if kept not in (stays.incident_id, gone.incident_id))[
        -policy.kept_apart :
    ]
    _relate_anew(step, into, forwarding)


def _relate_anew(step: Step[Any], into: Draft, forwarding: Draft) -> None:
    """The relations of the one that is gone become the other's, on both ends."""
    stays, gone = into.state, forwarding.state
    have = {kept.other: kept for kept in stays.related if kept.other != gone.incident_id}
    for kept in gone.related:
        partner = step.resolve(kept.other)
        if partner is None or partner.incident_id in (stays.incident_id, gone.incident_id):
            continue
        other = step.draft(partner.incident_id)
        theirs = {k.other: k for k in other.state.related if k.other != gone.incident_id}
        if partner.incident_id not in have:
            # a head names a few only: it may stand on one of the two alone
            there = theirs.get(stays.incident_id)
            have[partner.incident_id] = (
                kept._replace(other=partner.incident_id)
                if there is None
                else there.from_the_other_end(partner.incident_id)
            )
            into.changes.append(have[partner.incident_id].change())
        theirs[stays.incident_id] = have[partner.incident_id].from_the_other_end(stays.incident_id)
        other.state.related = ranked(tuple(theirs.values()), step)
        other.changes.append(theirs[stays.incident_id].change())
    stays.related = ranked(tuple(have.values()), step)
    gone.related = ()


def ranked(related: tuple[RelationKept, ...], step: Step[Any]) -> tuple[RelationKept, ...]:
    """Best first, as many as a head may name."""
    return tuple(sorted(related, key=lambda kept: (-kept.score, kept.other))[: step.store.policy.related])


def _move_guests(step: Step[Any], gone: str, stays: str) -> None:
    for seq in list(step.store.guests.get(gone, ())):
        event = step.store.by_seq[seq]
        others = tuple(dict.fromkeys(stays if other == gone else other for other in event.background))
        changed = step.change_event(event, background=tuple(other for other in others if other != event.incident_id))
        # the entry at home names where else it is background: its incident changes with it
        step.say(changed.incident_id, EntryMoved(event_id=changed.event_id, role=changed.role))
