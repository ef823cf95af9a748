"""What goes into the core and what comes out of it: plain values, no Kafka."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from schemas.codec import LogMessage
from schemas.timeline import Entry, IncidentTimeline, TimelineUpdate


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One decoded record of the log. The core reads exactly one topic-partition, in order."""

    message: LogMessage
    region: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What one record changed. An update for every incident touched; heads are asked for when a batch ends.

    touched: ids of the incidents whose head changed, in order of first change
    parting: last heads of incidents that are out of reach from this record on: whoever still owes readers the head
        of an earlier change in the same batch sends this one
    """

    touched: tuple[str, ...] = ()
    parting: tuple[IncidentTimeline, ...] = ()
    entries: tuple[Entry, ...] = ()
    updates: tuple[TimelineUpdate, ...] = ()
    #: incidents looked at for the event's place; None: nothing had to be looked for
    candidates: int | None = None


class StateRecord(NamedTuple):
    """One keyed piece of a region's state; value None: the piece is gone. Keys begin with `<region>/`."""

    key: str
    value: bytes | None


class CannotApply(Exception):
    """The record is well-formed and yet cannot be applied (a decision that names an unknown incident).

    field, problem: as in MalformedRecord. The state is as it was before.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class UnreadableState(ValueError):
    """A state record that this version cannot read; names its key and the remedy."""


class RegionCore(Protocol):
    """One region's timelines. Pure: no clock, no I/O. `apply` is all or nothing."""

    def apply(self, record: LogRecord) -> Changes:
        """Raises CannotApply; any other exception also leaves the state as it was."""

    def head(self, incident_id: str) -> IncidentTimeline:
        """The head of an incident as it stands now. KeyError where there is none."""

    def labels(self, incident_id: str) -> tuple[str, str]:
        """Kind and standing of an incident, for headers: cheap, unlike its head. KeyError where there is none."""

    def drain_state(self) -> list[StateRecord]:
        """State records that changed since the last call, sorted by key."""

    def dump(self) -> Iterator[StateRecord]:
        """The whole state, sorted by key."""

    def restore(self, records: Iterable[StateRecord]) -> None:
        """Into a new core: afterwards it goes on exactly as the dumped one would."""
