"""Which region of the world a message belongs to, and which partition a region falls into.

The regions are ACLED's (its country list of 2025, as its R package acledR carries it). Territories that ACLED
does not list stand with the country or continent they lie in: Western Sahara with Morocco, Hong Kong and Macao
in East Asia, Åland and Svalbard in Europe, Bouvet and the French Southern Territories in Antarctica.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final, TypeVar

from .decision import Command, Tick
from .event import AnyEvent, StatementEvent
from .parts import Actor, Place
from .timeline import IncidentTimeline, TimelineUpdate
from .vocabulary import WorldRegion

_T = TypeVar("_T")

#: where an event goes that nothing places
WORLD: Final[str] = WorldRegion.WORLD.value

_COUNTRIES: Final[Mapping[str, str]] = {
    "western-africa": "BJ BF CV GM GH GN GW CI LR ML MR NE NG SN SL TG",
    "middle-africa": "AO CM CF TD CD GQ GA CG ST",
    "eastern-africa": "IO BI KM DJ ER ET KE MG MW MU YT MZ RE RW SC SO SS TZ UG",
    "southern-africa": "BW SZ LS NA SH ZA ZM ZW",
    "northern-africa": "DZ EG LY MA SD TN EH",
    "south-asia": "BD BT IN MV NP PK LK",
    "southeast-asia": "BN KH TL ID LA MY MM PH SG TH VN",
    "middle-east": "BH IR IQ IL JO KW LB OM PS QA SA SY TR AE YE",
    "europe": (
        "AL AD AT GG JE BY BE BA BG HR CY CZ DK EE FO FI FR DE GI GR GL HU IS IE IM IT XK LV LI LT LU MT MD MC ME"
        " NL MK NO PL PT RO RU SM RS SK SI ES SE CH UA GB VA AX SJ"
    ),
    "caucasus-and-central-asia": "AF AM AZ GE KZ KG TJ TM UZ",
    "central-america": "BZ CR SV GT HN NI PA",
    "south-america": "AR BO BR CL CO EC FK GF GY PY PE GS SR UY VE",
    "caribbean": "AI AG AW BS BB VG BQ KY CU CW DM DO GD GP HT JM MQ MS PR KN LC VC BL MF SX TT TC VI",
    "east-asia": "CN JP MN KP KR TW HK MO",
    "north-america": "BM CA MX PM US",
    "oceania": "AS AU CX CC CK FJ PF GU HM KI MH FM NR NC NZ NU NF MP PW PG PN WS SB TK TO TV UM VU WF",
    "antarctica": "AQ BV TF",
}

#: every key the log can carry, `world` last
ALL_REGIONS: Final[tuple[str, ...]] = tuple(region.value for region in WorldRegion)

#: ISO 3166-1 alpha-2, and XK for Kosovo -> region
REGION_OF_COUNTRY: Final[Mapping[str, str]] = {
    country: region for region, countries in _COUNTRIES.items() for country in countries.split()
}


def region_of(message: AnyEvent | Tick | Command | IncidentTimeline | TimelineUpdate) -> str:
    """The region of a message, one of ALL_REGIONS for an event: the key under which it enters the log.

    An event that corrects, retracts or refers to another follows the region that the reference names, because
    only that region's core holds the original. Otherwise the first country that is known decides, of: location,
    targets, actors, where it was said. Coordinates do not count: a place without a country is unknown.
    The other messages carry their region. Decisions and entries do not: they stand in the partition of their
    cause, whose key the writer has at hand.
    """
    if isinstance(message, Tick | Command | IncidentTimeline | TimelineUpdate):
        return message.region
    for reference in chain(_given(message.corrects, message.retracts), message.refers_to):
        if isinstance(reference.region, WorldRegion):
            return reference.region.value
    said_in = message.said_in if isinstance(message, StatementEvent) else None
    for country in chain(
        _countries_of(_given(message.location)),
        _countries_of(message.targets),
        _countries_of(message.actors),
        _countries_of(_given(said_in)),
    ):
        region = REGION_OF_COUNTRY.get(country)
        if region is not None:
            return region
    return WORLD


def partition_of(region: str, partitions: int) -> int:
    """The partition, 0 to partitions - 1, that Kafka's Java client and librdkafka's `murmur2_random` give this key.

    Computed here too, because everything that comes of a partition of the log is sent to the same partition of
    the other topics. Raises ValueError below one partition.
    """
    if partitions < 1:
        raise ValueError(f"partitions: must be 1 or more, not {partitions}")
    return (_murmur2(region.encode()) & 0x7FFFFFFF) % partitions


def _given(*values: _T | None) -> Iterator[_T]:
    return (value for value in values if value is not None)


def _countries_of(named: Iterable[Place | Actor]) -> Iterator[str]:
    return (one.country for one in named if one.country is not None)


@lru_cache(maxsize=1024)  # keys are region names: 18 of them, asked for again with every record
def _murmur2(key: bytes) -> int:
    """MurmurHash2, 32 bits, with the seed and the byte order of Kafka's own implementation. Unsigned."""
    multiplier = 0x5BD1E995
    word_bits = 0xFFFFFFFF
    hashed = 0x9747B28C ^ len(key)
    whole = len(key) & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(key[start : start + 4], "little") * multiplier & word_bits
        word = (word ^ word >> 24) * multiplier & word_bits
        hashed = (hashed * multiplier & word_bits) ^ word
    if whole < len(key):
        hashed = (hashed ^ int.from_bytes(key[whole:], "little")) * multiplier & word_bits
    hashed = (hashed ^ hashed >> 13) * multiplier & word_bits
    return hashed ^ hashed >> 15
