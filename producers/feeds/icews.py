"""Feed `icews`: a tab-separated release of the ICEWS coded event data, with its header.

Each row is a report by the publisher of the story that it was read from; all rows of one story are one article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from schemas.event import AnyEvent
from schemas.vocabulary import TimePrecision

from . import Line, Row, cells
from .actions import person, values_of
from .cameo import action_of, whole
from .countries import country_of
from .tables import read_table

_NEEDED: Final = frozenset(
    ["event id", "event date", "source name", "event text", "cameo code", "target name", "story id", "publisher",
     "country", "latitude", "longitude"]
)  # fmt: skip
_READ: Final = ("source sectors", "source country", "target sectors", "target country", "city", "district", "province")
_KEPT: Final = ("intensity", "sentence number", "source sectors", "target sectors", "district")
_NOBODY: Final = "Unspecified Actor"
#: the codebook lists the broader sectors behind
_SECTORS_SHOWN: Final = 1


class IcewsFeed:
    """The feed `icews`."""

    name = "icews"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        return read_table(lines, _NEEDED, frozenset((*_NEEDED, *_READ, *_KEPT)), event_of, days=("event date",))


def event_of(row: Mapping[str, str]) -> AnyEvent:
    """The event of one row: column, in lower case, -> text. Raises MalformedRecord."""
    # an id is given again on another day
    of_row = f"{cells.row_id(row, 'event id', 'icews')}-{cells.day(row, 'event date'):%Y%m%d}"
    action = action_of(row["cameo code"])
    if action is None:
        raise cells.left_out(row, "cameo code", row["event text"] or row["cameo code"])
    words = row["event text"][:1].upper() + row["event text"][1:100]
    country = row["country"]
    place = cells.finest_place(row, row.get("city", ""), row.get("province", ""), country, country_of(country))
    day = cells.day(row, "event date")
    return cells.event(
        of_row,
        {
            **values_of(
                replace(action, words=words or action.words), _person(row, "source"), _person(row, "target"), place
            ),
            "language": "en",
            "occurred": cells.interval(row, "event date", day, day, TimePrecision.DAY, place),
            "source": {
                "publisher": row["publisher"][:300] or "ICEWS",
                "report_id": cells.row_id(row, "story id", "icews-story") if row["story id"] else of_row,
            },
            "codes": {"cameo": whole(row["cameo code"])},
            "extra": cells.kept(row, _KEPT),
        },
    )


def _person(row: Mapping[str, str], side: str) -> dict[str, Any] | None:
    name = row[f"{side} name"]
    sectors = row.get(f"{side} sectors", "").split(",")[:_SECTORS_SHOWN]
    return None if name == _NOBODY else person(name, country_of(row.get(f"{side} country", "")), sectors[0] or None)
