"""Happenings that a statement speaks of beside the one it is about: it is background in their incidents.

A statement has one home. What else it speaks of it names by the place, as a rule: "one hand in Gondar and Bahir Dar".
So what comes into question is an attack of the last two weeks whose place the statement names, where neither its own
place, nor its speaker, nor the happening that it is about accounts for that name. How likely it is follows from how
rare the name is, and how near the statement comes to the incident's reports otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from .candidates import Candidate
from .features import DAY_SECONDS, Features
from .incidents import Incident
from .items import Item
from .statistics import NOBODY, Statistics

#: weights of `values_of`, fitted on tuning/mentions.json by `python -m benchmarks.mentions`
BIAS: Final = -0.36125
WEIGHT: Final = 1.568142
BASE: Final = 0.43929

#: what happened before is history: its place is named for many reasons
_SECONDS: Final = 14 * DAY_SECONDS
#: names that so many reports carry say nothing: capitals, regions
_LEAST_WEIGHT: Final = 0.33
_MOST_WEIGHT: Final = 1.7
_SITE_OR_CITY: Final = 1
MOST_MENTIONS: Final = 3


class Mention(NamedTuple):
    """keys: names of its place that the statement has; weight: how rare they are, 1 each if nobody else has them

    base: how near the statement comes otherwise
    """

    incident_id: str
    keys: tuple[str, ...]
    weight: float
    base: float


def values_of(mention: Mention) -> tuple[float, float, float]:
    """What BIAS, WEIGHT and BASE are multiplied with."""
    return 1.0, min(_MOST_WEIGHT, mention.weight), mention.base


def log_odds(mention: Mention, weights: Sequence[float]) -> float:
    """That the statement speaks of it. weights: of `values_of`, in that order."""
    return sum(weight * value for weight, value in zip(weights, values_of(mention), strict=True))


def spoken_of(
    item: Item, candidates: Sequence[Candidate], home: Incident | None, statistics: Statistics
) -> tuple[tuple[str, float], ...]:
    """Incidents beside its home that a statement speaks of more likely than not, with log-odds, best first."""
    told = []
    for mention in mentions(item, candidates, () if home is None else _told_of(home), statistics):
        score = log_odds(mention, (BIAS, WEIGHT, BASE))
        if score > 0.0:
            told.append((mention.incident_id, round(score, 6)))
    told.sort(key=lambda pair: -pair[1])
    return tuple(told[:MOST_MENTIONS])


def mentions(
    item: Item, candidates: Sequence[Candidate], at_home: Collection[str], statistics: Statistics
) -> list[Mention]:
    """What comes into question: each name speaks for one incident alone, the one that the statement comes nearest to.

    at_home: names that the reports of its home's happening carry
    """
    f = item.f
    if not item.is_statement or f.end is None:
        return []
    explained = {*f.place, *f.speakers, *f.behalf}
    own = {key for key in f.names if key not in explained and key not in at_home}
    if not own:
        return []
    rarest = statistics.weight(NOBODY)
    found = []
    for candidate in sorted(candidates, key=lambda c: (-c.base, c.incident.first_seq)):
        keys = _named_place(f.end, own, candidate.incident)
        # of how many reports are counted it does not depend, as a bare weight would: the first day tells as much
        weight = sum(map(statistics.weight_of, keys)) / rarest
        if weight >= _LEAST_WEIGHT:
            found.append(Mention(candidate.incident.incident_id, keys, weight, candidate.base))
            own.difference_update(keys)
    return found


def _told_of(home: Incident) -> Collection[str]:
    """Names of what happened; what only others said of it may be of something else, too."""
    if not home.cores:
        return home.names
    return {key for member in home.happenings() for key in member.features.names}


def _named_place(until: int, own: set[str], incident: Incident) -> tuple[str, ...]:
    """Of the places where it happened, as reports have them, the one that is named most fully."""
    best: tuple[str, ...] = ()
    for member in incident.happenings() if incident.cores else ():
        if not _is_recent_attack(member.features, until):
            continue
        named = tuple(filter(own.__contains__, member.features.place))
        if len(named) > len(best):
            best = named
    return best


def _is_recent_attack(f: Features, until: int) -> bool:
    """Protests are none: in a week of them they are everywhere, and so is every place."""
    return f.kind == "a" and f.place_rank <= _SITE_OR_CITY and f.start is not None and 0 <= until - f.start <= _SECONDS


__all__ = ["BASE", "BIAS", "MOST_MENTIONS", "WEIGHT", "Mention", "log_odds", "mentions", "spoken_of", "values_of"]
