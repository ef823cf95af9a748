"""Feed `events`: JSON Lines of our own `Event`, as `schemas/` describes it; `recorded_at` may be left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic_core import to_json

from schemas.arrival import UNSTAMPED
from schemas.codec import parse_event
from schemas.errors import MalformedRecord

from . import Bad, Line, Parsed, Row
from .json_lines import object_of


class EventsFeed:
    """The feed `events`. Takes what a writer may write: unknown words and unknown fields are faults."""

    name = "events"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        for line in lines:
            if not line.raw.strip():
                continue
            try:
                yield Parsed(line.number, parse_event(_with_recorded_at(line.raw)), line.raw)
            except MalformedRecord as error:
                yield Bad(line.number, error.field, error.problem, line.raw)


def _with_recorded_at(raw: bytes) -> bytes:
    """The same object, with the `recorded_at` that the message must have and a source need not.

    Written anew in every case: characters that stand as escapes would count sixfold against the bound on bytes.
    """
    value = object_of(raw, what="event")
    if value.get("recorded_at") is None:
        value["recorded_at"] = UNSTAMPED
    return to_json(value)
