"""The words of the messages as people read them, and the colour that each meaning has everywhere."""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import (
    Activity,
    AttributionState,
    EntryRole,
    EventKind,
    Relation,
    RelationDirection,
    Stance,
    Standing,
)

#: what a speaker does, in the third person
VERBS: Final[dict[str, str]] = {
    Stance.CONDEMN: "condemns",
    Stance.DENY_RESPONSIBILITY: "denies responsibility",
    Stance.DENIES_OCCURRENCE: "denies it happened",
    Stance.CLAIM_RESPONSIBILITY: "claims responsibility",
    Stance.ACCUSE: "accuses",
    Stance.ALLEGES_FALSE_FLAG: "alleges a false flag",
    Stance.DOUBTS: "doubts",
    Stance.CONFIRMS: "confirms",
    Stance.REQUESTS_INVESTIGATION: "asks for an inquiry",
    Stance.CALLS_FOR_CALM: "calls for calm",
    Stance.SUPPORTS: "supports",
    Stance.FINDING: "finds",
    Stance.RETRACTS: "takes back",
    Stance.CONDOLENCE: "offers condolences",
    Stance.THREATENS: "threatens",
    Stance.WARNS: "warns",
    Stance.COMMENT: "comments",
}
#: what is said about a party in the ledger, with who says it behind
ATTRIBUTED: Final[dict[str, str]] = {
    Stance.ACCUSE: "accused by",
    Stance.CLAIM_RESPONSIBILITY: "claimed by",
    Stance.DENY_RESPONSIBILITY: "denied by",
}
#: the same where nobody says it but the party itself
OWN_WORD: Final[dict[str, str]] = {
    Stance.CLAIM_RESPONSIBILITY: "claims it",
    Stance.DENY_RESPONSIBILITY: "denies it",
}

_BLAME, _DENIAL, _CARE, _FACT, _DANGER = "red", "magenta", "cyan", "green", "yellow"
STANCE_STYLES: Final[dict[str, str]] = {
    Stance.ACCUSE: _BLAME,
    Stance.CLAIM_RESPONSIBILITY: _BLAME,
    Stance.THREATENS: _BLAME,
    Stance.DENY_RESPONSIBILITY: _DENIAL,
    Stance.DENIES_OCCURRENCE: _DENIAL,
    Stance.ALLEGES_FALSE_FLAG: _DENIAL,
    Stance.DOUBTS: _DENIAL,
    Stance.RETRACTS: _DENIAL,
    Stance.CONDEMN: _CARE,
    Stance.CONDOLENCE: _CARE,
    Stance.CALLS_FOR_CALM: _CARE,
    Stance.SUPPORTS: _CARE,
    Stance.CONFIRMS: _FACT,
    Stance.FINDING: _FACT,
    Stance.WARNS: _DANGER,
    Stance.REQUESTS_INVESTIGATION: _DANGER,
}
STANDING_STYLES: Final[dict[str, str]] = {
    Standing.UNCONFIRMED: "yellow",
    Standing.CORROBORATED: "green",
    Standing.CONTESTED: "magenta",
    Standing.REFUTED: "red",
    Standing.RETRACTED: "dim",
}
ATTRIBUTION_STYLES: Final[dict[str, str]] = {
    AttributionState.CLAIMED: _BLAME,
    AttributionState.ACCUSED: _BLAME,
    AttributionState.DENIED: _DENIAL,
    AttributionState.CONTESTED: _DENIAL,
}
#: an incident's pulse
ACTIVITY_MARKS: Final[dict[str, tuple[str, str]]] = {
    Activity.ACTIVE: ("●", "green"),
    Activity.QUIET: ("◐", "yellow"),
    Activity.CLOSED: ("○", "dim"),
}
#: a happening in the list of entries has the colour of its kind
KIND_STYLES: Final[dict[str, str]] = {
    EventKind.ATTACK: "bold red",
    EventKind.PROTEST: "bold yellow",
    EventKind.STATEMENT: "bold cyan",
}
#: what an entry is to its incident: mark, style of the mark; no style: that of the entry's kind
ROLE_MARKS: Final[dict[str, tuple[str, str]]] = {
    EntryRole.CORE: ("●", ""),
    EntryRole.REACTION: ("○", "cyan"),
    EntryRole.BACKGROUND: ("·", "dim"),
    EntryRole.CORRECTION: ("✎", "yellow"),
    EntryRole.DUPLICATE: ("=", "dim"),
}
RELATIONS: Final[dict[str, str]] = {
    Relation.PRECURSOR: "precursor",
    Relation.RETALIATION: "retaliation",
    Relation.REACTION_PROTEST: "reaction protest",
    Relation.SAME_CAMPAIGN: "same campaign",
    Relation.BACKGROUND: "background",
}
_OF, _TO = RelationDirection.OF, RelationDirection.TO
#: what another incident is to this one, by `relation` and `direction` as this one's head has them
_RELATED: Final[dict[tuple[str, str | None], str]] = {
    (Relation.PRECURSOR, _TO): "came before this",
    (Relation.PRECURSOR, _OF): "came after this",
    (Relation.RETALIATION, _TO): "answers this",
    (Relation.RETALIATION, _OF): "answered by this",
    (Relation.REACTION_PROTEST, _TO): "protest over this",
    (Relation.REACTION_PROTEST, _OF): "what this protest is over",
    (Relation.BACKGROUND, _TO): "background to this",
    (Relation.BACKGROUND, _OF): "looks back on this",
}


def verb(stance: str) -> str:
    """A word that this version does not know is shown as it came, without underscores."""
    return VERBS.get(stance, stance.replace("_", " "))


def related_words(relation: str, direction: str | None) -> str:
    """What the other incident is to this one. Where no direction is known, what the relation is called."""
    return _RELATED.get((relation, direction)) or RELATIONS.get(relation, relation)


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """ "1 report", "1,204 reports", "2 entries"."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
