"""What an article's address says of its headline, and of its day: one text under one title has one address for it.

`https://outlet.example/2024/03/01/bomb-kills-four-in-basra-10682.html` -> bomb kills four in basra, 1 March 2024. Words
are kept as hashes; the address itself is not: it would be most of what is kept of a report.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from urllib.parse import unquote, urlsplit
from zlib import crc32

#: a title has this many words at least; fewer are the name of a section
_LEAST_WORDS: Final = 3
_MOST_WORDS: Final = 24
_MOST_CHARACTERS: Final = 2_000
#: longer numbers are those of articles
_MOST_DIGITS: Final = 3
_ENDING: Final = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$")
_WORD: Final = re.compile(r"[^\W_]+")
#: year, month and day, the largest first, with one mark between them or none
_DAY: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)([/_.-]?)([01]\d)\2([0-3]\d)(?!\d)")


def day_of(url: str | None) -> int | None:
    """Ordinal of the first day that the path spells out: that of publication, by the custom of outlets."""
    if not url:
        return None
    try:
        path = urlsplit(url[:_MOST_CHARACTERS]).path
    except ValueError:  # an address that nobody could open
        return None
    for found in _DAY.finditer(path):
        try:
            return date(int(found[1]), int(found[3]), int(found[4])).toordinal()
        except ValueError:  # the thirtieth of February is a number of something else
            continue
    return None


def title_words(url: str | None) -> tuple[int, ...]:
    """Hashes of the words of the longest part of the path, sorted; none where it is no title, or no address."""
    if not url:
        return ()
    try:
        path = urlsplit(url[:_MOST_CHARACTERS]).path
    except ValueError:  # an address that nobody could open
        return ()
    best: list[str] = []
    for part in path.split("/"):
        words = _WORD.findall(_ENDING.sub("", unquote(part).lower()))
        words = [word for word in words if _tells(word)]
        if len(words) > len(best):
            best = words
    if sum(not word.isdecimal() for word in best) < _LEAST_WORDS:
        return ()
    return tuple(sorted({crc32(word.encode()) for word in best[:_MOST_WORDS]}))


def _tells(word: str) -> bool:
    """A word or a small number, no key of an article."""
    if word.isdecimal():
        return len(word) <= _MOST_DIGITS
    return not any(letter.isdecimal() for letter in word)
