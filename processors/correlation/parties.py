"""When two written names are one party, and when both may have done it: folding, never a list of parties.

A party's key is its words by sound, each acronym marked (".isis"), acronyms in brackets at the end ("=isis").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from .linking.script import fold as in_latin
from .linking.script import skeleton
from .names import ARTICLES, fold, sound, words_of

#: begins the key of a party that is only a kind of people
GENERIC: Final = "~"
#: fewer would make one of parties with short names
_TELLING_CONSONANTS: Final = 4
_ACRONYM: Final = "."
_ALSO: Final = "="
_MOST_LETTERS: Final = 6
_MAX_KEY: Final = 400
_BRACKETS: Final = re.compile(r"\(([^()]{2,20})\)")
_VOWELS: Final = re.compile("[aiu]")
_SINGLE_LETTERS: Final = re.compile(r"\b\w(?: \w\b)+")
_NOBODY: Final = re.compile(
    r"\b(unnamed|unknown|unidentified|undisclosed|inconnus?|desconocid[oa]s?|desconhecid[oa]s?|неизвестн\w+|неустановленн\w+"
    r"|مجهول\w*|bilinmeyen|tidak dikenal)\b"
)
_HEDGES: Final = frozenset(
    ("suspected", "alleged", "presumed", "supposed", "apparent", "believed", "the", "some", "a", "to", "be", "at",
     "least", "one", "several", "few", "of", "and")
)  # fmt: skip
#: people of a party: "Red Front fighters" are Red Front
_MEMBERS: Final = frozenset(
    ("members", "member", "militants", "militant", "fighters", "fighter", "elements", "gunmen", "bomber", "bombers",
     "terrorists", "terrorist", "troops", "soldiers", "men", "suspects")
)  # fmt: skip
#: what may be a part of the name: "Rapid Example Forces" are the REF
_BODIES: Final = frozenset(("group", "groups", "forces", "force"))
_LEFT_OUT: Final = _HEDGES | ARTICLES | _MEMBERS
#: words of such people in several languages, general, of no particular story
_KINDS_OF_PEOPLE: Final = _MEMBERS | _BODIES | frozenset(
    ("armed", "gunman", "man", "masked", "bandits", "bandit", "attackers", "attacker", "assailants", "assailant",
     "insurgents", "insurgent", "rebels", "rebel", "jihadists", "jihadist", "extremists", "extremist", "militias",
     "militia", "militiamen", "people", "persons", "person", "individuals", "criminals", "gang", "gangs", "gangsters",
     "protesters", "protestors", "protester", "demonstrators", "demonstrator", "rioters", "looters", "mob", "crowd",
     "villagers", "youths", "locals", "residents", "shooter", "shooters", "kidnappers", "hijackers", "perpetrators",
     "herdsmen", "herders", "police", "military", "security", "tribesmen", "in", "on", "motorbikes", "uniform",
     "uniforms",
     "hommes", "homme", "armes", "assaillants", "djihadistes", "terroristes", "individus", "des", "les", "groupe",
     "groupes", "manifestants", "securite", "personnes", "presumes",
     "hombres", "hombre", "armados", "pistoleros", "sicarios", "bandidos", "terroristas", "asaltantes", "grupo",
     "grupos", "armado", "individuos", "los", "unos", "manifestantes", "homens", "os", "atacantes",
     "silahli", "kisiler", "saldirganlar", "saldirgan", "teroristler", "militanlar", "grup",
     "orang", "kelompok", "bersenjata", "kriminal", "teroris",
     "боевики", "боевиков", "террористы", "террористов", "вооруженные", "люди", "бандиты", "бандитов", "радикалы",
     "экстремисты", "мародеры", "погромщики",
     "مسلحون", "مسلحين", "المسلحون", "المسلحين", "مسلحو", "مسلح", "ارهابيون", "ارهابيين", "الارهابيين", "عصابات",
     "عصابة", "متظاهرون", "متظاهرين", "قطاع", "طرق", "من", "و")
)  # fmt: skip


class _Party(NamedTuple):
    """words: without acronyms' marks; acronyms: in the name, also: beside it, in brackets."""

    words: tuple[str, ...]
    acronyms: frozenset[str]
    also: frozenset[str]


@lru_cache(maxsize=10_000)
def fold_party(name: str) -> str:
    """Who is said to have done it: "suspected Boko Example members" and "Boko Example" are one.

    A mere kind of people ("gunmen", "armed bandits") begins with GENERIC: it contradicts no named party.
    Empty where nobody is named at all ("unknown persons").
    """
    also = sorted({letters for inside in _BRACKETS.findall(name) if (letters := _acronym(words_of(inside)))})
    outside = _BRACKETS.sub(lambda found: " " if _acronym(words_of(found[1])) else found[0], name)
    written = _joined(words_of(outside)) or _joined(words_of(name))
    folded = _joined(fold(outside if written else name))
    if _NOBODY.search(folded):
        return ""
    words = [word for word in folded.split() if word not in _HEDGES]
    if all(word in _KINDS_OF_PEOPLE for word in words) and not also:
        return GENERIC + " ".join(words or folded.split())
    shouted = written.isupper() and " " in written  # all in capitals: none of its words is known for an acronym
    named = [
        _ACRONYM + word.casefold() if _acronym(word) and not shouted else sound(word.casefold())
        for word in written.split()
        if word.casefold() not in _LEFT_OUT
    ]
    return " ".join([*(named or map(sound, folded.split())), *(_ALSO + letters for letters in also)])[:_MAX_KEY]


def is_generic(party: str) -> bool:
    return party.startswith(GENERIC)


@lru_cache(maxsize=50_000)
def same_party(one: str, other: str) -> bool:
    """Of two results of `fold_party`: the same words but for "members", "forces" and the like; one is the other's
    initials ("US", "United States"), or these with more letters ("ISIS", "Islamic State"); or they have the same
    consonants in whatever script, enough of them to tell."""
    if one == other:
        return True
    a, b = _read(one), _read(other)
    if _telling(a) == _telling(b) and _telling(a):
        return True
    if (a.also | _alone(a)) & (b.also | _alone(b)):
        return True
    if any(_stands_for(letters, b, a.acronyms) for letters in _alone(a)) or any(
        _stands_for(letters, a, b.acronyms) for letters in _alone(b)
    ):
        return True
    return any(
        sum(map(len, bones)) >= _TELLING_CONSONANTS and bones == [bare(in_latin(word)) for word in b.words]
        for bare in (skeleton, _consonants)
        for bones in ([bare(in_latin(word)) for word in a.words],)
    )


@lru_cache(maxsize=50_000)
def may_both_be_right(one: str, other: str) -> bool:
    """Whether who names one party does not contradict who names the other: one party, a kind of people, or a part of
    it ("Ruritania", "Islamic Republic of Ruritania"; "US", "US Defense Department")."""
    if is_generic(one) or is_generic(other) or same_party(one, other):
        return True
    a, b = _read(one), _read(other)
    mine, theirs = set(_telling(a)), set(_telling(b))
    if mine and theirs and (mine <= theirs or theirs <= mine):
        return True
    return any(_stands_for(letters, b, a.acronyms) for letters in a.acronyms) or any(
        _stands_for(letters, a, b.acronyms) for letters in b.acronyms
    )


@lru_cache(maxsize=20_000)
def _read(party: str) -> _Party:
    words = party.removeprefix(GENERIC).split()
    return _Party(
        tuple([word.removeprefix(_ACRONYM) for word in words if not word.startswith(_ALSO)]),
        frozenset([word[1:] for word in words if word.startswith(_ACRONYM)]),
        frozenset([word[1:] for word in words if word.startswith(_ALSO)]),
    )


def _consonants(word: str) -> str:
    """As heard: of some scripts no short vowel is written, and of Arabic's w and y nobody knows which they are."""
    return _VOWELS.sub("", sound(word))


def _telling(party: _Party) -> tuple[str, ...]:
    """By sound, also what was written as an acronym: "ISIS" and "Isis"."""
    return tuple([sound(word) for word in party.words if word not in _HEARD_BODIES])


def _alone(party: _Party) -> frozenset[str]:
    """The one word of a name that has no other: an acronym, or what may be one written small."""
    words = [word for word in party.words if word not in _HEARD_BODIES]
    return frozenset(words) if len(words) == 1 and len(words[0]) <= _MOST_LETTERS else frozenset()


def _stands_for(letters: str, party: _Party, acronyms: frozenset[str]) -> bool:
    """acronyms: those that were written as such; they alone may have a letter or two more than the words."""
    words = party.words
    if len(words) < 2:
        return False
    for named in (words, _telling(party)):
        initials = "".join(word[0] for word in named)
        heard = "".join(sound(letter) or letter for letter in letters)
        if len(initials) >= 2 and (heard == initials or (letters in acronyms and heard.startswith(initials))):
            return True
    return False


_HEARD_BODIES: Final = frozenset(map(sound, _BODIES))


def _acronym(word: str) -> str:
    """Small, where a word is written as an acronym; else empty."""
    return word.casefold() if 2 <= len(word) <= _MOST_LETTERS and word.isalpha() and word.isupper() else ""


def _joined(words: str) -> str:
    return _SINGLE_LETTERS.sub(lambda letters: letters.group().replace(" ", ""), words)
