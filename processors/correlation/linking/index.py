"""Which incidents are worth a look: inverted indexes, never a scan. What too many incidents share is no key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import floor
from typing import Final

from .features import DAY_SECONDS, Features
from .statistics import Statistics

#: incidents that are compared in full with one event
MAX_CANDIDATES: Final = 14
#: a key that more incidents than this share says nothing about which one
MAX_POSTINGS: Final = 48
_CELL_DEGREES: Final = 0.5
_WEEK_DAYS: Final = 7
_SAME_REPORT: Final = 3.0
_SAME_CELL_AND_DAY: Final = 6.0
_SAME_COUNTRY_AND_DAY: Final = 2.0
_SAME_NUMBER: Final = 2.0


class Index:
    """Keys -> incidents, with how many of their events carry the key."""

    def __init__(self) -> None:
        self._postings: dict[str, dict[str, int]] = {}

    def add(self, features: Features, incident_id: str) -> None:
        for key in _keys(features):
            held = self._postings.setdefault(key, {})
            held[incident_id] = held.get(incident_id, 0) + 1

    def remove(self, features: Features, incident_id: str) -> None:
        for key in _keys(features):
            held = self._postings[key]
            if held[incident_id] == 1:
                del held[incident_id]
                if not held:
                    del self._postings[key]
            else:
                held[incident_id] -= 1

    def scores(self, features: Features, statistics: Statistics) -> dict[str, float]:
        """Incidents that share a key with the event, and how much the shared keys weigh."""
        found: dict[str, float] = {}
        # a name counts once, through the best key it is found by
        for names, weight in _wanted(features, statistics):
            hit: set[str] = set()
            for key in names:
                held = self._postings.get(key)
                if held is not None and len(held) <= MAX_POSTINGS:
                    hit.update(held)
            for incident_id in hit:  # order does not matter: one addition per incident and round
                found[incident_id] = found.get(incident_id, 0.0) + weight
        return found


def _days(features: Features) -> Iterable[int]:
    """Day numbers that an event may be looked up by: at most three of its time, else that of its publication."""
    if features.start is not None and features.end is not None:
        first, last = features.start // DAY_SECONDS, (features.end - 1) // DAY_SECONDS
        if last - first <= 2:
            return range(first, last + 1)
    if features.published is not None:
        return (features.published // DAY_SECONDS,)
    return ()


def _weeks(features: Features) -> set[int]:
    weeks = {day // _WEEK_DAYS for day in _days(features)}
    if features.published is not None:
        weeks.add(features.published // DAY_SECONDS // _WEEK_DAYS)
    return weeks


def _cell(features: Features, east: int = 0, north: int = 0) -> str:
    lat, lon = features.lat or 0.0, features.lon or 0.0
    return f"{floor(lat / _CELL_DEGREES) + north},{floor(lon / _CELL_DEGREES) + east}"


def _keys(features: Features) -> Iterator[str]:
    weeks = sorted(_weeks(features))
    for name in (*features.names, *features.phrases):
        yield name
        for week in weeks:
            yield f"{name}|{week}"
    if features.report:
        yield "report " + features.report
    if features.lat is not None and features.place_rank <= 1:
        cell = _cell(features)
        for day in _days(features):
            yield f"cell {cell}|{day}"
    country = features.country
    if country:
        for day in _days(features):
            yield f"country {country}|{day}"
    for number in (features.killed, features.injured, features.arrested, features.participants):
        if number is not None and number > 3:
            yield f"number {number}"


def _wanted(features: Features, statistics: Statistics) -> Iterator[tuple[list[str], float]]:
    weeks = sorted({near for week in _weeks(features) for near in (week - 1, week, week + 1)})
    for name in (*features.names, *features.phrases):
        yield [name, *(f"{name}|{week}" for week in weeks)], statistics.weight(name)
    if features.report:
        yield ["report " + features.report], _SAME_REPORT
    days = sorted({near for day in _days(features) for near in (day - 1, day, day + 1)} | set(_text_days(features)))
    if features.lat is not None and features.place_rank <= 1:
        cells = [_cell(features, east, north) for east in (-1, 0, 1) for north in (-1, 0, 1)]
        yield [f"cell {cell}|{day}" for cell in cells for day in days], _SAME_CELL_AND_DAY
    if features.country:
        yield [f"country {features.country}|{day}" for day in days], _SAME_COUNTRY_AND_DAY
    for number in (features.killed, features.injured, features.arrested, features.participants):
        if number is not None and number > 3:
            yield [f"number {number}"], _SAME_NUMBER


def _text_days(features: Features) -> Iterable[int]:
    # an ordinal of 1 January 1970 is 719,163
    return (day - 719_163 for day in features.days)
