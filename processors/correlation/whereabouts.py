"""Where and when an incident was: the most precise word that agrees with what most reports say."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_left, insort
from collections import Counter
from functools import lru_cache
from typing import Final, Generic, TypeVar

from .conflicts import kilometres
from .facts import When, Where

F = TypeVar("F", Where, When)
#: values looked at, those with the most reports first
_LOOKED_AT: Final = 16
#: a site lies in its city, and a city in what others called by its neighbour's name
_SAME_PLACE_KM: Final = 60.0
_CITY: Final = 3


class Tally(Generic[F]):
    """Counts of equal values, most reports first, then earliest. A pure function of what is in it."""

    def __init__(self) -> None:
        self._seqs: dict[str, list[int]] = {}
        self._values: dict[tuple[str, int], F] = {}
        self._order: list[tuple[int, int, str]] = []  # (-reports, first seq, key)

    def change(self, seq: int, key: str, value: F, *, add: bool) -> None:
        seqs = self._seqs.setdefault(key, [])
        if seqs:
            del self._order[bisect_left(self._order, (-len(seqs), seqs[0], key))]
        if add:
            insort(seqs, seq)
            self._values[key, seq] = value
        else:
            del seqs[bisect_left(seqs, seq)]
            del self._values[key, seq]
        if seqs:
            insort(self._order, (-len(seqs), seqs[0], key))
        else:
            del self._seqs[key]

    def most_reported(self) -> list[F]:
        """As the earliest report of each words it."""
        return [self._values[key, first] for _, first, key in self._order[:_LOOKED_AT]]

    def worded(self, key: str) -> list[F]:
        """How reports word this value, the earliest first."""
        return [self._values[key, seq] for seq in self._seqs[key][:_LOOKED_AT]]


def key_of(value: Where | When) -> str:
    return value.key if isinstance(value, Where) else f"{value.begin}/{value.until}/{value.rank}"


def best_where(tally: Tally[Where]) -> Where | None:
    """The finest place that agrees with the most reported one (cities and sites speak first).

    Of equally fine ones the most reported, in the writing that most of them are in: a reader of forty English and
    two Arabic reports is shown the place in Latin letters.
    """
    values = tally.most_reported()
    if not values:
        return None
    usual = _usual_writing([worded for value in values for worded in tally.worded(value.key)])
    values.sort(key=lambda value: _writing(value) != usual)  # stable: the order of the tally else
    anchor = next((value for value in values if value.rank >= _CITY), values[0])
    best = anchor
    for value in values:
        if value.rank > best.rank and _agree(anchor, value):
            best = value
    return next((worded for worded in tally.worded(best.key) if _writing(worded) == usual), best)


def _writing(value: Where) -> str:
    return _writing_of(value.place)


@lru_cache(maxsize=4_096)
def _writing_of(place: str) -> str:
    """LATIN, ARABIC, CYRILLIC ...: of the first letter of the place's name."""
    letter = next((character for character in json.loads(place)["name"] if character.isalpha()), None)
    return "" if letter is None else unicodedata.name(letter, "").partition(" ")[0]


def _usual_writing(values: list[Where]) -> str:
    counts = Counter(_writing(value) for value in values)
    return min(counts, key=lambda writing: (-counts[writing], writing))


def _agree(anchor: Where, value: Where) -> bool:
    if anchor.lat is not None and anchor.lon is not None and value.lat is not None and value.lon is not None:
        if anchor.rank < _CITY:
            return anchor.country is None or anchor.country == value.country
        return kilometres(anchor.lat, anchor.lon, value.lat, value.lon) <= _SAME_PLACE_KM
    return anchor.country is not None and anchor.country == value.country


def best_when(tally: Tally[When]) -> When | None:
    """The finest time inside the most reported one."""
    values = tally.most_reported()
    if not values:
        return None
    anchor = best = values[0]
    for value in values:
        if value.rank > best.rank and value.begin < max(anchor.until, anchor.begin + 1) and anchor.begin <= value.until:
            best = value
    return best
