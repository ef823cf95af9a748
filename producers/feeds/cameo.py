"""CAMEO: what a machine coder's code of an action is to us, an attack, a statement or a protest, or none of them.

A code of four digits is a kind of the one of three that begins it, that one of the two before it: the longest
beginning that is listed decides. Meetings, aid, sanctions, arrests, verdicts and movements of troops are none of the
three, and of what is said only what takes a stand counts: two in five of all rows are the daily talk of politics
(statements, appeals, praise, promises, refusals), without an attack or protest that it could belong to. After the
CAMEO codebook 1.1b3 of Gerner, Schrodt and Yilmaz; the words are ours.
"""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import EventKind, Stance

from .actions import Action

#: what is said of a happening, or announces one
_SAID: Final[dict[str, tuple[str, Stance] | None]] = {
    "015": ("Claim responsibility", Stance.CLAIM_RESPONSIBILITY),
    "016": ("Deny responsibility", Stance.DENY_RESPONSIBILITY),
    "018": ("Express sympathy", Stance.CONDOLENCE),
    "0256": ("Appeal for less fighting", Stance.CALLS_FOR_CALM),
    "052": ("Defend in words", Stance.SUPPORTS),
    "053": ("Call for support", Stance.SUPPORTS),
    "0871": ("Declare a ceasefire", Stance.COMMENT),
    "1056": ("Demand less fighting", Stance.CALLS_FOR_CALM),
    "11": ("Disapprove", Stance.CONDEMN),
    "111": ("Criticize or denounce", Stance.CONDEMN),
    "112": ("Accuse", Stance.ACCUSE),
    "1121": ("Accuse of crime or corruption", Stance.ACCUSE),
    "1122": ("Accuse of abuses of human rights", Stance.ACCUSE),
    "1123": ("Accuse of aggression", Stance.ACCUSE),
    "1124": ("Accuse of war crimes", Stance.ACCUSE),
    "1125": ("Accuse of espionage or treason", Stance.ACCUSE),
    "113": ("Call for opposition", Stance.CONDEMN),
    "114": ("Complain officially", Stance.CONDEMN),
    "115": None,  # a lawsuit
    "116": None,  # a verdict
    "13": ("Threaten", Stance.THREATENS),
    "133": ("Threaten with protest", Stance.THREATENS),
    "137": ("Threaten with repression", Stance.THREATENS),
    "138": ("Threaten with military force", Stance.THREATENS),
    "139": ("Give an ultimatum", Stance.THREATENS),
}
_PROTESTS: Final[dict[str, str]] = {
    "14": "Dissent",
    "141": "Demonstrate",
    "142": "Hunger strike",
    "143": "Strike or boycott",
    "144": "Block a passage",
    "145": "Riot",
}
#: words and the means
_ATTACKS: Final[dict[str, tuple[str, str | None]]] = {
    "1712": ("Destroy property", None),
    "175": ("Repress with violence", None),
    "18": ("Use violence", None),
    "181": ("Abduct, hijack or take hostage", None),
    "182": ("Assault", None),
    "1821": ("Assault sexually", None),
    "1822": ("Torture", None),
    "1823": ("Kill by assault", None),
    "183": ("Bomb", "bomb"),
    "1831": ("Suicide bombing", "suicide bomb"),
    "1832": ("Car bombing", "car bomb"),
    "1833": ("Roadside bombing", "roadside bomb"),
    "184": ("Use as a human shield", None),
    "185": ("Attempt to assassinate", None),
    "186": ("Assassinate", None),
    "195": ("Strike from the air", "air or drone strike"),
    "1952": ("Strike by drone", "drone"),
    "20": ("Use mass violence", None),
    "201": ("Expel in masses", None),
    "202": ("Kill in masses", None),
    "203": ("Cleanse ethnically", None),
    "2041": ("Use chemical, biological or radiological weapons", "chemical, biological or radiological weapon"),
    "2042": ("Detonate a nuclear weapon", "nuclear weapon"),
}
_FIGHTS: Final[dict[str, tuple[str, str | None] | None]] = {
    "19": ("Fight", None),
    "191": None,  # a blockade
    "192": ("Occupy territory", None),
    "193": ("Fight with small arms", "small arms"),
    "194": ("Fight with artillery and tanks", "artillery and tanks"),
    "196": ("Break a ceasefire", None),
}


def _listed() -> dict[str, Action | None]:
    table: dict[str, Action | None] = {
        code: said and Action(EventKind.STATEMENT, *said) for code, said in _SAID.items()
    }
    table |= {code: Action(EventKind.PROTEST, words) for code, words in _PROTESTS.items()}
    table |= {code: Action(EventKind.ATTACK, words, weapon=means) for code, (words, means) in _ATTACKS.items()}
    for code, fight in _FIGHTS.items():
        table[code] = fight and Action(EventKind.ATTACK, fight[0], weapon=fight[1], mutual=True)
    return table


_CODED: Final = _listed()


def action_of(text: str) -> Action | None:
    """None for a code that is none of the three kinds, and for what is no code of CAMEO."""
    code = whole(text)
    for length in range(len(code), 1, -1):
        if code[:length] in _CODED:
            return _CODED[code[:length]]
    return None


def whole(code: str) -> str:
    """With the zero that spreadsheets take from its front: no code has fewer than three digits, or begins above 20."""
    padded = code.removesuffix(".0").zfill(3)
    return "0" + padded if padded[:2] > "20" and padded.isdecimal() else padded
