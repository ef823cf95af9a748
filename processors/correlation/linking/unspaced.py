"""Names in scripts that set no blanks between words: Chinese, Japanese, Thai, Burmese, Khmer, Lao.

Nothing tells where a word ends there. Of Chinese characters every two that stand beside one another may be a name or a
part of one, unless they are known for something else; katakana are a name as they stand; of the rest only towns and
countries are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from anyascii import anyascii

from . import lexicon
from .concepts import languages_for, mask_of
from .gazetteer import is_town
from .script import fold

_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff々]{2,}")
_KATAKANA: Final = re.compile("[\u30a1-\u30fa\u30fc]{3,}")
#: a word of any other script among them
_OTHER: Final = re.compile(
    "[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)
#: characters of the name of a town or a country
_LONGEST_PLACE: Final = 8
#: characters between two known words; more are no name, or several
_LONGEST_NAME: Final = 6
#: of one clause
_MOST_NAMES: Final = 40
#: as Mandarin says them: in simplified and in traditional characters a word sounds the same
_COMMON: Final = frozenset(anyascii(word) for word in lexicon.COMMON if _HAN.fullmatch(word))
_READ_WITH: Final = (*languages_for("zh"), *languages_for("ja"))


class Unspaced(NamedTuple):
    """names: as written; Chinese ones by twos, so that a name meets itself whatever stands beside it.

    countries: codes
    """

    names: tuple[str, ...]
    countries: tuple[str, ...]


@lru_cache(maxsize=16_384)
def names_in(clause: str) -> Unspaced:
    """What a run of such letters names."""
    low = fold(clause)
    written = clause if len(low) == len(clause) else low
    names: dict[str, None] = {}
    countries: dict[str, None] = {}
    known: set[int] = set()
    at = 0
    while at < len(low) - 1:
        at = _place_at(at, low, written, names, countries, known)
    for run in _KATAKANA.finditer(low):
        if run.start() not in known and not lexicon.is_common(run[0]) and not mask_of([run[0]], _READ_WITH):
            names[written[run.start() : run.end()]] = None
    known.update(_known_words(low))
    for run in _HAN.finditer(low):
        start = run.start()
        for end in range(run.start(), run.end() + 1):
            if end == run.end() or end in known:
                if end - start <= _LONGEST_NAME:
                    names.update(dict.fromkeys([written[at : at + 2] for at in range(start, end - 1)]))
                start = end + 1
    return Unspaced(tuple(names)[:_MOST_NAMES], tuple(countries))


def has_names(clause: str) -> bool:
    """Whether it has letters of which names can be made; of Thai, Burmese, Khmer and Lao none can."""
    return _HAN.search(clause) is not None or _KATAKANA.search(clause) is not None


def _place_at(
    at: int, low: str, written: str, names: dict[str, None], countries: dict[str, None], known: set[int]
) -> int:
    """Takes the longest name of a town or country that begins here; answers where the next may begin."""
    other = _OTHER.match(low, at)
    # such a word stands as a whole: it is one name or none, and not eight for each of its letters
    ends = (other.end(),) if other else range(min(at + _LONGEST_PLACE, len(low)), at + 1, -1)
    for end in ends:
        part = low[at:end]
        code = lexicon.country_named(part)
        if code is not None:
            countries[code] = None
            if not lexicon.is_capital(part):
                known.update(range(at, end))
                return end
        if code is not None or is_town(part):
            names[written[at:end]] = None
            # a name of two characters stands among the twos, and may be the end of one word and the start of another
            return end if other or end - at > 2 else at + 1
    return other.end() if other else at + 1


def _known_words(low: str) -> Iterator[int]:
    """Positions of characters that bind words, or are one that names nobody, or what a report is about."""
    for at, letter in enumerate(low):
        if letter in lexicon.BINDING:
            yield at
        else:
            pair = low[at : at + 2]
            if _HAN.fullmatch(pair) and (anyascii(pair) in _COMMON or mask_of([pair], _READ_WITH)):
                yield from (at, at + 1)
