"""What people decide: merge, split, pin, retract, redact, close, reopen."""

from __future__ import annotations

from typing import Any, assert_never

from schemas.decision import Decision
from schemas.timeline import Decided
from schemas.vocabulary import DecisionKind, EntryRole

from . import lifecycle
from .changes import Step
from .clock import micros, said
from .correcting import take_back
from .incidents import EventState, IncidentState, Stage
from .moving import forward_if_empty, keep_apart, merge, move, split_off
from .records import CannotApply
from .redacting import redact
from .second_look import leave_as_decided

_FIND_IT = "look the id up on the entries or timelines topic; what closed over nineteen months ago may be forgotten"


def decide(step: Step[Any], decision: Decision) -> None:
    """Carry a decision out. One whose command_id was carried out before changes nothing.

    Raises CannotApply where it names what is not known. Ids of merged incidents stand for what they became.
    """
    store = step.store
    if decision.command_id in store.commands:
        return
    incidents = [_incident(step, index, name) for index, name in enumerate(decision.incidents)]
    events = [_event(step, index, name) for index, name in enumerate(decision.events)]
    match decision.decision:
        case DecisionKind.MERGE:
            touched = _merge(step, decision, incidents)
        case DecisionKind.SPLIT:
            touched = _split(step, decision, incidents[0], events)
        case DecisionKind.PIN:
            touched = _pin(step, decision, incidents[0], events)
        case DecisionKind.RETRACT:
            touched = _retract(step, decision, incidents, events)
        case DecisionKind.REDACT:
            touched = redact(step, events)
        case DecisionKind.CLOSE:
            touched = _close(step, decision, incidents)
        case DecisionKind.REOPEN:
            touched = _reopen(step, decision, incidents)
        case _:
            assert_never(decision.decision)
    said = Decided(command_id=decision.command_id, decision=decision.decision, by=decision.by, reason=decision.reason)
    for incident_id in dict.fromkeys(touched):
        step.draft(incident_id).changes.insert(0, said)
    leave_as_decided(step, touched)
    store.remember_command(decision.command_id)


def _incident(step: Step[Any], index: int, name: str) -> IncidentState:
    incident = step.resolve(name)
    if incident is None:
        raise CannotApply(f"incidents.{index}", f"there is no incident {name} in {step.store.region}: {_FIND_IT}")
    return incident


def _event(step: Step[Any], index: int, name: str) -> EventState:
    event = step.event(name)
    if event is None:
        raise CannotApply(f"events.{index}", f"there is no event {name} in {step.store.region}: {_FIND_IT}")
    return event


def _merge(step: Step[Any], decision: Decision, incidents: list[IncidentState]) -> list[str]:
    stays = incidents[0].incident_id
    touched = [stays]
    for incident in incidents[1:]:
        if incident.incident_id in touched:
            continue  # they became one before the decision arrived: what it asks for holds
        touched.append(incident.incident_id)
        for one, other in ((stays, incident.incident_id), (incident.incident_id, stays)):
            state = step.draft(one).state
            state.apart = tuple(kept for kept in state.apart if _now(step, kept) != other)
        merge(step, stays, incident.incident_id, score=None, reasons=(decision.reason,),
              reason=f"merged into {stays} by {decision.by}")  # fmt: skip
    return touched


def _now(step: Step[Any], incident_id: str) -> str | None:
    incident = step.resolve(incident_id)
    return incident.incident_id if incident is not None else None


def _split(step: Step[Any], decision: Decision, origin: IncidentState, events: list[EventState]) -> list[str]:
    for index, event in enumerate(events):
        if event.incident_id != origin.incident_id:
            raise CannotApply(
                f"events.{index}",
                f"{event.event_id} belongs to {event.incident_id}, not to {origin.incident_id}: split that one",
            )
    if len(events) == len(step.store.members[origin.incident_id]):
        raise CannotApply(
            "events", f"would leave nothing in {origin.incident_id}: leave at least one of its events out"
        )
    piece = split_off(step, origin.incident_id, events, decision.command_id, (decision.reason,), pinned_by=decision.by)
    keep_apart(step, origin.incident_id, piece)
    return [origin.incident_id, piece]


def _pin(step: Step[Any], decision: Decision, incident: IncidentState, events: list[EventState]) -> list[str]:
    home = incident.incident_id
    touched = [home]
    for named in events:
        event = step.store.events[named.event_id]  # as those before it left it: it may have been a guest of theirs
        left = event.incident_id
        if left == home:
            step.change_event(event, pinned_by=decision.by)
            continue
        touched.append(left)
        _keep_going(step, home, move(step, event, home, explain=True, pinned_by=decision.by), decision.by)
        keep_apart(step, home, left)
        forward_if_empty(step, left, home, f"its last report was placed in {home} by {decision.by}")
    return touched


def _keep_going(step: Step[Any], home: str, pinned: EventState, by: str) -> None:
    """A report that is newer than all its new home has keeps that going, as if it had come in there."""
    incident, entry = step.draft(home).state, step.entries.of(pinned)
    if entry is None or pinned.role is EntryRole.DUPLICATE or incident.retracted_by is not None:
        return
    recorded = micros(entry.recorded_at)
    if recorded > incident.last_activity:
        reason = f"a report of {pinned.publisher[:80]} that came in at {said(recorded)} was placed here by {by}"
        lifecycle.wake(incident, recorded, reason)


def _retract(
    step: Step[Any], decision: Decision, incidents: list[IncidentState], events: list[EventState]
) -> list[str]:
    touched = [incident.incident_id for incident in incidents]
    for incident_id in touched:
        draft = step.draft(incident_id)
        draft.state.retracted_by = decision.command_id
        draft.members_changed = True
        if draft.state.stage in (Stage.ACTIVE, Stage.QUIET):
            lifecycle.close(draft.state, step.now, f"withdrawn by {decision.by}: {decision.reason}"[:1_000])
    for event in events:
        touched.append(event.incident_id)
        step.draft(event.incident_id)
        take_back(step, step.store.events[event.event_id], by=decision.command_id)
    return touched


def _close(step: Step[Any], decision: Decision, incidents: list[IncidentState]) -> list[str]:
    for incident in incidents:
        if incident.stage in (Stage.ACTIVE, Stage.QUIET):
            reason = f"closed by {decision.by}: {decision.reason}"[:1_000]
            lifecycle.close(step.draft(incident.incident_id).state, step.now, reason)
    return [incident.incident_id for incident in incidents]


def _reopen(step: Step[Any], decision: Decision, incidents: list[IncidentState]) -> list[str]:
    for incident in incidents:
        draft = step.draft(incident.incident_id)
        draft.state.retracted_by = None
        draft.members_changed = True
        lifecycle.wake(draft.state, step.now, f"reopened by {decision.by}: {decision.reason}"[:1_000])
    return [incident.incident_id for incident in incidents]
