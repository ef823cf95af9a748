"""Writing systems: one spelling for a word whatever script, accents or transliteration it comes in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

#: more of an article is not read: the opening says what it is about, and the cost of an event stays bounded
READ_CHARACTERS: Final = 6_000

_LATIN: Final = str.maketrans(
    {"ƙ": "k", "ɗ": "d", "ɓ": "b", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ə": "a",
     "ʼ": None, "ʻ": None, "’": "'", "‘": "'", "`": "'", "þ": "th", "ð": "d", "ħ": "h"}
)  # fmt: skip
_CYRILLIC: Final = str.maketrans(
    {"а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e", "ж": "zh", "з": "z",
     "и": "i", "і": "i", "ї": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
     "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": None,
     "ы": "y", "ь": None, "э": "e", "ю": "yu", "я": "ya", "қ": "k", "ғ": "g", "ә": "a", "ң": "n", "ө": "o", "ұ": "u",
     "ү": "u", "һ": "h", "ў": "u", "ҳ": "h", "ҷ": "j", "ј": "y", "љ": "l", "њ": "n", "ћ": "c", "ђ": "d", "џ": "dz"}
)  # fmt: skip
_ARABIC: Final = str.maketrans(
    {"ا": "a", "أ": "a", "إ": "i", "آ": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d",
     "ذ": "dh", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": None,
     "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "ى": "a",
     "ة": "a", "ء": None, "ئ": "y", "ؤ": "w", "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ک": "k", "ی": "y", "ە": "a",
     "ێ": "e", "ۆ": "o", "ڕ": "r", "ڤ": "v", "ڵ": "l", "ھ": "h", "ہ": "h", "ے": "e", "ں": "n", "ـ": None,
     **{chr(code): str(code - 0x660) for code in range(0x660, 0x66A)},
     **{chr(code): str(code - 0x6F0) for code in range(0x6F0, 0x6FA)}}
)  # fmt: skip

#: vowel signs and points of scripts below U+1200, which `\\w` leaves out: क्षेत्र is one word, not three
_MARKS: Final = "".join(chr(code) for code in range(0x300, 0x1200) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
_LETTER: Final = rf"[^\W_][{_MARKS}]*"
WORD: Final = re.compile(rf"(?:{_LETTER})+(?:[’'\-](?:{_LETTER})+)*", re.UNICODE)
#: what French, Italian and Catalan write as one word with the name that follows; one country has its name from it
_ELIDED: Final = re.compile(
    r"(?<![\w’'])([dLl]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu|[DdNn]ell|[AaDd]all|[Aa]ll|[Ss]ull|[Qq]uell)[’'](?!Ivoire)"
    r"(?=[A-ZÀ-ÖØ-ÞĀŁŚŠŽŞİĞÇ])"
)
#: endings that Turkish and Azerbaijani set off from a name
_SET_OFF: Final = re.compile(
    r"(?<=\w)[’'](?=(?:n?[ıiuü]n|[nsy]?[aeıiuüə]|n?[dt][aeə](?:n|ki(?:ler|lar)?)?|y?l[aeə]|l[ıiuü](?:k|lar|ler)?"
    r"|y?d[ıiuü]|l[ae]r\w*)\b)"
)
_SETS_OFF: Final = frozenset(("tr", "az"))
#: Thai, Lao, Burmese, Khmer, Chinese, Japanese: no blank tells where a word ends, so that they are searched as they are
_WITHOUT_BLANKS: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NOT_LATIN: Final = re.compile(r"[^a-z0-9'\-]+")
ARABIC_LETTER: Final = re.compile(r"[\u0600-\u06ff]")
CYRILLIC_LETTER: Final = re.compile(r"[\u0400-\u04ff]")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case, no accents, Latin letters: the form in which words are looked up.

    Scripts that are written without blanks stay as they are.
    """
    lowered = word.lower().translate(_LATIN)
    if lowered.isascii():
        return lowered
    if CYRILLIC_LETTER.search(lowered):
        lowered = lowered.translate(_CYRILLIC)
    elif ARABIC_LETTER.search(lowered):
        lowered = without_article(lowered).translate(_ARABIC)
    if _WITHOUT_BLANKS.search(lowered):
        return unicodedata.normalize("NFKC", lowered)  # a mark on one of these letters makes it another
    plain = unicodedata.normalize("NFKD", lowered)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if plain.isascii():
        return plain
    # Greek, Hebrew, Indic and the rest by a library's tables; vowels are of no account there either (sounds.py)
    return _NOT_LATIN.sub("", anyascii(plain).lower())


#: one letter for its spellings; marks of vowels, joiners, and points that make another letter of an Indic one go
_ONE_LETTER: Final = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ۓ": "ي", "ئ": "ي", "ؤ": "و", "ک": "ك",
     "ة": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ۂ": "ه", "ە": "ه", "ں": "ن", "ء": None, "ـ": None,
     "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "\u0901": "\u0902", "\u0981": "\u0982",
     **dict.fromkeys(map(chr, (0x93C, 0x9BC, 0xA3C, 0x670, *range(0x64B, 0x660), *range(0x591, 0x5C8))))}
)  # fmt: skip


@lru_cache(maxsize=65_536)
def term_of(word: str) -> str:
    """A word as lists of its own language have it, for whoever looks it up there.

    Folded, but in a script without capitals, where that would leave no vowels and one letter for two.
    """
    if word.isascii() or _WITHOUT_BLANKS.search(word) or not any(map(_is_without_case, word)):
        return fold(word)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", word.lower()).translate(_ONE_LETTER))


def _is_without_case(letter: str) -> bool:
    """Whether this is a letter of Hebrew, Arabic, an Indic script, Korean or the like."""
    return letter >= "\u0590" and letter.isalpha() and not has_case(letter)


def without_article(word: str) -> str:
    """An Arabic word without its article, and what may stand before that."""
    for prefix in ("وال", "بال", "كال", "فال", "لل", "ال"):
        if word.startswith(prefix) and len(word) >= len(prefix) + 3:
            return word[len(prefix) :]
    return word


def has_case(word: str) -> bool:
    """Whether the script of this word tells names by a capital."""
    return word[:1].upper() != word[:1].lower()


def distance_class(language: str) -> str:
    """Languages between which words of a text may be compared: Nigerian Pidgin and other creoles count as English."""
    tag = language.lower().split("-")[0].split("_")[0]
    return {"pcm": "en", "sco": "en", "": "en", "uk": "ru", "be": "ru"}.get(tag, tag)


def apart(text: str, language: str = "") -> str:
    """The text with names apart from what is written as one word with them: d'Ankara, Ankara'da. As long as before."""
    if language in _SETS_OFF:
        text = _SET_OFF.sub("*", text)
    return _ELIDED.sub(r"\1*", text) if "'" in text or "’" in text else text
