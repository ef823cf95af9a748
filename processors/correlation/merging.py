"""Merges that evidence asks for, within what people decided."""

from __future__ import annotations

from typing import Any

from .changes import Step
from .incidents import IncidentState
from .moving import kept_apart, merge

_REASONS = 5
_REASON_LENGTH = 300


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
