"""Towns of the world by their names: where they are, how large, and what else they are called.

GeoNames: towns of 15,000 people or more (data/towns.txt, written by packaging/towns.py). A name alone does not say
which of its bearers is meant: that is told by the country and the part of it, and else by how large they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files
from math import cos, hypot, radians
from typing import Final, NamedTuple

from schemas.parts import Place
from schemas.vocabulary import PlacePrecision

from .script import WORD, fold
from .sounds import skeleton

#: of two towns of one name in one country the larger is meant where it is so many times larger
_TIMES_LARGER: Final = 5
#: thousands of people from which a town is known by its name alone
_KNOWN_TO_ALL: Final = 100
#: "Mansur district, Baghdad, Iraq", of which so much is looked at
_BREAK: Final = re.compile(r"[,،;、()]")
_SEGMENTS: Final = 4
_LONGEST: Final = 100
#: a quarter that has its name from a town elsewhere lies farther from its own town
_MOST_KM: Final = 100.0
_DEGREE_KM: Final = 111.2


class Town(NamedTuple):
    """name: as GeoNames writes it. part: of the country (US.IL), where parts are named here, else "".

    lat, lon: degrees, to a hundredth. people: thousands
    """

    name: str
    country: str
    part: str
    lat: float
    lon: float
    people: int


class _Gazetteer(NamedTuple):
    """parts: folded name -> country.part. lines: one for each town; towns: folded name -> positions in `lines`."""

    parts: dict[str, str]
    lines: list[str]
    towns: dict[str, int | tuple[int, ...]]


def on_the_map(place: Place) -> Place:
    """A place that was coded without coordinates, with those of its town, or of the town that its name ends in.

    Not of a town that is named inside ("Basra airport"): what lies in one town would all lie in one point, which was
    measured (docs/decisions/0068). Without a country only a large town is meant.
    """
    if place.lat is not None or place.precision in (PlacePrecision.ADMIN1, PlacePrecision.COUNTRY):
        return place
    segments = [place.name, *_BREAK.split(place.name)[:_SEGMENTS]]
    named = (_read().parts.get(folded(name)) for name in (*segments, place.admin1 or ""))
    part = next((part for part in named if part and place.country in (None, part[:2])), None)
    towns = [town for name in segments if (town := _meant(name, part, place.country)) is not None]
    if not towns or _apart_km(towns[0], towns[-1]) > _MOST_KM:
        return place
    town = towns[0]
    change = {"lat": town.lat, "lon": town.lon, "country": town.country, "precision": PlacePrecision.CITY}
    return place.model_copy(update=change)


def _apart_km(one: Town, other: Town) -> float:
    """Kilometres, as if the earth were flat at their latitude: near enough to tell a quarter from another town."""
    east = abs(one.lon - other.lon) % 360.0
    east = min(east, 360.0 - east) * cos(radians((one.lat + other.lat) / 2))
    return _DEGREE_KM * hypot(one.lat - other.lat, east)


def other_key(name: str, countries: Collection[str]) -> str | None:
    """By what the first name of a town meets where this folded word is another name of it; None: it is none.

    countries: in one of these the town must be, and no other, about as large, that the word may name.
    """
    if name not in _read().towns:
        return None
    likely = [town for town in towns_of(name) if town.country in countries]
    if not likely or (len(likely) > 1 and likely[0].people < _TIMES_LARGER * likely[1].people):
        return None
    first = folded(likely[0].name)
    return None if " " in first or first == name else skeleton(first)


def is_town(name: str) -> bool:
    """Whether a folded name is one of a town."""
    return name in _read().towns


@lru_cache(maxsize=16_384)
def towns_of(name: str) -> tuple[Town, ...]:
    """All towns of a folded name, the largest first."""
    at = _read().towns.get(name, ())
    found = [_town(each) for each in ((at,) if isinstance(at, int) else at)]
    return tuple(sorted(found, key=lambda town: (-town.people, town.country, town.part, town.lat, town.lon)))


@lru_cache(maxsize=4_096)
def folded(name: str) -> str:
    """As names are looked up here: words folded, one blank between them."""
    lower = name[:_LONGEST].lower()
    if lower.isascii() and lower.isalpha():
        return lower
    return " ".join([fold(word) for word in WORD.findall(name[:_LONGEST])])


def _meant(written: str, part: str | None, country: str | None) -> Town | None:
    """The largest of a name in the part, else in the country; without both the one that bears it first."""
    name = folded(written)
    found = towns_of(name)
    if part is not None and (there := next((town for town in found if town.part == part), None)):
        return there
    if country is None:
        first = next((town for town in found if folded(town.name) == name), None)
        return first if first is not None and first.people >= _KNOWN_TO_ALL else None
    return next((town for town in found if town.country == country), None)


@lru_cache(maxsize=4_096)
def _town(at: int) -> Town:
    name, where, lat, lon, people, _ = _read().lines[at].split("\t")
    return Town(name, where[:2], where if "." in where else "", float(lat), float(lon), int(people))


@lru_cache(maxsize=1)
def _read() -> _Gazetteer:
    """Read when first asked for: most commands never do."""
    parts: dict[str, str] = {}
    lines: list[str] = []
    towns: dict[str, int | tuple[int, ...]] = {}
    for line in files(__package__).joinpath("data", "towns.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, where, *rest = line.split("\t")
        first = folded.__wrapped__(name)  # not through the cache: of most names nobody asks
        if not rest:
            parts[first] = where
            continue
        for known in (first, *rest[-1].split("|")) if rest[-1] else (first,):
            held = towns.get(known)
            if held is None:  # of most names there is one town: a tuple for each would take a fifth more room
                towns[known] = len(lines)
            else:
                towns[known] = (*((held,) if isinstance(held, int) else held), len(lines))
        lines.append(line)
    return _Gazetteer(parts, lines, towns)
