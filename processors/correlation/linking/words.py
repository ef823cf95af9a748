"""What one written word is, whatever stands beside it: worked out once for a word, however many texts it is in."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

from . import lexicon
from .script import fold, has_case, term_of
from .sounds import key_of

#: characters; no language has longer words, and a hostile one of 6,000 grew to 141,000 when it was folded
MAX_WORD: Final = 100
#: shorter words are no part of what two texts are compared by
_TELLING: Final = 4
_SHORTEST_NAME: Final = 3
_SHORTEST_UNCASED_NAME: Final = 4
#: letters before a hyphen and a capital: an article (al-, аль-), where more are a word of their own
_LONGEST_ARTICLE: Final = 3


class Word(NamedTuple):
    """written: without a possessive 's; low: folded, as words are looked up

    cased: its script tells names by a capital; capital: and it has one; long: of four letters or more, as written
    proper: written as a name: Boko, al-Kadhimi, what is in a script without capitals; not Iran-backed, pro-Iran
    name: it could be one: no common word, no month, no country; key: by which spellings of a name meet
    country: code of the country that it names; term: as the lists of what reports speak of have it
    marked: may begin a title or a country's name; dates: a month, weekday or the like
    number: above 3 and no year; -1: none. hash: -1: too short to compare texts by
    """

    written: str
    low: str
    cased: bool
    capital: bool
    long: bool
    proper: bool
    name: bool
    key: str
    country: str | None
    term: str
    marked: bool
    dates: bool
    number: int
    hash: int


def word_of(raw: str) -> Word:
    """Bounded before, for the caches that keep words."""
    return _word(raw) if len(raw) <= MAX_WORD else _word(no_possessive(raw)[:MAX_WORD])


@lru_cache(maxsize=65_536)
def _word(raw: str) -> Word:
    word = no_possessive(raw)
    # bounded once more: one letter may become eighteen
    low = fold(word)[:MAX_WORD]
    cased = has_case(word)
    country = lexicon.country_of(low)
    calendar = low in lexicon.MONTHS or low in lexicon.WEEKDAYS
    decimal = low.isdecimal()
    name = not (
        (len(low) < _SHORTEST_NAME and not (word.isupper() and len(word) >= 2))
        or (not cased and (len(low) < _SHORTEST_UNCASED_NAME or decimal))
        or lexicon.is_common(low)
        or calendar
        or (country is not None and not lexicon.is_capital(low))
    )
    number = int(low) if decimal and low.isascii() and len(low) <= 6 else -1
    return Word(
        written=word,
        low=low,
        cased=cased,
        capital=cased and word[0].isupper(),
        long=cased and len(raw) >= _TELLING,
        proper=not cased or _is_proper(word),
        name=name,
        # of words that name nobody none is asked for
        key=low if calendar or decimal or lexicon.is_common(low) else key_of(word, low),
        country=country,
        term=term_of(word)[:MAX_WORD],
        marked=country is not None or low in lexicon.TITLE_STARTS or low in lexicon.COUNTRY_STARTS,
        dates=calendar or low in lexicon.RELATIVE_DAYS,
        number=number if number > 3 and not 1990 <= number <= 2035 else -1,
        hash=crc32(low.encode()) if len(low) >= _TELLING or decimal else -1,
    )


def _is_proper(word: str) -> bool:
    """Of a script with capitals."""
    head, _, tail = word.partition("-")
    if word[0].isupper():
        return not (tail[:1].islower() and len(tail) > _LONGEST_ARTICLE)
    return word != word.lower() and len(head) <= _LONGEST_ARTICLE and lexicon.country_of(fold(tail)) is None


def no_possessive(word: str) -> str:
    return word[:-2] if word[-2:] in ("'s", "’s", "'S") else word


#: what stands between headline and text
STOP: Final = Word(".", ".", False, False, False, False, False, ".", None, ".", False, False, -1, -1)
