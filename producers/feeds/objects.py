"""Rows of a database as JSON objects, one a line: what the interfaces of ACLED and UCDP answer with, by way of jq."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from schemas.errors import MalformedRecord
from schemas.event import AnyEvent

from . import BYTE_ORDER_MARK, Bad, Line, Parsed, Row
from .columns import Columns, text_of
from .json_lines import object_of

_A_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def is_json(raw: bytes) -> bool:
    """Whether a line that ought to be a header begins an object or an array."""
    return raw.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")


def row_of(line: Line, columns: Columns, event_of: Callable[[Mapping[str, str]], AnyEvent]) -> Row:
    """What stands in one object, or what is wrong with it."""
    try:
        given = object_of(line.raw, what="row")
        names = columns.named(list(given))
        if lacking := columns.lacking(names):
            raise MalformedRecord("line", _unlike_a_row(given, lacking), line.raw)
        event = event_of({name: _cell(name, value) for name, value in zip(names, given.values(), strict=True)})
    except MalformedRecord as error:
        return Bad(line.number, error.field, error.problem, line.raw)
    return Parsed(line.number, event, line.raw, columns.unread(names))


def _unlike_a_row(given: Mapping[str, Any], lacking: list[str]) -> str:
    rows = next((name for name, value in given.items() if isinstance(value, list) and _A_NAME.fullmatch(name)), None)
    if rows is not None:
        return f"is an answer with all of its rows: give one row a line (jq -c '.{rows[:60]}[]')"
    return f"is no row of this table, it lacks {', '.join(lacking[:8])}"


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool() | int():
            return str(value)
        case float():
            return format(Decimal(repr(value)), "f")
        case str():
            return text_of(value)
        case _:
            raise MalformedRecord(name[:100], "must be text or a number", b"")
