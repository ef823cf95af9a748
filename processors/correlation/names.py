"""When two written names are one speaker, one party, one source: folding, never a list of people or places."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Case, accents, punctuation and blanks folded: "Agence France-Presse " and "agence france presse" are one.

    Never empty: a name of nothing but punctuation is kept as it is.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.casefold()).strip() or name.strip() or name


@lru_cache(maxsize=20_000)
def fold_person(name: str) -> str:
    """`fold`, and without offices: "Iraqi Prime Minister Adil Example" and "Adil Example, PM" are one.

    An office alone ("the Prime Minister") stays: it is how that speaker is named.
    """
    head = name.split(",", 1)[0].split("(", 1)[0]
    folded = fold(head if head.strip() else name)
    after = folded
    for title in _TITLE.finditer(folded):
        rest = folded[title.end() :].strip()
        if rest and not _NO_NAME.match(rest):
            after = rest
    return after


@lru_cache(maxsize=5_000)
def fold_thing(name: str) -> str:
    """`fold`, with a plural "s" taken off the last word: "Drones" and "drone" are one."""
    folded = fold(name)
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith(("ss", "us", "is")):
        return folded[:-1]
    return folded
