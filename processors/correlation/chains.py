"""A report and its corrections: which of them stand, and whose word on what holds by that.

A report may be corrected more than once, a correction too, and each of them taken back, and any may come first. So
nothing is undone step by step: what each of them says follows from the whole chain and from which of it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from schemas.timeline import AnyChange, Corrected, EntryMoved

from .changes import Step
from .facts import WITHDRAWN, Assertion
from .identity import claim_id_of
from .incidents import EventState

_SAID: Final = 300
#: a correction of a correction of a correction ...
_DEEPEST: Final = 16


_Topics = dict[str, list[Assertion]]


class Chain(NamedTuple):
    """events: the original first, if it is known, then its corrections and theirs, in the order of the log; withdrawn
    ones too. whole: no older ones were left out."""

    original: str
    events: tuple[EventState, ...]
    whole: bool


def chain_of(step: Step[Any], event_id: str) -> Chain:
    """All that this one belongs with; of a great many the newest, so that one more costs no more."""
    most = step.store.policy.corrections_of_one
    first = _first_named(step, event_id)
    found: dict[str, EventState] = {}
    asked, whole = [first], True
    for name in asked:  # grows while it is gone through
        for other in reversed(_naming(step, name, most)):
            if other.corrects == name and other.event_id != first and other.event_id not in found:
                found[other.event_id] = other
                asked.append(other.event_id)
        if len(found) >= most:
            whole = False
            break
    corrections = sorted(found.values(), key=lambda event: event.seq)
    original = step.event(first)
    return Chain(first, (*([original] if original is not None else []), *corrections[-most:]), whole)


def standing_about(step: Step[Any], event_id: str) -> list[EventState]:
    """Corrections and retractions that name this event and that nobody took back, in the order of the log."""
    return [event for event in _naming(step, event_id, step.store.policy.corrections_of_one) if not event.retracted_by]


def settle(step: Step[Any], event_id: str, told_in: str, *, news: str | None = None) -> None:
    """What the chain of this event says now. told_in: the incident that tells of what came in or was taken back.

    The word on a thing is that of the newest that speaks of it and stands. news: the event that came in: old and new
    are said. Every other incident whose entries change says so, too.
    """
    chain = chain_of(step, event_id)
    words = {event.event_id: _by_topic(event.assertions) for event in chain.events}
    for at, one in enumerate(chain.events):
        later = [other for other in chain.events[at + 1 :] if other.retracted_by is None]
        known = one.corrected_by in words
        if not later and not known:
            continue  # nobody corrects it, or what does is none of these: its speaker who took it back, or forgotten
        # what a redacted, forgotten or left-out one replaced stays replaced: nobody knows any more by what
        firm = not chain.whole or not (known or one.corrected_by is None) or any(other.redacted for other in later)
        corrected_by = None if known else one.corrected_by
        if later:
            corrected_by = (later[-1] if one.event_id == chain.original else later[0]).event_id
        judged, told = _judged(one._replace(corrected_by=corrected_by), later, words, firm=firm, news=news)
        if judged != one:
            step.change_event(
                one, assertions=judged.assertions, corrected_by=judged.corrected_by, overruled=judged.overruled
            )
        for source, change in told:
            step.say(source.incident_id, change)
            if one.incident_id != source.incident_id:
                step.say(one.incident_id, change)
        if judged != one and one.incident_id != told_in and not step.drafts[one.incident_id].changes:
            step.say(one.incident_id, EntryMoved(event_id=one.event_id, role=one.role))


def _first_named(step: Step[Any], event_id: str) -> str:
    """The original that this event, and the one that it corrects, and so on, go back to; the event itself else."""
    path = [event_id]
    while len(path) < _DEEPEST:
        event = step.event(path[-1])
        if event is None or event.corrects is None:
            break
        if event.corrects in path:  # two that correct each other
            return min(path[path.index(event.corrects) :])
        path.append(event.corrects)
    return path[-1]


def _naming(step: Step[Any], event_id: str, most: int) -> list[EventState]:
    store = step.store
    events = (step.event(store.by_seq[seq].event_id) for seq in store.naming.get(event_id, ())[-most:])
    return [event for event in events if event is not None]


def _judged(
    one: EventState, later: list[EventState], words: dict[str, _Topics], *, firm: bool, news: str | None
) -> tuple[EventState, list[tuple[EventState, AnyChange]]]:
    """The event as these corrections leave it, and what the news of it changed, each with the correction that did."""
    assertions = tuple(
        said if firm or said.status in ("", WITHDRAWN) else said._replace(status="") for said in one.assertions
    )
    overruled = dict.fromkeys(one.overruled if firm else ())
    told: list[tuple[EventState, AnyChange]] = []
    for source in later:
        given = (("where", source.where), ("when", source.when))
        overruled |= dict.fromkeys(name for name, value in given if value is not None)
        if news in (source.event_id, one.event_id):
            told += [(source, change) for change in _said_anew(one, assertions, source, words[source.event_id])]
        assertions = _replaced(assertions, words[source.event_id])
    return one._replace(assertions=assertions, overruled=tuple(overruled)), told


def _said_anew(
    one: EventState, assertions: tuple[Assertion, ...], source: EventState, now: _Topics
) -> Iterator[AnyChange]:
    for about, newer in now.items():
        of_it = [said for said in assertions if said.about == about]
        was = [said for said in of_it if not said.status]
        # what said nothing of it is corrected by what `corrected_by` names alone
        if (was or (one.corrected_by == source.event_id and not of_it)) and _values(was) != _values(newer):
            yield Corrected(
                event_id=one.event_id, by_event=source.event_id, field=about, was=words_of(was), now=words_of(newer)
            )


def _by_topic(assertions: tuple[Assertion, ...]) -> _Topics:
    topics: _Topics = {}
    for said in assertions:
        topics.setdefault(said.about, []).append(said)
    return topics


def _replaced(assertions: tuple[Assertion, ...], now: _Topics) -> tuple[Assertion, ...]:
    """What these say of the same things in other words is superseded by them."""
    kept = []
    for said in assertions:
        given = now.get(said.about)
        if given is None or said.status or any(_value(said) == _value(other) for other in given):
            kept.append(said)
        else:
            kept.append(said._replace(status=_claim_id(given[0])))
    return tuple(kept)


def _value(said: Assertion) -> tuple[str, str]:
    return said.subject, said.value_key


def _values(assertions: list[Assertion]) -> set[tuple[str, str]]:
    return {_value(said) for said in assertions}


def _claim_id(said: Assertion) -> str:
    return claim_id_of(said.about, said.subject, said.speaker_key, said.value_key)


def words_of(assertions: list[Assertion]) -> str | None:
    """ "at least 3"; "drone (count 3), rocket"; None for nothing."""
    words = []
    for said in assertions:
        qualified = said.qualifier and said.qualifier != said.subject and said.qualifier != said.value_key
        words.append(f"{said.value} ({said.qualifier})" if qualified else str(said.value))
    return ", ".join(words)[:_SAID] if words else None
