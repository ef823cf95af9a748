"""The same incident as another database would have coded it: from a row of ACLED, a row in UCDP GED's columns, or a
record of a third database that codes protests, too.

What differs is what differs between such databases: another gazetteer's point for the town, another spelling, a day off
in some rows or an interval of days, other counts of the dead, parties under other names and in another order, no
notes but at best a headline. The same `random.Random` gives the same twin.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import cos, radians
from typing import Any, Final

from producers.feeds.countries import country_of

CsvRow = dict[str, str]

_KM_TO_A_DEGREE: Final = 111.2
_OWN_FORCES: Final = re.compile(r"(?:Military|Police) Forces of (?:the )?([^(]+?)(?: \(.*\))?(?: .*)?$")
_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*\)")
_WORDS: Final = re.compile(r"[^\W\d_]{4,}")
#: words of notes that say nothing of one incident
_PLAIN: Final = frozenset(
    _WORDS.findall(
        "january february march april june july august september october november december were with from that this"
        " near area city town village district province governorate their they size report about against unknown number"
        " fatalities injuries reported casualties when after also have been there which"
    )
)
#: what a transliteration does to names
_SPELLINGS: Final = (
    ("al-", "el-"), ("Al ", ""), ("El ", "Al "), ("q", "k"), ("kh", "h"), ("ou", "u"), ("ee", "i"), ("aa", "a"),
    ("'", ""), ("dh", "d"), ("iy", "i"), ("ei", "i"), ("Tal ", "Tell "), ("Kafr ", "Kafar "), ("y", "i"), ("e", "a"),
)  # fmt: skip
_ON_ONE_SIDE: Final = ("violence against civilians",)


def day_of(row: Mapping[str, str]) -> date:
    text = row["event_date"]
    form = "%Y-%m-%d" if text[:4].isdigit() else "%d-%b-%y"
    return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone


def ged_twin(row: Mapping[str, str], number: int, chance: random.Random) -> CsvRow:
    """A row of GED about the incident of a row of ACLED that is an attack."""
    first, last, precision = _days(row, chance)
    lat, lon, where = _point(row, chance)
    one_sided = row["event_type"].lower() in _ON_ONE_SIDE
    sides = [_party(row["actor1"], row["country"]), _party(row["actor2"], row["country"])]
    if not one_sided and (sides[1].startswith("Government of") or chance.random() < 0.3):
        sides.reverse()  # governments come first there
    killed, low, high = _deaths(int(float(row["fatalities"] or 0)), chance)
    return {
        "id": str(number),
        "relid": f"XXX-{first.year}-{number}",
        "year": str(first.year),
        "type_of_violence": "3" if one_sided else "1",
        "side_a": sides[0],
        "side_b": sides[1],
        "source_headline": _headline(row, killed, chance),
        "where_coordinates": _spelt(row["location"], chance) + chance.choice((" town", " village", "", " city")),
        "where_prec": str(where),
        "adm_1": f"{_spelt(row['admin1'], chance)} governorate" if row["admin1"] else "",
        "latitude": f"{lat:.6f}",
        "longitude": f"{lon:.6f}",
        "country": row["country"],
        "date_start": first.isoformat(),
        "date_end": last.isoformat(),
        "date_prec": str(precision),
        "best": str(killed),
        "low": str(low),
        "high": str(high),
    }


def coded_twin(row: Mapping[str, str], number: int, publisher: str, chance: random.Random) -> dict[str, Any]:
    """A record for the feed `coded` about the incident of a row of ACLED, attack or protest."""
    first, _, precision = _days(row, chance)
    lat, lon, where = _point(row, chance)
    is_protest = row["event_type"] in ("Protests", "Riots") and row["sub_event_type"] != "Mob violence"
    killed, _, _ = _deaths(int(float(row["fatalities"] or 0)), chance)
    place = _spelt(row["location"], chance)
    parties = [_party(row[side], row["country"]) for side in ("actor1", "actor2") if row[side]]
    roles = ("organizer", "security_force") if is_protest else ("perpetrator", "target")
    people = [{"name": name, "role": role} for name, role in zip(parties, roles, strict=False)]
    words = _headline(row, killed, chance)
    return {
        "id": f"{publisher.lower()}-{number}",
        "kind": "protest" if is_protest else "attack",
        "occurred_at": first.isoformat(),
        "occurred_precision": "day" if precision == 1 else "week",
        "published_at": None,
        "publisher": publisher,
        "url": None,
        "lang": "en",
        "headline": f"{'Demonstrate or rally' if is_protest else 'Fight'}, {place}" + (f": {words}" if words else ""),
        "text": None,
        "place": {
            "name": place, "country": country_of(row["country"]), "admin1": row["admin1"] or None,
            "lat": round(lat, 5), "lon": round(lon, 5), "precision": "city" if where < 3 else "admin1",
        },
        "actors": [one for one in people if one["role"] != "target"],
        "targets": [one for one in people if one["role"] == "target"],
        "reported": {} if is_protest else {"killed": killed},
    }  # fmt: skip


def _days(row: Mapping[str, str], chance: random.Random) -> tuple[date, date, int]:
    """First and last day, and GED's precision."""
    at = day_of(row)
    draw = chance.random()
    if draw < 0.04:
        return at - timedelta(days=chance.randrange(3)), at + timedelta(days=1), 2
    if draw < 0.11:
        at += timedelta(days=chance.choice((-1, 1)))
    return at, at, 1


def _point(row: Mapping[str, str], chance: random.Random) -> tuple[float, float, int]:
    """Latitude, longitude, and GED's precision: most within 1.5 km, some up to 3, a few at a neighbour's."""
    draw = chance.random()
    precision = 1
    if draw < 0.15:
        km = 0.0
    elif draw < 0.93:
        km = min(3.0, abs(chance.gauss(0.0, 1.2)))
    else:
        km, precision = chance.uniform(3.0, 8.0), 2
    lat, lon = float(row["latitude"]), float(row["longitude"])
    bearing = chance.uniform(0.0, 360.0)
    north, east = km * cos(radians(bearing)), km * cos(radians(bearing - 90.0))
    lat += north / _KM_TO_A_DEGREE
    return lat, lon + east / (_KM_TO_A_DEGREE * cos(radians(lat))), precision


def _deaths(known: int, chance: random.Random) -> tuple[int, int, int]:
    """best, low, high."""
    best = known
    if chance.random() < 0.25:
        best = max(0, known + chance.choice((-2, -1, 1, 1, 2)))
    return best, max(0, best - chance.choice((0, 0, 1))), best + chance.choice((0, 0, 1, 3))


def _party(name: str, country: str) -> str:
    """As the other database calls it."""
    if not name:
        return "Civilians"
    forces = _OWN_FORCES.match(name)
    if forces:
        return f"Government of {forces[1].strip()}"
    if name.startswith("Unidentified"):
        return f"{country} insurgents"
    if name.startswith(("Protesters", "Rioters")):
        return f"Protester ({country})"
    head, _, tail = _IN_BRACKETS.sub("", name).partition(":")
    return head.strip() if tail and len(head) <= 6 else (tail or head).strip()


def _headline(row: Mapping[str, str], killed: int, chance: random.Random) -> str:
    """None in a third of the rows; else a few words that the notes have, too, in another order."""
    if chance.random() < 0.35:
        return ""
    words = [word for word in _WORDS.findall(row["notes"]) if word.lower() not in _PLAIN]
    picked = chance.sample(words, min(len(words), chance.randint(2, 6)))
    return " ".join((*picked, f"{killed} dead" if killed and chance.random() < 0.5 else "")).strip()


def _spelt(name: str, chance: random.Random) -> str:
    """The name, in three of ten in another spelling."""
    if chance.random() >= 0.3:
        return name
    fitting = [(old, new) for old, new in _SPELLINGS if old in name]
    return name.replace(*chance.choice(fitting), 1) if fitting else name
