"""Whether a command may become a decision: its schema, its key, its author's right, its age. Pure: `now` is given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from processors.handover import RawRecord
from schemas.codec import TYPE_COMMAND, decode
from schemas.decision import Command, Decision
from schemas.errors import MalformedRecord
from schemas.headers import read_headers
from schemas.regions import ALL_REGIONS, partition_of
from schemas.vocabulary import DeciderRole, DecisionKind

#: what each role may ask for; an editor answers for what can never be brought back
ALLOWED: Final[dict[DeciderRole, frozenset[DecisionKind]]] = {
    DeciderRole.ANALYST: frozenset(DecisionKind) - {DecisionKind.REDACT},
    DeciderRole.EDITOR: frozenset(DecisionKind),
}
#: how far a sender's clock may be ahead of the gate's
CLOCKS_DIFFER: Final = timedelta(minutes=5)
#: a sender may write any word as a field; only these become labels of metrics
_FIELDS: Final = frozenset({"key", "value", "ce_type"}.union(Command.model_fields))


class Refused(Exception):
    """A command that does not become a decision. field, problem: as in MalformedRecord."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem

    @property
    def label(self) -> str:
        """First part of the field's path, where it is a field of a command."""
        first = self.field.partition(".")[0]
        return first if first in _FIELDS else "other"


def command_in(record: RawRecord, *, partitions: int) -> Command:
    """The command that a record of `incidents.commands.v1` holds, in its place. partitions: of the topic.

    Raises Refused with the field, what is wrong and the remedy.
    """
    ce_type = read_headers(record.headers).type
    if ce_type != TYPE_COMMAND:
        raise Refused("ce_type", f"must be {TYPE_COMMAND}: only requests for decisions belong here")
    try:
        command = decode(TYPE_COMMAND, record.value)
    except MalformedRecord as error:
        raise Refused(error.field, error.problem) from error
    assert isinstance(command, Command)
    _check_place(command, record, partitions)
    return command


def check_right(command: Command, *, now: datetime, most_age: timedelta) -> None:
    """Whether it may be granted now: the author's role, and the age. now: aware. Raises Refused."""
    if command.decision not in ALLOWED[command.role]:
        raise Refused("role", f"{command.role} may not {command.decision}: ask an editor")
    age = now - command.requested_at
    if age > most_age:
        raise Refused(
            "requested_at",
            f"lies {_spoken(age)} back, at most {_spoken(most_age)} is granted: things may have changed, ask again",
        )
    if age < -CLOCKS_DIFFER:
        raise Refused("requested_at", f"lies {_spoken(-age)} ahead of the gate's clock: set the sender's clock")


def decision_of(command: Command, recorded_at: datetime) -> Decision:
    """The record of the log that grants a command."""
    return Decision(
        command_id=command.command_id,
        decision=command.decision,
        incidents=command.incidents,
        events=command.events,
        by=command.by,
        reason=command.reason,
        decided_at=command.requested_at,
        recorded_at=recorded_at,
    )


def _check_place(command: Command, record: RawRecord, partitions: int) -> None:
    if command.region not in ALL_REGIONS:
        raise Refused("region", f"{command.region!r} is no region: one of {', '.join(ALL_REGIONS)}")
    if record.key != command.region.encode():
        raise Refused("key", f"must be the command's region, {command.region}")
    right = partition_of(command.region, partitions)
    if record.partition != right:
        raise Refused(
            "key",
            f"{command.region} belongs in partition {right} of {partitions}, not in {record.partition}: "
            "let the producer choose by key with partitioner=murmur2_random",
        )


def _spoken(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
