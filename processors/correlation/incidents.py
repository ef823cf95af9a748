"""What the core remembers of one event and of one incident: plain, bounded values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from schemas.timeline import Related
from schemas.vocabulary import Activity, EntryRole, EventKind, Relation, RelationDirection, Standing

from .facts import Assertion, When, Where


class Mark(NamedTuple):
    """One reason why an entry matters. weight: 0 to 1. code: a word for tests and for what undoes it."""

    code: str
    weight: float
    text: str


class EventState(NamedTuple):
    """One event, as the core keeps it. Replaced as a whole, never changed.

    seq: its number in the region's log. at: when it was reported, microseconds
    origin: the agency the text comes from, else the publisher, as written
    core: it tells of the incident itself (what `role` was before copies and corrections are told apart)
    sources, relay: see facts.source_keys, facts.relay_of
    overruled: "where", "when": what a correction gives instead
    language: of its headline, "en" of "en-GB"; None where it is not known
    body: its Entry as JSON, as it was last put out; None: an earlier version let it go, with what its head did not show
    """

    event_id: str
    seq: int
    incident_id: str
    kind: EventKind
    fingerprint: str
    at: int
    publisher: str
    origin: str
    speaker_key: str
    core: bool
    role: EntryRole
    marks: tuple[Mark, ...]
    stances: tuple[str, ...]
    sources: tuple[str, ...]
    relay: str | None
    assertions: tuple[Assertion, ...]
    where: Where | None
    when: When | None
    title_score: float
    headline: str
    body: str | None
    copy_of: str | None = None
    corrects: str | None = None
    retracts: str | None = None
    pinned_by: str | None = None
    retracted_by: str | None = None
    corrected_by: str | None = None
    redacted: bool = False
    background: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    language: str | None = None

    @property
    def significance(self) -> float:
        """Marks of independent weight: each takes its share of what the others leave."""
        left = 1.0
        for mark in self.marks:
            left *= 1.0 - mark.weight
        return round(1.0 - left, 6)

    @property
    def tells(self) -> bool:
        """A report of the incident itself that nobody withdrew."""
        return self.core and self.retracted_by is None and self.retracts is None


_REVERSED: Final = {RelationDirection.OF: RelationDirection.TO, RelationDirection.TO: RelationDirection.OF}


class RelationKept(NamedTuple):
    """One relation, as one of its two ends has it.

    direction: whether this end is the `relation` of the other one, or the other way round; None: neither is, or it was
    kept before there were directions
    """

    other: str
    relation: Relation
    score: float
    reasons: tuple[str, ...]
    direction: RelationDirection | None = None

    def from_the_other_end(self, this: str) -> RelationKept:
        """As the other end has it. this: the incident that has it so"""
        turned = None if self.direction is None else _REVERSED[self.direction]
        return self._replace(other=this, direction=turned)

    def change(self) -> Related:
        return Related(incident_id=self.other, relation=self.relation, direction=self.direction, score=self.score)


class Stage(StrEnum):
    """Where an incident is on its way out; the first three are its public activity."""

    ACTIVE = "active"
    QUIET = "quiet"
    CLOSED = "closed"
    SWEEPING = "sweeping"  # most of its evidence is being let go, oldest first
    DIGEST = "digest"  # its entries are kept, and the evidence of a few reports
    FORGETTING = "forgetting"  # its events are being forgotten, oldest first


@dataclass(slots=True)
class IncidentState:
    """One incident, as the core keeps it: bounded, whatever it has gathered. Changed only as a step's own copy.

    Times in microseconds. founder_key: the speaker of the founding event. swept: greatest seq whose evidence
    was let go. retracted_by: the command that withdrew the incident as such. apart: incidents that a person
    keeps apart from it
    """

    incident_id: str
    founding_event: str
    founding_seq: int
    founder_key: str
    kind: EventKind
    title: str
    title_event: str
    first_recorded: int
    last_activity: int
    revision: int = 0
    stage: Stage = Stage.ACTIVE
    activity_reason: str = ""
    closed_at: int | None = None
    swept: int = -1
    standing: Standing = Standing.UNCONFIRMED
    standing_reason: str = ""
    retracted_by: str | None = None
    related: tuple[RelationKept, ...] = ()
    merged_into: str | None = None
    merged_from: tuple[str, ...] = ()
    split_from: str | None = None
    apart: tuple[str, ...] = ()

    def copy(self) -> IncidentState:
        return IncidentState(*_all_of(self))

    @property
    def activity(self) -> Activity:
        if self.stage is Stage.ACTIVE:
            return Activity.ACTIVE
        return Activity.QUIET if self.stage is Stage.QUIET else Activity.CLOSED

    @property
    def has_head(self) -> bool:
        """Not once it is about to be forgotten."""
        return self.stage is not Stage.FORGETTING

    @property
    def is_shown(self) -> bool:
        """Whether it has a head of its own: neither merged into another nor about to be forgotten."""
        return self.merged_into is None and self.has_head


_all_of = attrgetter(*(field.name for field in fields(IncidentState)))
