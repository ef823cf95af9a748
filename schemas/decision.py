"""What people and the clock add to the log: `Decision` and `Tick`; and `Command`, the request for a decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from .parts import Identifier, Message, Name, ShortText, UtcTime
from .vocabulary import DeciderRole, DecisionKind

_Incidents = Annotated[tuple[Identifier, ...], Field(max_length=20)]
_Events = Annotated[tuple[Identifier, ...], Field(max_length=200)]
Region = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z-]*$")]

#: how many incidents and events each kind of decision names: (least, most) of incidents, then of events
WHAT_A_DECISION_NAMES: dict[DecisionKind, tuple[tuple[int, int], tuple[int, int]]] = {
    DecisionKind.MERGE: ((2, 20), (0, 0)),  # the first is the one that stays
    DecisionKind.SPLIT: ((1, 1), (1, 200)),  # these events leave that incident for one of their own
    DecisionKind.PIN: ((1, 1), (1, 200)),  # these events belong to that incident, whatever evidence says
    DecisionKind.RETRACT: ((0, 20), (0, 200)),  # either of the two, at least one
    DecisionKind.REDACT: ((0, 0), (1, 200)),  # content is removed, the record of its existence stays
    DecisionKind.CLOSE: ((1, 20), (0, 0)),
    DecisionKind.REOPEN: ((1, 20), (0, 0)),
}


class _Choice(Message):
    command_id: Identifier
    decision: DecisionKind
    incidents: _Incidents = ()
    events: _Events = ()
    by: Name
    reason: ShortText

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> _Choice:
        (least_i, most_i), (least_e, most_e) = WHAT_A_DECISION_NAMES[self.decision]
        if not least_i <= len(self.incidents) <= most_i:
            raise ValueError(f"{self.decision} names {least_i} to {most_i} incidents, not {len(self.incidents)}")
        if not least_e <= len(self.events) <= most_e:
            raise ValueError(f"{self.decision} names {least_e} to {most_e} events, not {len(self.events)}")
        if not self.incidents and not self.events:
            raise ValueError(f"{self.decision} must name an incident or an event")
        if len(set(self.incidents)) != len(self.incidents) or len(set(self.events)) != len(self.events):
            raise ValueError(f"{self.decision} names the same id twice")
        return self


class Decision(_Choice):
    """A person's choice, checked by the gate, in the log like any other record."""

    decided_at: UtcTime = Field(description="when the person decided")
    recorded_at: UtcTime = Field(description="when the gate appended it to the log")


class Tick(Message):
    """Moves the clock of a region in which nothing is reported. Written by the gate."""

    tick_id: Identifier
    region: Region
    recorded_at: UtcTime


class Command(_Choice):
    """A request for a decision. The gate answers by appending a `Decision`, or rejects it."""

    region: Region
    role: DeciderRole
    requested_at: UtcTime
