"""Merges and moves that evidence asks for, within what people decided."""

from __future__ import annotations

from typing import Any

from .changes import Step
from .correcting import copies_of
from .incidents import IncidentState
from .moving import forward_if_empty, kept_apart, merge, move

_REASONS = 5
_REASON_LENGTH = 300
#: rows that lose their partner to one that came in, one after the other; chains of three are rare
_ASKED_IN_TURN = 16


def merge_by_evidence(step: Step[Any], incident_id: str) -> str:
    """After an arrival: is this incident one with another? Returns the id under which it lives on."""
    for _ in range(step.store.policy.merges_per_record):
        proposal = step.store.linker.merge_of(incident_id, now=step.moment)
        if proposal is None:
            break
        one, other = step.resolve(proposal.one), step.resolve(proposal.other)
        assert one is not None, f"the linker would merge {proposal.one}, which is not known"
        assert other is not None, f"the linker would merge {proposal.other}, which is not known"
        chosen = _which_stays(step, one, other)
        if chosen is None:
            break
        stays, gone = chosen
        reasons = tuple(reason[:_REASON_LENGTH] for reason in proposal.reasons[:_REASONS])
        merge(step, stays, gone, score=round(proposal.score, 6), reasons=reasons, reason=f"became part of {stays}")
        incident_id = stays
    return incident_id


def draw_by_evidence(step: Step[Any], event_id: str) -> None:
    """After an arrival: statements elsewhere that turn out to be about the happening it tells come over, with the
    copies that repeat them; and so do rows of databases that suit it better than their incident's. What loses its
    partner by that is asked in its turn.

    What a person placed stays, and so does what stands there because of another report (a correction, a copy).
    """
    asked = [event_id]
    for _ in range(_ASKED_IN_TURN):
        if not asked:
            break
        asked += _draw(step, asked.pop())


def _draw(step: Step[Any], event_id: str) -> list[str]:
    """Events that are to be asked in their turn."""
    store = step.store
    if event_id not in store.features:
        return []
    left: list[str] = []
    home = store.events[event_id].incident_id
    for proposal in store.linker.drawn_by(event_id, now=step.moment):
        event = store.events[proposal.event_id]
        ours, theirs = step.resolve(home), step.resolve(event.incident_id)
        assert ours is not None, f"{home}, which has just been reported on, is not known"
        assert theirs is not None, f"{event.incident_id}, home of {event.event_id}, is not known"
        bound = event.pinned_by or event.copy_of or event.corrects or event.retracts or event.corrected_by
        if bound or ours.retracted_by or theirs.retracted_by or kept_apart(step, ours, theirs):
            continue
        why = tuple(reason[:_REASON_LENGTH] for reason in proposal.reasons[:_REASONS])
        copies = copies_of(step, event)
        before = event.incident_id
        move(step, event, home, explain=True, why=why)
        for copy in copies:
            move(step, store.events[copy.event_id], home, explain=False, why=(f"repeats {event.event_id}",))
        forward_if_empty(step, before, home, f"its last report went over to {home}")
        if proposal.left is not None and proposal.left not in left:
            left.append(proposal.left)
    return left


def _which_stays(step: Step[Any], one: IncidentState, other: IncidentState) -> tuple[str, str] | None:
    """(stays, gone); None where a person's word is against it.

    The one that holds events a person put there; else the one with more entries, so that the fewer subscribers
    must follow a forwarding and the cost is that of the smaller; else the one founded earlier.
    """
    if one.incident_id == other.incident_id or one.retracted_by or other.retracted_by or kept_apart(step, one, other):
        return None

    def claim(incident: IncidentState) -> tuple[bool, int, int]:
        roster = step.store.roster(incident.incident_id)
        return roster.pinned > 0, len(roster.seqs), -incident.founding_seq

    ours, theirs = claim(one), claim(other)
    if ours[0] and theirs[0]:
        return None  # a person placed events in each: a person says whether they are one
    stays, gone = (one, other) if ours > theirs else (other, one)
    return stays.incident_id, gone.incident_id
