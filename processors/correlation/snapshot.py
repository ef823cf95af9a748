"""The head of a timeline: what is shown of an incident, bounded in count and in bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

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

from .claims import attribution_of, claim_message, claim_weight, claims_for_head, short_message
from .clock import moment_of
from .entries import Entries
from .incidents import IncidentState
from .lifecycle import closes_at, quiet_at
from .ordering import guest, in_order, shown_seqs
from .policy import CORE_VERSION
from .roster import Roster
from .store import Store

#: above this the frame (all but claims and entries) gives up the words of its relations
_FRAME_ROOM: Final = 40_000
#: claims leave the rest to the entries
_CLAIMS_ROOM: Final = 36_000
_MANY_PARTIES: Final = 5
#: an entry shown as background has another role, incident and link in it: at most so much longer, the comma included,
#: where ids are the core's own
_GUEST_BYTES: Final = 200


@lru_cache(maxsize=8_192)
def _place(text: str) -> Place:
    return Place.model_validate_json(text, context={READER: True})


@lru_cache(maxsize=8_192)
def _occurred(text: str) -> Occurred:
    return Occurred.model_validate_json(text, context={READER: True})


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
    claims, used = _claims(store, incident, roster, min(_CLAIMS_ROOM, room // 2))
    shown = _entries(store, entries, incident, roster, room - used)
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
        location=None if where is None else _place(where.place),
        occurred=None if when is None else _occurred(when.occurred),
        first_recorded_at=moment_of(incident.first_recorded),
        last_activity_at=moment_of(incident.last_activity),
        claims_total=roster.ledger.claims,
        corroboration=Corroboration(reports=roster.sources.reports, independent_sources=len(roster.sources)),
        entries_total=len(roster),
        related=tuple(
            RelatedIncident(
                incident_id=kept.other,
                relation=kept.relation,
                direction=kept.direction,
                score=kept.score,
                reasons=kept.reasons,
            )
            for kept in incident.related
        ),
        merged_into=incident.merged_into,
        merged_from=incident.merged_from,
        split_from=incident.split_from,
        core_version=CORE_VERSION,
    )


def _claims(store: Store[Any], incident: IncidentState, roster: Roster, room: int) -> tuple[list[Claim], int]:
    """As they are if they fit; else shortened, those that stand first. With their bytes."""
    if incident.merged_into is not None:
        return [], 0
    chosen = claims_for_head(roster.ledger, MAX_HEAD_CLAIMS)
    claims = [claim_message(roster.ledger, key, status, store.by_seq) for key, status in chosen]
    used = sum(claim_weight(roster.ledger, key) + 1 for key, _ in chosen)
    if used <= room:
        return claims, used
    kept: list[Claim] = []
    used = 0
    for key, _ in chosen:
        claim, weight = short_message(roster.ledger, key)
        if used + weight + 1 > room:
            break
        kept.append(claim)
        used += weight + 1
    return kept, used


def _entries(store: Store[Any], entries: Entries, incident: IncidentState, roster: Roster, room: int) -> list[Entry]:
    """As they are if they fit; else shortened, and of these what a head must not lose."""
    events = [event for seq in shown_seqs(roster) if (event := store.by_seq[seq]).body is not None]
    extra = {event.seq: 1 if event.incident_id == incident.incident_id else _GUEST_BYTES for event in events}
    whole = sum(len(event.body.encode()) + extra[event.seq] for event in events if event.body is not None) <= room
    kept: list[Entry] = []
    used = 0
    for event in events:
        if whole:
            entry = entries.of(event)
        else:
            short = entries.short(event)
            assert short is not None
            entry, weight = short
            used += weight + extra[event.seq]
            if used > room:
                break
        assert entry is not None
        kept.append(guest(entry, incident.incident_id) if event.incident_id != incident.incident_id else entry)
    return kept


def _weight(message: BaseModel) -> int:
    """Bytes as the codec writes it."""
    return len(message.model_dump_json(exclude_none=True).encode())
