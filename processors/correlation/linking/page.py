"""What stands on a page beside the report: how to subscribe, what may not be copied, what the reader should switch on.

Two pages of one outlet share these lines whatever they report, and a page behind a barrier holds nothing else.
"""

from __future__ import annotations

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


def without_page(text: str) -> str:
    """The text without short lines that speak to the reader of the page. The same text where there are none, and where
    it is one line: that is a report."""
    lowered = text.lower()
    if "\n" not in lowered or not any(cue in lowered for cue in _CUES):
        return text
    return "\n".join([line for line in text.split("\n") if not _speaks_to_reader(line)])


def _speaks_to_reader(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    lowered = line.lower()
    return any(cue in lowered for cue in _CUES)
