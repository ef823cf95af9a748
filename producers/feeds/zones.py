"""The time zone of a place: the one of its country whose principal city, or one of the `ANCHORS`, is nearest.

The principal cities are those of the zone database itself (zone.tab of the package tzdata, not of the machine), which
names one, with coordinates, for every zone of every country. Longitude alone is wrong where clocks do not follow the
sun: Tehran is at +03:30, Lagos at +01:00 (docs/decisions/0011 has the comparison).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from math import cos, radians
from typing import Final
from zoneinfo import ZoneInfo

from schemas.parts import Place

from .zone_anchors import ANCHORS

#: for a country of several zones and a place without coordinates: where most of its people live
_MAIN: Final[Mapping[str, str]] = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
#: countries that the table does not have
_ADDED: Final = (("XK", 42.66, 21.17, "Europe/Belgrade"),)
_COORDINATES: Final = re.compile(r"([+-]\d{4,7})([+-]\d{5,8})", re.ASCII)


def zone_of(place: Place | None) -> tuple[str, tzinfo] | None:
    """IANA name and zone of a place; None where neither its country nor its coordinates are known."""
    if place is None:
        return None
    table = _by_country()
    zones = table.get(place.country, ()) if place.country else ()
    if place.lat is not None and place.lon is not None:
        zones = zones or tuple(row for rows in table.values() for row in rows)
        name = min(zones, key=lambda row: (_apart(row[0], row[1], place.lat, place.lon), row[2]))[2]  # type: ignore[arg-type]  # both are set: see above
    elif zones:
        name = _MAIN.get(place.country or "", zones[0][2])
    else:
        return None
    return name, load_zone(name)


@cache
def load_zone(name: str) -> tzinfo:
    """A zone of the package tzdata, so that two machines never differ."""
    with (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def _by_country() -> Mapping[str, tuple[tuple[float, float, str], ...]]:
    """Country -> (latitude, longitude, zone) of cities: the principal ones, in the table's order, then the others."""
    table: dict[str, list[tuple[float, float, str]]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        country, coordinates, zone = line.split("\t")[:3]
        found = _COORDINATES.fullmatch(coordinates)
        assert found is not None, f"zone.tab: {coordinates}"
        table.setdefault(country, []).append((_degrees(found[1], 2), _degrees(found[2], 3), zone))
    for country, lat, lon, zone in (*_ADDED, *ANCHORS):
        table.setdefault(country, []).append((lat, lon, zone))
    return {country: tuple(rows) for country, rows in table.items()}


def _degrees(text: str, whole: int) -> float:
    """+DDMM, +DDMMSS (whole 2) or +DDDMM, +DDDMMSS (whole 3)."""
    digits = text[1:]
    seconds = digits[whole + 2 :]
    value = int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + (int(seconds) / 3600 if seconds else 0)
    return -value if text[0] == "-" else value


def _apart(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Squared distance in degrees, good enough to find the nearest; longitudes meet at 180."""
    east = abs(lon - other_lon)
    east = min(east, 360 - east) * cos(radians((lat + other_lat) / 2))
    return (lat - other_lat) ** 2 + east**2
