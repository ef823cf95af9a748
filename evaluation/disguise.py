"""Coded reports under other names and other dates: what a rule that names a person, a place or a date would trip over.

Names are rewritten letter by letter, by a seeded exchange of letters that stand alone in every romanisation (b l m n r,
and their Cyrillic and Arabic counterparts; d does not: Kadhimi is Kazemi), so that two spellings of one name stay two
spellings of one name and the name in another script stays its transliteration. Dates move by whole weeks that are
nearly whole years: weekdays in the text still fit, and what happened "in November" stays in the month of its day.
Day-and-month dates in the text move along.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

Row = Mapping[str, Any]

_LATIN: Final = "blmnr"
_CYRILLIC: Final = "блмнр"
_ARABIC: Final = "بلمنر"
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*")
_INSIDE_A_SENTENCE: Final = re.compile(r"(?<=[\w,;] )([^\W\d_a-z]\w+(?:['’ʼ`][^\W\d_]+)*)")
#: parts of names that are grammar rather than name
_PARTICLES: Final = frozenset(
    ("al", "el", "ar", "an", "as", "ad", "at", "ash", "az", "bin", "ibn", "abu", "de", "da", "do", "del", "la")
)
_WEEKS_OF_A_YEAR: Final = 365.2425 / 7
_WEEKDAYS: Final = frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
_MONTHS: Final[tuple[tuple[str, ...], ...]] = (
    ("January", "Jan", "января", "enero", "janvier", "janeiro"),
    ("February", "Feb", "февраля", "febrero", "février", "fevereiro"),
    ("March", "марта", "marzo", "mars", "março"),
    ("April", "апреля", "abril", "avril"),
    ("May", "мая", "mayo", "mai", "maio"),
    ("June", "июня", "junio", "juin", "junho"),
    ("July", "июля", "julio", "juillet", "julho"),
    ("August", "Aug", "августа", "agosto", "août"),
    ("September", "Sept", "сентября", "septiembre", "septembre", "setembro"),
    ("October", "Oct", "октября", "octubre", "octobre", "outubro"),
    ("November", "Nov", "ноября", "noviembre", "novembre", "novembro"),
    ("December", "Dec", "декабря", "diciembre", "décembre", "dezembro"),
)
_MONTH_OF: Final = {word.lower(): n for n, words in enumerate(_MONTHS, 1) for word in words}
_NAMES_OF_MONTHS: Final = "|".join(sorted(map(re.escape, _MONTH_OF), key=len, reverse=True))
_DAY_MONTH: Final = re.compile(rf"\b(\d{{1,2}})( de)? ({_NAMES_OF_MONTHS})\b(?!\s*\d{{1,2}}\b)", re.IGNORECASE)
_MONTH_DAY: Final = re.compile(rf"\b({_NAMES_OF_MONTHS})(\.?) (\d{{1,2}})\b", re.IGNORECASE)
_ISO: Final = re.compile(r"^(\d{4})(-\d{2})?(-\d{2})?(.*)$", re.DOTALL)


def names_in(rows: Sequence[Row], keep: Collection[str] = ()) -> frozenset[str]:
    """Lower-cased words that are names here: capitalised in a name or inside a sentence, never an ordinary word.

    keep: general vocabulary that is no name (countries, peoples, titles); lower case.
    """
    ordinary: set[str] = set(keep) | _PARTICLES | set(_MONTH_OF) | _WEEKDAYS
    found: set[str] = set()
    for row in rows:
        texts = [text for text in (row.get("headline"), row.get("text"), row.get("stance_target")) if text]
        for text in texts:
            ordinary.update(word.lower() for word in _WORD.findall(text) if word[0].islower())
            found.update(match.group(1).lower() for match in _INSIDE_A_SENTENCE.finditer(text))
        people = [*(row.get("actors") or ()), *(row.get("targets") or ())]
        places = [place for place in (row.get("place"), row.get("said_in")) if place]
        for name in [part["name"] for part in [*people, *places]]:
            found.update(word.lower() for word in _WORD.findall(name) if word[0].isupper())
    return frozenset(word for word in map(_bare, found) if len(word) > 2 and word not in ordinary)


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s")


def disguised(rows: Sequence[Row], seed: int, keep: Collection[str] = ()) -> list[dict[str, Any]]:
    """The same reports under other names, some weeks away. Ids, labels, publishers and addresses stay."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible disguise, no secret
    weeks = chance.choice([-1, 1]) * round(chance.randrange(1, 12) * _WEEKS_OF_A_YEAR)
    exchange = _exchange_of_letters(chance)
    names = names_in(rows, keep)
    return [_disguise(row, names, exchange, timedelta(weeks=weeks)) for row in rows]


def _exchange_of_letters(chance: random.Random) -> dict[int, str]:
    order = list(range(len(_LATIN)))
    while any(order[n] == n for n in range(len(order))):
        chance.shuffle(order)
    table: dict[int, str] = {}
    for letters in (_LATIN, _LATIN.upper(), _CYRILLIC, _CYRILLIC.upper(), _ARABIC):
        table.update({ord(letters[n]): letters[order[n]] for n in range(len(order))})
    return table


def _disguise(row: Row, names: frozenset[str], exchange: dict[int, str], shift: timedelta) -> dict[str, Any]:
    def rename(text: str | None) -> str | None:
        if text is None:
            return None

        def word(match: re.Match[str]) -> str:
            given = match.group()
            if _bare(given.lower()) in names:
                return given.translate(exchange)
            return given

        return _shift_dates_in(_WORD.sub(word, text), row, shift)

    def actor(one: Mapping[str, Any]) -> dict[str, Any]:
        return {**one, "name": rename(one["name"])}

    changed = dict(row)
    for field in ("headline", "text", "stance_target", "on_behalf_of"):
        if field in row:
            changed[field] = rename(row[field])
    for field in ("place", "said_in"):
        if row.get(field):
            changed[field] = actor(row[field])
    for field in ("actors", "targets"):
        if field in row:
            changed[field] = [actor(one) for one in row[field] or ()]
    for field in ("occurred_at", "published_at"):
        if row.get(field):
            changed[field] = shifted(row[field], shift)
    return changed


def shifted(text: str, shift: timedelta) -> str:
    """An ISO date or time moved; "2021-11" and "2021" move as their first day does, and stay that coarse."""
    match = _ISO.match(text)
    if match is None:
        return text
    year, month, day, rest = match.groups()
    if day is None:
        moved = date(int(year), int((month or "-01")[1:]), 15) + shift
        return f"{moved:%Y-%m}" if month else f"{moved:%Y}"
    moved = date(int(year), int(month[1:]), int(day[1:])) + shift
    return f"{moved.isoformat()}{rest}"


def _shift_dates_in(text: str, row: Row, shift: timedelta) -> str:
    near = row.get("published_at") or row.get("occurred_at") or "2020-06-15"
    year = datetime.fromisoformat(near[:4] + "-01-01").year

    def moved(day: str, month: str) -> tuple[int, int] | None:
        try:
            to = date(year, _MONTH_OF[month.lower()], int(day)) + shift
        except ValueError:
            return None
        return to.day, to.month

    def day_month(match: re.Match[str]) -> str:
        to = moved(match[1], match[3])
        return match[0] if to is None else f"{to[0]}{match[2] or ''} {_MONTHS[to[1] - 1][_column(match[3])]}"

    def month_day(match: re.Match[str]) -> str:
        to = moved(match[3], match[1])
        return match[0] if to is None else f"{_MONTHS[to[1] - 1][0]} {to[0]}"

    return _MONTH_DAY.sub(month_day, _DAY_MONTH.sub(day_month, text))


def _column(word: str) -> int:
    """Which language's word this is, as a place in _MONTHS; English where a month lacks the column."""
    words = [name.lower() for name in _MONTHS[_MONTH_OF[word.lower()] - 1]]
    shortened = len(words) in (5, 6) and words[1] in ("jan", "feb", "aug", "sept", "oct", "nov", "dec")
    place = words.index(word.lower())
    russian = 2 if shortened else 1
    return 0 if place < russian else -(len(words) - place)
