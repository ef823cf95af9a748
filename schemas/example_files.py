"""The example of every message: files that documentation shows and that tests run through every reader.

`examples/<topic>/<type>-<name>.json` holds a value, indented; the word before the first hyphen says its type.
All of them tell of one case: the drone attack in Baghdad on 7 November 2021, in our own words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .codec import AnyMessage, decode
from .errors import MalformedRecord
from .headers import headers_of
from .rejection import Rejection, rejected_headers
from .topics import EVENTS, REJECTED
from .vocabulary import EventKind, Standing, WorldRegion

DIRECTORY: Final = Path(__file__).parent / "examples"

#: what the worker and the gate know beside the message when they write its headers
_REVISION: Final = 12
_OFFSET: Final = 4242


@dataclass(frozen=True, slots=True)
class Example:
    """One example. headers: as they stand on the record, as text. message: None for a rejected one."""

    topic: str
    name: str
    ce_type: str
    payload: dict[str, Any]
    headers: tuple[tuple[str, str], ...]
    message: AnyMessage | None


def examples(directory: Path = DIRECTORY) -> tuple[Example, ...]:
    """All examples, by topic and name. Raises MalformedRecord for one that is no message of ours."""
    return tuple(_read(path) for path in sorted(directory.glob("*/*.json")))


def _read(path: Path) -> Example:
    topic = path.parent.name
    ce_type = f"incidents.{path.stem.partition('-')[0]}.v1"
    raw = path.read_bytes()
    payload = json.loads(raw)
    if topic == REJECTED:
        ce_type = "incidents.event.v1"
        return Example(topic, path.stem, ce_type, payload, _headers_of_rejected(ce_type, raw, path.name), None)
    message = decode(ce_type, raw)
    headers = headers_of(
        message,
        region=WorldRegion.MIDDLE_EAST,
        revision=_REVISION if ce_type == "incidents.entry.v1" else None,
        incident_kind=EventKind.ATTACK if ce_type in ("incidents.entry.v1", "incidents.update.v1") else None,
        standing=Standing.CONTESTED if ce_type in ("incidents.entry.v1", "incidents.update.v1") else None,
    )
    text = tuple((name, value.decode()) for name, value in headers)
    return Example(topic, path.stem, ce_type, payload, text, message)


def _headers_of_rejected(ce_type: str, raw: bytes, name: str) -> tuple[tuple[str, str], ...]:
    """What the worker writes when it meets this record: the reason is what the codec really says."""
    try:
        decode(ce_type, raw)
    except MalformedRecord as fault:
        why = Rejection(fault.problem, fault.field, EVENTS, partition=3, offset=_OFFSET)
        own = [("ce_specversion", b"1.0"), ("ce_type", ce_type.encode()), ("content-type", b"application/json")]
        return tuple((key, (value or b"").decode()) for key, value in rejected_headers(own, why))
    raise ValueError(f"{name}: is meant to be rejected, and decodes")
