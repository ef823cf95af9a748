"""What speaks for an incident going back to an earlier one, in numbers: of the two, and beside other earlier ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from .faces import Face, apart_km, days_apart, sides_turned
from .relation_kinds import OLD_DAYS
from .statistics import Statistics

#: later and earlier: attack, protest, statements alone
KINDS: Final = ("aa", "pp", "pa", "ap", "sa", "as", "ps", "sp", "ss")
FEATURES: Final = (
    "bias", *KINDS,
    "attacks_days", "attacks_one_day", "attacks_recent", "attacks_long_ago", "attacks_log_km", "attacks_means_near",
    "attacks_targets", "attacks_bettered", "sides_turned", "answers",
    "protests_days", "protests_one_country", "protests_older",
    "reaction_days", "reaction_size", "victims_named_size", "reaction_names", "mourns",
    "protest_there", "protest_days",
    "names_cosine", "names_rank", "concepts_cosine", "day_named", "same_report", "old_named", "log_size",
)  # fmt: skip
#: a giant that is named everywhere draws no more than a large one
_MOST_REPORTS: Final = 16
#: taken for what is not known
_DAYS: Final = 7.0
_KM: Final = 300.0
_CITY_KM: Final = 25.0
_LONG_AGO_DAYS: Final = 14.0
#: how alike an earlier one must be to be a rival of another, as a share of the other's likeness
_AS_ALIKE: Final = 0.6
_HALF_AS_ALIKE: Final = 0.5
#: nearer in time by less, or in place, is not nearer
_SLACK_DAYS: Final = 0.4
_SLACK_KM: Final = 10.0


@dataclass(slots=True)
class Choice:
    """An earlier incident that another may go back to. days, km: between the two, or what is taken where not known.

    values: those of FEATURES that are not 0; of `beside_the_others` none yet
    """

    incident_id: str
    face: Face
    days: float
    km: float
    names: float
    concepts: float
    values: dict[str, float]

    def row(self) -> list[float]:
        """All FEATURES, in their order."""
        get = self.values.get
        return [get(name, 0.0) for name in FEATURES]


def choice_of(incident_id: str, x: Face, y: Face, statistics: Statistics) -> Choice:
    """`y` as what the later incident `x` goes back to."""
    version = statistics.version
    if x.version != version:
        x.weigh(statistics)
    if y.version != version:
        y.weigh(statistics)
    known_days, known_km = days_apart(x, y), apart_km(x, y)
    days = _DAYS if known_days is None else known_days
    km = _KM if known_km is None else known_km
    names, concepts = _names_cosine(x, y), _concepts_cosine(x, y, statistics)
    size = log(min(_MOST_REPORTS, y.size))
    pair = x.kind + y.kind
    values = {"bias": 1.0, pair: 1.0, "names_cosine": names, "concepts_cosine": concepts, "log_size": size}
    told = 0.0
    if x.days:
        day = y.first_day()
        if day is not None and day in x.days and day != x.first_day():
            values["day_named"] = told = 1.0
    if x.reports and y.reports:
        same = values["same_report"] = min(2.0, len(x.reports & y.reports))
        told += same
    if known_days is not None and known_days > OLD_DAYS:
        told = values["old_named"] = told + _place_named(x, y, statistics)
    else:
        told = 0.0
    if pair == "aa":
        _attacks(x, y, days, km, values, statistics)
        values["attacks_one_day"] = float(known_days is not None and known_days <= 0.5)
        values["attacks_long_ago"] = float(days > _LONG_AGO_DAYS and told < 0.5)
    elif pair == "pp":
        values["protests_days"] = _log_days(days)
        country = x.item.f.country
        values["protests_one_country"] = float(bool(country) and country == y.item.f.country)
    elif pair == "pa":
        values["reaction_days"] = _log_days(days)
        values["reaction_size"] = size
        values["victims_named_size"] = x.share_naming(y.targets) * size
        values["reaction_names"] = names
        values["mourns"] = x.mourns
    elif pair == "ap":
        values["protest_there"] = float(km < _CITY_KM)
        values["protest_days"] = _log_days(days)
    return Choice(incident_id, y, days, km, names, concepts, values)


def _attacks(x: Face, y: Face, days: float, km: float, values: dict[str, float], statistics: Statistics) -> None:
    values["attacks_days"] = _log_days(days)
    values["attacks_recent"] = exp(-days / 7.0)
    values["attacks_log_km"] = min(4.0, log(1.0 + km / 20.0))
    values["attacks_means_near"] = float(km < 60 and bool(x.means & y.means))
    if x.targets and y.targets:
        shared = sum(map(statistics.weight_of, x.targets & y.targets))
        values["attacks_targets"] = min(2.0, shared / 5.0)
    values["sides_turned"] = float(sides_turned(x, y))
    values["answers"] = x.retaliates


def _log_days(days: float) -> float:
    return min(5.0, log(1.0 + days))


def beside_the_others(choices: Sequence[Choice]) -> None:
    """Fills in how each of the earlier ones stands beside the others.

    names_rank: how many share more names. attacks_bettered: another attack is nearer in time and no farther away.
    protests_older: how many earlier protests are about as like (a wave goes back to its first)
    """
    names = sorted([one.names for one in choices])
    attacks = [one for one in choices if one.face.kind == "a"]
    protests = [one for one in choices if one.face.kind == "p" and one.days <= _LONG_AGO_DAYS]
    for one in choices:
        values = one.values
        values["names_rank"] = log(1.0 + len(names) - bisect_right(names, one.names))
        if "aa" in values:
            values["attacks_bettered"] = float(_is_bettered(one, attacks))
        elif "pp" in values:
            alike, began = _HALF_AS_ALIKE * (one.names + one.concepts), one.face.began()
            older = [other.face.began() < began and other.names + other.concepts >= alike for other in protests]
            values["protests_older"] = log(1.0 + sum(older))


def _is_bettered(one: Choice, attacks: Sequence[Choice]) -> bool:
    days, km, names = one.days - _SLACK_DAYS, one.km + _SLACK_KM, one.names * _AS_ALIKE
    return any(other.days < days and other.km <= km and other.names >= names for other in attacks)


def _names_cosine(x: Face, y: Face) -> float:
    few, many = (x, y) if len(x.names) <= len(y.names) else (y, x)
    mine, others = few.weights, many.weights
    dot = sum([mine[key] * others[key] for key in filter(others.__contains__, mine)])
    return dot / (x.norm * y.norm) if dot else 0.0


def _concepts_cosine(x: Face, y: Face, statistics: Statistics) -> float:
    mine, others, squares = x.concepts, y.concepts, statistics.concept_squares()
    alike = 0.0
    for bit in filter(others.__contains__, mine):
        alike += sqrt(mine[bit] * others[bit]) * squares[bit]
    return alike / (x.concept_norm * y.concept_norm) if alike else 0.0


def _place_named(x: Face, y: Face, statistics: Statistics) -> float:
    elsewhere = y.place - x.place
    return min(1.0, max([statistics.weight(key) for key in elsewhere if key in x.names], default=0.0) / 5.0)
