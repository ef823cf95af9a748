"""Times as reports give them: "2021", "2021-11", "2021-11-07" are intervals, not instants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from schemas.vocabulary import TimePrecision

_FORM: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s?(?P<zone>Z|z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_COARSER: Final = (
    TimePrecision.MINUTE,
    TimePrecision.HOUR,
    TimePrecision.DAY,
    TimePrecision.WEEK,
    TimePrecision.MONTH,
    TimePrecision.YEAR,
)
#: the last second that a time can have
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


class NotATime(ValueError):
    """The text is no date or time; says what one looks like."""


@dataclass(frozen=True, slots=True)
class ReportedTime:
    """A date or time as it was written. start: its first instant, in the zone of its writer.

    form: how much was written: year, month, day or minute
    zone: the offset that was written with it, if any
    """

    start: datetime
    form: TimePrecision
    zone: tzinfo | None

    @classmethod
    def read(cls, text: str) -> ReportedTime:
        """Raises NotATime."""
        found = _FORM.fullmatch(text.strip()) if len(text) <= 64 else None
        if found is None:
            raise NotATime(
                'must be a date or time in ISO 8601: "2021-11-07T02:30+03:00", "2021-11-07", "2021-11" or "2021"'
            )
        part = found.groupdict()
        try:
            start = datetime(  # noqa: DTZ001 - as written; its zone is put to it by _utc
                int(part["year"]),
                int(part["month"] or 1),
                int(part["day"] or 1),
                int(part["hour"] or 0),
                int(part["minute"] or 0),
                int(part["second"] or 0),
                int((part["fraction"] or "0").ljust(6, "0")[:6]),
            )
            zone = _offset(part["zone"]) if part["zone"] else None
        except ValueError as error:
            raise NotATime(f"is no day or hour of the calendar ({error}): correct it") from error
        if part["hour"] is not None:
            form = TimePrecision.MINUTE
        elif part["day"] is not None:
            form = TimePrecision.DAY
        else:
            form = TimePrecision.MONTH if part["month"] is not None else TimePrecision.YEAR
        return cls(start, form, zone)

    def at(self, zone: tzinfo) -> datetime:
        """One instant, UTC, for times that order reports: a bare date counts to its last second.

        zone: for a time that was written without one. Raises NotATime.
        """
        if self.form is TimePrecision.MINUTE:
            return _utc(self.start, self.zone or zone)
        return self.interval(self.form, zone)[1] - timedelta(seconds=1)

    def interval(self, precision: TimePrecision, zone: tzinfo) -> tuple[datetime, datetime, TimePrecision]:
        """First instant, end (exclusive), both UTC, and the precision they have. Raises NotATime.

        precision: as the report has it. What is coarser counts, it or the form: "2021-11" is never a
        day, and "2021-11-07T02:30", precision day, is all of that day. A week is the seven days from the date.
        zone: that of the place, for a time that was written without one.
        """
        precision = max(precision, self.form, key=_COARSER.index)
        zone = self.zone or zone
        first = _floor(self.start, precision)
        try:
            end = _next(first, precision)
        except (OverflowError, ValueError):  # the last day or month of the year 9999
            end = _LAST.replace(tzinfo=None)
        return _utc(first, zone), _utc(end, zone, last=True), precision


def _offset(text: str) -> tzinfo:
    if text in ("Z", "z"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    if minutes > 59:
        raise ValueError("an offset has at most 59 minutes")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _floor(at: datetime, precision: TimePrecision) -> datetime:
    match precision:
        case TimePrecision.MINUTE:
            return at.replace(second=0, microsecond=0)
        case TimePrecision.HOUR:
            return at.replace(minute=0, second=0, microsecond=0)
        case TimePrecision.DAY | TimePrecision.WEEK:
            day = at.date()
        case TimePrecision.MONTH:
            day = date(at.year, at.month, 1)
        case TimePrecision.YEAR:
            day = date(at.year, 1, 1)
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone is put to it by _utc


def _next(first: datetime, precision: TimePrecision) -> datetime:
    match precision:
        case TimePrecision.MINUTE:
            return first + timedelta(minutes=1)
        case TimePrecision.HOUR:
            return first + timedelta(hours=1)
        case TimePrecision.DAY:
            return first + timedelta(days=1)
        case TimePrecision.WEEK:
            return first + timedelta(days=7)
        case TimePrecision.MONTH:
            return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        case TimePrecision.YEAR:
            return first.replace(year=first.year + 1)


def _utc(local: datetime, zone: tzinfo, *, last: bool = False) -> datetime:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        if last:
            return _LAST
        raise NotATime("lies outside the years 1 to 9999 when read as UTC: correct the year") from None
