"""By what a name's word meets its other spellings: the consonants that are heard, whatever script they are written in.

Arabic and Hebrew write few vowels, and one letter for w, o and u; Arabic has no p and no v, Hebrew one letter for b and
v; Russian and Ukrainian decline names. So vowels tell nothing, nor which lips a sound comes from, nor the ending of a
case.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from .script import ARABIC_LETTER, CYRILLIC_LETTER, fold, without_article

#: marks of vowels above and below letters, and joiners
_UNSEEN: Final = dict.fromkeys((*range(0x64B, 0x660), 0x670, *range(0x591, 0x5C8), 0x200C, 0x200D, 0x640))
#: consonants as they are heard; a, i: vowels that are written; ': one that has no letter; w: a vowel or a consonant,
#: by what stands beside it
_ARABIC: Final = _UNSEEN | str.maketrans(
    {"ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ب": "b", "ت": "t", "ث": "t", "ج": "z", "ح": "h", "خ": "k",
     "د": "d", "ذ": "z", "ر": "r", "ز": "z", "س": "s", "ش": "s", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "'",
     "غ": "g", "ف": "f", "ق": "k", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "i", "ى": "a",
     "ة": "a", "ء": None, "ئ": "i", "ؤ": "w", "پ": "p", "چ": "s", "ژ": "z", "گ": "g", "ک": "k", "ی": "i", "ە": "a",
     "ێ": "i", "ۆ": "w", "ڕ": "r", "ڤ": "v", "ڵ": "l", "ھ": "h", "ہ": "h", "ۀ": "h", "ۂ": "h", "ۃ": "a", "ے": "i",
     "ۓ": "i", "ں": "n", "ٹ": "t", "ڈ": "d", "ڑ": "r", "ټ": "t", "ډ": "d", "ړ": "r", "ڼ": "n", "ښ": "s", "ږ": "z",
     "ځ": "z", "څ": "s", "ې": "i", "ۍ": "i", "ګ": "g"}
)  # fmt: skip
_HEBREW: Final = _UNSEEN | str.maketrans(
    {"א": "a", "ב": "b", "ג": "g", "ד": "d", "ה": "h", "ו": "w", "ז": "z", "ח": "h", "ט": "t", "י": "i", "כ": "k",
     "ך": "k", "ל": "l", "מ": "m", "ם": "m", "נ": "n", "ן": "n", "ס": "s", "ע": "'", "פ": "p", "ף": "p", "צ": "s",
     "ץ": "s", "ק": "k", "ר": "r", "ש": "s", "ת": "t"}
)  # fmt: skip
#: a stroke makes another sound of a letter: ג'נין is Jenin
_STRUCK: Final = re.compile("ג['’׳]")
#: letters that Persian and Urdu write and Arabic does not: what looks like an article is none there
_NOT_ARABIC: Final = re.compile("[پچژگکیےٹڈڑں]")
_HEBREW_LETTER: Final = re.compile("[\u05d0-\u05ea]")
#: endings of Slavic cases with a consonant in them: Токаевым, Зеленского
_CASES: Final = re.compile("(?<=.....)(?:ого|его|ому|ему|ыми|ими|ами|ями|ым|им|ом|ем)$")
#: a point above a letter of Indic scripts, heard as n, and as m before b and p
_POINTS: Final = str.maketrans({"ं": "न", "ং": "ন", "ਂ": "ਨ", "ੰ": "ਨ", "ં": "ન"})
#: letters of Latin script that are one sound with their neighbour; groups are called by the sound
_SPELLED: Final = re.compile(
    "(?P<k>kh|ck|ch(?=[lmnrt])|c(?![eiyh])|q)|(?P<g>gh)|(?P<z>dh|dzh|zh|dz|dj|j)|(?P<f>ph)|(?P<o>ou|oo)|(?P<ks>x)"
    "|(?P<s>t?sch|tch|sh|ch|t[sz]|c)|(?P<t>th)"
)
_NOT_LATIN: Final = re.compile("[^a-z0-9]+")
_DOUBLED: Final = re.compile(r"(.)\1+")
#: Tawfiq is Toufik, and بومبيو Pompeo; not Brown, Lewandowski, Nawaz
_W_AS_VOWEL: Final = re.compile(r"(?<=.)(?<![oe])w(?![aeiouy'v])")
_N_BEFORE_LIPS: Final = re.compile("n(?=[bp])")
_LIPS: Final = str.maketrans({"p": "b", "v": "f"})
_UNHEARD: Final = re.compile("[aeiouyh']")
#: vowels that not all scripts write
_SHORT: Final = str.maketrans({"a": None, "'": None, "e": None, "u": None, "y": "i"})
_FEWEST: Final = 3
#: letters; one character may be spelled by six
_LONGEST: Final = 100


@lru_cache(maxsize=65_536)
def key_of(word: str, low: str) -> str:
    """Kadhimi, Kazemi, Каземи, الكاظمي -> kzm; Macron, ماكرون, מקרון -> mkrn.

    word: as written; low: folded. A name of fewer than three consonants meets by its long vowels as well, and by itself
    where that is no more than two letters. Never longer than 200 characters where word and low have 100 at most.
    """
    written = word.lower()
    if ARABIC_LETTER.search(written):
        bare = written if _NOT_ARABIC.search(written) else without_article(written)
        return _key(bare.translate(_ARABIC), low)
    if _HEBREW_LETTER.search(written):
        return _key(_STRUCK.sub("ז", written).translate(_HEBREW), low)
    if CYRILLIC_LETTER.search(written):
        return skeleton(fold(_CASES.sub("", written)))
    if not low.isascii():
        # Chinese as Mandarin says it, which is how names are told abroad, and as both its scripts write it
        return skeleton((_NOT_LATIN.sub("", anyascii(word).lower()) or low)[:_LONGEST])
    plain = written.translate(_POINTS)
    return skeleton(low if plain == written else fold(plain))


@lru_cache(maxsize=65_536)
def skeleton(low: str) -> str:
    """`key_of` a folded word in Latin letters."""
    sounds = _SPELLED.sub(_sound, low.replace("'", ""))
    return _key(sounds, low)


def _sound(spelled: re.Match[str]) -> str:
    return spelled.lastgroup or ""


def _key(sounds: str, low: str) -> str:
    heard = _DOUBLED.sub(r"\1", sounds.replace("ww", "v").replace("ts", "s"))
    heard = _N_BEFORE_LIPS.sub("m", _W_AS_VOWEL.sub("o", heard).replace("w", "v")).translate(_LIPS)
    bones = _DOUBLED.sub(r"\1", _UNHEARD.sub("", heard))
    if heard and heard[0] in "aeiouy'":
        bones = "a" + bones
    if len(bones) >= _FEWEST:
        return bones
    if len(low) <= _FEWEST and low == sounds:
        return low
    short = _DOUBLED.sub(r"\1", heard.translate(_SHORT)).removesuffix("h")
    return short if len(short) >= _FEWEST else low
