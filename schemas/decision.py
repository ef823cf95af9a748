"""What people and the clock add to the log: `Decision` and `Tick`; and `Command`, the request for a decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from .parts import REGION_PATTERN, FirstFault, Identifier, Message, Name, ShortText, UtcTime, fault_in
from .vocabulary import DeciderRole, DecisionKind

_Incidents = Annotated[tuple[Identifier, ...], Field(max_length=20), FirstFault]
_Events = Annotated[tuple[Identifier, ...], Field(max_length=200), FirstFault]
Region = Annotated[str, Field(min_length=1, max_length=40, pattern=REGION_PATTERN)]

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
    command_id: Identifier = Field(description="chosen by who asks; the same when asked again")
    decision: DecisionKind = Field(description="what is to be done")
    incidents: _Incidents = Field(
        default=(), description="which incidents; of a merge, the first is the one that stays"
    )
    events: _Events = Field(default=(), description="which events")
    by: Name = Field(description="the person who decides")
    reason: ShortText = Field(description="why, in the person's words")

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> _Choice:
        (least_i, most_i), (least_e, most_e) = WHAT_A_DECISION_NAMES[self.decision]
        if not least_i <= len(self.incidents) <= most_i:
            raise fault_in("incidents", f"{self.decision} names {least_i} to {most_i}, not {len(self.incidents)}")
        if not least_e <= len(self.events) <= most_e:
            raise fault_in("events", f"{self.decision} names {least_e} to {most_e}, not {len(self.events)}")
        if not self.incidents and not self.events:
            raise fault_in("incidents", f"{self.decision} must name an incident, or an event under `events`")
        for field, ids in (("incidents", self.incidents), ("events", self.events)):
            if len(set(ids)) != len(ids):
                raise fault_in(field, "names the same id twice: name it once")
        return self


class Decision(_Choice):
    """A person's choice, checked by the gate, in the log like any other record."""

    decided_at: UtcTime = Field(description="when the person decided")
    recorded_at: UtcTime = Field(description="when the gate appended it to the log")


class Tick(Message):
    """Moves the clock of a region in which nothing is reported. Written by the gate."""

    tick_id: Identifier = Field(description="unique for ever")
    region: Region = Field(description="the region whose clock moves")
    recorded_at: UtcTime = Field(description="what the clock shows from now on")


class Command(_Choice):
    """A request for a decision. The gate answers by appending a `Decision`, or rejects it."""

    region: Region = Field(description="the region of the incidents and events it names")
    role: DeciderRole = Field(description="in what role the person asks: an analyst may do all but redact")
    requested_at: UtcTime = Field(description="when it was asked; the gate refuses what is too old")
