"""A linker made by hand for tests of the correlator: links by place name and day, nothing else.

What it looks at is plain to see in an event, so that a scenario can ask for any answer:

- home: the incident that holds most events of the same place and day (then of the day before, then after);
  else the first that the event refers to; else none. `extra={"apart": "x"}` adds x to the place's name
- a copy: same headline and place as an earlier event; `extra={"original": True}`: those are copies of this one
- a bridge: `extra={"also": "Kyiv"}` says that the event speaks of that place, too; an incident that holds such an
  event is one with the incident of that place and day
- background: `extra={"background": "Kyiv"}`: the incident of that place, of any day
- drawn over: `extra={"draws": "Kyiv"}`: statements of that place that other incidents hold
- placed by a small margin: `extra={"rather": "Kyiv"}`: once an incident is at that place, the event goes there instead;
  `extra={"apart_from": "Kyiv"}`: once an incident is at that place, the event founds one of its own
- related: incidents of the same country within three days; `extra={"alone": True}`: the incident is related to none

An incident that is shut is no answer to any of it. Every answer follows from the set of what is held, as linking/api.py
asks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from processors.correlation.linking.api import DumpedEvent, MergeProposal, MoveProposal, Placement, RelationProposal
from schemas.event import AnyEvent
from schemas.timeline import Link, Reason
from schemas.vocabulary import EventKind, Relation

_MATCH = 4.0
_CAMPAIGN = Relation.SAME_CAMPAIGN
_NEWER = ("draws", "is_statement", "alone", "rather", "apart_from")


@dataclass(frozen=True)
class Seen:
    place: str
    country: str
    day: int
    headline: str
    also: str
    background: str
    original: bool = False
    draws: str = ""
    is_statement: bool = False
    alone: bool = False
    rather: str = ""
    apart_from: str = ""


@dataclass(frozen=True)
class Held:
    seen: Seen
    seq: int
    incident_id: str


class PlaceAndDayLinker:
    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.by_place: dict[str, dict[str, Held]] = {}  # place -> event_id -> held
        self.by_incident: dict[str, dict[str, Held]] = {}
        self.shut_ones: set[str] = set()
        self.calls: Counter[str] = Counter()

    def features(self, event: AnyEvent) -> Seen:
        self.calls["features"] += 1
        place = event.location.name if event.location else ""
        moment = event.occurred.from_ if event.occurred else event.published_at or event.recorded_at
        extra = event.extra
        return Seen(
            place=f"{place}{extra.get('apart', '')}",
            country=(event.location.country or "") if event.location else "",
            day=moment.date().toordinal(),
            headline=event.headline,
            also=str(extra.get("also", "")),
            background=str(extra.get("background", "")),
            original=bool(extra.get("original", False)),
            draws=str(extra.get("draws", "")),
            is_statement=event.kind is EventKind.STATEMENT,
            alone=bool(extra.get("alone", False)),
            rather=str(extra.get("rather", "")),
            apart_from=str(extra.get("apart_from", "")),
        )

    def dump_features(self, features: Seen) -> str:
        self.calls["dump_features"] += 1
        # what is newer than the golden state records stands there only where it says something
        told = asdict(features)
        return json.dumps({k: v for k, v in told.items() if v or k not in _NEWER}, sort_keys=True)

    def load_features(self, text: str) -> Seen:
        return Seen(**json.loads(text))

    def place(self, features: Seen, *, now: datetime, named: tuple[str, ...] = ()) -> Placement:
        self.calls["place"] += 1
        here = self._open_at(features.place)
        home = None
        for distance in (0, -1, 1):
            votes = Counter(held.incident_id for held in here.values() if held.seen.day - features.day == distance)
            if votes:
                home = min(votes, key=lambda incident_id: (-votes[incident_id], incident_id))
                break
        if rather := self._open_at(features.rather):
            home = min(held.incident_id for held in rather.values())
        if self._open_at(features.apart_from):
            home = None
        if home is None:
            home = next((name for name in named if name not in self.shut_ones), None)
        copies = [(held.seq, event_id) for event_id, held in here.items() if held.seen.headline == features.headline]
        background = Counter(held.incident_id for held in self._open_at(features.background).values())
        score = _MATCH if home else -_MATCH
        return Placement(
            incident_id=home,
            link=Link(score=score, reasons=(Reason(feature="place", value=features.place, contribution=score),)),
            copy_of=min(copies)[1] if copies and not features.original else None,
            copies=tuple(event_id for _, event_id in sorted(copies)) if features.original else (),
            background_in=tuple((incident_id, 1.0) for incident_id in sorted(background) if incident_id != home),
            unsure=bool(features.rather or features.apart_from),
            candidates=len(here),
        )

    def home_of(self, event_id: str, *, now: datetime) -> tuple[str | None, float]:
        held = self._take(event_id)
        placed = self.place(held.seen, now=now)
        self._put(event_id, held)
        return placed.incident_id, placed.link.score

    def hold(self, event_id: str, features: Seen, *, seq: int, incident_id: str) -> None:
        self.calls["hold"] += 1
        assert event_id not in self.held, f"{event_id} is held already"
        self._put(event_id, Held(features, seq, incident_id))

    def restore(self, events: Sequence[DumpedEvent]) -> dict[str, Seen]:
        for event in events:
            self.hold(event.event_id, self.load_features(event.features), seq=event.seq, incident_id=event.incident_id)
        return {event.event_id: self.held[event.event_id].seen for event in events}

    def move(self, event_id: str, incident_id: str) -> None:
        self.calls["move"] += 1
        held = self._take(event_id)
        self._put(event_id, Held(held.seen, held.seq, incident_id))

    def drop(self, event_id: str) -> None:
        self.calls["drop"] += 1
        self._take(event_id)

    def shut(self, incident_id: str, is_shut: bool) -> None:
        self.calls["shut"] += 1
        (self.shut_ones.add if is_shut else self.shut_ones.discard)(incident_id)

    def _open_at(self, place: str) -> dict[str, Held]:
        there = self.by_place.get(place, {}) if place else {}
        return {name: held for name, held in there.items() if held.incident_id not in self.shut_ones}

    def _put(self, event_id: str, held: Held) -> None:
        self.held[event_id] = held
        self.by_place.setdefault(held.seen.place, {})[event_id] = held
        self.by_incident.setdefault(held.incident_id, {})[event_id] = held

    def _take(self, event_id: str) -> Held:
        held = self.held.pop(event_id)
        del self.by_place[held.seen.place][event_id]
        del self.by_incident[held.incident_id][event_id]
        return held

    def merge_of(self, incident_id: str, *, now: datetime) -> MergeProposal | None:
        self.calls["merge_of"] += 1
        found = [
            (other.seq, other.incident_id)
            for held in self.by_incident.get(incident_id, {}).values()
            for other in self._open_at(held.seen.also).values()
            if other.incident_id != incident_id and other.seen.day == held.seen.day
        ]
        if not found:
            return None
        return MergeProposal(incident_id, min(found)[1], 2.5, ("a report speaks of both places",))

    def drawn_by(self, event_id: str, *, now: datetime) -> tuple[MoveProposal, ...]:
        self.calls["drawn_by"] += 1
        held = self.held[event_id]
        there = sorted((other.seq, name) for name, other in self._open_at(held.seen.draws).items())
        return tuple(
            MoveProposal(name, 1.5, ("is about this",))
            for _, name in there
            if self.held[name].seen.is_statement and self.held[name].incident_id != held.incident_id
        )

    def link_of(self, event_id: str, *, now: datetime) -> Link:
        self.calls["link_of"] += 1
        seen = self.held[event_id].seen
        return Link(score=_MATCH, reasons=(Reason(feature="place", value=seen.place, contribution=_MATCH),))

    def relations_of(
        self, incident_id: str, *, now: datetime, known: tuple[str, ...] = ()
    ) -> tuple[RelationProposal, ...]:
        self.calls["relations_of"] += 1
        ours = self.by_incident.get(incident_id, {})
        if not ours or len(self.held) > 500:  # a scan: for scenarios, not for measuring
            return ()
        if any(held.seen.alone for held in ours.values()):
            why = ("it has nothing to do with any other",)
            return tuple(RelationProposal(incident_id, other, _CAMPAIGN, 0.0, why, holds=False) for other in known)
        first = min(ours.values(), key=lambda held: held.seq).seen
        others = sorted(
            {
                held.incident_id
                for held in self.held.values()
                if held.incident_id != incident_id
                and held.seen.country == first.country != ""
                and abs(held.seen.day - first.day) <= 3
            }
        )
        return tuple(
            RelationProposal(incident_id, other, _CAMPAIGN, 1.0, ("same country, same days",)) for other in others[:20]
        )
