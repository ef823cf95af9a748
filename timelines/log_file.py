"""A dumped log: JSON Lines of its raw records, which `replay --feed log` takes as they are.

One record a line: {"partition", "offset", "timestamp_ms", "key", "value", "headers": [[name, value], ...]};
`key_base64`, `value_base64` and {"name", "base64"} for bytes that are no UTF-8.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any

from processors.handover import RawRecord
from schemas.topics import EVENTS

from .files import text_or_base64


class BadLogLine(Exception):
    """A line is no record of a dumped log; says which and what to do."""


def log_line(
    partition: int,
    offset: int,
    timestamp_ms: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes | None]],
) -> bytes:
    """One record as a line, without its end."""
    fields = {
        "partition": partition,
        "offset": offset,
        "timestamp_ms": timestamp_ms,
        **text_or_base64("key", key),
        **text_or_base64("value", value),
        "headers": [_header(name, raw) for name, raw in headers],
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def read_log(lines: Iterable[tuple[int, bytes]]) -> Iterator[RawRecord]:
    """The records of a dumped log, in the order of the lines. lines: number from 1, bytes.

    Raises BadLogLine: a log with a hole is no log, so nothing is passed over but blank lines.
    """
    for number, line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield RawRecord(
                topic=EVENTS,
                partition=_number(row, "partition"),
                offset=_number(row, "offset"),
                key=_bytes(row, "key"),
                value=_bytes(row, "value"),
                headers=tuple(_header_of(pair) for pair in row["headers"]),
                timestamp_ms=_number(row, "timestamp_ms"),
            )
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise BadLogLine(
                f"line {number} is no record of a dumped log ({type(error).__name__}: {error}): "
                "write the file with `timelines dump --log FILE`"
            ) from error


def _header(name: str, raw: bytes | None) -> list[Any]:
    told = text_or_base64("value", raw)
    return [name, told["value"] if "value" in told else {"base64": told["value_base64"]}]


def _header_of(pair: Any) -> tuple[str, bytes | None]:
    name, value = pair
    if not isinstance(name, str):
        raise TypeError("the name of a header must be text")
    if value is None:
        return name, None
    if isinstance(value, str):
        return name, value.encode()
    return name, base64.b64decode(value["base64"], validate=True)


def _number(row: dict[str, Any], name: str) -> int:
    value = row[name]
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} must be a whole number, 0 or more")
    return value


def _bytes(row: dict[str, Any], name: str) -> bytes | None:
    if f"{name}_base64" in row:
        return base64.b64decode(row[f"{name}_base64"], validate=True)
    value = row[name]
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text")
    return value.encode()
