"""A person has the words of reports removed: from their entries, and from wherever else something was kept of them."""

from __future__ import annotations

from typing import Any

from .chains import chain_of
from .changes import Step
from .entries import REDACTED
from .facts import WITHDRAWN
from .identity import claim_id_of
from .incidents import EventState, IncidentState


def redact(step: Step[Any], events: list[EventState]) -> list[str]:
    """That there were such reports, when and by whom, stays. Returns the incidents that say so."""
    touched: list[str] = []
    for event in events:
        touched.append(event.incident_id)
        draft = step.draft(event.incident_id)
        step.store.let_go(event)
        step.regroup(event.incident_id)
        step.put_event(step.entries.redacted(event))
        _withdraw_what_it_replaced(step, event)
        if draft.state.title_event == event.event_id:
            draft.hide_old_title = True
    touched += _forget_founders_and_titles(step, {event.event_id for event in events})
    _forget_why_related(step, set(touched))
    return touched


def _withdraw_what_it_replaced(step: Step[Any], event: EventState) -> None:
    """A redacted correction stays one: what it replaced does not hold again. By what it was replaced nobody is to know
    any more, unless another report says the same."""
    if event.corrects is None:
        return
    store = step.store
    # the original and its other corrections may stand elsewhere, each where a person put it
    homes = dict.fromkeys((event.incident_id, *(one.incident_id for one in chain_of(step, event.event_id).events)))
    members = [store.by_seq[seq] for home in homes for seq in store.members.get(home, ())]
    gone = {(said.about, said.subject, said.speaker_key, said.value_key): "" for said in event.assertions}
    for member in members:
        for said in member.assertions:
            gone.pop((said.about, said.subject, said.speaker_key, said.value_key), None)
    replaced_by = {claim_id_of(*claim) for claim in gone}
    for member in members if replaced_by else ():
        kept = tuple(
            said._replace(status=WITHDRAWN) if said.status in replaced_by else said for said in member.assertions
        )
        if kept != member.assertions:
            step.change_event(member, assertions=kept)


def _forget_founders_and_titles(step: Step[Any], event_ids: set[str]) -> list[str]:
    """What incidents keep of a report beside its entry: its speaker, as their founder; its headline, as their title.

    Among all that are held: a report may have been merged, split off or pinned away from where it gave them. Returns
    the others that had such a title.
    """
    found = [
        name
        for name, state in _as_they_are_now(step).items()
        if state.founding_event in event_ids or state.title_event in event_ids
    ]
    retitled = []
    for name in sorted(found):  # the order of the table is not that of a restored one
        draft = step.draft(name)
        state = draft.state
        if state.founding_event in event_ids:
            founder = step.store.events.get(state.founding_event)
            assert founder is not None
            state.founder_key = founder.speaker_key
        title = step.store.events.get(state.title_event) if state.title_event in event_ids else None
        if title is not None and title.incident_id != name and state.title != REDACTED:
            state.title = REDACTED
            draft.hide_old_title = True
            retitled.append(name)
    return retitled


def _forget_why_related(step: Step[Any], incident_ids: set[str]) -> None:
    """The words of a relation may be those of a redacted report: on both heads only that it is related stays.

    Among all that are held: a head names a few only, so that one end may stand alone.
    """
    found = [
        name
        for name, state in _as_they_are_now(step).items()
        if any(kept.reasons and (name in incident_ids or kept.other in incident_ids) for kept in state.related)
    ]
    for name in sorted(found):
        draft = step.draft(name)
        related = tuple(
            kept._replace(reasons=()) if name in incident_ids or kept.other in incident_ids else kept
            for kept in draft.state.related
        )
        if name not in incident_ids:
            draft.changes += [now.change() for now, was in zip(related, draft.state.related, strict=True) if now != was]
        draft.state.related = related


def _as_they_are_now(step: Step[Any]) -> dict[str, IncidentState]:
    """All incidents, what this record changed included. To go through them takes a seventh of a second where there are
    200,000: people redact rarely, and a table of where each headline went would be kept for every report."""
    return step.store.incidents | {name: draft.state for name, draft in step.drafts.items() if not draft.dropped}
