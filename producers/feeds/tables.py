"""Rows of a CSV table that arrives line by line: quoted fields may hold line feeds, and a quote that is left open may
not eat what follows it. Every line that is not blank is in one row that is given out, or in one that is refused.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from schemas.errors import MalformedRecord
from schemas.event import AnyEvent

from . import BYTE_ORDER_MARK, MAX_LINE_BYTES, NO_TEXT, Bad, Line, Parsed, Row

#: lines of one row, at most: notes and lists of articles have a few dozen; beyond that a quote was left open
_MOST_LINES: Final = 500
_MOST_BYTES: Final = 4 * 1024 * 1024
_SEPARATORS: Final = (",", ";", "\t")
_LEFT_OPEN: Final = 'has a quote (") that is never closed: close it or double it'
#: Spark and MySQL write them
_BACKSLASHED: Final = 'has quotes written as \\": write them doubled ("")'


def read_table(
    lines: Iterable[Line],
    needed: frozenset[str],
    known: frozenset[str],
    event_of: Callable[[Mapping[str, str]], AnyEvent],
    formerly: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Row]:
    """A table with a header: what `event_of` makes of each row, or what is wrong with it.

    needed: columns without which a line is no header. known: columns that are read or passed over knowingly.
    formerly: former name of a column -> its name; it is read where the table has no column of that name.
    event_of: is given column -> text, stripped, its lines ended by line feeds; "" where there is none. Raises
    MalformedRecord.
    """
    # the module's own bound, 131,072 characters, is less than an article has: lines and rows are bounded here
    csv.field_size_limit(_MOST_BYTES + MAX_LINE_BYTES)
    table: _Table | None = None
    waiting = deque[Line]()
    source = iter(lines)

    def next_line() -> Line | None:
        return waiting.popleft() if waiting else next(source, None)

    while (first := next_line()) is not None:
        if not first.raw.strip():
            continue
        if table is None:
            found = _header(first.raw, needed, formerly)
            if isinstance(found, str):
                yield Bad(first.number, "header", found, first.raw)
                continue
            header, separator = found
            unread = tuple(name for name in header if name and name not in known)
            table = _Table(tuple(header), separator, unread, event_of)
            continue
        taken = [first]
        size, open_quote = len(first.raw), first.raw.count(b'"') % 2 == 1
        while open_quote and len(taken) < _MOST_LINES and size <= _MOST_BYTES and (more := next_line()) is not None:
            taken.append(more)
            size += len(more.raw) + 1
            open_quote ^= more.raw.count(b'"') % 2 == 1
        if open_quote or not (len(taken) == 1 or table.is_one_row(taken)):
            # whatever follows it may be rows: they are read by themselves
            waiting.extendleft(reversed(taken[1:]))
            yield Bad(first.number, "line", _BACKSLASHED if b'\\"' in first.raw else _LEFT_OPEN, first.raw)
            continue
        yield table.row(first.number, _joined(taken))


def _joined(lines: Sequence[Line]) -> bytes:
    return b"\n".join(line.raw for line in lines)


def _header(raw: bytes, needed: frozenset[str], formerly: Mapping[str, str]) -> tuple[list[str], str] | str:
    if b"\0" in raw:  # spreadsheets call UTF-16 "Unicode text"
        return f"{NO_TEXT} (gunzip, iconv -f UTF-16 -t UTF-8)"
    text = raw.removeprefix(BYTE_ORDER_MARK).decode(errors="replace").strip("\r")
    missing = sorted(needed)
    for separator in _SEPARATORS:
        try:
            names = [name.strip().lower() for name in next(csv.reader([text], delimiter=separator, strict=True), [])]
        except csv.Error:
            continue
        names = [formerly[name] if formerly.get(name, name) not in names else name for name in names]
        if needed <= set(names):
            return names, separator
        missing = min(missing, sorted(needed - set(names)), key=len)
    return f"is no header of this table, it lacks {', '.join(missing[:8])}: give the file with its first line"


@dataclass(frozen=True, slots=True)
class _Table:
    """What the header says of the rows. unread: names of the columns that nobody knows."""

    header: tuple[str, ...]
    separator: str
    unread: tuple[str, ...]
    event_of: Callable[[Mapping[str, str]], AnyEvent]

    def is_one_row(self, lines: Sequence[Line]) -> bool:
        """Whether these are one row, if a shifted one, and not several whose stray quotes make a pair.

        Of two quotes that are left open the second closes the first: what stands between them would be one long cell.
        """
        cells = _cells(_joined(lines), self.separator)
        if isinstance(cells, str):
            return False
        shifted = len(cells) != len(self.header)
        # notes may hold as many commas as a row has; they do not read as a row, each cell in its column
        return not any(
            self._has_all_cells(line.raw) and (shifted or isinstance(self.row(line.number, line.raw), Parsed))
            for line in lines[1:]
        )

    def _has_all_cells(self, raw: bytes) -> bool:
        if raw.count(self.separator.encode()) < len(self.header) - 1:
            return False
        cells = _cells(raw, self.separator)
        return not isinstance(cells, str) and len(cells) == len(self.header)

    def row(self, number: int, raw: bytes) -> Row:
        """What stands in the bytes of one row."""
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            return Bad(number, "line", f"is no UTF-8 ({error.reason} at byte {error.start}): convert it", raw)
        cells = _cells(raw, self.separator)
        if isinstance(cells, str):
            return Bad(number, "line", cells, raw)
        if len(cells) != len(self.header):
            wanted = f"has {len(cells)} columns where the header has {len(self.header)}"
            return Bad(number, "line", f"{wanted}: a separator stands in a field unquoted", raw)
        try:
            event = self.event_of({name: _text(cell) for name, cell in zip(self.header, cells, strict=True)})
        except MalformedRecord as error:
            return Bad(number, error.field, error.problem, raw)
        return Parsed(number, event, raw, self.unread)


def _text(cell: str) -> str:
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


def _cells(raw: bytes, separator: str) -> list[str] | str:
    """The cells of the one row that these bytes are; or why they are none, or several."""
    rows = csv.reader(io.StringIO(raw.decode(errors="surrogateescape"), newline=""), delimiter=separator, strict=True)
    try:
        found = list(islice(filter(None, rows), 2))
    except csv.Error as error:
        return _BACKSLASHED if b'\\"' in raw else f"is no row of a table ({error})"
    if len(found) > 1:
        return "is several rows, ended by carriage returns: end them by line feeds"
    return found[0] if found else []
