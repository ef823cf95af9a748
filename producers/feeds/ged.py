"""Feed `ged`: a CSV release of UCDP's Georeferenced Event Dataset. Every row is an attack: deadly by definition.

In fighting between two sides nobody is named as the one who began it; in one-sided violence side a is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from schemas.event import AnyEvent
from schemas.parts import Place
from schemas.vocabulary import ActorRole, EventKind, PlacePrecision, TimePrecision

from . import Line, Row, cells
from .countries import country_of
from .tables import read_table

_NEEDED: Final = frozenset(
    ["id", "type_of_violence", "side_a", "side_b", "where_coordinates", "country", "latitude", "longitude",
     "date_start", "date_end", "best"]
)  # fmt: skip
#: releases up to 5.0, and what is still made of them
_FORMERLY: Final = {"best_est": "best", "high_est": "high", "low_est": "low"}
_READ: Final = ("source_headline", "where_prec", "date_prec", "high", "low", "adm_1")
_KEPT: Final = (
    "relid", "conflict_name", "dyad_name", "where_description", "where_prec", "date_prec", "event_clarity", "adm_2",
    "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "number_of_sources", "source_office", "source_date",
    "source_original", "priogrid_gid",
)  # fmt: skip
_PASSED_OVER: Final = (
    "year", "active_year", "code_status", "conflict_dset_id", "conflict_new_id", "dyad_dset_id", "dyad_new_id",
    "side_a_dset_id", "side_a_new_id", "side_b_dset_id", "side_b_new_id", "source_article", "geom_wkt", "country_id",
    "iso3", "region", "gwnoa", "gwnob",
)  # fmt: skip
#: as they stand in releases since 17.1, of which a candidate came out without its header
_IN_ORDER: Final = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office", "source_date",
    "source_headline", "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best",
    "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
#: 1 the place itself, 2 within 25 km of it, 3 its district, 4 its province, 5 along a line or around a point
_WHERE: Final = {
    1: PlacePrecision.CITY,
    2: PlacePrecision.CITY,
    3: PlacePrecision.ADMIN1,
    4: PlacePrecision.ADMIN1,
    5: PlacePrecision.ADMIN1,
    6: PlacePrecision.COUNTRY,
}
#: 1 the day, 2 two to six days, 3 a week, 4 a month, 5 more than that
_WHEN: Final = {
    1: TimePrecision.DAY,
    2: TimePrecision.WEEK,
    3: TimePrecision.WEEK,
    4: TimePrecision.MONTH,
    5: TimePrecision.YEAR,
}
_ONE_SIDED: Final = 3
#: what the dataset puts behind the name of a settlement
_SETTLEMENT: Final = re.compile(r" (?:town|city|village|neighbou?rhood|hamlet)$", re.IGNORECASE)
#: what candidate releases write for a side that is not identified yet: its country's number behind it
_NOBODY_YET: Final = re.compile(r"XXX\d*")
_MOST_TEXT: Final = 5_000


class GedFeed:
    """The feed `ged`."""

    name = "ged"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        known = frozenset((*_NEEDED, *_READ, *_KEPT, *_PASSED_OVER))
        return read_table(
            lines, _NEEDED, known, event_of, _FORMERLY, days=("date_start", "date_end"), in_order=_IN_ORDER
        )


def event_of(row: Mapping[str, str]) -> AnyEvent:
    """The event of one row: column, in lower case, -> text. Raises MalformedRecord."""
    of_row = cells.row_id(row, "id", "ged")
    country = country_of(row["country"])
    place = _place(row, country)
    one_sided = cells.number(row, "type_of_violence") == _ONE_SIDED
    attacker = ActorRole.PERPETRATOR if one_sided else ActorRole.PARTICIPANT
    sides = [_sides(row, "side_a"), _sides(row, "side_b")]
    values: dict[str, Any] = {
        "kind": EventKind.ATTACK,
        "headline": _headline(row, one_sided=one_sided),
        "text": row.get("source_headline", "")[:_MOST_TEXT] or None,
        "location": place,
        "occurred": _occurred(row, place),
        "actors": tuple({**side, "role": attacker} for side in sides[0])
        + tuple({**side, "role": ActorRole.PARTICIPANT} for side in sides[1] if not one_sided),
        "targets": tuple({**side, "role": ActorRole.VICTIM} for side in sides[1] if one_sided),
        "killed": _killed(row),
        "source": cells.source("UCDP GED", of_row),
        "codes": {"ucdp_type_of_violence": row["type_of_violence"].removesuffix(".0")[:100] or "0"},
        "extra": cells.kept(row, _KEPT),
    }
    return cells.event(of_row, values)


def _place(row: Mapping[str, str], country: str | None) -> Place | None:
    name = _SETTLEMENT.sub("", row["where_coordinates"])
    if not name:
        return None
    given = int(cells.number(row, "where_prec") or 0) if "where_prec" in row else 0
    return cells.place(row, name, country, row.get("adm_1", ""), _WHERE.get(given, PlacePrecision.UNKNOWN))


def _occurred(row: Mapping[str, str], place: Place | None) -> dict[str, Any]:
    first, last = cells.day(row, "date_start"), cells.day(row, "date_end")
    if last < first:
        raise cells.fault(row, "date_end", "lies before date_start: swap them")
    given = int(cells.number(row, "date_prec") or 0) if "date_prec" in row else 0
    precision = _WHEN.get(given, TimePrecision.DAY if first == last else TimePrecision.WEEK)
    if first != last and precision is TimePrecision.DAY:
        precision = TimePrecision.WEEK
    return cells.interval(row, "date_start", first, last, precision, place)


def _sides(row: Mapping[str, str], column: str) -> list[dict[str, Any]]:
    """'SNA, SDF' are two."""
    found = []
    for name in row[column].split(", "):
        if name.strip() and not _NOBODY_YET.fullmatch(name.strip()):
            own = country_of(name.removeprefix("Government of ")) if name.startswith("Government of ") else None
            found.append({"name": name.strip()[:300], **({"country": own} if own else {})})
    return found[:50]


def _headline(row: Mapping[str, str], *, one_sided: bool) -> str:
    verb = "against" if one_sided else "and"
    side_a, side_b = (_NOBODY_YET.sub("", row[side])[:120] or "unknown" for side in ("side_a", "side_b"))
    return f"{side_a} {verb} {side_b}, {row['where_coordinates'][:120]}"


def _killed(row: Mapping[str, str]) -> dict[str, int] | None:
    best, low, high = (cells.count(row, column) if column in row else None for column in ("best", "low", "high"))
    if best is None:
        return None
    # the dataset has rows whose best figure lies outside of its bounds
    values = {
        "best": best,
        "low": None if low is None else min(low, best),
        "high": None if high is None else max(high, best),
    }
    return {name: value for name, value in values.items() if value is not None}
