"""A second look at reports whose score was not far from the bar, once the reports of their hour are in.

Which of the reports of one hour came first is chance, and the first of them were placed by what was known then. One
whose best score was near the bar is asked again when the hour is over on the log's clock, those of one hour in an order
that does not depend on their arrival. Each is asked once: a timeline that changed its mind every hour helps nobody.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

from .changes import Step
from .clock import span
from .correcting import copies_of
from .identity import incident_id_of
from .incidents import EventState
from .merging import draw_by_evidence, merge_by_evidence
from .moving import forward_if_empty, kept_apart, move, split_off
from .unsettled import Wait

_WHEN = "asked again when the reports of its hour were in"


def wait_for_the_hour(step: Step[Any], event: EventState) -> None:
    """The report has just been placed by a small margin."""
    hour = span(step.store.policy.settled_every)
    words = crc32(f"{event.publisher}\n{event.headline}".encode())
    step.store.put_unsettled(event.event_id, Wait((step.now // hour + 1) * hour, event.at, words))


def look_again(step: Step[Any]) -> None:
    """At those that are due, as many as one record may; the rest waits for the next record."""
    store = step.store
    for _ in range(store.policy.looks_per_record):
        event_id = store.unsettled.due(step.now)
        if event_id is None:
            break
        store.take_unsettled(event_id)
        event = store.events.get(event_id)
        if event is not None and event_id in store.features and not _is_bound(event):
            _look(step, event)


def leave_as_decided(step: Step[Any], incidents: list[str]) -> None:
    """A person has decided about these: what stands there stays, small margin or not."""
    store = step.store
    for event_id in list(store.unsettled):
        event = step.event(event_id)
        if event is not None and event.incident_id in incidents:
            store.take_unsettled(event_id)


def _is_bound(event: EventState) -> bool:
    """A person, or another report, says where it stands."""
    return bool(event.pinned_by or event.copy_of or event.corrects or event.retracts or event.corrected_by)


def _look(step: Step[Any], event: EventState) -> None:
    home = step.resolve(event.incident_id)
    if home is None or home.retracted_by is not None:
        return
    _place(step, event, home.incident_id)
    merge_by_evidence(step, step.store.events[event.event_id].incident_id)
    draw_by_evidence(step, event.event_id)


def _place(step: Step[Any], event: EventState, home: str) -> None:
    """It leaves its incident if another suits it better, with the copies that repeat it."""
    target, reasons = _better_home(step, event, home)
    if target == home:
        return
    leaving = [event, *copies_of(step, event)]
    if target is None:
        if len(leaving) == len(step.store.members[home]):
            return  # it stands alone as it is
        split_off(step, home, leaving, f"look-{event.seq}", reasons)
        return
    ours, theirs = step.resolve(home), step.resolve(target)
    assert ours is not None, f"{home}, home of {event.event_id}, is not known"
    assert theirs is not None, f"the linker chose {target}, which is not known"
    if theirs.incident_id == home or theirs.retracted_by is not None or kept_apart(step, ours, theirs):
        return
    target = theirs.incident_id
    for one in leaving:
        why = reasons if one is event else (f"repeats {event.event_id}",)
        move(step, step.store.events[one.event_id], target, explain=one is event, why=why)
    forward_if_empty(step, home, target, f"its last report went over to {target}")


def _better_home(step: Step[Any], event: EventState, home: str) -> tuple[str | None, tuple[str, ...]]:
    """Where it would go if it came in now, and why; None: nowhere. Its evidence stays where it is."""
    store = step.store
    target, score = store.linker.home_of(event.event_id, now=step.moment)
    if target is not None:
        return target, (f"{_WHEN}: suits this better, at {score:.1f} log-odds",)
    # alone an established story may draw it, as it may when it comes in
    alone = incident_id_of(store.region, event.event_id, f"look-{event.seq}")
    store.move_evidence(event.event_id, home, alone)
    proposal = store.linker.merge_of(alone, now=step.moment)
    store.move_evidence(event.event_id, alone, home)
    if proposal is None:
        return None, (f"{_WHEN}: nothing suits it well enough, the best at {score:.1f} log-odds",)
    return proposal.other if proposal.one == alone else proposal.one, (f"{_WHEN}: the story told here draws it",)
