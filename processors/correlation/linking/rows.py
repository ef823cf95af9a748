"""Two rows of coded databases side by side: what tables say that reports do not.

A row is coded to a day and a point on the map, so that a few kilometres and a single day speak for or against; and a
database gives each event one row, so that two rows of one database are two events, unless one is the other's revision.
"""

from __future__ import annotations

from math import asin, exp, log, sqrt
from typing import Final

from .items import EARTH_KM, Item
from .pair_terms import PairTerms
from .statistics import Statistics

#: other gazetteers put a town within so much of a point
_GAZETTEER_KM: Final = 0.5
_ONE_TOWN_KM: Final = 2.0


def row_score(a: Item, b: Item, w: PairTerms, statistics: Statistics) -> float:
    """Weights times features, as `pairs.pair_score`, of two rows of databases."""
    total = 0.0
    if a.f.publisher == b.f.publisher and a.f.report != b.f.report:
        total += w.one_database * 1.0
    days = None
    if a.day is not None and b.day is not None:
        days = abs(a.day - b.day)
        if days == 1:
            total += w.row_next_day * 1.0
        elif days:
            total += w.row_other_day * 1.0
    if a.place_rank <= 1 and b.place_rank <= 1:
        x, y, z = a.x - b.x, a.y - b.y, a.z - b.z
        km = 2.0 * EARTH_KM * asin(min(1.0, 0.5 * sqrt(x * x + y * y + z * z)))
        total += w.row_distance * min(5.0, log(1.0 + km / _GAZETTEER_KM))
        if days == 0:
            total += w.row_near_same_day * exp(-km / _ONE_TOWN_KM)
    if a.parties and b.parties:
        shared = a.parties & b.parties
        if shared:
            both, sums = sum(map(statistics.weight_of, shared)), statistics.sums
            total += w.parties_shared * (both / (sums[a.parties] + sums[b.parties] - both))
        else:
            total += w.parties_differ * 1.0
    return total
