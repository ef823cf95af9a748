"""Text of strangers on a terminal: nothing in it may move the cursor, colour the screen or turn letters round.

A headline may hold ESC sequences (they clear the screen, retitle the window, fake a prompt), C1 controls
(the same in one byte), bidi overrides (they show "exe.txt" for "txt.exe"), invisible letters, or hundreds
of accents on one letter that smear over the lines above.
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: what stands where something that cannot be shown was taken out
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
#: a letter of any living script carries at most this many marks
_MOST_MARKS: Final = 4
#: Persian and the scripts of India need the joiners; they are invisible and move nothing
_JOINERS: Final = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_UNSHOWABLE: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_BLANKS: Final = frozenset(("Zs", "Zl", "Zp"))


def shown(text: str) -> str:
    """The text as one line that is safe on any terminal: same letters, no effect.

    Line breaks, tabs and wide blanks become one space each; control characters their Unicode picture (ESC: ␛);
    what else cannot be shown becomes U+FFFD. Rich markup is left as it is: put the result into a
    `rich.text.Text`, never into a string that rich reads as markup.
    """
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        if category in _BLANKS or character in "\t\n\v\f\r\x85":
            kept.append(" ")
        elif category not in _UNSHOWABLE or character in _JOINERS:
            kept.append(character)
        elif character < " ":
            kept.append(chr(0x2400 + ord(character)))
        elif character == "\x7f":
            kept.append("\N{SYMBOL FOR DELETE}")
        else:
            kept.append(REPLACEMENT)
    return "".join(kept)
