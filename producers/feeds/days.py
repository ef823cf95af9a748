"""Days as databases and the spreadsheets they have been through write them.

"3/4/2020" alone may be a day of April or of March. A table is of one hand: one "18/04/2001" in it tells which of two
numbers is the day in all others (`day_first_in`), and the cells are rewritten (`settled`) before a row is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

_MIDNIGHT: Final = re.compile(
    r"(?:T|\s+)(?:0?0:00(?::00(?:\.0*)?)?|12:00(?::00)? ?AM)(?:Z|\s?\+00(?::?00)?)?\Z", re.ASCII | re.IGNORECASE
)
_YEAR_FIRST: Final = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|()(\d\d)(\d\d))", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
_WITH_A_WORD: Final = ("%d %b %Y", "%d %B %Y", "%d %b %y", "%d %B %y", "%b %d %Y", "%B %d %Y")
_BETWEEN: Final = re.compile(r"[-/., ]+")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: how spreadsheets keep a day: 43975 is 24 May 2020. Fewer or more digits are no day since 1927, or none before 2173
_SERIAL: Final = re.compile(r"[1-9]\d{4}(?:\.0*)?", re.ASCII)
_SERIAL_ZERO: Final = date(1899, 12, 30)
_FORM: Final = '"2022-03-08" or "8-Mar-22"'


class NotADay(ValueError):
    """The text is no day, or one of two; says what one looks like."""


@lru_cache(maxsize=4_096)  # a table of a hundred thousand rows has some thousand days
def day_of(text: str) -> tuple[date, bool]:
    """The day, and whether it has a year of four digits: where it has not, another column must agree.

    Raises NotADay.
    """
    text = _MIDNIGHT.sub("", text)
    if found := _YEAR_FIRST.fullmatch(text):
        day = _date(found[1], found[3] or found[6], found[4] or found[7])
        if day is not None:
            return day, True
    elif found := _YEAR_LAST.fullmatch(text):
        first, second, year = found[1], found[3], found[4]
        days = {day for day in (_date(year, second, first), _date(year, first, second)) if day is not None}
        if len(days) > 1:
            told = " or ".join(f"{day:%d-%b-%Y}" for day in sorted(days))
            raise NotADay(f"may be {told}, and no other row tells which: write it as {_FORM}")
        if days:
            return days.pop(), len(year) == 4
    elif _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(float(text))), False
    else:
        words = _BETWEEN.sub(" ", text)
        for form in _WITH_A_WORD:
            try:
                return datetime.strptime(words, form).date(), "%Y" in form  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
    raise NotADay(f"must be a day: {_FORM}")


def _date(year: str, month: str, day: str) -> date | None:
    """Of two digits of a year, 69 to 99 are of the last century, as everywhere in Python."""
    number = int(year) if len(year) == 4 else int(year) + (1900 if int(year) > 68 else 2000)
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def is_of_numbers(text: str) -> bool:
    """Whether it is "3/4/2020", which needs other days to be read."""
    return _YEAR_LAST.fullmatch(_MIDNIGHT.sub("", text)) is not None


def day_first_in(texts: Iterable[str]) -> bool | None:
    """Whether the day stands before the month; None where all of them could be either."""
    for text in texts:
        found = _YEAR_LAST.fullmatch(_MIDNIGHT.sub("", text))
        if found is not None:
            first, second = int(found[1]) > 12, int(found[3]) > 12
            if first != second:
                return first
    return None


def settled(text: str, *, day_first: bool) -> str:
    """ "3/4/2020" as "3-Apr-2020" where the day stands first; any other form as it is."""
    found = _YEAR_LAST.fullmatch(_MIDNIGHT.sub("", text))
    if found is None:
        return text
    day, month = (found[1], found[3]) if day_first else (found[3], found[1])
    return f"{day}-{_MONTHS[int(month) - 1]}-{found[4]}" if 1 <= int(month) <= 12 else text
