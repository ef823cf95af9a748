"""A dumped log: JSON Lines of its raw records, which `replay --feed log` takes as they are.

The first line says which log: {"topic", "partitions"}. Then one record a line:
{"partition", "offset", "timestamp_ms", "key", "value", "headers": [[name, value], ...]};
`key_base64`, `value_base64` and {"name", "base64"} for bytes that are no UTF-8.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from processors.handover import RawRecord
from schemas.topics import EVENTS

from .files import text_or_base64

_MOST_PARTITIONS: Final = 1_000
#: holes that are told about one by one
_TOLD_ONE_BY_ONE: Final = 20


class BadLogLine(Exception):
    """A line is no record of a dumped log, or not the next one; says which and what to do."""


def first_line(partitions: int) -> bytes:
    """The line that says how many partitions the log has: a region's place depends on it."""
    return json.dumps({"topic": EVENTS, "partitions": partitions}, separators=(",", ":")).encode()


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


def read_log(lines: Iterable[tuple[int, bytes]]) -> tuple[int, Iterator[RawRecord]]:
    """The number of partitions, and the records in the order of the lines. lines: number from 1, bytes.

    Raises BadLogLine, at once or while the records are read: a log with a hole is no log, so nothing is passed
    over but blank lines. Whether records are missing is for `without_holes` to say.
    """
    numbered = iter(lines)
    number, line = next(numbered, (1, b""))
    try:
        row = json.loads(line)
        if row["topic"] != EVENTS:
            raise ValueError(f"topic must be {EVENTS}")
        partitions = _number(row, "partitions")
        if not 1 <= partitions <= _MOST_PARTITIONS:
            raise ValueError(f"partitions must be 1 to {_MOST_PARTITIONS}")
    except (ValueError, KeyError, TypeError) as error:
        raise _bad(number, error) from error
    return partitions, _records(numbered, partitions)


class Holes:
    """What a log lacks of which records are seen in the order of each partition.

    count: spans of offsets that are missing; told: the first of them, in words
    """

    def __init__(self) -> None:
        self.count = 0
        self.told: list[str] = []
        self._reached: dict[int, int] = {}

    def reached(self, partition: int) -> int:
        """The offset that is to come next; an earlier one came again."""
        return self._reached.get(partition, 0)

    def see(self, partition: int, offset: int) -> None:
        self.end(partition, offset)
        self._reached[partition] = max(self.reached(partition), offset + 1)

    def end(self, partition: int, end: int) -> None:
        """The partition goes on, or ends, at this offset."""
        expected = self.reached(partition)
        if end > expected:
            self.count += 1
            if len(self.told) < _TOLD_ONE_BY_ONE:
                self.told.append(f"{EVENTS}[{partition}]: offsets {expected:,} to {end - 1:,} are missing")


def _records(lines: Iterator[tuple[int, bytes]], partitions: int) -> Iterator[RawRecord]:
    for number, line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            record = RawRecord(
                topic=EVENTS,
                partition=_number(row, "partition"),
                offset=_number(row, "offset"),
                key=_bytes(row, "key"),
                value=_bytes(row, "value"),
                headers=tuple(_header_of(pair) for pair in row["headers"]),
                timestamp_ms=_number(row, "timestamp_ms"),
            )
            if record.partition >= partitions:
                raise ValueError(f"partition must be below {partitions}")
        except (ValueError, KeyError, TypeError) as error:
            raise _bad(number, error) from error
        yield record


def without_holes(records: Iterable[RawRecord]) -> Iterator[RawRecord]:
    """The same records, as a router takes them: each partition from offset 0 on; what comes again is passed on.

    Raises BadLogLine. The router would tell of the hole what a worker must do, whose state and topic there are none of.
    """
    holes = Holes()
    for record in records:
        expected = holes.reached(record.partition)
        holes.see(record.partition, record.offset)
        if holes.count:
            raise BadLogLine(
                f"{record.topic}[{record.partition}]: offset {expected} was to come next and {record.offset} came: "
                "records are missing, or lines stand in another order. Write the file anew with `timelines dump --log "
                "FILE`; where the broker's log lacks them too, take a file that was dumped while it had them"
            )
        yield record


def _bad(number: int, error: Exception) -> BadLogLine:
    return BadLogLine(
        f"line {number} is no line of a dumped log ({type(error).__name__}: {error}): "
        "write the file with `timelines dump --log FILE`"
    )


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
