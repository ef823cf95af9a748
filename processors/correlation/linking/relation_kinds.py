"""What one incident is to an earlier one of its story, and the words that say why they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from schemas.vocabulary import Relation

from .concepts import concept_names
from .faces import KILLED, Face, apart_km, days_apart, sides_turned
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
    """What was found, the most telling first. x: the later one."""
    found = []
    kind = _KIND_WORD[y.kind]
    if x.kind == "p" and y.kind != "p" and (named := [key for key in sorted(y.targets) if key in x.names]):
        found.append(f"the protest names {_shown(x, named, statistics)}, the target of the {kind}")
    if x.kind == "a" and (struck := sorted((x.doers & y.victims) | (x.victims & y.doers))):
        names = _shown(x, struck, statistics)
        found.append(f"who was hit there strikes here, or the reverse{': ' + names if names else ''}")
    if x.kind == "a" and x.retaliates >= _CLEARLY:
        found.append("its reports speak of retaliation")
    if x.kind == "p" and x.mourns >= _CLEARLY:
        found.append("its reports speak of mourning")
    apart = _apart(x, y)
    if x.kind == y.kind == "a" and x.means & y.means:
        means = ", ".join(concept_names(x.means & y.means)[:_SHOWN_NAMES])
        found.append(f"same weapon ({means})" + (f", {apart}" if apart else ""))
    elif apart:
        found.append(apart)
    places = sorted(key for key in y.place - x.place if key in x.names)
    if places:
        found.append(f"its reports name {_shown(x, places, statistics)}, where the {kind} was")
    day = y.first_day()
    if day is not None and day != x.first_day() and day in x.days:
        found.append(f"its reports name the day of the {kind}, {date.fromordinal(day).isoformat()}")
    shared = [key for key in sorted(x.names) if key in y.names and key not in places]
    if shared and (names := _shown(x, shared, statistics)):
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


def _shown(face: Face, keys: Sequence[str], statistics: Statistics) -> str:
    """Names as written, the rarest first."""
    ranked = sorted(keys, key=lambda key: (-round(statistics.weight(key), 6), key))
    named = [face.shown[key] for key in ranked if key in face.shown and key[0] not in "@#"]
    return ", ".join(named[:_SHOWN_NAMES])
