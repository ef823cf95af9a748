"""From parsed rows to what is sent: the window, the order, the time each event is stamped with and is due at.

In file order and at full speed events pass through one by one. A run that is sorted or paced must know all of them
first: they wait on disk, and only what their order depends on is kept in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from schemas.arrival import came_by, dated, in_report_time, stamped
from schemas.codec import encode
from schemas.event import EVENT, AnyEvent

from .pace import due_times

#: about 300 bytes of memory each
MAX_PLANNED: Final = 2_000_000


class TooManyToPlan(Exception):
    """The source has more events than can be put in order; says what to do."""


class Numbered(NamedTuple):
    """An event, not stamped yet, and the number of its row."""

    number: int
    event: AnyEvent


class Outgoing(NamedTuple):
    """due_s: seconds after the first. The event is stamped unless the clock is `now`."""

    number: int
    event: AnyEvent
    due_s: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What is sent, and when.

    order: `file`, or `published`: by the reports' own time, then by id; what has no time comes last
    since, until: only reports of [since, until] by their own time; what has no time lies outside
    duration_s: spread over so long; None: at full speed
    clock: `recorded_at` is the reports' own time (`report`), or that of sending (`now`)
    """

    order: Literal["file", "published"] = "file"
    since: datetime | None = None
    until: datetime | None = None
    duration_s: float | None = None
    clock: Literal["report", "now"] = "report"

    @property
    def is_planned(self) -> bool:
        return self.order == "published" or self.duration_s is not None

    def takes(self, event: AnyEvent) -> bool:
        """Whether the event lies in the window."""
        if self.since is None and self.until is None:
            return True
        at = dated(event)
        return at is not None and (self.since is None or self.since <= at) and (self.until is None or at <= self.until)


def outgoing(events: Iterable[Numbered], choice: Choice) -> Iterator[Outgoing]:
    """The events in the order of sending. Raises TooManyToPlan."""
    if choice.is_planned:
        yield from _planned(events, choice)
    elif choice.clock == "now":
        for number, event in events:
            yield Outgoing(number, event, 0.0)
    else:
        for (number, event), at in in_report_time(events, lambda item: came_by(item.event)):
            yield Outgoing(number, stamped(event, at), 0.0)


class _Waiting(NamedTuple):
    """An event on disk. at: its report's time, for the order; came_by: the same, for the clock."""

    number: int
    at: datetime | None
    came_by: datetime | None
    event_id: str
    offset: int
    size: int


def _planned(events: Iterable[Numbered], choice: Choice) -> Iterator[Outgoing]:
    with tempfile.TemporaryFile() as file:
        waiting: list[_Waiting] = []
        offset = 0
        for number, event in events:
            if len(waiting) == MAX_PLANNED:
                raise TooManyToPlan(
                    f"more than {MAX_PLANNED:,} events cannot be put in order or paced at once: "
                    "cut a window with --from and --to, or leave out --order and --duration"
                )
            raw = encode(event)
            file.write(raw)
            waiting.append(_Waiting(number, dated(event), came_by(event), event.event_id, offset, len(raw)))
            offset += len(raw)
        if choice.order == "published":
            waiting.sort(key=_by_report)
        times = [at for _, at in in_report_time(waiting, lambda item: item.came_by)]
        if choice.duration_s is None:
            due: Iterable[float] = (0.0 for _ in times)
        else:
            due = due_times([at.date() for at in times], choice.duration_s)
        for item, at, due_s in zip(waiting, times, due, strict=True):
            file.seek(item.offset)
            event = EVENT.validate_json(file.read(item.size))
            yield Outgoing(item.number, stamped(event, at) if choice.clock == "report" else event, due_s)


def _by_report(item: _Waiting) -> tuple[bool, float, str, int]:
    return item.at is None, item.at.timestamp() if item.at else 0.0, item.event_id, item.number
