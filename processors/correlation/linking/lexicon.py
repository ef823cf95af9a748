"""What words mean whatever the story: countries, offices, concepts, months, words that name nobody.

Everything here is general. No person, no place below a country, no set is named. The lists and where they
come from: data/*.json.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final


def _read(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


_PLACES: Final = _read("countries.json")
_CAPITALS: Final[dict[str, str]] = _PLACES["capitals"]
_COUNTRIES: Final[dict[str, str]] = {**_CAPITALS, **_PLACES["names"]}
_TITLES: Final[dict[str, str]] = _read("titles.json")["titles"]
_CALENDAR: Final = _read("calendar.json")
_WORDS: Final = _read("common.json")
COMMON: Final[frozenset[str]] = frozenset(_WORDS["words"])
#: Chinese characters that bind words together and are no part of a name
BINDING: Final = frozenset(_WORDS["binding"])

MONTHS: Final[dict[str, int]] = {name: int(month) for name, month in _CALENDAR["months"].items()}
WEEKDAYS: Final[dict[str, int]] = {name: int(day) for name, day in _CALENDAR["weekdays"].items()}
RELATIVE_DAYS: Final[dict[str, int]] = {name: int(day) for name, day in _CALENDAR["relative"].items()}

#: what may follow a country's name or its stem in the adjectives of several languages
_ENDINGS: Final = frozenset(
    [
        "s",
        "n",
        "an",
        "ans",
        "ian",
        "ians",
        "i",
        "is",
        "ien",
        "iens",
        "ienne",
        "iennes",
        "en",
        "ens",
        "aise",
        "ais",
        "ois",
        "oise",
        "ano",
        "ana",
        "anos",
        "anas",
        "iano",
        "iana",
        "ianos",
        "ianas",
        "es",
        "esa",
        "ense",
        "isch",
        "ische",
        "ischen",
        "ischer",
        "isches",
        "er",
        "li",
        "lu",
        "iy",
        "iya",
        "aya",
        "iyya",
        "yan",
        "ski",
        "skiy",
        "skogo",
        "skoy",
        "skie",
        "skikh",
        "skom",
        "skaya",
        "skiye",
        "skih",
        "skyi",
        "ska",
        "skoi",
        "skim",
        "skimi",
        "skoyu",
        "skomu",
        "skuyu",
        "skoe",
        "skii",
        "om",
        "e",
        "u",
        "a",
        "y",
        "yi",
        "iyin",
        "in",
        "im",
        "ov",
        "ey",
        "ye",
        "iu",
        "oy",
        "oyu",
    ]
)
_SHORTEST_STEM: Final = 4


def _country_stems() -> dict[str, str]:
    stems: dict[str, str] = {}
    for name, code in _COUNTRIES.items():
        if " " in name:
            continue
        for stem in (name, name.rstrip("aeiouy")):
            if len(stem) >= _SHORTEST_STEM:
                stems.setdefault(stem, code)
    return stems


_STEM_COUNTRIES: Final = _country_stems()
LONGEST_COUNTRY_WORDS: Final = 3


@lru_cache(maxsize=65_536)
def country_of(words: str) -> str | None:
    """The country that a folded word, or up to three words, names: by name, adjective, people or capital."""
    code = _COUNTRIES.get(words)
    if code is not None or " " in words:
        return code
    for cut in range(len(words) - 1, _SHORTEST_STEM - 1, -1):
        code = _STEM_COUNTRIES.get(words[:cut])
        if code is not None:
            return code if words[cut:] in _ENDINGS else None
    return None


def country_named(words: str) -> str | None:
    """The country that these folded words name exactly."""
    return _COUNTRIES.get(words)


def is_capital(words: str) -> bool:
    """Whether folded words name a capital: a place of its own beside its country."""
    return words in _CAPITALS


def title_of(words: str) -> str | None:
    """The office that a folded word, or up to four words, names."""
    return _TITLES.get(words)


LONGEST_TITLE_WORDS: Final = max(len(title.split()) for title in _TITLES)
TITLE_STARTS: Final = frozenset(title.split()[0] for title in _TITLES)
COUNTRY_STARTS: Final = frozenset(name.split()[0] for name in _COUNTRIES if " " in name)


def is_common(word: str) -> bool:
    """Whether a folded word names nobody, however it is written."""
    return word in COMMON
