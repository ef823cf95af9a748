"""Names in full, as reports write them: for people to read. What is compared are keys of single words (extraction.py).

What is a name is told by how it is written: with a capital inside a sentence, or in what was coded as a party or a
place. A capital that opens a sentence, or stands in a headline that gives one to every word, proves nothing; neither do
words that evidence takes for common ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from . import lexicon
from .coded import taken_apart
from .concepts import concepts_of, languages_for
from .script import WORD, apart, fold
from .words import Word, word_of

MAX_CALLED: Final = 24
#: characters: a longer run of capitals is a headline within the text
_LONGEST: Final = 60
#: characters of a coded name that are looked at
_READ: Final = 200
_BREAKS: Final = re.compile(r"[(),;:/|«»„“”\"\[\]{}\n]+")
#: coded words are in the report's language or in English, whichever the coder liked
_ENGLISH: Final = languages_for("en")
#: letters of a small word that may stand within a coded name (of, the, and, bin)
_SMALL: Final = 3

#: a word, and where it starts
Placed = tuple[Word, int]


class Called(NamedTuple):
    """A name taken apart. keys: of its words, as evidence has them

    words: all of it, so that of two names with a word in common neither passes for the other (Joint Operations Command,
    Police Command)
    """

    keys: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=16_384)
def called(name: str) -> Called:
    taken = taken_apart(name)
    keys = frozenset(key for key in taken.keys if key[0] not in "@#")
    offices = {fold(word) for _, written in taken.titles for word in WORD.findall(written)}
    common = {word for word in map(fold, WORD.findall(name)) if len(word) > _SMALL and lexicon.is_common(word)}
    return Called(keys, keys | (common - offices) | {"@" + code for code in taken.countries})


def coded_names(coded: Iterable[str], small: Collection[str], read_with: tuple[str, ...]) -> Iterator[str]:
    """What of coded parties and places is a name: of "suspected Boko Example men" Boko Example, of "students" nothing.

    small: words that the same report writes without a capital; read_with: lists of its language (concepts.py)
    """
    for name in coded:
        for written, rests_on in _names_in(name[:_READ], read_with):
            if rests_on not in small:
                yield written


@lru_cache(maxsize=16_384)
def _names_in(coded: str, read_with: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each with the word on which it rests that it is one, where that is the first alone; else ""."""
    names: list[tuple[str, str]] = []
    for part in _BREAKS.split(apart(coded)):
        found = [(word_of(match.group()), match.start()) for match in WORD.finditer(part)]
        inside = [each for at, each in enumerate(found) if each[0].proper or _binds(found, at)]
        if inside:
            first = found[0][0]
            sure = list(runs(part, inside, None if first.written.isupper() else first))
            names += [(name, "") for name in sure]
            if not concepts_of(first.term, read_with) and not concepts_of(first.term, _ENGLISH):
                names += [(name, first.low) for name in runs(part, inside) if name not in sure]
    return tuple(names)


def _binds(found: Sequence[Placed], at: int) -> bool:
    """A small word between two names."""
    within = 0 < at < len(found) - 1 and len(found[at][0].written) <= _SMALL
    return within and found[at - 1][0].proper and found[at + 1][0].proper


def runs(part: str, inside: Iterable[Placed], doubtful: Word | None = None) -> Iterator[str]:
    """Words that stand beside one another are one name: Joint Operations Command, not three.

    inside: those of `part` that may belong to a name, in order. doubtful: one that makes no name by itself
    """
    begin = end = 0
    telling = False
    for word, start in inside:
        if not (end and start == end + 1 and part[end] == " "):
            if telling:
                yield part[begin:end]
            begin, telling = start, False
        end = start + len(word.written)
        telling = telling or (word.name and word != doubtful and word.written[0].isalpha())
    if telling:
        yield part[begin:end]


def in_full(coded: Iterable[str], written: Iterable[str]) -> tuple[str, ...]:
    """The coded ones, then those of the text that are no part of one before; so many, and none that is too long."""
    kept = {name: None for name in coded if len(name) <= _LONGEST}
    for name in written:
        if len(kept) >= MAX_CALLED:
            break
        if len(name) <= _LONGEST and not any(name in known for known in kept):
            kept[name] = None
    return tuple(kept)[:MAX_CALLED]
