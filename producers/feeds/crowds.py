"""How many people a coder's words say: "about 200", "between 50 and 100", "over 1 million", "10 000".

A figure counts with the hundred, thousand or million behind it. Words without a figure ("dozens", "hundreds of
thousands") are no number, as in gold/sol.md; nor is a figure with something behind it that is not understood: "32
families", "20 lakh", "100s".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_MOST: Final = 1_000_000_000
#: of a size whose bracket is never closed, what follows is no part of it
_MOST_CHARACTERS: Final = 300
_BLANKS: Final = " \u00a0\u202f"
_ASIDE: Final = re.compile(r"\([^()\d]*\)")
_FIGURE: Final = re.compile(rf"(\d+(?:[,.]\d+|[{_BLANKS}]\d{{3}}(?!\d))*)", re.ASCII)
_GROUPED: Final = re.compile(rf"\d{{1,3}}([,.{_BLANKS}])\d{{3}}(?:\1\d{{3}})*", re.ASCII)
_FRACTION: Final = re.compile(r"\d+[.,]\d{1,2}|\d+\.\d+", re.ASCII)
_UNIT: Final = re.compile(r"[\s-]*(hundred|thousand|million|k)s?\b")
_TIMES: Final = {"hundred": 100, "thousand": 1_000, "k": 1_000, "million": 1_000_000}
_WORD: Final = re.compile(r"[^\W_]+|%")
_BEHIND: Final = re.compile(r"[\s-]*([^\W_]+|%)")
_PEOPLE: Final = frozenset(
    [
        "people", "persons", "individuals", "participants", "protesters", "protestors", "demonstrators", "rioters",
        "marchers", "supporters", "activists", "members", "men", "women", "children", "students", "pupils", "teachers",
        "workers", "employees", "farmers", "residents", "villagers", "locals", "citizens", "civilians", "migrants",
        "refugees", "prisoners", "drivers", "doctors", "nurses", "lawyers", "journalists", "youth", "youths",
    ]
)  # fmt: skip
#: what may stand between two figures of one size
_BETWEEN: Final = _PEOPLE | frozenset(
    ["to", "and", "or", "up", "about", "around", "approximately", "nearly", "almost", "over", "more", "than"]
)
_OR_MORE: Final = re.compile(r"\s+or (?:more|so)\b")


def crowd_of(said: str) -> dict[str, int] | None:
    """low, best and high as an `Estimate` has them; None where the words give no number."""
    first, *rest = _FIGURE.split(_ASIDE.sub(" ", said[:_MOST_CHARACTERS].lower()))
    figures: list[tuple[Decimal, int]] = []
    behind = ""
    for figure, text in zip(rest[::2], rest[1::2], strict=True):
        # what stands between the figure before and this one
        if figures and not _BETWEEN.issuperset(_WORD.findall(behind)):
            return None
        times, behind = _unit(text)
        value = _value(figure, times)
        if value is None:
            return None
        figures.append((value, times))
    if not figures or not _is_understood(behind):
        return None
    numbers = [_number(value, times, *figures[-1]) for value, times in figures]
    low, high = min(numbers), max(numbers)
    if high > _MOST:
        return None
    if len(numbers) > 1:
        return {"low": low, "best": (low + high) // 2, "high": high}
    return {"low": low, "best": low} if "at least" in first or behind.startswith("+") else {"best": low}


def _unit(text: str) -> tuple[int, str]:
    """By how much the words behind a figure multiply it, and what stands behind them."""
    times = 1
    while (unit := _UNIT.match(text)) is not None:
        times *= _TIMES[unit[1]]
        text = text[unit.end() :]
    return times, text


def _value(figure: str, times: int) -> Decimal | None:
    if figure.isdecimal():
        return Decimal(figure)
    grouped = _GROUPED.fullmatch(figure)
    # nobody writes 1.250 million for 1,250 million
    if grouped is not None and (times == 1 or figure.count(".") != 1):
        return Decimal(figure.replace(grouped[1], ""))
    if times > 1 and _FRACTION.fullmatch(figure):
        return Decimal(figure.replace(",", "."))
    return None


def _number(value: Decimal, times: int, last: Decimal, last_times: int) -> int:
    """ "2 to 3 thousand" are thousands both, "500 to 1 thousand" are not."""
    return round(value * (last_times if times == 1 and value < last else times))


def _is_understood(behind: str) -> bool:
    word = _BEHIND.match(behind)
    return word is None or word[1] in _PEOPLE or _OR_MORE.match(behind) is not None
