"""What one incident is to an earlier one of its story, and the words that say why they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemas.vocabulary import Relation

from .concepts import concept_names
from .dates import written
from .faces import KILLED, Face, Name, apart_km, days_apart, names_of_both, sides_turned
from .items import ONE_SPOT_KM
from .statistics import Statistics

#: a happening so long before another is no part of one run of events
OLD_DAYS: Final = 30
SAID_OF_THE_EARLIER: Final = (Relation.PRECURSOR, Relation.BACKGROUND)
#: in so large a share of the reports something must be spoken of
_CLEARLY: Final = 0.5
_SHOWN_NAMES: Final = 3
_MOST_REASONS: Final = 4
_KIND_WORD: Final = {"a": "attack", "p": "protest", "s": "statement"}


def relation_of(x: Face, y: Face) -> Relation:
    """What the later one is to the earlier one, or, of a precursor and a background, the earlier to the later.

    | later   | earlier         | when                                             | relation         |
    | any     | any             | over 30 days before, and not by the same weapon  | background       |
    | words   | words           |                                                  | same_campaign    |
    | words   | attack, protest |                                                  | background       |
    | attack  | words           | it is spoken of revenge                          | retaliation      |
    | attack  | words           | else                                             | precursor        |
    | protest | attack, words   |                                                  | reaction_protest |
    | protest | protest         | it is a funeral of that one's dead               | reaction_protest |
    | protest | protest         | else                                             | same_campaign    |
    | attack  | protest         | it is spoken of revenge                          | retaliation      |
    | attack  | protest         | else                                             | precursor        |
    | attack  | attack          | who was hit strikes, or it is spoken of revenge  | retaliation      |
    | attack  | attack          | else                                             | same_campaign    |
    """
    gap = days_apart(x, y)
    if gap is not None and gap > OLD_DAYS and not (x.kind == y.kind == "a" and x.means & y.means):
        return Relation.BACKGROUND
    if x.kind == "s":
        return Relation.SAME_CAMPAIGN if y.kind == "s" else Relation.BACKGROUND
    if x.kind == "p":
        if y.kind != "p" or (x.mourns >= _CLEARLY and y.says(KILLED) > 0):
            return Relation.REACTION_PROTEST
        return Relation.SAME_CAMPAIGN
    if y.kind != "a":
        return Relation.RETALIATION if x.retaliates >= _CLEARLY else Relation.PRECURSOR
    if sides_turned(x, y) or x.retaliates >= _CLEARLY:
        return Relation.RETALIATION
    return Relation.SAME_CAMPAIGN


def reasons_of(x: Face, y: Face, statistics: Statistics) -> tuple[str, ...]:
    """What was found, the most telling first. x: the later one. The same words stand on both heads.

    Whoever is named is shown by a name of both, in full; a sentence that has none to show is left out.
    """
    found = []
    kind, shared = _KIND_WORD[y.kind], names_of_both(x, y)

    def shown(keys: frozenset[str]) -> str:
        return _shown([name for name in shared if name.keys <= keys], statistics)

    if x.kind == "p" and y.kind != "p" and (names := shown(y.targets)):
        found.append(f"the protest names {names}, the target of the {kind}")
    if x.kind == y.kind == "a":
        if names := shown(x.doers & y.victims):
            found.append(f"{names}, hit in the earlier attack, said to strike in the later one")
        if names := shown(x.victims & y.doers):
            found.append(f"{names}, said to strike in the earlier attack, hit in the later one")
    if x.kind == "a" and x.retaliates >= _CLEARLY:
        found.append("the later reports speak of retaliation")
    if x.kind == "p" and x.mourns >= _CLEARLY:
        found.append("the later reports speak of mourning")
    apart = _apart(x, y)
    if x.kind == y.kind == "a" and x.means & y.means:
        means = ", ".join(concept_names(x.means & y.means)[:_SHOWN_NAMES])
        found.append(f"same weapon ({means})" + (f", {apart}" if apart else ""))
    elif apart:
        found.append(apart)
    elsewhere = frozenset(key for key in y.place - x.place if key in x.names)
    if names := _shown([name for name in shared if name.keys <= y.place and name.keys & elsewhere], statistics):
        found.append(f"the later reports name {names}, where the earlier {kind} was")
    day = y.first_day()
    if day is not None and day != x.first_day() and day in x.days:
        found.append(f"the later reports name the day of the earlier {kind}, {written(day)}")
    if names := _shown([name for name in shared if name.keys.isdisjoint(elsewhere)], statistics):
        found.append("both name " + names)
    return tuple(found[:_MOST_REASONS]) or ("they share what no other earlier incident does",)


def _apart(x: Face, y: Face) -> str:
    gap, km = days_apart(x, y), apart_km(x, y)
    words = []
    if gap is not None:
        days = round(gap)
        words.append("times overlap" if gap == 0 else f"{days} days apart" if days > 1 else "a day or less apart")
    if km is not None:
        near = "in one place" if km < ONE_SPOT_KM else f"{km:.1f} km apart"
        words.append(near if km < 10 else f"{km:.0f} km apart")
    return ", ".join(words)


def _shown(names: Sequence[Name], statistics: Statistics) -> str:
    """As written; those that somebody coded first, then the rarest."""

    def rank(name: Name) -> tuple[bool, float, str]:
        return not name.coded, -max(round(statistics.weight(key), 6) for key in name.keys), name.written

    return ", ".join([name.written for name in sorted(names, key=rank)[:_SHOWN_NAMES]])
