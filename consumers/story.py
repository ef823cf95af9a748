"""One timeline laid out by days: which entries stand where, with which clock, and which copies they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from schemas.parts import Occurred
from schemas.timeline import Entry
from schemas.vocabulary import ActorRole, EntryRole, TimePrecision

_OFFSET: Final = re.compile(r"^([+-])(\d{2}):?(\d{2})$")
#: of the entries that there is room for, this share goes to the newest
_NEWEST_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """One entry on the page. clock: "02:30", "02h" or empty where the time of day is not known.

    copies: publishers of the reports that only repeat this one
    """

    clock: str
    entry: Entry
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """Entries of one day, or of one week, month or year where no more is known."""

    label: str
    lines: tuple[Line, ...]


def zone_of(occurred: Occurred | None) -> tzinfo:
    """The zone of the place; UTC where it is not given or not known here."""
    name = occurred.timezone if occurred is not None else None
    if name is None:
        return UTC
    offset = _OFFSET.match(name)
    if offset:
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        if shift < timedelta(hours=24):
            return timezone(-shift if sign == "-" else shift)
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # what is no zone's name; ZoneInfo itself refuses paths
        return UTC


def local(moment: datetime, zone: tzinfo) -> datetime:
    """A moment on the clock of a zone; UTC for the first and last hours of the calendar."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment.astimezone(UTC)


def speakers_of(entry: Entry) -> tuple[str, ...]:
    """Who speaks in a statement: the named speakers, else the body that is spoken for."""
    named = tuple(actor.name for actor in entry.actors if actor.role == ActorRole.SPEAKER)
    return named or ((entry.on_behalf_of,) if entry.on_behalf_of else ())


def fold_copies(entries: Sequence[Entry]) -> list[tuple[Entry, tuple[str, ...]]]:
    """Entries without the copies whose original is among them; each with the publishers of its copies."""
    there = {entry.event_id: entry for entry in entries}

    def original(copy: Entry) -> str:
        entry, seen = copy, {copy.event_id}
        while (of := entry.source.copy_of) is not None and of in there:
            if of in seen:
                return copy.event_id  # reports that name each other: none is the first, so each is shown
            entry = there[of]
            seen.add(of)
        return entry.event_id

    copies: dict[str, list[str]] = {}
    for entry in entries:
        if entry.role == EntryRole.DUPLICATE and (root := original(entry)) != entry.event_id:
            copies.setdefault(root, []).append(entry.source.publisher)
    return [
        (entry, tuple(dict.fromkeys(copies.get(entry.event_id, ()))))
        for entry in entries
        if entry.role != EntryRole.DUPLICATE or original(entry) == entry.event_id
    ]


def most_telling(entries: Sequence[tuple[Entry, tuple[str, ...]]], most: int) -> list[tuple[Entry, tuple[str, ...]]]:
    """At most `most` of them in their order: the newest ones, the rest by significance."""
    if len(entries) <= most:
        return list(entries)
    by_newest = sorted(range(len(entries)), key=lambda n: (entries[n][0].recorded_at, n), reverse=True)
    kept = set(by_newest[: max(1, int(most * _NEWEST_SHARE))] if most > 0 else ())
    by_weight = sorted(range(len(entries)), key=lambda n: (-entries[n][0].significance, n))
    for place in by_weight:
        if len(kept) >= most:
            break
        kept.add(place)
    return [entries[place] for place in sorted(kept)]


def days_of(entries: Iterable[tuple[Entry, tuple[str, ...]]], zone: tzinfo) -> list[Day]:
    """Entries by day, each day once, in the order given within a day. zone: of the incident's place."""
    days: dict[tuple[date, int, str], list[Line]] = {}
    for entry, copies in entries:
        begin, width, label, clock = _when(entry, zone)
        days.setdefault((begin, width, label), []).append(Line(clock, entry, copies))
    return [Day(label, tuple(lines)) for (_, _, label), lines in sorted(days.items(), key=lambda day: day[0][:2])]


def _when(entry: Entry, zone: tzinfo) -> tuple[date, int, str, str]:
    """The day it stands under, how wide that is (the widest come first), its label, the clock."""
    occurred = entry.occurred
    if occurred is None:
        moment = local(entry.reported_at, zone)
        return moment.date(), 0, day_label(moment), ""
    precision = occurred.precision
    if precision in (TimePrecision.MINUTE, TimePrecision.HOUR):
        moment = local(occurred.from_, zone)
        clock = f"{moment:%H:%M}" if precision == TimePrecision.MINUTE else f"{moment:%H}h"
        return moment.date(), 0, day_label(moment), clock
    # a whole day is that of its own place: "7 November" in Baghdad begins on the 6th in UTC
    begin = local(occurred.from_, zone_of(occurred))
    return begin.date(), _WIDTHS.get(precision, 0), time_label(begin, precision), ""


#: what is vaguer than a day, the widest first
_WIDTHS: Final[dict[str, int]] = {TimePrecision.YEAR: -3, TimePrecision.MONTH: -2, TimePrecision.WEEK: -1}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def time_label(begin: datetime, precision: str, *, weekday: bool = True) -> str:
    """When, and no finer than it is known: the day where it is known, else "week of 15 February 2021", "2021".

    begin: of the interval, on the clock of its own place
    """
    match precision:
        case TimePrecision.YEAR:
            return f"{begin.year}"
        case TimePrecision.MONTH:
            return f"{_MONTHS[begin.month - 1]} {begin.year}"
        case TimePrecision.WEEK:
            return f"week of {day_label(begin, weekday=False)}"
        case _:
            return day_label(begin, weekday=weekday)


def day_label(moment: datetime, *, weekday: bool = True) -> str:
    """ "Sun 7 November 2021", whatever the locale."""
    day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    return f"{_WEEKDAYS[moment.weekday()]} {day}" if weekday else day


def zone_label(zone: tzinfo) -> str:
    """ "Asia/Baghdad", "UTC+03:00", "UTC"."""
    return zone.key if isinstance(zone, ZoneInfo) else str(zone)
