"""What the clock brings about: incidents fall silent, close, become digests, are forgotten.

Bounded per record. What is left over is due first with the next record: the order (due, incident_id) does not
depend on how records were batched.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from . import lifecycle
from .changes import Draft, Step
from .incidents import IncidentState, Stage
from .lifecycle import due_of
from .snapshot import head_of


def age(step: Step[Any]) -> None:
    """Carry out what is due by the step's clock."""
    store, policy = step.store, step.store.policy
    transitions, events = policy.transitions_per_record, policy.sweeps_per_record
    told: set[str] = set()
    later: list[IncidentState] = []
    while transitions > 0 and events > 0:
        popped = store.pop_due(step.now)
        if popped is None:
            break
        entry, incident_id = popped
        incident = step.incident(incident_id)
        if incident is None:
            continue
        due = due_of(incident, policy)
        if incident.stage is Stage.DIGEST and (incident_id in told or _has_news(step, incident_id)):
            later.append(incident)  # who is told of a change must find the timeline
            continue
        if due <= entry:
            transitions -= 1
            draft = step.draft(incident_id)
            events -= _advance(step, draft, due, events)
            if draft.dropped:
                continue
            incident = draft.state
            if incident.stage in (Stage.QUIET, Stage.CLOSED):
                told.add(incident_id)
        store.put_due(incident)  # a clock that jumped by months takes an incident through several stages
    for incident in later:
        store.put_due(incident)


def _has_news(step: Step[Any], incident_id: str) -> bool:
    """Did this record say something of it already? The home of an entry that it shows may just have been forgotten."""
    draft = step.drafts.get(incident_id)
    return draft is not None and bool(draft.changes)


def _advance(step: Step[Any], draft: Draft, due: int, most: int) -> int:
    """One stage further, or part of one. Returns how many events that touched."""
    incident = draft.state
    match incident.stage:
        case Stage.ACTIVE | Stage.QUIET:
            lifecycle.fall_silent(incident, step.store.policy, due)
            return 0
        case Stage.CLOSED:
            incident.stage, incident.swept = Stage.SWEEPING, -1
            return 0
        case Stage.SWEEPING:
            return _sweep(step, incident, most)
        case Stage.DIGEST:
            step.parting.append(head_of(step.store, step.entries, incident))
            incident.stage = Stage.FORGETTING
            # nothing finds it any more, though its events go a few a record
            for seq in step.store.members.get(incident.incident_id, ()):
                step.store.let_go(step.store.by_seq[seq])
            return 0
        case Stage.FORGETTING:
            return _forget(step, draft, most)


def _sweep(step: Step[Any], incident: IncidentState, most: int) -> int:
    """Let the evidence of the next members go, but for the most significant ones. Entries stay: a decision about one of
    them must reach its topic (docs/decisions/0075)."""
    store = step.store
    members = store.members.get(incident.incident_id, [])
    start = bisect_right(members, incident.swept)
    due = members[start : start + most]
    if due:
        significant, _ = store.roster(incident.incident_id).windows()
        kept = set(significant[: store.policy.digest_evidence])
        for seq in due:
            if seq not in kept:
                store.let_go(store.by_seq[seq])
        incident.swept = due[-1]
    if start + len(due) == len(members):
        incident.stage = Stage.DIGEST
        store.rosters.pop(incident.incident_id, None)  # derived: whoever asks has it built again
    return len(due)


def _forget(step: Step[Any], draft: Draft, most: int) -> int:
    store = step.store
    due = store.members.get(draft.state.incident_id, [])[:most]
    for seq in due:
        step.forget_event(store.by_seq[seq])
    if not store.members.get(draft.state.incident_id):
        draft.dropped = True
    return len(due)
