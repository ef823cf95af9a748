"""The columns of a database's rows: which are needed, under which names they come, and what a cell of them says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: what R, Python and databases write into a cell of nothing; none of it is a name in any of the tables
_NOTHING: Final = frozenset(["NA", "NaN", "nan", "NULL", "None", "N/A", "#N/A"])


@dataclass(frozen=True, slots=True)
class Columns:
    """needed: those without which nothing is a row. known: those that are read or passed over knowingly.

    formerly: former name of a column -> its name; it is read where there is no column of that name. days: of days
    in_order: of a release that came out without its header
    """

    needed: frozenset[str]
    known: frozenset[str]
    formerly: Mapping[str, str]
    days: tuple[str, ...]
    in_order: tuple[str, ...] = ()

    def named(self, given: Sequence[str]) -> list[str]:
        """The present names of columns: R writes Event.ID, and its users event_id, where the release has Event ID."""
        ours = {_joint(name): name for name in (*self.known, *self.needed, *self.formerly)}
        lower = [name.strip().lower() for name in given]
        names = [name if (own := ours.get(_joint(name), name)) in lower else own for name in lower]
        return [self.formerly[name] if self.formerly.get(name, name) not in names else name for name in names]

    def is_row(self, cells: Sequence[str]) -> bool:
        """Whether this is a row of a table without a header: as many cells as it has, an id in the first."""
        return len(cells) == len(self.in_order) > 0 and cells[0].strip().isdecimal()

    def lacking(self, names: Sequence[str]) -> list[str]:
        return sorted(self.needed - set(names))

    def unread(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those that nobody knows."""
        return tuple(name for name in names if name and name not in self.known)


def text_of(cell: str) -> str:
    """Stripped, its lines ended by line feeds; "" of a cell that says that there is nothing in it."""
    text = cell.strip().replace("\r\n", "\n").replace("\r", "\n")
    return "" if text in _NOTHING else text


def _joint(name: str) -> str:
    return re.sub(r"[\s._]+", "_", name)
