"""Why one report of a file stands where it stands: what was weighed when it came, and what became of it since."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from processors.correlation import CORE_VERSION, Correlator
from processors.correlation.linking.api import Placement
from processors.correlation.linking.features import Features
from processors.correlation.linking.items import Item
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.weights import Weights
from processors.replay import replay
from processors.router import PartitionRouter
from schemas.codec import TYPE_ENTRY, TYPE_TIMELINE, TYPE_UPDATE, decode
from schemas.event import AnyEvent
from schemas.timeline import (
    Entry,
    EntryAdded,
    EntryMoved,
    IncidentTimeline,
    Link,
    Merged,
    Opened,
    Split,
    TimelineUpdate,
)
from schemas.topics import ENTRIES, TIMELINES, UPDATES
from schemas.vocabulary import EntryRole
from timelines.rejects import Rejects
from timelines.replaying import records_of
from timelines.sources import Source

_PARTITIONS: Final = 6


class UnknownEvent(Exception):
    """The source has no report of this id, or none that the core took."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One incident that a report might have belonged to, as it was then. link: its score, taken apart."""

    incident_id: str
    reports: int
    link: Link


@dataclass(frozen=True, slots=True)
class Story:
    """All there is to tell of one report.

    place: its number among the reports of its region, from 1; looked: best first, empty for one that goes where what it
        corrects or takes back stands; joined: the incident it went to; opened: which it opened
    history: (when, what) of everything that moved it afterwards; titles: of the incidents named here, as of the end
    """

    event: AnyEvent
    place: int
    looked: tuple[Looked, ...]
    joined: str
    opened: bool
    history: tuple[tuple[datetime, str], ...]
    entry: Entry
    titles: dict[str, str]


class _Watching(EvidenceLinker):
    """Notes what the incidents were to one report at the moment it came. Answers as ever."""

    def __init__(self, weights: Weights, event_id: str) -> None:
        super().__init__(weights)
        self._wanted = event_id
        self._arriving: AnyEvent | None = None
        self._arrived = 0
        self.event: AnyEvent | None = None
        self.looked: tuple[Looked, ...] = ()
        self.at = 0
        self._is_told = False

    def features(self, event: AnyEvent) -> Features:
        self._arriving = event
        self._arrived += 1
        if event.event_id == self._wanted and self.event is None:
            self.event, self.at = event, self._arrived
        return super().features(event)

    def place(self, features: Features, *, now: datetime, named: tuple[str, ...] = ()) -> Placement:
        if self.event is not None and self._arriving is self.event and not self._is_told:
            self._is_told = True
            item = Item(features)
            self.looked = tuple(
                Looked(c.incident.incident_id, len(c.incident.members), self._explained(item, c, named))
                for c in self._look(item, named)
            )
        return super().place(features, now=now, named=named)


@dataclass(slots=True)
class _Fate:
    """What the sink says of one report, gathered along the way."""

    event_id: str
    joined: str = ""
    opened: bool = False
    entry: Entry | None = None
    history: list[tuple[datetime, str]] = field(default_factory=list)
    _heads: dict[str, bytes] = field(default_factory=dict)

    def take(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        if key is None or value is None:
            return
        if topic == ENTRIES and key.decode() == self.event_id:
            self.entry = decode(TYPE_ENTRY, value)  # type: ignore[assignment]  # the topic's type
        elif topic == TIMELINES:
            self._heads[key.decode()] = value
        elif topic == UPDATES and json.dumps(self.event_id, ensure_ascii=False).encode() in value:
            update = decode(TYPE_UPDATE, value)
            assert isinstance(update, TimelineUpdate)
            self._told(update)

    def _told(self, update: TimelineUpdate) -> None:
        whys = {change.from_: change.reasons for change in update.changes if isinstance(change, Merged | Split)}
        for change in update.changes:
            if not isinstance(change, EntryAdded | EntryMoved) or change.event_id != self.event_id:
                continue
            if isinstance(change, EntryAdded):
                if change.role is not EntryRole.BACKGROUND:
                    self.joined = update.incident_id
                    self.opened = any(isinstance(other, Opened) for other in update.changes)
            elif change.from_incident is not None:
                why = "; ".join(change.reasons or whys.get(change.from_incident, ()))
                told = f"went from {change.from_incident} to {update.incident_id}"
                self.history.append((update.recorded_at, f"{told}: {why}" if why else told))

    def titles(self, incidents: Iterable[str]) -> dict[str, str]:
        """Of these incidents, as of the end."""
        heads = (decode(TYPE_TIMELINE, self._heads[name]) for name in incidents if name in self._heads)
        return {head.incident_id: head.title for head in heads if isinstance(head, IncidentTimeline)}


def explain(source: str, feed: str, event_id: str, weights: Weights, tell: Callable[[str], None]) -> Story:
    """Replays the source, all of it. feed: a name of FEEDS, or LOG. tell: is given a line for each bad line of it.

    Raises UnknownEvent, SourceError, BadLogLine, and OSError where the source ends in the middle of a read.
    """
    watching: list[_Watching] = []

    def core_for(region: str) -> Correlator[Features]:
        watching.append(_Watching(weights, event_id))
        return Correlator(region, watching[-1])

    fate = _Fate(event_id)
    for topic, key, value in _outgoing(source, feed, core_for, tell):
        fate.take(topic, key, value)
    seen = next((linker for linker in watching if linker.event is not None), None)
    if seen is None or seen.event is None or fate.entry is None:
        raise UnknownEvent(f"{event_id} is not among the reports of {source}, or stands there as a bad line")
    named = [*(one.incident_id for one in seen.looked), fate.joined, fate.entry.incident_id]
    return Story(
        seen.event, seen.at, seen.looked, fate.joined, fate.opened, tuple(fate.history), fate.entry, fate.titles(named)
    )


def _outgoing(
    source: str, feed: str, core_for: Callable[[str], Correlator[Features]], tell: Callable[[str], None]
) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    # bad lines are told of and not kept: this only looks at a file that `replay` or `produce` has taken
    with Source(source) as opened, Rejects(Path(os.devnull), opened.name, keep=False, tell=tell) as rejects:
        partitions, records = records_of(opened, feed, _PARTITIONS, rejects)

        def router_for(partition: int) -> PartitionRouter:
            return PartitionRouter(partition, core_for, core_version=CORE_VERSION, partitions=partitions)

        for _, handed in replay(records, router_for):
            for out in handed.outgoing:
                yield out.topic, out.key, out.value
