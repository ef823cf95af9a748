"""How incidents fall silent, close, and leave: the stages as a table on the log's clock.

    ACTIVE --quiet_after--> QUIET --close_after--> CLOSED --digest_after--> SWEEPING -> DIGEST
                                                             --forget_after (both since closing)--> FORGETTING -> gone
    a report, or a person who reopens it, brings any stage back to ACTIVE; a person closes from any.

A forwarding record (merged_into) is CLOSED from the merge on, and is forgotten likewise.
"""

from __future__ import annotations

from typing import Final

from .clock import said, span, spoken
from .incidents import IncidentState, Stage
from .policy import Policy

#: the less lively first
_OPEN: Final = (Stage.QUIET, Stage.ACTIVE)


def due_of(incident: IncidentState, policy: Policy) -> int:
    """When the next stage is due, microseconds; in the past while a stage still has events to work off."""
    closed_at = incident.closed_at if incident.closed_at is not None else incident.last_activity
    match incident.stage:
        case Stage.ACTIVE:
            return incident.last_activity + span(policy.quiet_after)
        case Stage.QUIET:
            return incident.last_activity + span(policy.close_after)
        case Stage.CLOSED | Stage.SWEEPING:
            return closed_at + span(policy.digest_after)
        case Stage.DIGEST | Stage.FORGETTING:
            return closed_at + span(policy.forget_after)


def quiet_at(incident: IncidentState, policy: Policy) -> int | None:
    """For the head: when it goes quiet unless something is reported; None unless active."""
    return due_of(incident, policy) if incident.stage is Stage.ACTIVE else None


def closes_at(incident: IncidentState, policy: Policy) -> int | None:
    """For the head: when it closes unless something is reported; None once closed."""
    if incident.stage in (Stage.ACTIVE, Stage.QUIET):
        return incident.last_activity + span(policy.close_after)
    return None


def fall_silent(incident: IncidentState, policy: Policy, due: int) -> None:
    """ACTIVE to QUIET, QUIET to CLOSED: what changes in public. due: when it was due, not when it was noticed."""
    if incident.stage is Stage.ACTIVE:
        incident.stage = Stage.QUIET
        incident.activity_reason = (
            f"nothing reported for {spoken(policy.quiet_after)}, since {said(incident.last_activity)}"
        )
    else:
        incident.stage = Stage.CLOSED
        incident.closed_at = due
        incident.activity_reason = (
            f"nothing reported for {spoken(policy.close_after)}, since {said(incident.last_activity)}"
        )


def wake(incident: IncidentState, at: int, reason: str) -> None:
    """A report came, or a person reopened it."""
    incident.stage = Stage.ACTIVE
    incident.closed_at = None
    incident.last_activity = at
    incident.activity_reason = reason


def close(incident: IncidentState, at: int, reason: str) -> None:
    incident.stage = Stage.CLOSED
    incident.closed_at = at
    incident.activity_reason = reason


def take_over(stays: IncidentState, gone: IncidentState) -> None:
    """`gone` becomes part of `stays`, which is as lively from now on as the livelier of the two, and for its reason.

    Between two that are quiet, or closed, the later one counts. What a person withdrew stays shut.
    """
    ours, theirs = _liveliness(stays), _liveliness(gone)
    stays.last_activity = max(stays.last_activity, gone.last_activity)
    if theirs <= ours or (stays.retracted_by is not None and gone.stage in _OPEN):
        return
    if gone.stage is Stage.ACTIVE:
        if stays.stage is not Stage.ACTIVE:
            wake(stays, stays.last_activity, f"{gone.incident_id} was active when it became part of this")
        return
    # not a digest at once, whatever it was: what came along has evidence that is still to be let go
    stays.stage = Stage.QUIET if gone.stage is Stage.QUIET else Stage.CLOSED
    stays.closed_at, stays.activity_reason = gone.closed_at, gone.activity_reason


def _liveliness(incident: IncidentState) -> tuple[int, int]:
    if incident.stage in _OPEN:
        return 1 + _OPEN.index(incident.stage), incident.last_activity
    return 0, incident.closed_at if incident.closed_at is not None else incident.last_activity
