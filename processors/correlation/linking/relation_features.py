"""What speaks for an incident going back to an earlier one, in numbers: of the two, and beside other earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from .faces import MOURNING, RETALIATION, Face, apart_km, days_apart, sides_turned
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
_AT: Final = {name: at for at, name in enumerate(FEATURES)}
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

    values: FEATURES, those of `beside_the_others` still 0
    """

    incident_id: str
    face: Face
    days: float
    km: float
    names: float
    concepts: float
    values: list[float]


def choice_of(incident_id: str, x: Face, y: Face, statistics: Statistics) -> Choice:
    """`y` as what the later incident `x` goes back to."""
    x.weigh(statistics)
    y.weigh(statistics)
    at = _AT
    values = [0.0] * len(FEATURES)
    known_days, known_km = days_apart(x, y), apart_km(x, y)
    days = _DAYS if known_days is None else known_days
    km = _KM if known_km is None else known_km
    names, concepts = _names_cosine(x, y), _concepts_cosine(x, y, statistics)
    pair = x.kind + y.kind
    values[0] = values[at[pair]] = 1.0
    values[at["names_cosine"]] = names
    values[at["concepts_cosine"]] = concepts
    size = values[at["log_size"]] = log(min(_MOST_REPORTS, y.size))
    day = y.first_day()
    if day is not None and day != x.first_day() and day in x.days:
        values[at["day_named"]] = 1.0
    values[at["same_report"]] = min(2.0, len(x.reports & y.reports))
    if known_days is not None and known_days > OLD_DAYS:
        values[at["old_named"]] = _place_named(x, y, statistics) + values[at["day_named"]] + values[at["same_report"]]

    log_days = min(5.0, log(1.0 + days))
    if pair == "aa":
        weight = statistics.weight
        values[at["attacks_days"]] = log_days
        values[at["attacks_one_day"]] = float(known_days is not None and known_days <= 0.5)
        values[at["attacks_recent"]] = exp(-days / 7.0)
        values[at["attacks_long_ago"]] = float(days > _LONG_AGO_DAYS and values[at["old_named"]] < 0.5)
        values[at["attacks_log_km"]] = min(4.0, log(1.0 + km / 20.0))
        values[at["attacks_means_near"]] = float(bool(x.means & y.means) and km < 60)
        values[at["attacks_targets"]] = min(2.0, sum([weight(key) for key in sorted(x.targets & y.targets)]) / 5.0)
        values[at["sides_turned"]] = float(sides_turned(x, y))
        values[at["answers"]] = x.says(RETALIATION)
    elif pair == "pp":
        country = x.item.f.country
        values[at["protests_days"]] = log_days
        values[at["protests_one_country"]] = float(bool(country) and country == y.item.f.country)
    elif pair == "pa":
        values[at["reaction_days"]] = log_days
        values[at["reaction_size"]] = size
        values[at["victims_named_size"]] = x.share_naming(y.targets) * size
        values[at["reaction_names"]] = names
        values[at["mourns"]] = x.says(MOURNING)
    elif pair == "ap":
        values[at["protest_there"]] = float(km < _CITY_KM)
        values[at["protest_days"]] = log_days
    return Choice(incident_id, y, days, km, names, concepts, values)


def beside_the_others(choices: Sequence[Choice]) -> None:
    """Fills in how each of the earlier ones stands beside the others.

    names_rank: how many share more names. attacks_bettered: another attack is nearer in time and no farther away.
    protests_older: how many earlier protests are about as like (a wave goes back to its first)
    """
    at = _AT
    for one in choices:
        values = one.values
        values[at["names_rank"]] = log(1.0 + sum([other.names > one.names for other in choices]))
        kind = one.face.kind
        if values[at["aa"]]:
            values[at["attacks_bettered"]] = float(
                any(
                    other.days < one.days - _SLACK_DAYS
                    and other.km <= one.km + _SLACK_KM
                    and other.names >= _AS_ALIKE * one.names
                    for other in choices
                    if other.face.kind == kind
                )
            )
        elif values[at["pp"]]:
            alike = _HALF_AS_ALIKE * (one.names + one.concepts)
            began = one.face.began()
            values[at["protests_older"]] = log(
                1.0
                + sum(
                    [
                        other.face.kind == kind
                        and other.days <= _LONG_AGO_DAYS
                        and other.face.began() < began
                        and other.names + other.concepts >= alike
                        for other in choices
                    ]
                )
            )


def _names_cosine(x: Face, y: Face) -> float:
    few, many = (x, y) if len(x.names) <= len(y.names) else (y, x)
    others = many.weights
    dot = sum([value * others[key] for key, value in few.weights.items() if key in others])
    return dot / (x.norm * y.norm) if dot else 0.0


def _concepts_cosine(x: Face, y: Face, statistics: Statistics) -> float:
    by_bit = statistics.concept_weights()
    alike = 0.0
    for bit, count in x.concepts.items():
        theirs = y.concepts.get(bit)
        if theirs:
            alike += sqrt(count * theirs) * by_bit[bit.bit_length() - 1] ** 2
    return alike / (x.concept_norm * y.concept_norm) if alike else 0.0


def _place_named(x: Face, y: Face, statistics: Statistics) -> float:
    elsewhere = y.place - x.place
    return min(1.0, max([statistics.weight(key) for key in elsewhere if key in x.names], default=0.0) / 5.0)
