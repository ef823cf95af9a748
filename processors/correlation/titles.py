"""The title of a timeline: the headline of the entry that tells most of what is known."""

from __future__ import annotations

from typing import Final

from schemas.event import AnyEvent, AttackEvent, StatementEvent
from schemas.vocabulary import ActorRole, ClaimAbout, EntryRole, PlacePrecision, TimePrecision

from .happenings import NUMBERS
from .incidents import EventState
from .roster import Roster

#: a figure in the title that was since replaced makes a poor title
_STALE: Final = 2.0
#: one that more speakers contradict than hold gives way to a headline that tells as much, not to one that tells less
_OUTVOTED: Final = 0.8
#: one in a language that few of the reports have, more than a toll counts: who cannot read it is told nothing
_FOREIGN: Final = 1.25
#: so many times as many in another language make them few: a title does not go to and fro between two of a size
_MANY_TIMES: Final = 2
#: a new headline must tell this much more than the standing one: titles should not change with every report
_CLEARLY: Final = 0.75
#: pages shorten a headline that is too long for them
_CUT_OFF: Final = ("...", "…")
_ROLE: Final = {
    EntryRole.CORE: 3.0,
    EntryRole.CORRECTION: 2.5,
    EntryRole.REACTION: 0.5,
    EntryRole.DUPLICATE: 0.0,
    EntryRole.BACKGROUND: 0.0,
}


def title_score(event: AnyEvent, headline: str) -> float:
    """How much a headline's report tells, whatever it is about. 0 to about 5. headline: as it would be shown."""
    score = 0.0
    if event.killed is not None or event.injured is not None:
        score += 1.0
    if not isinstance(event, AttackEvent) and event.participants is not None:
        score += 0.5
    if event.weapons or event.targets:
        score += 0.5
    if any(actor.role in (ActorRole.PERPETRATOR, ActorRole.ALLEGED_PERPETRATOR) for actor in event.actors):
        score += 0.5
    if event.location is not None and event.location.precision in (PlacePrecision.SITE, PlacePrecision.CITY):
        score += 0.75
    if event.occurred is not None and event.occurred.precision in (
        TimePrecision.MINUTE, TimePrecision.HOUR, TimePrecision.DAY,
    ):  # fmt: skip
        score += 0.25
    if isinstance(event, StatementEvent) and event.stances:
        score += 0.25
    length = len(headline)
    if 25 <= length <= 140:
        score += 0.5
    elif length > 250:
        score -= 1.0
    if headline.endswith(_CUT_OFF):
        score -= 1.0
    return score


def best_title(current: EventState | None, candidates: list[EventState], roster: Roster) -> EventState | None:
    """The entry whose headline is the title now; `current` unless a candidate tells clearly more.

    candidates: in the order of the log. None where no entry may give a title.
    """
    if current is not None and not _may(current):
        current = None
    best, to_beat = current, 0.0
    if current is not None:
        to_beat = _value(current, roster) + _CLEARLY
    for event in candidates:
        if not _may(event) or (best is not None and event.seq == best.seq):
            continue
        value = _value(event, roster)
        if best is None or value > to_beat:
            best, to_beat = event, value
    return best


def _may(event: EventState) -> bool:
    return event.retracted_by is None and event.retracts is None and not event.redacted


def _value(event: EventState, roster: Roster) -> float:
    value = _ROLE[event.role] + event.title_score
    value -= _STALE if event.corrected_by is not None else _fall(event, roster)
    return value - _FOREIGN if _is_foreign(event, roster) else value


def _is_foreign(event: EventState, roster: Roster) -> bool:
    """Whether another language has at least so many times as many reports. Not where its own is not known."""
    if event.language is None:
        return False
    few = _MANY_TIMES * max(1, roster.languages.get(event.language, 0))
    return any(reports >= few for language, reports in roster.languages.items() if language != event.language)


def is_overtaken(event: EventState, roster: Roster) -> bool:
    """Whether its headline makes a poor title by now: it has a figure that its speaker replaced since or that more
    speakers contradict than hold, or another language has become that of the reports."""
    return _fall(event, roster) > 0.0 or _is_foreign(event, roster)


def _fall(event: EventState, roster: Roster) -> float:
    fall = 0.0
    for said in event.assertions:
        if said.about not in NUMBERS or said.about == ClaimAbout.ARRESTED:
            continue
        topic, value = roster.ledger.topic(said.about), (said.subject, said.value_key)
        if not topic.stands(said.subject, said.speaker_key, said.value_key):
            return _STALE
        held = topic.speakers(value)
        if any(topic.speakers(other) > held for other in topic.disputes().get(value, ())):
            fall = _OUTVOTED
    return fall
