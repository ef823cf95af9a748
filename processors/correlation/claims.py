"""Claims as messages, and what they say together about who did it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from schemas.timeline import Attribution, Claim, ReportOfClaim
from schemas.vocabulary import AttributionState, ClaimAbout, ClaimState, Stance

from .clock import moment_of
from .identity import claim_id_of
from .incidents import EventState
from .ledger import Cell, ClaimKey, Ledger, Status, Topic
from .parties import is_generic, same_party
from .trimming import short_claim

#: outlets named for one claim, and reports looked through to find so many different ones
_NAMED: Final = 10
_LOOKED_THROUGH: Final = 40
_PARTIES: Final = 20
_ABOUT: Final[dict[str, ClaimAbout]] = {str(about): about for about in ClaimAbout}
_DISPUTED_BY: Final = 12
_ORDER: Final[dict[str, int]] = {str(about): at for at, about in enumerate(ClaimAbout)}
#: claims first that a reader must not miss
_STATE_RANK: Final = {
    ClaimState.DISPUTED: 0,
    ClaimState.CURRENT: 0,
    ClaimState.SUPERSEDED: 1,
    ClaimState.WITHDRAWN: 2,
}


@lru_cache(maxsize=8_192)
def _report_of(publisher: str, event_id: str) -> ReportOfClaim:
    """One report carries several claims, and each message names it."""
    return ReportOfClaim(publisher=publisher, event_id=event_id)


@lru_cache(maxsize=65_536)
def id_of(key: ClaimKey) -> str:
    return claim_id_of(key.about, key.subject, key.speaker_key, key.value_key)


def claim_message(ledger: Ledger, key: ClaimKey, status: Status, by_seq: Mapping[int, EventState]) -> Claim:
    """One claim; its words and its speaker's name as they were first reported.

    Made anew only when its reports or its status changed.
    """
    cell, speaker = ledger.topic(key.about).cell(key), ledger.name_of(key.speaker_key)
    if cell.message is None or cell.message.speaker != speaker or cell.status != status:
        cell.message, cell.status, cell.weight = _message(cell, key, speaker, status, by_seq), status, 0
        cell.short = None
    return cell.message


def claim_weight(ledger: Ledger, key: ClaimKey) -> int:
    """Bytes of the message last made of a claim."""
    cell = ledger.topic(key.about).cell(key)
    if cell.message is not None and not cell.weight:
        cell.weight = _bytes_of(cell.message)
    return cell.weight


def short_message(ledger: Ledger, key: ClaimKey) -> tuple[Claim, int]:
    """The message last made of a claim, for a crowded head, with its bytes."""
    cell = ledger.topic(key.about).cell(key)
    if cell.short is None:
        assert cell.message is not None, "its message is made first"
        shortened = short_claim(cell.message)
        cell.short = shortened, _bytes_of(shortened)
    return cell.short


def _bytes_of(claim: Claim) -> int:
    return len(claim.model_dump_json(exclude_none=True).encode())


def _message(cell: Cell, key: ClaimKey, speaker: str, status: Status, by_seq: Mapping[int, EventState]) -> Claim:
    reports = cell.all(_LOOKED_THROUGH)
    first = cell.first()
    named: dict[str, ReportOfClaim] = {}
    for _, seq, _, _ in reports:
        event = by_seq[seq]
        if event.publisher not in named:
            named[event.publisher] = _report_of(event.publisher, event.event_id)
            if len(named) == _NAMED:
                break
    replaced_by = status.superseded_by
    return Claim(
        claim_id=id_of(key),
        about=_ABOUT[key.about],
        value=first.value,
        qualifier=first.qualifier,
        speaker=speaker,
        reported_by=tuple(named.values()),
        reports_total=cell.reports,
        at=moment_of(reports[0][0]),
        state=status.state,
        superseded_by=id_of(replaced_by) if isinstance(replaced_by, ClaimKey) else replaced_by,
        disputed_by=tuple(id_of(other) for other in status.disputed_by[:_DISPUTED_BY]),
    )


def claims_for_head(ledger: Ledger, most: int) -> list[tuple[ClaimKey, Status]]:
    """The claims a head shows: those that stand first, by topic; then what they replaced, then what was withdrawn."""
    ranked = [
        (_STATE_RANK[status.state], at, key, status)
        for about in ledger.topics()
        for at, (key, status) in enumerate(ledger.shown(about).items())
    ]
    # stable sorts: within one rank the topics take turns by how recent a claim is, so that none crowds out another
    ranked.sort(key=lambda item: (item[0], item[1]))
    chosen = ranked[:most]
    chosen.sort(key=lambda item: (_ORDER[item[2].about], item[0], item[1]))
    return [(key, status) for _, _, key, status in chosen]


def attribution_of(ledger: Ledger) -> Attribution:
    """Who is said to have done it.

    | state     | when                                                                              |
    | contested | different speakers name different parties, or call it staged;                      |
    |           | or a party claims it and denies it                                                 |
    | claimed   | a party claims it, nobody says otherwise                                           |
    | denied    | the accused party denies it; or somebody denies it whom nobody here accuses        |
    | accused   | a party is accused, and does not deny it                                           |
    | unclaimed | nobody says                                                                        |

    A mere kind of people ("gunmen") is named only where nobody else is.
    """
    topic = ledger.topic(ClaimAbout.ATTRIBUTION)
    parties: dict[str, dict[str, str]] = {}
    for subject, stance in topic.values():
        first = topic.first_said((subject, stance))
        parties.setdefault(stance, {})[subject] = str(first.value)
    claimed = parties.get(Stance.CLAIM_RESPONSIBILITY, {})
    denied = parties.get(Stance.DENY_RESPONSIBILITY, {})
    said_to = _distinct({**parties.get(Stance.ALLEGES_FALSE_FLAG, {}), **parties.get(Stance.ACCUSE, {}), **claimed})
    if not said_to:
        state = AttributionState.DENIED if denied else AttributionState.UNCLAIMED
        return Attribution(state=state, parties=_named(denied))
    if _named_differently(topic) or _any_of(claimed, denied):
        state = AttributionState.CONTESTED
    elif claimed:
        state = AttributionState.CLAIMED
    elif _any_of(said_to, denied):
        state = AttributionState.DENIED
    else:
        state = AttributionState.ACCUSED
    return Attribution(state=state, parties=_named(said_to))


def _named_differently(topic: Topic) -> bool:
    """Two parties of one speaker may have done it together; two of two speakers contradict each other."""
    return any(
        stance != Stance.DENY_RESPONSIBILITY and other_stance != Stance.DENY_RESPONSIBILITY
        for (_, stance), others in topic.disputes().items()
        for _, other_stance in others
    )


def _distinct(parties: dict[str, str]) -> dict[str, str]:
    """Without initials beside the name they stand for; kinds of people only where there is nothing else."""
    named = sorted((party for party in parties if not is_generic(party)), key=lambda party: (-len(party), party))
    if not named:
        return dict(sorted(parties.items())[:1])
    kept: list[str] = []
    for party in named:
        if not any(same_party(party, other) for other in kept):
            kept.append(party)
    return {party: parties[party] for party in kept}


def _any_of(parties: dict[str, str], others: dict[str, str]) -> bool:
    return any(same_party(party, other) for party in parties for other in others)


def _named(parties: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(parties.values()))[:_PARTIES]


__all__ = ["attribution_of", "claim_message", "claims_for_head", "id_of"]
