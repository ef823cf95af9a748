"""Builders of what the service says (heads, entries, claims, updates), and a sink to put it into.

Times as in `tests.builders`: "10:05", "+2d 10:05", ISO.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import Producer

from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.codec import encode
from schemas.event import StanceTaken
from schemas.headers import headers_of
from schemas.parts import Actor, Occurred
from schemas.timeline import (
    AnyChange,
    Attribution,
    Cause,
    Claim,
    Corroboration,
    Entry,
    EntryAdded,
    EntrySource,
    IncidentTimeline,
    Link,
    Opened,
    Reason,
    RelatedIncident,
    ReportOfClaim,
    TimelineUpdate,
)
from schemas.topics import ENTRIES, TIMELINES, UPDATES
from schemas.vocabulary import ActorRole, EntryRole, EventKind
from tests.builders import a_place, occurred_at, time_of

REGION = "middle-east"


def an_entry(
    event_id: str = "e1",
    incident: str = "inc-1",
    at: str = "10:00",
    *,
    headline: str | None = None,
    publisher: str = "AFP",
    copy_of: str | None = None,
    role: str = "core",
    kind: str = "attack",
    happened: Occurred | str | None = "same",
    zone: str | None = None,
    precision: str = "minute",
    speaker: str | None = None,
    stances: Sequence[tuple[str, str | None]] = (),
    behalf: str | None = None,
    significance: float = 0.5,
    why: Sequence[tuple[str, str, float]] = (("same day", "1 March", 1.5),),
    **given: Any,
) -> Entry:
    """why: (feature, value, contribution). happened: "same" as `at`, with `precision` and `zone`."""
    if happened == "same":
        happened = occurred_at(at, precision).model_copy(update={"timezone": zone})
    return Entry(
        event_id=event_id,
        incident_id=incident,
        kind=EventKind(kind),
        occurred=happened,
        published_at=time_of(at),
        reported_at=time_of(at),
        recorded_at=time_of(at),
        headline=headline or f"headline of {event_id}",
        source=EntrySource(publisher=publisher, copy_of=copy_of),
        actors=(Actor(name=speaker, role=ActorRole.SPEAKER),) if speaker else (),
        stances=tuple(StanceTaken(stance=stance, target=target) for stance, target in stances),
        on_behalf_of=behalf,
        role=EntryRole(role),
        significance=significance,
        link=Link(
            score=sum(part for _, _, part in why),
            reasons=tuple(Reason(feature=what, value=value, contribution=part) for what, value, part in why),
        ),
        **given,
    )


def a_claim(
    about: str = "injured",
    value: int | str = 2,
    speaker: str = "AFP",
    *,
    via: str | None = None,
    qualifier: str | None = None,
    state: str = "current",
    reports: int = 1,
    at: str = "10:00",
) -> Claim:
    return Claim(
        claim_id=f"clm-{hashlib.blake2b(f'{about}|{value}|{speaker}|{qualifier}'.encode(), digest_size=6).hexdigest()}",
        about=about,
        value=value,
        qualifier=qualifier,
        speaker=speaker,
        reported_by=(ReportOfClaim(publisher=via or speaker, event_id="e1"),),
        reports_total=reports,
        at=time_of(at),
        state=state,
    )


def a_head(
    incident: str = "inc-1",
    *,
    revision: int = 1,
    title: str | None = None,
    kind: str = "attack",
    region: str = REGION,
    standing: str = "unconfirmed",
    activity: str = "active",
    at: str = "10:00",
    sources: int = 1,
    reports: int | None = None,
    place: str | None = "Kherson",
    zone: str | None = None,
    entries: Sequence[Entry] = (),
    entries_total: int | None = None,
    claims: Sequence[Claim] = (),
    attribution: str = "unclaimed",
    related: Sequence[tuple[str, str]] = (),
    into: str | None = None,
    **given: Any,
) -> IncidentTimeline:
    return IncidentTimeline(
        incident_id=incident,
        revision=revision,
        region=region,
        kind=EventKind(kind),
        title=title or f"title of {incident}",
        activity=activity,
        activity_reason=f"{activity} for a reason",
        standing=standing,
        standing_reason=f"{standing} for a reason",
        attribution=Attribution(state=attribution),
        location=a_place(place) if place else None,
        occurred=given.pop("occurred", occurred_at(at).model_copy(update={"timezone": zone})),
        first_recorded_at=time_of(at),
        last_activity_at=time_of(at),
        claims=tuple(claims),
        claims_total=len(claims),
        corroboration=Corroboration(reports=sources if reports is None else reports, independent_sources=sources),
        entries=tuple(entries),
        entries_total=len(entries) if entries_total is None else entries_total,
        related=tuple(
            RelatedIncident(incident_id=other, relation=relation, score=1.0, reasons=("one campaign",))
            for other, relation in related
        ),
        merged_into=into,
        core_version="test",
        **given,
    )


def an_update(
    incident: str = "inc-1",
    *changes: AnyChange,
    revision: int = 1,
    at: str = "10:00",
    region: str = REGION,
    **given: Any,
) -> TimelineUpdate:
    return TimelineUpdate(
        incident_id=incident,
        revision=revision,
        region=region,
        recorded_at=time_of(at),
        cause=Cause(record_id="e1", partition=0, offset=revision),
        changes=changes,
        changes_total=given.pop("changes_total", len(changes)),
        core_version="test",
        **given,
    )


def opened(event: str = "e1", title: str = "title of inc-1", kind: str = "attack") -> Opened:
    return Opened(kind=EventKind(kind), founding_event=event, title=title)


def entry_added(event: str = "e1", role: str = "core", score: float = 1.5) -> EntryAdded:
    return EntryAdded(event_id=event, role=role, score=score)


class Sink:
    """The sink's topics on a broker, written as the worker does: everything of a region in one partition."""

    def __init__(self, settings: Settings) -> None:
        self._producer: Producer = new_producer(settings, "test")

    def heads(self, *heads: IncidentTimeline, partition: int = 0) -> None:
        for head in heads:
            self._send(TIMELINES, head.incident_id, encode(head), headers_of(head), partition)

    def entries(self, *entries: Entry, partition: int = 0, region: str = REGION) -> None:
        for entry in entries:
            self._send(ENTRIES, entry.event_id, encode(entry), headers_of(entry, region=region, revision=1), partition)

    def updates(self, *updates: TimelineUpdate, partition: int = 0) -> None:
        for update in updates:
            self._send(UPDATES, update.incident_id, encode(update), headers_of(update), partition)

    def raw(self, topic: str, key: str, value: bytes, headers: Iterable[tuple[str, bytes]] = ()) -> None:
        self._send(topic, key, value, list(headers), 0)

    def _send(self, topic: str, key: str, value: bytes, headers: Any, partition: int) -> None:
        self._producer.produce(topic, key=key.encode(), value=value, headers=headers, partition=partition)
        self._producer.flush(10)


__all__ = [
    "REGION",
    "Sink",
    "a_claim",
    "a_head",
    "an_entry",
    "an_update",
    "entry_added",
    "opened",
]
