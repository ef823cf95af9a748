"""When two written names are one speaker, one party, one source: folding, never a list of people or places."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from .linking.script import fold as in_latin
from .linking.script import skeleton

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
_ARTICLES: Final = frozenset(("al", "el", "ul", "ad", "ar", "as", "ash", "at", "an", "az", "bin", "ben", "ibn", "the"))
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("kh|gh(?=[aeiou])|ck|[qc](?!h)", "k"), ("dh|zh", "z"), ("sh|sch", "s"), ("ph", "f"), ("th", "t"), ("ch", "c"),
        ("[eiy]+", "i"), ("[ou]+|w", "u"), ("a+", "a"), (r"(.)\1+", r"\1"), ("(?<=[aiu])h$", ""),
    )
)  # fmt: skip

#: fewer would make one of parties with short names
_TELLING_CONSONANTS: Final = 4
#: begins the key of a party that is only a kind of people
GENERIC: Final = "~"
_NOBODY: Final = re.compile(
    r"\b(unnamed|unknown|unidentified|undisclosed|inconnus?|desconocidos?|неизвестн\w+|مجهول\w*|bilinmeyen)\b"
)
_HEDGES: Final = frozenset(
    (
        "suspected",
        "alleged",
        "presumed",
        "supposed",
        "apparent",
        "believed",
        "the",
        "some",
        "a",
        "to",
        "be",
        "at",
        "least",
        "one",
        "several",
        "few",
    )
)
_MEMBERS: Final = frozenset(
    ("members", "member", "militants", "militant", "fighters", "fighter", "forces", "elements", "gunmen", "bomber",
     "bombers", "terrorists", "terrorist", "troops", "soldiers", "group", "groups", "men", "suspects")
)  # fmt: skip
_KINDS_OF_PEOPLE: Final = _MEMBERS | frozenset(
    ("armed", "gunman", "man", "masked", "bandits", "bandit", "attackers", "attacker", "assailants", "assailant",
     "insurgents", "insurgent", "rebels", "rebel", "jihadists", "jihadist", "extremists", "extremist", "militias",
     "militia", "militiamen", "people", "persons", "person", "individuals", "criminals", "gang", "gangs", "gangsters",
     "protesters", "protestors", "protester", "demonstrators", "demonstrator", "rioters", "looters", "mob", "crowd",
     "villagers", "youths", "locals", "residents", "shooter", "shooters", "kidnappers", "hijackers", "perpetrators",
     "herdsmen", "herders", "police", "military", "security", "tribesmen", "suspected", "of", "and")
)  # fmt: skip
#: characters; names have at most 300. One letter can become eighteen, and a hundred such names more than Kafka takes
_MAX_FOLDED: Final = 400
_SINGLE_LETTERS: Final = re.compile(r"\b\w(?: \w\b)+")


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Case, accents, punctuation and blanks folded: "Agence France-Presse " and "agence france presse" are one.

    Never empty: a name of nothing but punctuation is kept as it is.
    """
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c) and c not in _APOSTROPHES
    )
    return _NOT_WORD.sub(" ", plain.casefold()).strip()[:_MAX_FOLDED] or name.strip() or name


@lru_cache(maxsize=20_000)
def fold_person(name: str) -> str:
    """Without offices, and by sound: "Iraqi Prime Minister Adil al-Kadhemi" and "Adil Kazimi, PM" are one.

    An office alone ("the Prime Minister") stays: it is how that speaker is named. So does a single word:
    one word by sound would meet too many others.
    """
    head = name.split(",", 1)[0].split("(", 1)[0]
    folded = fold(head if head.strip() else name)
    after = folded
    for title in _TITLE.finditer(folded):
        rest = folded[title.end() :].strip()
        if rest and not _NO_NAME.match(rest):
            after = rest
    words = [word for word in after.split() if word not in _ARTICLES]
    return " ".join(_sound(word) for word in words) if len(words) > 1 else after


@lru_cache(maxsize=20_000)
def _sound(word: str) -> str:
    """A name's word as many transliterations would write it alike: Qassem and Kasim, Khazaali and Hazali are not
    told apart, Mahmoud and Mohammed, Hassan and Hussein are."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@lru_cache(maxsize=10_000)
def fold_party(name: str) -> str:
    """Who is said to have done it: "suspected Boko Example members" and "Boko Example" are one.

    A mere kind of people ("gunmen", "armed bandits") begins with GENERIC: it contradicts no named party.
    Empty where nobody is named at all ("unknown persons").
    """
    folded = _SINGLE_LETTERS.sub(lambda letters: letters.group().replace(" ", ""), fold(name))
    if _NOBODY.search(folded):
        return ""
    words = [word for word in folded.split() if word not in _HEDGES]
    if all(word in _KINDS_OF_PEOPLE for word in words):
        return GENERIC + " ".join(words or folded.split())
    return " ".join(_sound(word) for word in words if word not in _MEMBERS)


def is_generic(party: str) -> bool:
    return party.startswith(GENERIC)


@lru_cache(maxsize=50_000)
def same_party(one: str, other: str) -> bool:
    """Of two results of `fold_party`: equal, or one is the other's initials ("us", "united states"), or they have
    the same consonants in whatever script, enough of them to tell."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    words = long.split()
    if len(words) > 1 and short == "".join(word[0] for word in words):
        return True
    consonants = [skeleton(in_latin(word)) for word in words]
    return sum(map(len, consonants)) >= _TELLING_CONSONANTS and consonants == [
        skeleton(in_latin(word)) for word in short.split()
    ]


@lru_cache(maxsize=5_000)
def fold_thing(name: str) -> str:
    """`fold`, with a plural "s" taken off the last word: "Drones" and "drone" are one."""
    folded = fold(name)
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith(("ss", "us", "is")):
        return folded[:-1]
    return folded
