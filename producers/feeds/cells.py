"""Cells of a coded database's row, read with care: numbers, days, places, lists, and the id of a revision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from schemas.arrival import UNSTAMPED
from schemas.errors import MalformedRecord
from schemas.event import EVENT, AnyEvent
from schemas.parts import Place
from schemas.vocabulary import PlacePrecision, SourceKind, TimePrecision

from .days import NotADay, day_of
from .zones import zone_of

_NUMBER: Final = re.compile(r"-?\d{1,12}(?:\.\d{0,20})?", re.ASCII)
_WHOLE: Final = re.compile(r"^(-?\d+)\.0*\Z", re.ASCII)
_MOST_IN_EXTRA: Final = 2_000
_MOST_ID: Final = 100


def fault(row: Mapping[str, str], column: str, problem: str) -> MalformedRecord:
    return MalformedRecord(column, problem, to_json(dict(row)))


def left_out(row: Mapping[str, str], column: str, what: str) -> MalformedRecord:
    """Of a row that is none of the three kinds. what: as the row has it."""
    return fault(row, column, f"{what[:60]!r} is no attack, protest or statement: it is left out")


def number(row: Mapping[str, str], column: str) -> float | None:
    """None for an empty cell. Raises MalformedRecord."""
    text = row.get(column, "")
    if not text:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise fault(row, column, f"must be a number (given: {text[:60]!r})")
    return float(text)


def count(row: Mapping[str, str], column: str) -> int | None:
    """A number of people; tables that have been through a spreadsheet write 3.0. Raises MalformedRecord."""
    value = number(row, column)
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise fault(row, column, f"must be a whole number, 0 or more (given: {row[column][:60]!r})")
    return int(value)


def day(row: Mapping[str, str], column: str) -> date:
    """The column `year`, where there is one, must agree with a day whose year is not written out.

    Raises MalformedRecord.
    """
    given = row.get(column, "")
    try:
        found, is_whole = day_of(given)
    except NotADay as error:
        raise fault(row, column, f"{error} (given: {given[:60]!r})") from None
    if is_whole:
        return found
    year = row.get("year", "").removesuffix(".0")
    if year != str(found.year) and (year or given[:5].isdecimal()):
        raise fault(
            row, column, f'is {found} and not of the year {year!r}: write it as "2022-03-08" (given: {given!r})'
        )
    return found


def interval(
    row: Mapping[str, str], column: str, first: date, last: date, precision: TimePrecision, place: Place | None
) -> dict[str, Any]:
    """`Occurred` from the first day to the end of the last, in the zone of the place. Raises MalformedRecord."""
    zone = zone_of(place)
    try:
        begin, end = (
            datetime(at.year, at.month, at.day, tzinfo=zone[1] if zone else UTC).astimezone(UTC)
            for at in (first, last + timedelta(days=1))
        )
    except OverflowError:
        raise fault(row, column, "lies outside the years 1 to 9999: correct the year") from None
    # one form for the day, which exports write in several: the id must not depend on it
    values = {"from": begin, "until": end, "precision": precision, "as_reported": day(row, column).isoformat()}
    return {**values, "timezone": zone[0]} if zone else values


def place(
    row: Mapping[str, str],
    name: str,
    country: str | None,
    admin1: str,
    precision: PlacePrecision,
    columns: tuple[str, str] = ("latitude", "longitude"),
) -> Place:
    """columns: of its coordinates. Raises MalformedRecord."""
    lat, lon = (number(row, column) for column in columns)
    if (lat is None) != (lon is None):
        missing = columns[0] if lat is None else columns[1]
        raise fault(row, missing, "is empty: coordinates go together, give both or neither")
    if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise fault(row, columns[0], f"{lat}, {lon} is no place on earth: the columns may be shifted")
    return Place(name=name[:300], country=country, admin1=admin1[:300] or None, lat=lat, lon=lon, precision=precision)


def finest_place(row: Mapping[str, str], city: str, province: str, country: str, code: str | None) -> Place | None:
    """The city, or else the province, or else the country. code: of the country. Raises MalformedRecord."""
    if city:
        return place(row, city, code, province, PlacePrecision.CITY)
    if province:
        return place(row, province, code, province, PlacePrecision.ADMIN1)
    return place(row, country, code, "", PlacePrecision.COUNTRY) if country else None


def source(publisher: str, row_id: str) -> dict[str, Any]:
    """All revisions of one row are one report, however many are read."""
    return {"publisher": publisher, "kind": SourceKind.DATASET, "report_id": row_id}


def row_id(row: Mapping[str, str], column: str, database: str) -> str:
    """`database-id`, without blanks. Raises MalformedRecord."""
    text = row.get(column, "").removesuffix(".0")
    if not text or len(text) > _MOST_ID or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise fault(row, column, f"must be the row's id, without blanks (given: {text[:60]!r})")
    return f"{database}-{text}"


def kept(row: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    """What no field of a message takes; 3 where a spreadsheet has made 3.0 of it. Nothing of an empty cell."""
    return {column: _WHOLE.sub(r"\1", row[column])[:_MOST_IN_EXTRA] for column in columns if row.get(column)}


def event(of_row: str, values: Mapping[str, Any]) -> AnyEvent:
    """The event of this revision of a row: what it says, all of it, is part of its id.

    The same row again, in whatever form it was exported, is the same event; a row whose values a later release
    overwrote is another event of one report. Two events of one id would be refused unless they are equal: nothing may
    stand in `values` that changes when nothing of what happened does. Raises MalformedRecord.
    """
    given = {name: value for name, value in values.items() if value is not None}
    revision = sha256(to_json(given, exclude_none=True)).hexdigest()[:8]
    given |= {"event_id": f"{of_row}-{revision}", "recorded_at": UNSTAMPED}
    try:
        return EVENT.validate_python(given)
    except ValidationError as error:
        raw = to_json(given, fallback=str)
        found = MalformedRecord.from_validation(error, raw)
        raise MalformedRecord(found.field, found.problem, to_json(from_json(raw))) from error
