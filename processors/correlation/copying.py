"""A report that turns out to repeat one that came in later: the original is known now, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from schemas.timeline import EntryMoved
from schemas.vocabulary import EntryRole, EventKind

from .changes import Step
from .incidents import EventState, Mark
from .significance import FIRST_OF_ALL

_MOST_MARKS: Final = 10
#: what a report is worth because of who published it stays with that report
_OF_THE_OUTLET: Final = frozenset({"core", "reaction", "new_source"})
_REPEATS: Final = Mark("duplicate", 0.03, "repeats a report that came in later")


def known_original(step: Step[Any], event_ids: Sequence[str]) -> EventState | None:
    """What the first of these is a copy of already, unless that one is a copy of the newcomer, too."""
    held = step.event(event_ids[0]) if event_ids else None
    if held is None or held.copy_of is None or held.copy_of in event_ids:
        return None
    return step.event(held.copy_of)


def mark_copies(step: Step[Any], original_id: str, event_ids: Iterable[str]) -> None:
    """These held reports repeat the one that has just arrived: what they gave as the first, it gave.

    Left as they are: reports of another incident, copies, corrections, and what was taken back, corrected or redacted.
    """
    for event_id in event_ids:
        held, original = step.event(event_id), step.store.events[original_id]
        if held is None or not _may_copy(held, original):
            continue
        followers = [step.store.by_seq[seq] for seq in step.store.copies.get(event_id, ())]
        step.change_event(original, marks=_with_marks_of(original, held))
        for copy in (held, *followers[: step.store.policy.moved_copies]):
            _repeats(step, copy, original)


def _may_copy(held: EventState, original: EventState) -> bool:
    return (
        held.incident_id == original.incident_id
        and held.kind is original.kind
        and held.event_id != original.event_id
        and held.role in (EntryRole.CORE, EntryRole.REACTION)
        and original.role in (EntryRole.CORE, EntryRole.REACTION)
        and held.copy_of is None
        and not (held.retracted_by or held.corrected_by or held.redacted)
    )


def _repeats(step: Step[Any], copy: EventState, original: EventState) -> None:
    """One more copy of `original`: of its source, and saying what it says from when that one said it."""
    speaker = copy.speaker_key
    if copy.kind is not EventKind.STATEMENT and not speaker.startswith("p:"):
        speaker = original.speaker_key
    step.change_event(
        copy,
        role=EntryRole.DUPLICATE,
        copy_of=original.event_id,
        marks=(_REPEATS,) if copy.copy_of is None else copy.marks,
        sources=tuple(dict.fromkeys((*copy.sources, original.sources[0]))),
        speaker_key=speaker,
        assertions=tuple(
            said._replace(
                at=min(said.at, original.at),
                speaker_key=speaker,
                speaker=said.speaker if said.speaker_key == speaker else original.origin,
                relayed=said.relayed or said.speaker_key != speaker,
            )
            for said in copy.assertions
        ),
    )
    step.say(copy.incident_id, EntryMoved(event_id=copy.event_id, role=EntryRole.DUPLICATE))


def _with_marks_of(original: EventState, copy: EventState) -> tuple[Mark, ...]:
    """The original's marks, and those that its copy had for what it brought first."""
    codes = {mark.code for mark in original.marks}
    taken = [
        mark._replace(text="the original of the first report of it") if mark.code == FIRST_OF_ALL else mark
        for mark in copy.marks
        if mark.code not in codes and mark.code not in _OF_THE_OUTLET
    ]
    base, own = original.marks[:1], [*original.marks[1:], *taken]
    return (*base, *sorted(own, key=lambda mark: (-mark.weight, mark.code, mark.text))[: _MOST_MARKS - 1])
