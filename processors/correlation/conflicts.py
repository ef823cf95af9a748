"""When two standing words cannot both be true."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Final

from schemas.vocabulary import ClaimAbout, PlacePrecision, Stance, TimePrecision

from .facts import Assertion
from .parties import may_both_be_right, same_party

#: how far apart two reports of one place may put it, kilometres: a site within its quarter, a town within its
#: outskirts, a province and a country within themselves
_REACH_KM: Final[dict[str, float]] = {
    PlacePrecision.SITE: 15.0,
    PlacePrecision.CITY: 40.0,
    PlacePrecision.ADMIN1: 300.0,
    PlacePrecision.COUNTRY: 2_500.0,
}
_HOUR: Final = 3_600_000_000
#: clocks of witnesses differ: reports of a minute within an hour of each other agree; others within their own width
_SLACK: Final[dict[str, int]] = {TimePrecision.MINUTE: _HOUR, TimePrecision.HOUR: 2 * _HOUR}
_SAYS_IT_WAS: Final = (Stance.ACCUSE, Stance.CLAIM_RESPONSIBILITY, Stance.ALLEGES_FALSE_FLAG)


def contradict(one: Assertion, other: Assertion) -> bool:
    """Of one topic, by whoever said. Symmetric."""
    match one.about:
        case ClaimAbout.MEANS:
            # a drone and a rocket may both have been used; three drones and five drones not
            return one.subject == other.subject and _apart(one, other)
        case ClaimAbout.ATTRIBUTION:
            return _attributions(one, other)
        case ClaimAbout.PLACE:
            return far_apart(one.subject, one.lat, one.lon, other.subject, other.lat, other.lon)
        case ClaimAbout.TIME:
            return _apart(one, other, max(_SLACK.get(one.subject, 0), _SLACK.get(other.subject, 0)))
        case ClaimAbout.OCCURRENCE:
            return one.subject == other.subject and one.value_key != other.value_key
        case _:
            return _apart(one, other)


def _apart(one: Assertion, other: Assertion, slack: int = 0) -> bool:
    """The intervals share nothing: "at least 3" and 10 agree, 2 and 10 do not."""
    first_ends_before = one.high is not None and other.low is not None and one.high + slack < other.low
    other_ends_before = other.high is not None and one.low is not None and other.high + slack < one.low
    return first_ends_before or other_ends_before


def _attributions(one: Assertion, other: Assertion) -> bool:
    if same_party(one.subject, other.subject):
        return (one.value_key == Stance.DENY_RESPONSIBILITY) != (other.value_key == Stance.DENY_RESPONSIBILITY)
    if may_both_be_right(one.subject, other.subject):
        return False  # "gunmen" may well be of the group that another names
    # that another party also denies it contradicts nothing; that another party did it, does
    return one.value_key in _SAYS_IT_WAS and other.value_key in _SAYS_IT_WAS


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance on a sphere of 6,371 km; within half a per cent of the ellipsoid."""
    half_lat, half_lon = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(half_lon) ** 2
    return 12_742.0 * asin(min(1.0, sqrt(chord)))


def far_apart(
    precision: str, lat: float | None, lon: float | None,
    other_precision: str, other_lat: float | None, other_lon: float | None,
) -> bool:  # fmt: skip
    """Two places that cannot be one, each taken as widely as its precision says. Without coordinates: cannot tell."""
    if lat is None or lon is None or other_lat is None or other_lon is None:
        return False
    if precision not in _REACH_KM or other_precision not in _REACH_KM:
        return False
    reach = max(_REACH_KM[precision], _REACH_KM[other_precision])
    return kilometres(lat, lon, other_lat, other_lon) > reach
