"""When two written names are one speaker, one source, one thing: folding, never a list of people or places."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import Final

# Offices and forms of address, as words of a language and of no particular person. What follows one is the name.
_TITLES = (
    "prime minister", "deputy prime minister", "vice president", "foreign minister", "defence minister",
    "defense minister", "interior minister", "president", "premier", "minister", "chancellor", "king", "queen",
    "prince", "princess", "emir", "sultan", "sheikh", "ayatollah", "imam", "pope", "bishop", "archbishop",
    "governor", "mayor", "senator", "secretary general", "secretary of state", "secretary", "ambassador",
    "spokesman", "spokeswoman", "spokesperson", "general", "lieutenant general", "major general", "brigadier general",
    "brigadier", "colonel", "lieutenant colonel", "major", "captain", "lieutenant", "sergeant", "admiral", "commander",
    "chief", "inspector", "judge", "professor", "doctor", "dr", "mr", "mrs", "ms", "sir", "lord", "lady", "gen", "lt",
    "col", "maj", "capt", "sgt", "sen", "gov", "rep", "pm", "fm", "alhaji", "hajj", "haji",
)  # fmt: skip
_TITLE = re.compile(r"\b(?:" + "|".join(sorted(_TITLES, key=lambda t: (-len(t), t))) + r")\b")
#: words that follow an office and are no name: "president of the council", "spokesman for the army"
_NO_NAME = re.compile(r"^(?:of|for|at|in|to|and|the|de|du|des|del)\b")
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)
_APOSTROPHES: Final = frozenset("'’‘ʼʻ`´")
ARTICLES: Final = frozenset(("al", "el", "ul", "ad", "ar", "as", "ash", "at", "an", "az", "bin", "ben", "ibn", "the"))
_LINKS: Final = frozenset(("of", "for", "de", "du", "des", "del", "do", "da"))
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("kh|gh(?=[aeiou])|ck|[qc](?!h)", "k"), ("dh|zh", "z"), ("sh|sch", "s"), ("ph", "f"), ("th", "t"), ("ch", "c"),
        ("[eiy]+", "i"), ("[ou]+|w", "u"), ("a+", "a"), (r"(.)\1+", r"\1"), ("(?<=[aiu])h$", ""),
    )
)  # fmt: skip

#: characters; names have at most 300. One letter can become eighteen, and a hundred such names more than Kafka takes
_MAX_FOLDED: Final = 400


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Case, accents, punctuation and blanks folded: "Agence France-Presse " and "agence france presse" are one.

    Never empty: a name of nothing but punctuation is kept as it is.
    """
    return words_of(name).casefold()[:_MAX_FOLDED] or name.strip() or name


def words_of(name: str) -> str:
    """Without accents and punctuation, words with a blank between them; case as written."""
    letters = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c) and c not in _APOSTROPHES)
    plain = "".join(islice(letters, _MAX_FOLDED))
    return _NOT_WORD.sub(" ", plain).strip()


@lru_cache(maxsize=20_000)
def fold_person(name: str) -> str:
    """Without offices, and by sound: "Iraqi Prime Minister Adil al-Kadhemi" and "Adil Kazimi, PM" are one.

    An office alone ("the Prime Minister") stays: it is how that speaker is named. So does a single word:
    one word by sound would meet too many others. In which order the words stand is no matter: "Ruritania's Ministry
    of Health", "Ruritania's health ministry".
    """
    head = name.split(",", 1)[0].split("(", 1)[0]
    folded = fold(head if head.strip() else name)
    after = folded
    for title in _TITLE.finditer(folded):
        rest = folded[title.end() :].strip()
        if rest and not _NO_NAME.match(rest):
            after = rest
    words = [word for word in after.split() if word not in ARTICLES and word not in _LINKS]
    return " ".join(sorted(sound(word) for word in words)) if len(words) > 1 else after


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """A name's word as many transliterations would write it alike: Qassem and Kasim, Khazaali and Hazali are not
    told apart, Mahmoud and Mohammed, Hassan and Hussein are."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


@lru_cache(maxsize=5_000)
def fold_thing(name: str) -> str:
    """`fold`, with a plural "s" taken off the last word: "Drones" and "drone" are one."""
    folded = fold(name)
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith(("ss", "us", "is")):
        return folded[:-1]
    return folded
