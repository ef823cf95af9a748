"""Days that a text names, resolved against the day of its publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from .lexicon import MONTHS, RELATIVE_DAYS, WEEKDAYS

#: a day and month without a year mean the one nearest to the reference, at most this far after it
_AHEAD_DAYS: Final = 60
_LAST_DAY: Final = date.max.toordinal()
#: words that are months or weekdays only in the company of a number, or as a name (may, mart, sun)
_NEEDS_CAPITAL: Final = frozenset(
    {"may", "march", "mar", "mart", "mars", "sun", "sat", "wed", "sol", "mai", "dim", "lun", "ven", "dom"}
)


def days_in(words: Sequence[str], folded: Sequence[str], reference: int | None) -> tuple[int, ...]:
    """Ordinals of the days named in a text, sorted.

    words, folded: the same words as written and folded. reference: ordinal of the day of publication (or of
    the happening); without it only dates with a year are known. A bare year or month is no day, nor is the day before
    the first of the calendar.
    """
    found: set[int] = set()
    last = len(folded) - 1
    for at, word in enumerate(folded):
        month = MONTHS.get(word)
        if month is not None:
            if word in _NEEDS_CAPITAL and not words[at][:1].isupper():
                continue
            day = _number(folded[at - 1], 31) if at else None
            year_at = at + 1
            if day is None and at < last:
                day = _number(folded[at + 1], 31)
                year_at = at + 2
            if day is None and at > 1 and folded[at - 1] in ("de", "of"):
                day = _number(folded[at - 2], 31)
            if day is None:
                continue
            year = _year(folded[year_at]) if year_at <= last else None
            if year is None and year_at < last and folded[year_at] in ("de", "of"):
                year = _year(folded[year_at + 1])
            ordinal = _ordinal(year, month, day, reference)
            if ordinal is not None:
                found.add(ordinal)
        elif reference is not None:
            if word in RELATIVE_DAYS:
                found.add(reference + RELATIVE_DAYS[word])
            else:
                weekday = WEEKDAYS.get(word)
                if weekday is not None and not (word in _NEEDS_CAPITAL and not words[at][:1].isupper()):
                    # reports look back: the last such day, the day of publication itself included
                    # (ordinal 1 is a Monday)
                    found.add(reference - (reference - 1 - weekday) % 7)
    return tuple(sorted(day for day in found if 1 <= day <= _LAST_DAY))


def written(day: int) -> str:
    """An ordinal as text, whatever it is: a shift by hours of the first day of year 1 leads out of the calendar."""
    return date.fromordinal(day).isoformat() if 1 <= day <= _LAST_DAY else "a day outside the calendar"


def _number(word: str, most: int) -> int | None:
    digits = word[:-2] if word[-2:] in ("st", "nd", "rd", "th") else word
    if not digits.isdecimal() or len(digits) > 2:
        return None
    value = int(digits)
    return value if 1 <= value <= most else None


def _year(word: str) -> int | None:
    return int(word) if len(word) == 4 and word.isdecimal() and word[:2] in ("19", "20") else None


def _ordinal(year: int | None, month: int, day: int, reference: int | None) -> int | None:
    try:
        if year is not None:
            return date(year, month, day).toordinal()
        if reference is None:
            return None
        here = date.fromordinal(reference).year
        candidates = [date(y, month, day).toordinal() for y in (here - 1, here, here + 1) if 1 <= y <= 9999]
    except ValueError:
        return None
    past = [c for c in candidates if c <= reference + _AHEAD_DAYS]
    return max(past) if past else None
