"""When two written names are one party, and when both may have done it: folding, never a list of parties.

A party's key is its words by sound, each acronym marked (".isis"), a country's name or adjective with the country
("ruritanian@RR"), acronyms in brackets at the end ("=isis").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from .kinds import BODIES, HEDGES, MEMBERS, is_kind_of_people, joined, names_nobody
from .linking.lexicon import country_of, is_capital
from .linking.script import fold as in_latin
from .linking.sounds import key_of
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
_LEFT_OUT: Final = HEDGES | ARTICLES | MEMBERS
_COUNTRY: Final = "@"
#: an article that is run into its word: "l'assaillant", "un'auto"
_ELIDED: Final = re.compile(r"\b(?:l|d|un|dell|dall|nell|sull|all)['’](?=[^\W\d_]{2})", re.IGNORECASE)
#: the army of one country has one key in several languages
_ARMY: Final = "army"
_ARMIES: Final = frozenset(map(in_latin, (
    "army", "military", "armée", "ejército", "exército", "esercito", "Armee", "Militär", "армия", "армии", "ordu",
    "ordusu", "tentara", "militer", "جيش", "ارتش", "فوج", "צבא",
)))  # fmt: skip


class _Party(NamedTuple):
    """words: without acronyms' marks; meant: what tells, a country for its name and for its adjective, in no order.

    acronyms: in the name, also: beside it, in brackets
    """

    words: tuple[str, ...]
    meant: frozenset[str]
    acronyms: frozenset[str]
    also: frozenset[str]


@lru_cache(maxsize=10_000)
def fold_party(name: str) -> str:
    """Who is said to have done it: "suspected Boko Example members" and "Boko Example" are one.

    A mere kind of people ("gunmen", "armed bandits") begins with GENERIC: it contradicts no named party.
    Empty where nobody is named at all ("unknown persons").
    """
    also = sorted({letters for inside in _BRACKETS.findall(name) if (letters := _acronym(words_of(inside)))})
    name = _ELIDED.sub("", name)
    outside = _BRACKETS.sub(lambda found: " " if _acronym(words_of(found[1])) else found[0], name)
    written = joined(words_of(outside)) or joined(words_of(name))
    folded = joined(fold(outside if written else name))
    if names_nobody(folded):
        return ""
    if not also and not _acronym(written) and is_kind_of_people(folded.split(), written.split()):
        return GENERIC + (" ".join(word for word in folded.split() if word not in HEDGES) or folded)
    shouted = written.isupper() and " " in written  # all in capitals: none of its words is known for an acronym
    named = [
        (_ACRONYM + word.casefold() if _acronym(word) and not shouted else _heard(word)) + _country(word)
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
    if (_telling(a) == _telling(b) and _telling(a)) or (a.meant == b.meant and len(a.meant) > 1):
        return True
    if (a.also | _alone(a)) & (b.also | _alone(b)):
        return True
    if any(_stands_for(letters, b, a.acronyms) for letters in _alone(a)) or any(
        _stands_for(letters, a, b.acronyms) for letters in _alone(b)
    ):
        return True
    return any(
        sum(map(len, bones)) >= _TELLING_CONSONANTS and bones == [bare(word, in_latin(word)) for word in b.words]
        for bare in (key_of, _consonants)
        for bones in ([bare(word, in_latin(word)) for word in a.words],)
    )


@lru_cache(maxsize=50_000)
def may_both_be_right(one: str, other: str) -> bool:
    """Whether who names one party does not contradict who names the other: one party, a kind of people, or a part of
    it ("Ruritania", "Islamic Republic of Ruritania"; "US", "US Defense Department")."""
    if is_generic(one) or is_generic(other) or same_party(one, other):
        return True
    a, b = _read(one), _read(other)
    if a.meant and b.meant and (a.meant <= b.meant or b.meant <= a.meant):
        return True
    return any(_stands_for(letters, b, a.acronyms) for letters in a.acronyms) or any(
        _stands_for(letters, a, b.acronyms) for letters in b.acronyms
    )


@lru_cache(maxsize=20_000)
def _read(party: str) -> _Party:
    words = [word.partition(_COUNTRY)[0] for word in party.removeprefix(GENERIC).split()]
    return _Party(
        # of a name of nothing but punctuation (". .") a mark may be all there is: that is no word
        tuple([bare for word in words if not word.startswith(_ALSO) and (bare := word.removeprefix(_ACRONYM))]),
        frozenset(_meant(word) for word in party.removeprefix(GENERIC).split() if not word.startswith(_ALSO)) - {""},
        frozenset([word[1:] for word in words if word.startswith(_ACRONYM)]),
        frozenset([word[1:] for word in words if word.startswith(_ALSO)]),
    )


def _meant(word: str) -> str:
    """Of a word of a key: its country; empty where it tells nothing."""
    plain, mark, country = word.partition(_COUNTRY)
    heard = sound(plain.removeprefix(_ACRONYM))
    return mark + country if country else "" if heard in _HEARD_BODIES else heard


def _heard(word: str) -> str:
    return sound(_ARMY if in_latin(word) in _ARMIES else word.casefold())


def _country(word: str) -> str:
    """The mark of the country that a word names, not by its capital: a town may be meant. Empty where it names none."""
    plain = in_latin(word)
    # "malienne" is the feminine of "malien"
    code = None if is_capital(plain) else country_of(plain) or country_of(plain.removesuffix("ne"))
    return _COUNTRY + code if code else ""


def _consonants(_: str, word: str) -> str:
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


_HEARD_BODIES: Final = frozenset(map(sound, BODIES))


def _acronym(word: str) -> str:
    """Small, where a word is written as an acronym; else empty."""
    return word.casefold() if 2 <= len(word) <= _MOST_LETTERS and word.isalpha() and word.isupper() else ""
