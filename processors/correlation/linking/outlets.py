"""A headline without its outlet: pages write "Two shot in harbour - WXYZ 7 News, Port City Weather" in their titles.

The outlet's own words name its city and its state whatever it reports, and two reports of one outlet share them all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from .script import fold

#: a dash between blanks, a bar, a bullet, two colons
_BETWEEN: Final = re.compile(r"\s[-–—]{1,2}(?:\s|$)|[|•]|\s[«»](?:\s|$)|\s::(?:\s|$)")
_WORD: Final = re.compile(r"[^\W_]+")
#: what is left of a headline is one: as many characters as two words have
_SHORTEST_HEADLINE: Final = 12
_MOST_WORDS: Final = 14
_MOST_WORDS_OF_A_SECTION: Final = 2
_MOST_WORDS_OF_AN_ADDRESS: Final = 3
#: of the words of an outlet's name begin with a capital, where their script has any
_CAPITALS: Final = 0.7
#: a part of a publisher's name is its city, too: of its letters; and of those of what holds the whole name
_MOST_OF_A_NAME: Final = 0.6
_MUCH_OF_A_PART: Final = 0.4
_SHORTEST_SIGN: Final = 3
#: anywhere in the name of an outlet, in small letters
_CUES: Final = frozenset({
    "news", "tv", "radio", "online", "weather", "sports", "televisión", "télévision", "telewizja", "новости",
    "тв", "радио", "haber", "haberleri", "noticias", "nachrichten", "actualités", "notizie", "notícias", "نيوز",
})  # fmt: skip
#: its last word
_LAST: Final = frozenset({
    "times", "post", "herald", "tribune", "gazette", "journal", "chronicle", "today", "magazine", "telegraph",
    "courier", "observer", "headlines",
})  # fmt: skip
#: good news for somebody are no outlet
_NEWS_OF: Final = re.compile(r"\bnews (?:for|of|from|about|on|to|as)\b", re.IGNORECASE)
#: stations that say so (WMC-TV, FOX 8), addresses; as written
_STATION: Final = re.compile(
    r"(?:^|\s)(?:[KW][A-Z]{2,3}(?:-?(?:TV|DT|AM|FM)|-?\d{1,2})|[\w-]{2,40}\.(?:com|org|net|tv|co\.[a-z]{2})"
    r"|(?:Channel|FOX|Fox|CBS|NBC|ABC|CTV|CBC)\s?\d{1,2})(?=$|[\s,:-])"
)
#: the sign of an American station and nothing else: within a headline three capitals are anybody (the WHO)
_SIGN: Final = re.compile(r"\s*[KW][A-Z]{2,3}\W*")
#: a network and a city
_NETWORK: Final = re.compile(r"\s*(?:CBS|NBC|ABC|FOX)(?: [A-Z]\w+){1,2}\s*")
#: words before the first mark that may be an outlet
_MOST_WORDS_BEFORE: Final = 4


def without_outlet(headline: str, publisher: str) -> str:
    """The headline up to where it names its outlet, or behind it; the same where it names none.

    publisher: as in `Source`: a name or an address. An outlet is told by that, by a station's sign, or by words that
    outlets are called by.
    """
    marks = list(_BETWEEN.finditer(headline))
    if not marks or ("«" in headline and "»" in headline):  # what stands between the two is a quotation
        return headline
    known = _letters_of(publisher)
    before, rest = headline[: marks[0].start()], headline[marks[0].end() :].strip()
    if (
        len(rest) >= _SHORTEST_HEADLINE
        and len(_WORD.findall(before)) <= _MOST_WORDS_BEFORE
        and (_is_called(before, known) or _is_station(before))
    ):
        headline = rest
        marks = list(_BETWEEN.finditer(headline))
    ends = [*[mark.start() for mark in marks[1:]], len(headline)]
    for mark, end in zip(marks, ends, strict=False):  # no mark, where an outlet stood before the only one
        told = headline[: mark.start()].rstrip()
        part = headline[mark.end() : end]
        if len(told) >= _SHORTEST_HEADLINE and _is_outlet(part, known):
            return _without_section(told) if mark.group() == "|" else told
    return headline


def _without_section(told: str) -> str:
    """Between bars stands the part of the paper before its name: "Two dead | Iraq | Harbour Times"."""
    before, _, section = told.rpartition("|")
    before = before.strip()
    is_section = len(_WORD.findall(section)) <= _MOST_WORDS_OF_A_SECTION
    return before if is_section and len(before) >= _SHORTEST_HEADLINE else told


@lru_cache(maxsize=4_096)
def _letters_of(publisher: str) -> str:
    """What a headline may call the publisher by: of an address what stands before its last dot."""
    name = publisher.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/")[0]
    return _letters(name.rsplit(".", 1)[0] if "." in name and " " not in name else name)


def _letters(text: str) -> str:
    return "".join(_WORD.findall(fold(text)))


def _is_outlet(part: str, publisher: str) -> bool:
    """What follows a mark: the publisher, a station, or what outlets are called."""
    words = _WORD.findall(part)
    if not words or len(words) > _MOST_WORDS:
        return False
    if _is_station(part) or _is_called(part, publisher):
        return True
    lowered = [word.lower() for word in words]
    cues = sum([word in _CUES for word in lowered])
    if cues > 1:
        return True
    return _is_capitalised(words) and (lowered[-1] in _LAST or (cues == 1 and _NEWS_OF.search(part) is None))


def _is_station(part: str) -> bool:
    words = _WORD.findall(part)
    is_name = len(words) <= _MOST_WORDS_OF_AN_ADDRESS or _is_capitalised(words)  # no sentence about a site
    return (
        _STATION.match(part.strip()) is not None
        or (is_name and _STATION.search(part) is not None)
        or _SIGN.fullmatch(part) is not None
        or _NETWORK.fullmatch(part) is not None
    )  # fmt: skip


def _is_called(part: str, publisher: str) -> bool:
    """By the publisher's name, whole or in part, or by more than that name."""
    name = part.partition(":")[0]  # behind it stands what the outlet thinks of itself
    words = _WORD.findall(name)
    if not words or not _is_capitalised(words):
        return False
    folded = [_letters(word) for word in words]
    letters = "".join(folded)
    if not letters or not publisher:
        return False
    if letters == publisher:
        return True
    if letters in publisher:
        is_sign = len(words) == 1 and name.strip().isupper() and len(letters) >= _SHORTEST_SIGN
        return is_sign or len(letters) >= _MOST_OF_A_NAME * len(publisher)
    if any(word.isupper() and each == publisher for word, each in zip(words, folded, strict=True)):
        return True
    return len(publisher) >= _MUCH_OF_A_PART * len(letters) and _is_run_of(publisher, folded)


def _is_run_of(publisher: str, words: list[str]) -> bool:
    """Whether whole words, one after the other, make up the name: the RIA is not in Syria."""
    for first in range(len(words)):
        run = ""
        for word in words[first:]:
            run += word
            if run == publisher:
                return True
    return False


def _is_capitalised(words: list[str]) -> bool:
    """As names are; a script without capitals says nothing against it."""
    return sum([not word[0].islower() for word in words]) >= _CAPITALS * len(words)


__all__ = ["without_outlet"]
