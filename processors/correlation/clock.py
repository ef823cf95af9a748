"""Times as whole microseconds since 1970, UTC: exact, comparable, the same in every zone and on every machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=8_192)
def moment_of(value: int) -> datetime:
    """Back to a time. A span added to the year 9999 ends at its last instant."""
    return _EPOCH + timedelta(microseconds=min(max(value, _FIRST), _LAST))


def span(length: timedelta) -> int:
    return length // _MICROSECOND


def length(micros_long: int) -> timedelta:
    """A span given in microseconds; nothing below zero."""
    return timedelta(microseconds=max(0, micros_long))


def said(moment: int) -> str:
    """For sentences: 2021-11-07 10:05 UTC."""
    return f"{moment_of(moment).isoformat(sep=' ')[:16]} UTC"


def spoken(length: timedelta) -> str:
    """For sentences: "6 hours", "2 days", "19 days"; whole ones, from two days on in days."""
    hours = length // timedelta(hours=1)
    if hours >= 48:
        return f"{hours // 24} days"
    return "1 hour" if hours == 1 else f"{hours} hours"
