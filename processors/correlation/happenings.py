"""What a stance is taken toward: the incident itself, or only something about it?

"denies the attack" doubts the incident; "denies that a ransom was paid" does not. Words of the two kinds in
several languages, general, of no particular story. Where neither kind is found the answer is no: that an
incident is denied weighs too much to be guessed.
"""

from __future__ import annotations

import re
from typing import Final

from schemas.vocabulary import ClaimAbout

from .names import fold

#: topics whose value is a number of people
NUMBERS: Final = (ClaimAbout.KILLED, ClaimAbout.INJURED, ClaimAbout.PARTICIPANTS, ClaimAbout.ARRESTED)

_HAPPENING: Final = re.compile(
    r"\b(?:(?:air ?)?strikes?|attacks?|attacked|bombings?|bombed|blasts?|explosions?|raids?|raided|shootings?|shelling"
    r"|killings?|killed|murders?|massacre|abductions?|kidnappings?|kidnapped|assaults?|attempts?|attempted"
    r"|assassination|targeting|ambush|clash(?:es)?|fighting|seizure|storming|hijacking|incidents?|protests?|rall(?:y|ies)"
    r"|demonstrations?|march|marches|unrest|riots?|drones?|rockets?|missiles?|crash|shoot ?down|arson|fire"
    r"|attaques?|attentats?|explosion|frappes?|enlevements?|manifestations?|emeutes?|ataques?|atentados?|explosiones"
    r"|secuestros?|protestas?|manifestacao|anschlag|angriff|explosionen|saldiri|patlama|serangan|pembunuhan|ledakan"
    r"|атак\w*|нападени\w*|взрыв\w*|удар\w*|обстрел\w*|убийств\w*|похищени\w*|протест\w*|митинг\w*|беспоряд\w*"
    r"|هجوم|الهجوم|انفجار|الانفجار|قصف|القصف|غارة|الغارة|اغتيال|محاولة|احتجاج\w*|مظاهر\w*)\b"
)
#: things about a happening
_ABOUT: Final = re.compile(
    r"\b(?:investigat\w+|inquir\w+|enquir\w+|results?|findings|committees?|release\w*|freed|ransom|payments?|paid"
    r"|theor\w+|legal\w*|lawful\w*|need|tolls?|figures?|numbers?|statistics|recapture|rescue|negotiat\w+|talks|causes?"
    r"|responsib\w+|involve\w*|links?|role|motives?|demands?|decisions?|resign\w*|calls?|plans?|threats?|warnings?"
    r"|enquete|rancon|liberation|liberacion|rescate|investigacion|расследован\w*|выкуп\w*|освобожд\w*|تحقيق\w*|فدية)\b"
)


def names_the_incident(phrase: str | None) -> bool:
    """phrase: what a stance is taken toward; None: nothing named, then it is the incident."""
    if phrase is None:
        return True
    folded = fold(phrase[:300])
    return bool(_HAPPENING.search(folded)) and not _ABOUT.search(folded)


_TOLL: Final = re.compile(
    r"\b(?:tolls?|figures?|numbers?|casualt\w+|dead|deaths?|killed|injured|abducted|arrested|bilan)\b"
)
_BLAME: Final = re.compile(r"\b(?:responsib\w+|confess\w*|blame|accus\w+)\b")
_OWN_WORDS: Final = re.compile(
    r"\b(?:own|earlier|previous|former|statements?|claims?|remarks?|words?|reports?|announcements?)\b"
)
#: what a speaker may take back
SPOKEN_OF: Final = (*NUMBERS, ClaimAbout.ATTRIBUTION, ClaimAbout.OCCURRENCE)


def topics_taken_back(phrase: str | None) -> tuple[ClaimAbout, ...]:
    """Which of a speaker's claims fall when the speaker takes something back; phrase: what, as the report has it."""
    folded = fold(phrase[:300]) if phrase is not None else "statement"
    if _TOLL.search(folded):
        return NUMBERS
    if _BLAME.search(folded):
        return (ClaimAbout.ATTRIBUTION,)
    return SPOKEN_OF if _OWN_WORDS.search(folded) else ()
