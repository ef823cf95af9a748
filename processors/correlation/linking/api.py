"""What the correlator asks of the evidence, and what it gets back.

The rule that makes restore exact: everything a linker answers is a function of its weights, of the
*set* of (features, seq, incident) it holds and of which incidents are shut. Never of the order in which
that came about, of a cache filled along the way, of hash order, or of a clock. Word statistics are counts
over that set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from schemas.event import AnyEvent
from schemas.timeline import Link
from schemas.vocabulary import Relation

F = TypeVar("F")  # the linker's own features of an event; opaque to the correlator


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an event belongs, as evidence sees it.

    incident_id: None: none of the known incidents is good enough, open a new one
    link: score of the chosen incident, or of opening (the best that was refused, with what spoke against it)
    copy_of: event_id of the earlier report that this one repeats (wire copy, re-issue, translation)
    copies: held events that turn out to repeat this one, which is their original: of the chosen incident, best first
    background_in: incidents the event speaks of without belonging to them, with scores, best first
    unsure: the best score was so near the bar that reports of the same hour may turn it: worth asking again
    candidates: how many incidents were looked at; a figure for metrics and tests
    """

    incident_id: str | None
    link: Link
    copy_of: str | None = None
    copies: tuple[str, ...] = ()
    background_in: tuple[tuple[str, float], ...] = ()
    unsure: bool = False
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """Evidence now says that two incidents are one. The correlator chooses which id stays."""

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveProposal:
    """Evidence now says that a held event of another incident belongs here. score: how much better, in log-odds.

    left: an event of that other incident that loses its reason to be there, to be asked again (`drawn_by`)
    """

    event_id: str
    score: float
    reasons: tuple[str, ...]
    left: str | None = None


@dataclass(frozen=True, slots=True)
class RelationProposal:
    """Two incidents that stay apart and belong to one story: `incident_id` is the `relation` of `other`.

    Of a same_campaign neither is that of the other; which is named first means nothing.

    holds: False: the two were related, and are no more; the reasons say why no longer
    """

    incident_id: str
    other: str
    relation: Relation
    score: float
    reasons: tuple[str, ...]
    holds: bool = True


class DumpedEvent(NamedTuple):
    """An event that was held. features: as they were dumped."""

    event_id: str
    seq: int
    incident_id: str
    features: str


class Linker(Protocol, Generic[F]):
    """The evidence of one region."""

    def features(self, event: AnyEvent) -> F:
        """What this linker keeps of an event. Pure; costs a few hundred microseconds."""

    def dump_features(self, features: F) -> str:
        """Features as JSON text for the state; `load_features` gives back an equal value."""

    def load_features(self, text: str) -> F: ...

    def restore(self, events: Sequence[DumpedEvent]) -> dict[str, F]:
        """As `hold` for each, into a linker that holds nothing: the features by event_id.

        Raises ValueError for a text that `dump_features` did not write.
        """

    def place(self, features: F, *, now: datetime, named: tuple[str, ...] = ()) -> Placement:
        """Best home for an event that is not held yet. Changes nothing.

        now: the region's clock. named: incidents that hold events which this one refers to.
        """

    def hold(self, event_id: str, features: F, *, seq: int, incident_id: str) -> None:
        """Take an event in. seq: its number in the region's log, 0, 1, 2 ...: the only order there is."""

    def move(self, event_id: str, incident_id: str) -> None:
        """The event belongs to another incident now."""

    def home_of(self, event_id: str, *, now: datetime) -> tuple[str | None, float]:
        """Where a held event would go if it came in now, as `place` would say, and the best score, in log-odds.

        What it adds to its own incident is left out: it must not vouch for itself. None: it would found one.
        """

    def drop(self, event_id: str) -> None:
        """Forget the event: retracted, redacted or long closed."""

    def shut(self, incident_id: str, is_shut: bool) -> None:
        """A person has withdrawn this incident, or reopened it. One that is shut is no answer, and no rival to others:
        what comes in after it is placed as if it were not there. What it holds stays held.
        """

    def merge_of(self, incident_id: str, *, now: datetime) -> MergeProposal | None:
        """Asked after an event joined or founded `incident_id`: is it one with another incident?"""

    def drawn_by(self, event_id: str, *, now: datetime) -> tuple[MoveProposal, ...]:
        """Asked after an event came to its incident: events of other incidents that go over to it."""

    def link_of(self, event_id: str, *, now: datetime) -> Link:
        """Why a held event belongs where it is, judged by the others of its incident."""

    def relations_of(
        self, incident_id: str, *, now: datetime, known: tuple[str, ...] = ()
    ) -> tuple[RelationProposal, ...]:
        """Incidents related to this one, best first, at most 20.

        known: those it is related to now, most telling first. Of them it says, too, which hold no more; those it says
        nothing of were not asked about.
        """
