"""Rows of a table that arrives line by line, mostly as CSV: quoted fields may hold line feeds, and a quote that is left
open may not eat what follows it. Every line that is not blank is in one row that is given out, or in one that is
refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from schemas.errors import MalformedRecord
from schemas.event import AnyEvent

from . import BYTE_ORDER_MARK, MAX_LINE_BYTES, NO_TEXT, Bad, Line, Parsed, Row
from .columns import Columns, text_of
from .days import day_first_in, is_of_numbers, settled
from .objects import is_json, row_of

#: lines of one row, at most: notes and lists of articles have a few dozen; beyond that a quote was left open
_MOST_LINES: Final = 500
_MOST_BYTES: Final = 4 * 1024 * 1024
#: how many lines are read ahead, at most, to find a day that tells how all are written
_MOST_AHEAD: Final = 5_000
_SEPARATORS: Final = (",", ";", "\t")
_CONVERT: Final = "convert it (iconv -f CP1252 -t UTF-8, where a spreadsheet of western Europe wrote it)"
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_ZIPPED: Final = "is packed, or a workbook of a spreadsheet: unpack it (unzip -p), save the workbook as CSV in UTF-8"
_EMPTY: Final = "has no text in any column: it is left out"
_TAG: Final = "#"
_HXL: Final = "is a row of HXL tags, which tell what the columns hold: it is left out"
_LEFT_OPEN: Final = 'has a quote (") that is never closed: close it or double it'
_QUOTED: Final = re.compile(rb'"[^"]*"')
#: Spark and MySQL write them
_BACKSLASHED: Final = 'has quotes written as \\": write them doubled ("")'


def read_table(
    lines: Iterable[Line],
    needed: frozenset[str],
    known: frozenset[str],
    event_of: Callable[[Mapping[str, str]], AnyEvent],
    formerly: Mapping[str, str] = MappingProxyType({}),
    days: tuple[str, ...] = (),
    in_order: tuple[str, ...] = (),
) -> Iterator[Row]:
    """A table with a header, or objects of JSON: what `event_of` makes of each row, or what is wrong with it.

    needed: columns without which a line is no header. known: columns that are read or passed over knowingly.
    formerly: former name of a column -> its name; it is read where the table has no column of that name.
    days: columns of days, which are given to event_of as 8-Mar-2022 where the table writes 8/3/2022 or 3/8/2022.
    in_order: the columns of a release that came out without its header; none are known where there is no such release.
    event_of: is given column -> text, stripped, its lines ended by line feeds; "" where there is none. Raises
    MalformedRecord.
    """
    # the module's own bound, 131,072 characters, is less than an article has: lines and rows are bounded here
    csv.field_size_limit(_MOST_BYTES + MAX_LINE_BYTES)
    columns = Columns(needed, known, formerly, days, in_order)
    table: _Table | None = None
    waiting = deque[Line]()
    source = iter(lines)

    def next_line() -> Line | None:
        return waiting.popleft() if waiting else next(source, None)

    while (first := next_line()) is not None:
        if not first.raw.strip():
            continue
        if table is None and is_json(first.raw):
            yield row_of(first, columns, event_of)
            continue
        if table is None:
            found = _header(first.raw, columns)
            if isinstance(found, str):
                yield Bad(first.number, "header", found, first.raw)
                continue
            header, separator, is_row = found
            if is_row:
                waiting.append(first)
            table = _Table(tuple(header), separator, columns.unread(header), event_of)
            written = table.days_ahead(days, source, waiting) if days else ()
            table = replace(table, days=days, day_first=day_first_in(written))
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


def _header(raw: bytes, columns: Columns) -> tuple[list[str], str, bool] | str:
    """Names, separator, and whether this is a row already; or why it is no header."""
    if raw.startswith(_ZIP):
        return _ZIPPED
    if b"\0" in raw or raw.startswith(_GZIP):  # spreadsheets call UTF-16 "Unicode text"
        return f"{NO_TEXT} (gunzip, iconv -f UTF-16 -t UTF-8)"
    text = raw.removeprefix(BYTE_ORDER_MARK).decode(errors="replace").strip("\r")
    missing = sorted(columns.needed)
    for separator in _SEPARATORS:
        try:
            cells = next(csv.reader([text], delimiter=separator, strict=True), [])
        except csv.Error:
            continue
        if columns.is_row(cells):
            return list(columns.in_order), separator, True
        names = columns.named(cells)
        if not (lacking := columns.lacking(names)):
            return names, separator, False
        missing = min(missing, lacking, key=len)
    lacks = f"is no header of this table, it lacks {', '.join(missing[:8])}"
    if len(missing) > len(columns.needed) / 2:
        return f"{lacks}: give the file with its first line"
    return f"{lacks}: give an export that has these columns"


@dataclass(frozen=True, slots=True)
class _Table:
    """What the header says of the rows. unread: names of the columns that nobody knows.

    Where the last columns have no name, as spreadsheets leave them, a row may end anywhere behind the named. Of columns
    that the header does not have it may hold empty cells.

    days: columns of days. day_first: how they are written, where another row tells it
    """

    header: tuple[str, ...]
    separator: str
    unread: tuple[str, ...]
    event_of: Callable[[Mapping[str, str]], AnyEvent]
    days: tuple[str, ...] = ()
    day_first: bool | None = None

    def days_ahead(self, days: tuple[str, ...], source: Iterator[Line], waiting: deque[Line]) -> Iterator[str]:
        """The days of the rows to come; their lines are put into `waiting`.

        No line is read ahead of the first where that one is written so that it needs no other.
        """
        columns = [at for at, name in enumerate(self.header) if name in days]
        size = 0
        while len(waiting) < _MOST_AHEAD and size <= _MOST_BYTES and (line := next(source, None)) is not None:
            waiting.append(line)
            size += len(line.raw)
            cells = self._cells(line.raw)
            if isinstance(cells, str) or len(cells) != len(self.header):
                continue
            written = [day for at in columns if (day := cells[at].strip()) and not day.startswith(_TAG)]
            if written and not any(map(is_of_numbers, written)):
                return
            yield from written

    def is_one_row(self, lines: Sequence[Line]) -> bool:
        """Whether these are one row, if a shifted one, and not several whose stray quotes make a pair.

        Of two quotes that are left open the second closes the first: what stands between them would be one long cell.
        """
        cells = self._cells(_joined(lines))
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
        cells = self._cells(raw)
        return not isinstance(cells, str) and len(cells) == len(self.header)

    def _cells(self, raw: bytes) -> list[str] | str:
        """Those of one row, or what is wrong with it. Empty ones behind the last column count for nothing."""
        cells = _cells(raw, self.separator)
        if isinstance(cells, str):
            return cells
        surplus = cells[len(self.header) :]
        if surplus and not any(map(str.strip, surplus)) and not self._may_be_shifted(raw):
            del cells[len(self.header) :]
        missing = self.header[len(cells) :]
        return cells if any(missing) else [*cells, *missing]

    def _may_be_shifted(self, raw: bytes) -> bool:
        """Whether a separator outside of quotes is followed by a space and more, as the commas of notes are.

        What lies behind the last column may be the last column then, which is empty.
        """
        if self.header[-1:] == ("",):
            return False
        separator = re.escape(self.separator.encode())
        return re.search(separator + rb" +[^\s" + separator + rb"]", _QUOTED.sub(b"", raw)) is not None

    def row(self, number: int, raw: bytes) -> Row:
        """What stands in the bytes of one row."""
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            return Bad(number, "line", f"is no UTF-8 ({error.reason} at byte {error.start}): {_CONVERT}", raw)
        cells = self._cells(raw)
        if isinstance(cells, str):
            return Bad(number, "line", cells, raw)
        if len(cells) != len(self.header):
            wanted = f"has {len(cells)} columns where the header has {len(self.header)}"
            return Bad(number, "line", f"{wanted}: a separator stands in a field unquoted", raw)
        if all(cell.startswith(_TAG) for cell in cells if cell):
            return Bad(number, "line", _HXL if any(cells) else _EMPTY, raw)
        row = {name: text_of(cell) for name, cell in zip(self.header, cells, strict=True)}
        if self.day_first is not None:
            row |= {name: settled(row[name], day_first=self.day_first) for name in self.days if name in row}
        try:
            event = self.event_of(row)
        except MalformedRecord as error:
            return Bad(number, error.field, error.problem, raw)
        return Parsed(number, event, raw, self.unread)


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
