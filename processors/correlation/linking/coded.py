"""A name that somebody coded, taken apart into what evidence compares: keys of its words, offices, countries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from . import lexicon
from .script import WORD, apart
from .unspaced import has_names, names_in
from .words import Word, word_of

#: words of a coded name that are looked at; characters of one that is kept
_CODED_WORDS: Final = 12
_KEPT_NAME: Final = 200


class Coded(NamedTuple):
    """A coded name taken apart. keys: sorted; found: (key, as written) in order; titles: likewise."""

    keys: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    titles: tuple[tuple[str, str], ...]
    countries: tuple[str, ...]


def taken_apart(name: str) -> Coded:
    return _taken_apart(name) if len(name) <= _KEPT_NAME else _taken_apart.__wrapped__(name)


@lru_cache(maxsize=16_384)
def _taken_apart(name: str) -> Coded:
    """Common words and countries are no keys; a name of nothing else has its countries as keys (@IQ)."""
    as_written = WORD.findall(apart(name))[:_CODED_WORDS]
    words = [word_of(raw) for raw in as_written]
    titles, countries, used = places_and_titles(words, as_written)
    keys = {"@" + code for code in countries} | {key for key, _ in titles}
    found = []
    for word in words:
        low = word.low
        if low in used or lexicon.is_common(low) or len(low) < 2 or low.isdecimal():
            continue
        if word.country and not lexicon.is_capital(low):
            continue
        if not low.isascii():
            unspaced = names_in(word.written)
            keys.update(["@" + code for code in unspaced.countries])
            countries += [code for code in unspaced.countries if code not in countries]
            for name in unspaced.names:
                key = word_of(name).key
                keys.add(key)
                found.append((key, name))
            if unspaced.names or unspaced.countries or has_names(word.written):
                continue
        keys.add(word.key)
        found.append((word.key, word.written))
    return Coded(tuple(sorted(keys)), tuple(found), tuple(titles), tuple(countries))


def places_and_titles(
    words: Sequence[Word], as_written: Sequence[str] | None = None
) -> tuple[list[tuple[str, str]], list[str], set[str]]:
    """Offices named (key, as written), codes of countries named, and folded words that are used up by these."""
    titles: list[tuple[str, str]] = []
    countries: list[str] = []
    used: set[str] = set()
    for at, word in enumerate(words):
        if not word.marked:
            continue
        if word.low in lexicon.TITLE_STARTS:
            for length in range(min(lexicon.LONGEST_TITLE_WORDS, len(words) - at), 0, -1):
                part = words[at : at + length]
                title = lexicon.title_of(" ".join([each.low for each in part]))
                if title:
                    shown = as_written[at : at + length] if as_written else [each.written for each in part]
                    titles.append(("#" + title, " ".join(shown)))
                    used.update([each.low for each in part])
                    break
        code = None
        if word.low in lexicon.COUNTRY_STARTS:
            for length in range(min(lexicon.LONGEST_COUNTRY_WORDS, len(words) - at), 1, -1):
                part = words[at : at + length]
                code = lexicon.country_of(" ".join([each.low for each in part]))
                if code:
                    used.update([each.low for each in part])
                    break
        code = code or word.country
        if code:
            countries.append(code)
    return titles, countries, used
