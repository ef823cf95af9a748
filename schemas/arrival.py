"""When a report counts as having come: the order of reports, and the `recorded_at` of a replay of past ones.

One place for what `produce` and `replay` must do alike: both read a source line by line and give each
event the time at which the log would have had it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from .event import AnyEvent
from .parts import Occurred

_T = TypeVar("_T")

#: the key of `extra` that holds a date of publication as it was written, where the time is our reading of it
AS_PUBLISHED: Final = "published_as_reported"
_MONTH: Final = re.compile(r"(?P<year>[1-9]\d{3})(?:-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)

#: what `recorded_at` holds in an event that a feed has parsed and nobody has stamped yet
UNSTAMPED: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: a time outside these years is a fault of its source, never the time of a report; the margin on both
#: sides leaves room for the core's own sums (closes_at is recorded_at plus days)
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)

#: a single report further ahead of the others than this does not move the clock: a wrong year (2022 for 2021)
#: is the commonest fault of dates, and it would close every incident that is open
LEAP: Final = timedelta(days=60)

_SECOND: Final = timedelta(seconds=1)

#: how many items are looked at, at most, for the next one that has a time
_LOOK_AHEAD: Final = 256


def last_second_of(occurred: Occurred) -> datetime:
    """The end of the interval as the order of reports has it: "7 November" counts to 23:59:59 of its own zone."""
    # not max(from, until - 1 s): nothing can be taken from the first second of year 1, the zero time of Go and .NET
    return occurred.from_ if occurred.until - occurred.from_ <= _SECOND else occurred.until - _SECOND


def reported_at(event: AnyEvent) -> datetime:
    """The report's own time, UTC: published_at, else the last second of occurred, else recorded_at."""
    if event.published_at is not None:
        return event.published_at
    if event.occurred is not None:
        return last_second_of(event.occurred)
    return event.recorded_at


def dated(event: AnyEvent) -> datetime | None:
    """`reported_at` of an event that is not in the log yet; None where its source gives no time at all."""
    if event.published_at is None and event.occurred is None and event.recorded_at == UNSTAMPED:
        return None
    return reported_at(event)


def came_by(event: AnyEvent) -> datetime | None:
    """How far an event that is not in the log yet may carry its clock: `dated`, unless its source gives no more than
    the month or the year of publication. That counts to the last second in the order of reports, and as early as it can
    be here: one "December 2021" in the middle of a file would close what is open on the 8th.
    """
    at = dated(event)
    written = event.extra.get(AS_PUBLISHED)
    coarse = _MONTH.fullmatch(written.strip()) if isinstance(written, str) else None
    if at is None or coarse is None:
        return at
    first = datetime(int(coarse["year"]), int(coarse["month"] or 1), 1, tzinfo=UTC)
    happened = last_second_of(event.occurred) if event.occurred is not None else first
    return min(at, max(first, happened if happened < at else first))


def stamped(event: AnyEvent, at: datetime) -> AnyEvent:
    """The event with its `recorded_at`: aware, UTC."""
    return event.model_copy(update={"recorded_at": at})


def in_report_time(items: Iterable[_T], time_of: Callable[[_T], datetime | None]) -> Iterator[tuple[_T, datetime]]:
    """Each item with the time at which a log that grew as the reports came would have had it.

    time_of: the report's own time; None where it has none: such an item comes with the one before it, at the
    very beginning with the first that has a time.

    The times never go back: a late report comes when it comes. They leap ahead by more than LEAP only if the
    next report that has a time is there too: one dated 9999 moves nothing. The result is a function of
    the sequence alone, of no clock of this machine. Looks ahead, by at most _LOOK_AHEAD items, only at the
    beginning and at a leap.
    """
    source = ((item, _believable(time_of(item))) for item in items)
    # read ahead up to the first item that has a time: only the last one here can have one
    ahead: deque[tuple[_T, datetime | None]] = deque()

    def next_time() -> datetime | None:
        while not ahead or (ahead[-1][1] is None and len(ahead) < _LOOK_AHEAD):
            try:
                ahead.append(next(source))
            except StopIteration:
                return None
        return ahead[-1][1]

    now: datetime | None = None
    while True:
        try:
            item, at = ahead.popleft() if ahead else next(source)
        except StopIteration:
            return
        if now is None:
            following = next_time()
            leaps = at is not None and following is not None and at - following > LEAP
            now = following if at is None or leaps else at
        elif at is not None and at - now > LEAP:
            following = next_time()
            now = at if following is not None and following - now > LEAP else now
        elif at is not None:
            now = max(now, at)
        yield item, now or UNSTAMPED


def _believable(at: datetime | None) -> datetime | None:
    return at if at is not None and EARLIEST <= at < LATEST else None
