"""What stands on a page beside the report: how to subscribe, what may not be copied, what the reader should switch on,
which films there are to see.

Two pages of one outlet share these lines whatever they report, and a page behind a barrier holds nothing else.
"""

from __future__ import annotations

import re
from typing import Final

#: a longer line is a paragraph of the report, whatever it mentions
_LONGEST_LINE: Final = 280
#: folded to lower case; each says that the page speaks to its reader
_CUES: Final = (
    "javascript", "cookies", "newsletter", "privacy policy", "terms of service", "terms of use", "rights reserved",
    "may not be published, broadcast", "copyright 20", "copyright ©", "sign up for", "sign in to", "signing up",
    "already a subscriber", "subscribe to our", "subscription service", "home delivery", "digital access",
    "your profile", "your account",
    "your notification", "email notifications", "verification email", "verification message", "confirmation email",
    "click here", "click on the", "scroll down", "share this", "follow us", "check back for", "already have an account",
    "rating is available", "download the app", "thank you for registering", "enable cookies",
    "abonnez-vous", "tous droits réservés", "inscrivez-vous", "suscríbete",
    "todos los derechos reservados", "regístrate", "alle rechte vorbehalten", "jetzt abonnieren", "datenschutz",
    "подпишитесь", "подписывайтесь", "все права защищены", "اشترك في", "جميع الحقوق محفوظة", "abone olun",
    "tüm hakları saklıdır",
)  # fmt: skip
#: "1:08 Heat 'can get better'": a film, how long it takes and its title
_FILM: Final = re.compile(r"^[ \t]*(\d{1,2}):([0-5]\d)[ \t]", re.MULTILINE)
#: fewer may be hours of the day
_FEWEST_FILMS: Final = 3


def without_page(text: str) -> str:
    """The text without short lines that speak to the reader of the page, and without its list of films. The same text
    where there are none, and where it is one line: that is a report."""
    if "\n" not in text:
        return text
    lowered = text.lower()
    speaks = any(cue in lowered for cue in _CUES)
    shows = _lists_films(text)
    if not (speaks or shows):
        return text
    return "\n".join(
        [
            line
            for line in text.split("\n")
            if not (speaks and _speaks_to_reader(line)) and not (shows and _is_film(line))
        ]
    )


def _lists_films(text: str) -> bool:
    """Lines that begin with a length, below ten minutes. Hours of a day have two digits sooner or later, and stand in
    their order, forward or back; lengths do not."""
    lengths = _FILM.findall(text)
    if len(lengths) < _FEWEST_FILMS or any(len(minutes) > 1 for minutes, _ in lengths):
        return False
    return sorted(lengths) not in (lengths, lengths[::-1])


def _is_film(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and _FILM.match(line) is not None


def _speaks_to_reader(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    lowered = line.lower()
    return any(cue in lowered for cue in _CUES)
