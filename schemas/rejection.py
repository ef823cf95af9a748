"""The headers of `incidents.rejected.v1`: why a record could not be taken, beside the headers it came with.

Kafka Connect's dead-letter habit: the value stays the original bytes, and the reason travels in headers under a
prefix of its own. The prefix is ours, not Connect's, because no connector wrote the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "__incidents.errors."
REASON: Final = PREFIX + "reason"
FIELD: Final = PREFIX + "field"
TOPIC: Final = PREFIX + "topic"
PARTITION: Final = PREFIX + "partition"
OFFSET: Final = PREFIX + "offset"
TRACEBACK: Final = PREFIX + "traceback"
#: how many of the original's headers were left out
DROPPED: Final = PREFIX + "headers-dropped"

_LIMITS: Final = {REASON: 2_000, FIELD: 500, TOPIC: 249, TRACEBACK: 8_000}
#: what is kept of the original's headers; names and values counted
MAX_KEPT_HEADERS: Final = 100
MAX_KEPT_BYTES: Final = 32_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a record was rejected, and where it stood.

    reason: one sentence with the remedy
    field: dotted path, a header's name, or "value"
    """

    reason: str
    field: str
    topic: str
    partition: int
    offset: int
    traceback: str | None = None


def rejected_headers(
    original: Iterable[tuple[str, bytes | str | None]] | None, rejection: Rejection
) -> list[tuple[str, bytes | None]]:
    """The original's headers, in their order, then ours.

    Ours from an earlier rejection are dropped: a record that is sent again and fails again says why it failed last.
    Above MAX_KEPT_HEADERS or MAX_KEPT_BYTES the rest is left out and counted, so that a rejected record always
    fits its topic.
    """
    kept: list[tuple[str, bytes | None]] = []
    weight = dropped = 0
    for name, value in original or ():
        if name.startswith(PREFIX):
            continue
        raw = value.encode(errors="backslashreplace") if isinstance(value, str) else value
        more = len(name.encode(errors="backslashreplace")) + len(raw or b"")
        if len(kept) >= MAX_KEPT_HEADERS or weight + more > MAX_KEPT_BYTES:
            dropped += 1
            continue
        kept.append((name, raw))
        weight += more
    kept += [
        (REASON, _bounded(REASON, rejection.reason)),
        (FIELD, _bounded(FIELD, rejection.field)),
        (TOPIC, _bounded(TOPIC, rejection.topic)),
        (PARTITION, str(rejection.partition).encode()),
        (OFFSET, str(rejection.offset).encode()),
    ]
    if rejection.traceback is not None:
        kept.append((TRACEBACK, _bounded(TRACEBACK, rejection.traceback)))
    if dropped:
        kept.append((DROPPED, str(dropped).encode()))
    return kept


def read_rejection(headers: Iterable[tuple[str, bytes | str | None]] | None) -> Rejection | None:
    """Why a record of `incidents.rejected.v1` is there; None where the headers do not say it."""
    found: dict[str, str] = {}
    for name, value in headers or ():
        if value is not None:
            found[name] = value if isinstance(value, str) else value.decode(errors="replace")
    try:
        return Rejection(
            reason=found[REASON],
            field=found[FIELD],
            topic=found[TOPIC],
            partition=int(found[PARTITION]),
            offset=int(found[OFFSET]),
            traceback=found.get(TRACEBACK),
        )
    except (KeyError, ValueError):
        return None


def _bounded(name: str, text: str) -> bytes:
    """UTF-8 within the header's limit; cut between characters, control characters escaped except line ends."""
    limit = _LIMITS[name]
    piece = text[-limit:] if name == TRACEBACK else text[:limit]  # the end of a traceback names the fault
    shown = "".join(c if c == "\n" or c.isprintable() else ascii(c)[1:-1] for c in piece)
    raw = shown.encode(errors="backslashreplace")
    raw = raw[-limit:] if name == TRACEBACK else raw[:limit]
    return raw.decode(errors="ignore").encode()
