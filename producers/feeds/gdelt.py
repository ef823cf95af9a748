"""Feed `gdelt`: event exports of GDELT, 2.0 or 1.0: tab-separated without a header, or a table with one.

Each row is a report by the outlet whose address it carries, and all rows of one address are one article. Its headline
begins with the title that the address spells out, since names and codes alone do not say what an article is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, Final

from schemas.errors import MalformedRecord
from schemas.event import AnyEvent
from schemas.parts import Place
from schemas.vocabulary import PlacePrecision, TimePrecision

from . import NO_TEXT, Bad, Line, Parsed, Row, cells
from .actions import person, values_of
from .addresses import host_of, report_id_of, title_of
from .alpha3 import country_of_three
from .cameo import action_of, whole
from .countries import country_of
from .tables import read_table

_ACTOR: Final = (
    "code", "name", "countrycode", "knowngroupcode", "ethniccode", "religion1code", "religion2code", "type1code",
    "type2code", "type3code",
)  # fmt: skip
_ACTION: Final = (
    "isrootevent", "eventcode", "eventbasecode", "eventrootcode", "quadclass", "goldsteinscale", "nummentions",
    "numsources", "numarticles", "avgtone",
)  # fmt: skip
_GEO: Final = ("type", "fullname", "countrycode", "adm1code", "adm2code", "lat", "long", "featureid")


def _columns(geo: tuple[str, ...], last: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *("globaleventid", "sqldate", "monthyear", "year", "fractiondate"),
        *(side + name for side in ("actor1", "actor2") for name in _ACTOR),
        *_ACTION,
        *(side + name for side in ("actor1geo_", "actor2geo_", "actiongeo_") for name in geo),
        *last,
    )


_OLD_GEO: Final = tuple(name for name in _GEO if name != "adm2code")
#: how many columns a line without a header has -> their names: 2.0, daily files of 1.0, files of 1.0 up to March 2013
LAYOUTS: Final[Mapping[int, tuple[str, ...]]] = {
    len(columns): columns
    for columns in (
        _columns(_GEO, ("dateadded", "sourceurl")),
        _columns(_OLD_GEO, ("dateadded", "sourceurl")),
        _columns(_OLD_GEO, ("dateadded",)),
    )
}
_NEEDED: Final = frozenset(
    ["globaleventid", "sqldate", "actor1name", "actor2name", "eventcode", "actiongeo_type", "actiongeo_fullname",
     "actiongeo_lat", "actiongeo_long", "dateadded"]
)  # fmt: skip
_KNOWN: Final = frozenset(chain.from_iterable(LAYOUTS.values()))
_KEPT: Final = (
    "isrootevent", "quadclass", "goldsteinscale", "nummentions", "numsources", "numarticles", "avgtone", "actor1code",
    "actor2code", "actiongeo_featureid",
)  # fmt: skip
#: 1 a country, 2 a state of the United States, 3 a town there, 4 a town elsewhere, 5 a province elsewhere
_PRECISION: Final[Mapping[str, PlacePrecision]] = {
    "1": PlacePrecision.COUNTRY,
    "2": PlacePrecision.ADMIN1,
    "3": PlacePrecision.CITY,
    "4": PlacePrecision.CITY,
    "5": PlacePrecision.ADMIN1,
}
_NO_PLACE: Final = "0"
_A_WEEK: Final = 7
_A_MONTH: Final = range(28, 32)
_A_YEAR: Final = 365


class GdeltFeed:
    """The feed `gdelt`."""

    name = "gdelt"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        source = iter(lines)
        for first in source:
            if first.raw.strip():
                if b"globaleventid" in first.raw[:200].lower():
                    return read_table(chain([first], source), _NEEDED, _KNOWN, event_of)
                return (_row(line) for line in chain([first], source) if line.raw.strip())
        return iter(())


def _row(line: Line) -> Row:
    if b"\0" in line.raw:
        return Bad(line.number, "line", f"{NO_TEXT} (unzip it)", line.raw)
    try:
        texts = [cell.strip() for cell in line.raw.decode("utf-8-sig").strip("\r").split("\t")]
    except UnicodeDecodeError as error:
        return Bad(
            line.number, "line", f"is no UTF-8 ({error.reason} at byte {error.start}): unzip or convert it", line.raw
        )
    names = LAYOUTS.get(len(texts))
    if names is None:
        wanted = ", ".join(str(number) for number in sorted(LAYOUTS, reverse=True))
        problem = f"has {len(texts)} columns, an event of GDELT has {wanted}: give an export of events, tab-separated"
        return Bad(line.number, "line", problem, line.raw)
    try:
        return Parsed(line.number, event_of(dict(zip(names, texts, strict=True))), line.raw)
    except MalformedRecord as error:
        return Bad(line.number, error.field, error.problem, line.raw)


def event_of(row: Mapping[str, str]) -> AnyEvent:
    """The event of one row: column, in lower case, -> text. Raises MalformedRecord."""
    of_row = cells.row_id(row, "globaleventid", "gdelt")
    action = action_of(row["eventcode"])
    if action is None:
        raise cells.left_out(row, "eventcode", row["eventcode"] or "an empty code")
    place = _place(row)
    added, came = _added(row)
    url = row.get("sourceurl", "")
    host = host_of(url)
    return cells.event(
        of_row,
        {
            **values_of(action, _person(row, "actor1"), _person(row, "actor2"), place, title_of(url) if host else None),
            "occurred": _occurred(row, added, place),
            "published_at": came,
            "source": {"publisher": host, "url": url, "report_id": report_id_of(url)}
            if host
            else {"publisher": url[:300] or "GDELT", "report_id": of_row},
            "codes": {"cameo": whole(row["eventcode"])},
            "extra": cells.kept(row, _KEPT),
        },
    )


def _person(row: Mapping[str, str], side: str) -> dict[str, Any] | None:
    country = country_of_three(row.get(f"{side}countrycode", ""))
    return person(row[f"{side}name"], country, row.get(f"{side}type1code") or None)


def _place(row: Mapping[str, str]) -> Place | None:
    """`Hit, Al Anbar, Iraq`: the place, its province, its country. The codes of countries are not ISO's: not read."""
    parts = [part.strip() for part in row["actiongeo_fullname"].split(",")]
    sort = row["actiongeo_type"].removesuffix(".0")
    if sort == _NO_PLACE or not parts[0]:
        return None
    # "Hanoi, Ha Noi, Vietnam, Republic Of", "Nassau, New Providence, Bahamas, The"
    words = 1 if country_of(parts[-1]) is not None else 2
    country = country_of(", ".join(parts[-words:]))
    admin1 = ", ".join(parts[1 : -words if country is not None else -1])
    # of a place that lies somewhere in it
    admin1 = "" if admin1.endswith("(general)") else admin1
    precision = _PRECISION.get(sort, PlacePrecision.UNKNOWN)
    columns = ("actiongeo_lat", "actiongeo_long")
    return cells.place(row, parts[0], country, admin1, precision, columns)


def _added(row: Mapping[str, str]) -> tuple[date, datetime | None]:
    """The day on which GDELT read the article, and the quarter of an hour, which 1.0 does not give."""
    text = row["dateadded"].removesuffix(".0")
    try:
        if len(text) == len("20240301"):
            return _written_day(text), None
        came = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        given = f"(given: {text[:60]!r})"
        raise cells.fault(row, "dateadded", f'must be "20240301143000", or "20240301" {given}') from None
    return came.date(), came


def _written_day(text: str) -> date:
    """Raises ValueError."""
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()


def _occurred(row: Mapping[str, str], added: date, place: Place | None) -> dict[str, Any]:
    """GDELT makes "last week", "last month" and "last year" the day that lies so far back: that is all they say."""
    text = row["sqldate"].removesuffix(".0")
    try:
        at = _written_day(text)
    except ValueError:
        raise cells.fault(row, "sqldate", f'must be a day: "20240301" (given: {text[:60]!r})') from None
    ago = (added - at).days
    first = last = at
    precision = TimePrecision.DAY
    if ago == _A_WEEK and at - date.min > timedelta(days=3):
        first, last, precision = at - timedelta(days=3), at + timedelta(days=3), TimePrecision.WEEK
    elif ago in _A_MONTH:
        following = (at.replace(day=1) + timedelta(days=31)).replace(day=1)
        first, last, precision = at.replace(day=1), following - timedelta(days=1), TimePrecision.MONTH
    elif ago >= _A_YEAR:
        first, last, precision = at.replace(month=1, day=1), at.replace(month=12, day=31), TimePrecision.YEAR
    return cells.interval({"sqldate": at.isoformat()}, "sqldate", first, last, precision, place)
