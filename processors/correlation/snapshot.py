"""The head of a timeline: what is shown of an incident, bounded in count and in bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from schemas.parts import Occurred, Place
from schemas.timeline import (
    MAX_HEAD_BYTES,
    MAX_HEAD_CLAIMS,
    Claim,
    Corroboration,
    Entry,
    IncidentTimeline,
    RelatedIncident,
)
from schemas.vocabulary import READER

from .claims import attribution_of, claim_message, claims_for_head
from .clock import moment_of
from .entries import Entries
from .incidents import IncidentState
from .lifecycle import closes_at, quiet_at
from .ordering import guest, in_order, shown_seqs
from .policy import CORE_VERSION
from .roster import Roster
from .store import Store
from .trimming import short_claim, short_entry

M = TypeVar("M", bound=BaseModel)
#: above this the frame (all but claims and entries) gives up the words of its relations
_FRAME_ROOM: Final = 40_000
#: claims leave the rest to the entries
_CLAIMS_ROOM: Final = 36_000
_MANY_PARTIES: Final = 5


def head_of(store: Store[Any], entries: Entries, incident: IncidentState) -> IncidentTimeline:
    """The head as it stands. Under MAX_HEAD_BYTES as the codec writes it, by trimming that follows from it alone."""
    roster = store.roster(incident.incident_id)
    frame = _frame(store, incident, roster)
    if _weight(frame) > _FRAME_ROOM:
        related = tuple(relation.model_copy(update={"reasons": ()}) for relation in frame.related)
        parties = tuple(party[:100] for party in frame.attribution.parties[:_MANY_PARTIES])
        attribution = frame.attribution.model_copy(update={"parties": parties})
        frame = frame.model_copy(update={"related": related, "attribution": attribution})
    room = MAX_HEAD_BYTES - _weight(frame) - 100
    claims = [] if incident.merged_into is not None else _claims(store, roster)
    claims, used = _fitting(claims, short_claim, min(_CLAIMS_ROOM, room // 2))
    shown, _ = _fitting(_entries(store, entries, incident, roster), short_entry, room - used)
    return frame.model_copy(update={"claims": tuple(claims), "entries": tuple(in_order(shown))})


def _frame(store: Store[Any], incident: IncidentState, roster: Roster) -> IncidentTimeline:
    """All of the head but claims and entries."""
    where, when = roster.where(), roster.when()
    quiet, closes = quiet_at(incident, store.policy), closes_at(incident, store.policy)
    return IncidentTimeline(
        incident_id=incident.incident_id,
        revision=incident.revision,
        region=store.region,
        kind=incident.kind,
        title=incident.title,
        activity=incident.activity,
        activity_reason=incident.activity_reason,
        quiet_at=None if quiet is None else moment_of(quiet),
        closes_at=None if closes is None else moment_of(closes),
        standing=incident.standing,
        standing_reason=incident.standing_reason,
        attribution=attribution_of(roster.ledger),
        location=None if where is None else Place.model_validate_json(where.place, context={READER: True}),
        occurred=None if when is None else Occurred.model_validate_json(when.occurred, context={READER: True}),
        first_recorded_at=moment_of(incident.first_recorded),
        last_activity_at=moment_of(incident.last_activity),
        claims_total=roster.ledger.claims,
        corroboration=Corroboration(reports=roster.sources.reports, independent_sources=len(roster.sources)),
        entries_total=len(roster),
        related=tuple(
            RelatedIncident(incident_id=kept.other, relation=kept.relation, score=kept.score, reasons=kept.reasons)
            for kept in incident.related
        ),
        merged_into=incident.merged_into,
        merged_from=incident.merged_from,
        split_from=incident.split_from,
        core_version=CORE_VERSION,
    )


def _claims(store: Store[Any], roster: Roster) -> list[Claim]:
    chosen = claims_for_head(roster.ledger, MAX_HEAD_CLAIMS)
    return [claim_message(roster.ledger, key, status, store.by_seq) for key, status in chosen]


def _entries(store: Store[Any], entries: Entries, incident: IncidentState, roster: Roster) -> list[Entry]:
    """What the head may show, what it must not lose first."""
    found: list[Entry] = []
    for seq in shown_seqs(roster):
        event = store.by_seq[seq]
        entry = entries.of(event)
        if entry is None:
            continue
        if roster.is_guest(seq):
            entry = guest(entry, incident.incident_id)
        found.append(entry)
    return found


def _weight(message: BaseModel) -> int:
    """Bytes as the codec writes it."""
    return len(message.model_dump_json(exclude_none=True).encode())


def _fitting(messages: list[M], shorten: Callable[[M], M], room: int) -> tuple[list[M], int]:
    """All as they are if they fit; else all shortened, and of these the first that fit. With their weight."""
    weights = [_weight(message) + 1 for message in messages]
    if sum(weights) <= room:
        return messages, sum(weights)
    kept: list[M] = []
    used = 0
    for message in (shorten(message) for message in messages):
        weight = _weight(message) + 1
        if used + weight > room:
            break
        kept.append(message)
        used += weight
    return kept, used
