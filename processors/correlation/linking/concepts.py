"""What reports are about (subjects), how they speak (acts), and what nearly all of them say (generic).

Entries stand in data/concepts.json as they are written, by language. Each word of an entry matches a whole word if it
ends in $, else the beginning of one, both as `script.term_of` has them. Entries of several words match consecutive
words. Words are cut at hyphens and apostrophes on both sides, so that "air-strike", "l'avion" and "sit-in" need no
entries of their own; nor do Arabic and Hebrew words with an article or a preposition before them.

A text is read with the entries of its own language, or of those that stand for it: "car" is a vehicle in English and
"because" in French. A text in a language without a list is read with all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from .script import WORD, term_of

_DATA: Final[dict[str, Any]] = json.loads(
    files(__package__).joinpath("data", "concepts.json").read_text(encoding="utf-8")
)
_GROUPS: Final = ("subjects", "acts", "generic")

#: names of all classes; the position of a name is its bit in a mask
CONCEPTS: Final[tuple[str, ...]] = tuple(name for group in _GROUPS for name in _DATA[group])
_COUNTS: Final = {group: len(_DATA[group]) for group in _GROUPS}
SUBJECTS_MASK: Final = (1 << _COUNTS["subjects"]) - 1
_ALL: Final = (1 << len(CONCEPTS)) - 1
GENERIC_MASK: Final = ((1 << _COUNTS["generic"]) - 1) << (_COUNTS["subjects"] + _COUNTS["acts"])


def bits_of(*names: str) -> int:
    """Mask of the classes of these names. Raises ValueError for a name that is none."""
    unknown = [name for name in names if name not in CONCEPTS]
    if unknown:
        raise ValueError(f"no such class: {', '.join(unknown)}")
    return sum(1 << CONCEPTS.index(name) for name in names)


#: subjects that say with what an attack was made
MEANS_MASK: Final = bits_of(*_DATA["means"])

_LANGUAGES: Final = frozenset(
    language for group in _GROUPS for entries in _DATA[group].values() for language in entries
)
#: what a text of that language is read with, where that is not its own list alone
_READ_WITH: Final[dict[str, tuple[str, ...]]] = {
    "uk": ("uk", "ru"), "ru": ("ru", "uk"), "be": ("ru", "uk"), "kk": ("ru", "uk"), "ky": ("ru", "uk"),
    "pcm": ("en",), "sco": ("en",), "ht": ("fr",), "ckb": ("ar", "fa"),
    "ha": ("ha", "en"), "hi": ("hi", "en"), "sw": ("sw", "en"), "gl": ("pt", "es"), "ca": ("es", "fr"), "ms": ("id",),
    "hr": ("sr",), "bs": ("sr",), "sh": ("sr",), "mo": ("ro",), "mr": ("hi", "en"), "ne": ("hi", "en"),
    "yue": ("zh",), "af": ("nl", "en"), "ps": ("fa", "ar"), "bn": ("bn", "en"), "ta": ("ta", "en"),
}  # fmt: skip

#: Thai, Burmese, Chinese and Japanese are written without blanks: there an entry may begin at any letter
_UNSPACED: Final = ((0x0E00, 0x0E7F), (0x1000, 0x109F), (0x3040, 0x30FF), (0x3400, 0x9FFF))

#: what Arabic and Hebrew write as one word with the next
_PREFIXES: Final = {
    "ar": ("ال", "وال", "بال", "كال", "فال", "وبال", "لل", "ولل", "و", "ب", "ل", "ف", "وب", "ول"),
    "he": ("ה", "וה", "מה", "שה", "ו", "ב", "ל", "מ", "ש", "כ", "וב", "ול", "ומ", "וש", "של", "שב", "כש"),
}
#: letters after them
_SHORTEST_BOUND: Final = 3

#: one word of an entry, and whether it must be the whole word
_Part = tuple[str, bool]
#: what follows the first word of an entry, and what the entry says
_Tail = tuple[tuple[_Part, ...], int]
#: of one word: mask by itself; the entries it begins, by their second word where that is whole; the other ones
_Found = tuple[int, dict[str, list[_Tail]], list[_Tail]]


def _parts_of(folded: Iterable[str]) -> list[str]:
    parts: list[str] = []
    for word in folded:
        if word.isalnum():
            parts.append(word)
        else:
            parts.extend([part for part in word.replace("'", "-").replace("’", "-").split("-") if part])
    return parts


def _folded_entry(entry: str) -> tuple[_Part, ...]:
    """("air$ strike") -> (("air", True), ("strike", False))"""
    folded: list[_Part] = []
    for token in entry.split():
        bare = token.rstrip("$")
        # most are one word, and there are tens of thousands
        parts = [term_of.__wrapped__(bare)] if bare.isalpha() else _parts_of(map(term_of, WORD.findall(bare)))
        folded.extend((part, token.endswith("$") or at < len(parts) - 1) for at, part in enumerate(parts))
    return tuple(folded)


class _Tables:
    """The entries of some languages, by their first words. Kept once made: there are few groups of languages.

    classes: mask of those that are asked for. All of all languages take half a second to make.
    """

    def __init__(self, languages: tuple[str, ...], classes: int) -> None:
        self.whole: dict[str, int] = {}
        self.beginnings: dict[str, int] = {}
        self.whole_starts: dict[str, list[_Tail]] = {}
        self.beginning_starts: dict[str, list[_Tail]] = {}
        bit = 1
        for group in _GROUPS:
            for by_language in _DATA[group].values():
                for language in (languages or by_language) if classes & bit else ():
                    for entry in by_language.get(language, ()):
                        self._add(_folded_entry(entry), bit)
                bit <<= 1
        lengths = [len(key) for key in (*self.beginnings, *self.beginning_starts)]
        self.shortest, self.longest = min(lengths, default=1), max(lengths, default=0)

    def _add(self, words: tuple[_Part, ...], bit: int) -> None:
        (first, whole), tail = words[0], words[1:]
        if tail:
            (self.whole_starts if whole else self.beginning_starts).setdefault(first, []).append((tail, bit))
        else:
            table = self.whole if whole else self.beginnings
            table[first] = table.get(first, 0) | bit


@lru_cache(maxsize=64)
def _tables(languages: tuple[str, ...], classes: int) -> _Tables:
    return _Tables(languages, classes)


@lru_cache(maxsize=65_536)
def _found(word: str, languages: tuple[str, ...], classes: int) -> _Found:
    tables = _tables(languages, classes)
    mask = tables.whole.get(word, 0)
    tails = list(tables.whole_starts.get(word, ()))
    unspaced = _is_unspaced(word)
    shortest = 1 if unspaced else tables.shortest
    starts: Iterable[int] = _starts(word) if unspaced else (0,)
    if not unspaced and not word.isascii():
        starts = (0, *_bound(word, languages))
        for begin in starts[1:]:
            mask |= tables.whole.get(word[begin:], 0)
            tails.extend(tables.whole_starts.get(word[begin:], ()))
    for begin in starts:
        for end in range(begin + shortest, min(len(word), begin + tables.longest) + 1):
            piece = word[begin:end]
            mask |= tables.beginnings.get(piece, 0)
            tails.extend(tables.beginning_starts.get(piece, ()))
    by_second: dict[str, list[_Tail]] = {}
    others: list[_Tail] = []
    for tail, bit in tails:
        second, whole = tail[0]
        (by_second.setdefault(second, []) if whole else others).append((tail, bit))
    return mask, by_second, others


def _bound(word: str, languages: tuple[str, ...]) -> Iterator[int]:
    """Where a word may begin that Arabic and Hebrew write as one with an article, an "and", a preposition before it."""
    for language in languages or _PREFIXES:
        yield from _after(word, _PREFIXES.get(language, ()))


def _after(word: str, prefixes: tuple[str, ...]) -> Iterator[int]:
    for prefix in prefixes:
        if len(word) - len(prefix) >= _SHORTEST_BOUND and word.startswith(prefix):
            yield len(prefix)


def _starts(word: str) -> Iterator[int]:
    """Where a word may begin among letters that set no blanks: at each of these, and after them."""
    before = True
    for at, letter in enumerate(word):
        unspaced = _is_unspaced(letter)
        if unspaced or before:
            yield at
        before = unspaced


def _is_unspaced(word: str) -> bool:
    return not word.isascii() and any(low <= ord(letter) <= high for letter in word for low, high in _UNSPACED)


def languages_for(language: str) -> tuple[str, ...]:
    """The lists that a text of this language (BCP 47) is read with; none: all of them."""
    tag = language.lower().replace("_", "-").partition("-")[0]
    return _READ_WITH.get(tag) or ((tag,) if tag in _LANGUAGES else ())


def mask_of(terms: Sequence[str], languages: tuple[str, ...] = (), classes: int = _ALL) -> int:
    """What a text speaks of. terms: its words in their order, each by `script.term_of`

    languages: as `languages_for` gives them; classes: mask of those to look for
    """
    words = _parts_of(terms)
    mask = 0
    for at, word in enumerate(words, 1):
        alone, by_second, others = _found(word, languages, classes)
        mask |= alone
        if at == len(words) or not (by_second or others):
            continue
        for following in _forms(words[at], languages):
            for tail, bit in by_second.get(following, ()):
                if len(tail) == 1 or _follows(words, at, tail, languages):
                    mask |= bit
            for tail, bit in others:
                if following.startswith(tail[0][0]) and _follows(words, at, tail, languages):
                    mask |= bit
    return mask


def _forms(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The word, and what it is without what is bound to it."""
    return (word,) if word.isascii() else _unbound(word, languages)


@lru_cache(maxsize=65_536)
def _unbound(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return (word, *[word[begin:] for begin in _bound(word, languages)])


def _follows(words: list[str], at: int, tail: tuple[_Part, ...], languages: tuple[str, ...]) -> bool:
    if at + len(tail) > len(words):
        return False
    return all(
        any(form == wanted or (not whole and form.startswith(wanted)) for form in _forms(words[at + offset], languages))
        for offset, (wanted, whole) in enumerate(tail)
    )


@lru_cache(maxsize=65_536)
def concepts_of(term: str, languages: tuple[str, ...] = (), classes: int = _ALL) -> int:
    """Mask of those of the classes that one word speaks of; 0: none."""
    return mask_of((term,), languages, classes)


def concept_names(mask: int) -> list[str]:
    """For readers: names of the classes in a mask."""
    names = []
    while mask:
        bit = mask & -mask
        names.append(CONCEPTS[bit.bit_length() - 1])
        mask ^= bit
    return names
