"""How much an entry matters to who reads the timeline, and why, in words that name the fact.

Judged once, on arrival, against what was known then: the second report of a toll is news no more.
"""

from __future__ import annotations

import re
from typing import Final

from schemas.event import AnyEvent, StatementEvent
from schemas.vocabulary import ActorRole, ClaimAbout, EntryRole, PlacePrecision, Stance

from .facts import Assertion
from .happenings import NUMBERS
from .incidents import Mark
from .names import fold
from .parties import same_party
from .roster import Roster

#: marks that a later merge takes away again: in the larger incident it was not the first
FIRST_OF_ALL: Final = "first_report"

_BASE: Final = {
    EntryRole.CORE: Mark("core", 0.30, "reports the incident itself"),
    EntryRole.REACTION: Mark("reaction", 0.22, "a statement about it"),
    EntryRole.CORRECTION: Mark("correction", 0.45, "changes what was reported before"),
    EntryRole.DUPLICATE: Mark("duplicate", 0.03, "repeats an earlier report"),
    EntryRole.BACKGROUND: Mark("background", 0.10, "speaks of it in passing"),
}
_NUMBER_WORDS: Final = {
    ClaimAbout.KILLED: "killed",
    ClaimAbout.INJURED: "injured",
    ClaimAbout.PARTICIPANTS: "taking part",
    ClaimAbout.ARRESTED: "arrested",
}
_FIRST_STANCES: Final = {
    Stance.CONDEMN: (0.15, "condemn it"),
    Stance.REQUESTS_INVESTIGATION: (0.15, "ask for an investigation"),
    Stance.CALLS_FOR_CALM: (0.15, "call for calm"),
    Stance.THREATENS: (0.30, "threaten over it"),
    Stance.WARNS: (0.20, "warn over it"),
    Stance.FINDING: (0.40, "report a finding"),
    Stance.CONFIRMS: (0.30, "confirm it"),
    Stance.DOUBTS: (0.25, "doubt it"),
    Stance.DENIES_OCCURRENCE: (0.45, "deny that it happened"),
    Stance.RETRACTS: (0.40, "take back what was said"),
}
_ATTRIBUTIONS: Final = {
    Stance.CLAIM_RESPONSIBILITY: (0.50, "first claim of responsibility", "another claim of responsibility"),
    Stance.DENY_RESPONSIBILITY: (0.40, "first denial of responsibility", "another denial of responsibility"),
    Stance.ACCUSE: (0.40, "first to name who did it", "names another party"),
    Stance.ALLEGES_FALSE_FLAG: (0.40, "first to call it staged", "names another party that staged it"),
}
#: offices whose words are news in themselves
_HEADS: Final = re.compile(
    r"\b(president|prime minister|premier|chancellor|king|queen|emir|sultan|supreme leader|head of state"
    r"|head of government|secretary general|pope)\b"
)
_NOT_HEADS: Final = re.compile(r"\b(vice|deputy|former|ex|spokes\w+|adviser|advisor|candidate|office of)\b")
_MOST: Final = 10


def marks_of(
    event: AnyEvent, role: EntryRole, assertions: tuple[Assertion, ...], sources: tuple[str, ...], roster: Roster | None
) -> tuple[Mark, ...]:
    """What makes this entry matter to an incident with this roster (before it joins); None: it founds one.

    Heaviest first after the role's own mark, at most 10. A copy gets nothing for what it repeats.
    """
    base = _BASE[role]
    if role is EntryRole.DUPLICATE:
        return (base,)
    found: list[Mark] = []
    if roster is None or not roster.seqs:
        found.append(Mark(FIRST_OF_ALL, 0.50, f"first report of it, by {_short(event.source.publisher)}"))
    if (
        roster is not None
        and role is EntryRole.CORE
        and roster.sources.reports
        and roster.sources.adds_a_source(sources)
    ):
        found.append(_new_source(event, len(roster.sources)))
    found.extend(_of_assertions(assertions, roster))
    if isinstance(event, StatementEvent):
        found.extend(_of_stances(event, roster))
        found.extend(_of_speaker(event))
    elif event.location is not None and event.location.precision == PlacePrecision.SITE and _coarser_so_far(roster):
        found.append(Mark("first_site", 0.15, f"first to name the site: {_short(event.location.name)}"))
    found.sort(key=lambda mark: (-mark.weight, mark.code, mark.text))
    return (base, *found[: _MOST - 1])


def _new_source(event: AnyEvent, known: int) -> Mark:
    name = _short(event.source.wire_origin or event.source.publisher)
    if known == 1:
        return Mark("new_source", 0.30, f"second independent source: {name}")
    return Mark("new_source", 0.10 if known < 5 else 0.03, f"one more independent source beside {known}: {name}")


def _of_assertions(assertions: tuple[Assertion, ...], roster: Roster | None) -> list[Mark]:
    found: list[Mark] = []
    for said in assertions:
        if said.about in NUMBERS:
            mark = _of_number(said, roster)
        elif said.about == ClaimAbout.ATTRIBUTION:
            mark = _of_attribution(said, roster)
        elif said.about == ClaimAbout.MEANS and not _values(roster, ClaimAbout.MEANS):
            mark = Mark("first_means", 0.10, f"first to say by what means: {_short(str(said.value))}")
        else:
            mark = None
        if mark is not None:
            found.append(mark)
    return found


def _of_number(said: Assertion, roster: Roster | None) -> Mark | None:
    assert isinstance(said.value, int)
    word = _NUMBER_WORDS[ClaimAbout(said.about)]
    known = [value for value in _values(roster, said.about) if isinstance(value, int)]
    if not known:
        weight = 0.25 if said.value else 0.10
        return Mark("first_number", weight, f"first figure of people {word}: {_figure(said)}")
    if said.value > max(known):
        return Mark("raises", 0.35, f"raises the number {word} from {max(known)} to {_figure(said)}")
    if said.value < min(known):
        return Mark("lowers", 0.20, f"gives a lower number {word}: {_figure(said)}, against {min(known)}")
    return None


def _of_attribution(said: Assertion, roster: Roster | None) -> Mark | None:
    weight, first, again = _ATTRIBUTIONS[Stance(said.value_key)]
    standing = [] if roster is None else roster.ledger.topic(ClaimAbout.ATTRIBUTION).values()
    if any(value_key == said.value_key and same_party(subject, said.subject) for subject, value_key in standing):
        return None
    party = _short(str(said.value))
    if any(value_key == said.value_key for _, value_key in standing):
        return Mark(f"also_{said.value_key}", weight / 2, f"{again}: {party}")
    return Mark(f"first_{said.value_key}", weight, f"{first}: {party}")


def _of_stances(event: StatementEvent, roster: Roster | None) -> list[Mark]:
    found: list[Mark] = []
    for taken in event.stances:
        if taken.stance in _FIRST_STANCES and (roster is None or not roster.stances.get(str(taken.stance))):
            weight, words = _FIRST_STANCES[Stance(taken.stance)]
            found.append(Mark(f"first_{taken.stance}", weight, f"first to {words}"))
    return found


def _of_speaker(event: StatementEvent) -> list[Mark]:
    for actor in event.actors:
        title = fold(f"{actor.name} {actor.sector or ''}")
        if actor.role == ActorRole.SPEAKER and _HEADS.search(title) and not _NOT_HEADS.search(title):
            return [Mark("head_speaks", 0.25, f"a head of state or government speaks: {_short(actor.name)}")]
    return []


def _coarser_so_far(roster: Roster | None) -> bool:
    places = roster.places.most_reported() if roster is not None else []
    return bool(places) and all(place.rank < 4 for place in places)


def _values(roster: Roster | None, about: str) -> list[int | str]:
    """Values that stand now."""
    if roster is None:
        return []
    topic = roster.ledger.topic(about)
    return [topic.first_said(value).value for value in topic.values()]


def _figure(said: Assertion) -> str:
    if said.qualifier is None:
        return str(said.value)
    return f"{said.qualifier} {said.value}" if said.qualifier[0].isalpha() else f"{said.value} ({said.qualifier})"


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"
