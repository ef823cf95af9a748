"""Rows of a CSV table that arrives line by line: quoted fields may hold line feeds, and one open quote may not eat the
rest of the file."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from schemas.errors import MalformedRecord
from schemas.event import AnyEvent

from . import BYTE_ORDER_MARK, Bad, Line, Parsed, Row

#: lines of one row, at most: notes and lists of articles have a few dozen; beyond that a quote was left open
_MOST_LINES: Final = 500
_MOST_BYTES: Final = 4 * 1024 * 1024
_SEPARATORS: Final = (",", ";", "\t")


def read_table(
    lines: Iterable[Line],
    needed: frozenset[str],
    known: frozenset[str],
    event_of: Callable[[Mapping[str, str]], AnyEvent],
) -> Iterator[Row]:
    """A table with a header: what `event_of` makes of each row, or what is wrong with it.

    needed: columns without which a line is no header. known: columns that are read or passed over knowingly.
    event_of: is given column -> text, stripped; "" where there is none. Raises MalformedRecord.
    """
    header: list[str] | None = None
    separator = ","
    unread: tuple[str, ...] = ()
    waiting = deque[Line]()
    source = iter(lines)

    def next_line() -> Line | None:
        return waiting.popleft() if waiting else next(source, None)

    while (first := next_line()) is not None:
        if not first.raw.strip():
            continue
        if header is None:
            found = _header(first.raw, needed)
            if isinstance(found, str):
                yield Bad(first.number, "header", found, first.raw)
                continue
            header, separator = found
            unread = tuple(name for name in header if name and name not in known)
            continue
        taken = [first]
        size, open_quote = len(first.raw), first.raw.count(b'"') % 2 == 1
        while open_quote and len(taken) < _MOST_LINES and size <= _MOST_BYTES and (more := next_line()) is not None:
            taken.append(more)
            size += len(more.raw) + 1
            open_quote ^= more.raw.count(b'"') % 2 == 1
        if open_quote:
            # whatever follows it may be rows: they are read by themselves
            waiting.extendleft(reversed(taken[1:]))
            yield Bad(first.number, "line", 'has a quote (") that is never closed: close it or double it', first.raw)
            continue
        yield _row(first.number, b"\n".join(line.raw for line in taken), header, separator, unread, event_of)


def _header(raw: bytes, needed: frozenset[str]) -> tuple[list[str], str] | str:
    if b"\0" in raw:  # spreadsheets call this "Unicode text"
        return "is UTF-16 or no text at all: save the table as UTF-8 (iconv -f UTF-16 -t UTF-8)"
    text = raw.removeprefix(BYTE_ORDER_MARK).decode(errors="replace").strip("\r")
    missing = sorted(needed)
    for separator in _SEPARATORS:
        try:
            names = [name.strip().lower() for name in next(csv.reader([text], delimiter=separator, strict=True), [])]
        except csv.Error:
            continue
        if needed <= set(names):
            return names, separator
        missing = min(missing, sorted(needed - set(names)), key=len)
    return f"is no header of this table, it lacks {', '.join(missing[:8])}: give the file with its first line"


def _row(
    number: int,
    raw: bytes,
    header: list[str],
    separator: str,
    unread: tuple[str, ...],
    event_of: Callable[[Mapping[str, str]], AnyEvent],
) -> Row:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return Bad(number, "line", f"is no UTF-8 ({error.reason} at byte {error.start}): convert it", raw)
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error as error:
        return Bad(number, "line", f"is no row of a table ({error})", raw)
    if len(cells) != len(header):
        problem = f"has {len(cells)} columns where the header has {len(header)}: a separator stands in a field unquoted"
        return Bad(number, "line", problem, raw)
    try:
        event = event_of({name: cell.strip() for name, cell in zip(header, cells, strict=True)})
    except MalformedRecord as error:
        return Bad(number, error.field, error.problem, raw)
    return Parsed(number, event, raw, unread)
