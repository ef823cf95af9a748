"""Feed `acled`: a CSV export of ACLED, of the present schema, of the one up to 2022, or of the first releases.

Protests and violent demonstrations are protests; agreements are statements; battles, explosions, violence against
civilians, mob violence, looting and disrupted attacks are attacks. Rows of other strategic developments (troops that
move, arrests, new headquarters) are none of the three, and are said to be so. The releases up to 2018 have no
sub-types, and protests and riots are one type: where rioters stand against civilians that is mob violence.

A monadic export has a row for each side of an event, all of one id: of it no row tells who stood on the other side.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from schemas.event import AnyEvent
from schemas.parts import Place
from schemas.vocabulary import ActorRole, EventKind, PlacePrecision, ProtestResponse, TimePrecision

from . import Line, Row, cells
from .countries import country_of
from .crowds import crowd_of
from .tables import read_table

_NEEDED: Final = frozenset(
    [
        "event_id_cnty",
        "event_date",
        "event_type",
        "actor1",
        "country",
        "location",
        "latitude",
        "longitude",
    ]
)
#: read into fields of the message
_READ: Final = (
    "event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "actor1", "assoc_actor_1",
    "inter1", "actor2", "assoc_actor_2", "inter2", "country", "admin1", "location", "latitude", "longitude",
    "geo_precision", "notes", "fatalities", "tags",
)  # fmt: skip
#: releases up to 2018
_FORMERLY: Final = {"ally_actor_1": "assoc_actor_1", "ally_actor_2": "assoc_actor_2"}
_KEPT: Final = (
    "civilian_targeting", "admin2", "admin3", "geo_precision", "time_precision", "source", "source_scale", "tags",
)  # fmt: skip
#: said by another column, or nothing of what happened: when the row was uploaded, its number in that release
_PASSED_OVER: Final = (
    "data_id", "event_id_no_cnty", "year", "iso", "iso3", "region", "event_type", "disorder_type", "interaction",
    "timestamp", "gwno",
)  # fmt: skip
_PROTESTS: Final = {
    "peaceful protest": ProtestResponse.NONE,
    "protest with intervention": ProtestResponse.INTERVENTION,
    "excessive force against protesters": ProtestResponse.EXCESSIVE_FORCE,
    "violent demonstration": None,
    # types without a sub-type
    "riots/protests": None,
    "protests": None,
    "riots": None,
}
_DISRUPTED: Final = "disrupted weapons use"
#: attacks, with what was used where that is the type's own sense
_ATTACKS: Final[Mapping[str, str | None]] = {
    "armed clash": None,
    "government regains territory": None,
    "non-state actor overtakes territory": None,
    "chemical weapon": "chemical weapon",
    "air/drone strike": "air or drone strike",
    "suicide bomb": "suicide bomb",
    "shelling/artillery/missile attack": "shelling",
    "remote explosive/landmine/ied": "explosive device",
    "grenade": "grenade",
    "sexual violence": None,
    "attack": None,
    "abduction/forced disappearance": None,
    "mob violence": None,
    "looting/property destruction": None,
    _DISRUPTED: None,
    # types without a sub-type
    "battles": None,
    "remote violence": None,
    "explosions/remote violence": None,
    "violence against civilians": None,
}
#: what tells nothing of who began it; of an attack that was stopped the first side is mostly who shot down or defused
_TWO_SIDED: Final = frozenset(
    ["armed clash", "government regains territory", "non-state actor overtakes territory", "battles", _DISRUPTED]
)
_MOB: Final = "mob violence"
_AGAINST_CIVILIANS: Final = "violence against civilians"
_ABOUT_SIZE: Final = re.compile(r"size\s*=\s*([^\];]+)")
#: a tag that says as much as none
_NO_SIZE: Final = "crowd size=no report"
#: 1 the town itself; 2 near it, or a part of a region that it stands for; 3 a larger region
_PRECISION: Final = {1: PlacePrecision.CITY, 2: PlacePrecision.CITY, 3: PlacePrecision.ADMIN1}
#: by the first digit of inter, or the word of newer exports
_SECTORS: Final = {
    1: "state forces", 2: "rebel group", 3: "political militia", 4: "identity militia", 5: "rioters", 6: "protesters",
    7: "civilians", 8: "external or other forces",
}  # fmt: skip
#: where the word is not that of _SECTORS
_SECTOR_WORDS: Final[Mapping[str, str]] = {
    "external/other forces": "external or other forces", "rebel groups": "rebel group",
    "political militias": "political militia", "identity militias": "identity militia",
}  # fmt: skip
_CROWDS: Final = ("protesters", "rioters")
#: an army outside of its own country is an external force
_FORCES: Final = ("state forces", "external or other forces")
_FORCE_NAMES: Final = ("military forces", "police forces")
_MOST_HEADLINE: Final = 300


class AcledFeed:
    """The feed `acled`."""

    name = "acled"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        known = frozenset((*_READ, *_KEPT, *_PASSED_OVER))
        return read_table(lines, _NEEDED, known, event_of, _FORMERLY, days=("event_date",))


def event_of(row: Mapping[str, str]) -> AnyEvent:
    """The event of one row: column, in lower case, -> text. Raises MalformedRecord."""
    of_row = cells.row_id(row, "event_id_cnty", "acled")
    sort = _sort(row)
    country = country_of(row["country"])
    kind = _kind(row, sort)
    place = _place(row, country)
    people = {side: _people(row, side, country) for side in ("1", "2")}
    first, second = people["1"], people["2"]
    values: dict[str, Any] = {
        "kind": kind,
        "headline": _headline(row),
        "text": row.get("notes") or None,
        "language": "en",
        "location": place,
        "occurred": _occurred(row, place),
        "source": cells.source("ACLED", of_row),
        "codes": {"acled": _type(row)[:100]},
        "extra": cells.kept({**row, "tags": _tags(row)}, _KEPT),
    }
    if kind is EventKind.PROTEST:
        # where protesters were shot at, ACLED may name who shot first
        answers = not _is_crowd(row, "1") and (_is_crowd(row, "2") or _is_monadic(row))
        crowd, other = ("2", "1") if answers else ("1", "2")
        values["actors"] = _as(people[crowd], ActorRole.ORGANIZER, ActorRole.PARTICIPANT)
        values["targets"] = ()
        # who stands against protesters answers them, and is not whom they address
        values["actors"] += _as(people[other], ActorRole.SECURITY_FORCE if _is_force(row, other) else ActorRole.OTHER)
        values["response"] = _PROTESTS[sort] or _untold_response(row)
        values["participants"] = _participants(row)
    elif kind is EventKind.STATEMENT:
        values["actors"] = _as(first, ActorRole.SPEAKER) + _as(second, ActorRole.SPEAKER)
    else:
        values["weapons"] = ({"type": _ATTACKS[sort]},) if _ATTACKS[sort] else ()
        if _is_monadic(row) and _is_civilian(row, "1"):
            values["targets"] = _as(first, ActorRole.VICTIM)
        elif sort in _TWO_SIDED or (_is_monadic(row) and not _is_attacker(row)):
            values["actors"] = _as(first, ActorRole.PARTICIPANT) + _as(second, ActorRole.PARTICIPANT)
        else:
            values["actors"] = _as(first, ActorRole.PERPETRATOR)
            values["targets"] = _as(second, ActorRole.VICTIM if _is_civilian(row, "2") else ActorRole.TARGET)
        if sort == _DISRUPTED:
            values["outcome"] = row["sub_event_type"]
    killed = cells.count(row, "fatalities")
    values["killed"] = None if killed is None else {"best": killed}
    return cells.event(of_row, values)


def _kind(row: Mapping[str, str], sort: str) -> EventKind:
    if sort in _PROTESTS:
        return EventKind.PROTEST
    if sort in _ATTACKS:
        return EventKind.ATTACK
    if sort == "agreement":
        return EventKind.STATEMENT
    column = "sub_event_type" if row.get("sub_event_type") else "event_type"
    raise cells.left_out(row, column, row[column])


def _type(row: Mapping[str, str]) -> str:
    return row.get("sub_event_type") or row["event_type"]


def _sort(row: Mapping[str, str]) -> str:
    """The sub-type, or what the type is where there is none."""
    sort = _type(row).lower()
    if row.get("sub_event_type"):
        return sort
    if sort.startswith("battle"):  # "Battle-No change of territory" and two more
        return "battles"
    sides = ("1", "2")
    if "riot" in sort and any(_sector(row, side) == "rioters" for side in sides):
        return _MOB if any(_is_civilian(row, side) for side in sides) else sort
    return sort


def _place(row: Mapping[str, str], country: str | None) -> Place | None:
    if not row["location"]:
        return None
    given = cells.number(row, "geo_precision") if "geo_precision" in row else None
    precision = _PRECISION.get(int(given or 0), PlacePrecision.UNKNOWN)
    return cells.place(row, row["location"], country, row.get("admin1", ""), precision)


def _occurred(row: Mapping[str, str], place: Place | None) -> dict[str, Any]:
    """Precision 2 is a week around the day, 3 the month that it lies in (ACLED's codebook)."""
    at = cells.day(row, "event_date")
    first = last = at
    given = int(cells.number(row, "time_precision") or 1) if "time_precision" in row else 1
    precision = TimePrecision.DAY
    if given == 2 and date.min + timedelta(days=3) <= at <= date.max - timedelta(days=4):
        first, last, precision = at - timedelta(days=3), at + timedelta(days=3), TimePrecision.WEEK
    elif given >= 3:
        first, last = at.replace(day=1), at.replace(day=calendar.monthrange(at.year, at.month)[1])
        precision = TimePrecision.MONTH
    return cells.interval(row, "event_date", first, last, precision, place)


def _headline(row: Mapping[str, str]) -> str:
    """Who, what, where. The notes begin alike in all rows of a country and a day."""
    sides = " and ".join(row[side] for side in ("actor1", "actor2") if row.get(side))
    said = f"{_type(row)}: {sides}" if sides else _type(row)
    where = f", {row['location']}" if row["location"] else ""
    return said[: _MOST_HEADLINE - len(where)] + where


def _people(row: Mapping[str, str], side: str, country: str | None) -> list[dict[str, Any]]:
    """The side itself, then whom it is associated with."""
    sector = _sector(row, side)
    found: list[dict[str, Any]] = []
    for at, column in enumerate((f"actor{side}", f"assoc_actor_{side}")):
        names = [name.strip()[:300] for name in row.get(column, "").split(";") if name.strip()]
        found += [{"name": name, "sector": sector if at == 0 else None} for name in names]
    for person in found:
        person["country"] = _own_country(person["name"]) or (country if sector in ("protesters", "rioters") else None)
    return [{key: value for key, value in person.items() if value is not None} for person in found][:50]


def _sector(row: Mapping[str, str], side: str) -> str | None:
    """The same for the code and for the word: which of them is written tells the export, not the side."""
    given = row.get(f"inter{side}", "").lower()
    if given[:1].isdecimal() and given[:1].isascii():
        return _SECTORS.get(int(given[0]))
    return _SECTOR_WORDS.get(given, given) or None


def _own_country(name: str) -> str | None:
    """'Military Forces of Iraq (2020-)', 'Government of Kenya (2013-)', 'Civilians (Syria)'."""
    for part in (
        re.search(r"(?:Forces|Government) of (?:the )?([^(]+?)(?: \(|$)", name),
        re.search(r"\(([^()\d]+)\)", name),
    ):
        if part is not None and (code := country_of(part[1])) is not None:
            return code
    return None


def _tags(row: Mapping[str, str]) -> str:
    tags = (tag.strip() for tag in row.get("tags", "").split(";"))
    return "; ".join(tag for tag in tags if tag and tag.lower() != _NO_SIZE)


def _as(
    people: list[dict[str, Any]], first: ActorRole, others: ActorRole = ActorRole.OTHER
) -> tuple[dict[str, Any], ...]:
    return tuple({**person, "role": others if at else first} for at, person in enumerate(people))


def _is_crowd(row: Mapping[str, str], side: str) -> bool:
    return _sector(row, side) in _CROWDS or row.get(f"actor{side}", "").lower().startswith(_CROWDS)


def _is_force(row: Mapping[str, str], side: str) -> bool:
    """Soldiers and police, of a foreign state too, and private guards."""
    return _sector(row, side) in _FORCES or row.get(f"actor{side}", "").lower().startswith(_FORCE_NAMES)


def _is_civilian(row: Mapping[str, str], side: str) -> bool:
    return row.get(f"actor{side}", "").lower().startswith("civilians") or _sector(row, side) == "civilians"


def _is_monadic(row: Mapping[str, str]) -> bool:
    return "actor2" not in row


def _is_attacker(row: Mapping[str, str]) -> bool:
    """Of one side that is not civilians: whether the type tells that it is the one who did it."""
    return row["event_type"].lower() == _AGAINST_CIVILIANS or _sector(row, "1") == "rioters"


def _untold_response(row: Mapping[str, str]) -> ProtestResponse | None:
    """Of the releases without sub-types: protesters whom nobody opposed."""
    alone = not row.get("sub_event_type") and not row.get("actor2") and _sector(row, "1") == "protesters"
    return ProtestResponse.NONE if alone and not _is_monadic(row) else None


def _participants(row: Mapping[str, str]) -> dict[str, int] | None:
    """From "size=about 200" or "size=between 50 and 100", in the tags or at the end of the notes."""
    found = _ABOUT_SIZE.search(row.get("tags", "")) or _ABOUT_SIZE.search(row.get("notes", ""))
    return None if found is None else crowd_of(found[1])
