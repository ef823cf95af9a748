"""Which commands become decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.checking import Refused, check_right, command_in, decision_of
from processors.router import RawRecord
from schemas.codec import encode
from schemas.decision import Command
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.topics import COMMANDS
from tests.tally_core import a_command

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PARTITIONS = 6
PLACE = partition_of("middle-east", PARTITIONS)


def sent(**fields: Any) -> RawRecord:
    """A command asked at noon, in its place, as bytes. fields: of the record (key, value ...), else of the command."""
    record = {name: fields.pop(name) for name in ("key", "value", "headers", "partition") if name in fields}
    command = a_command("inc-1", **{"requested_at": NOON, **fields})
    return RawRecord(
        topic=COMMANDS,
        offset=3,
        **{
            "partition": partition_of(command.region, PARTITIONS) if command.region == "middle-east" else 0,
            "key": command.region.encode(),
            "value": encode(command),
            "headers": tuple(headers_of(command)),
            **record,
        },
    )


def checked(record: RawRecord, *, now: datetime = NOON) -> Command:
    command = command_in(record, partitions=PARTITIONS)
    check_right(command, now=now, most_age=timedelta(hours=1))
    return command


def refusal(record: RawRecord, now: datetime = NOON) -> Refused:
    with pytest.raises(Refused) as refused:
        checked(record, now=now)
    return refused.value


def test_a_command_in_order_becomes_a_decision_of_the_time_it_was_asked() -> None:
    command = checked(sent())
    decision = decision_of(command, NOON + timedelta(seconds=2))
    assert (decision.command_id, decision.decision, decision.incidents) == ("c1", "close", ("inc-1",))
    assert (decision.by, decision.reason) == (command.by, command.reason)
    assert (decision.decided_at, decision.recorded_at) == (NOON, NOON + timedelta(seconds=2))


def test_an_analyst_may_do_all_but_redact() -> None:
    asked = {"incidents": (), "events": ("e1",), "decision": "redact"}
    no = refusal(sent(**asked, role="analyst"))
    assert (no.field, no.problem) == ("role", "analyst may not redact: ask an editor")
    for role, fields in [("analyst", {}), ("editor", {}), ("editor", asked)]:
        checked(sent(**fields, role=role))


@pytest.mark.parametrize(("later", "granted"), [(3600, True), (3601, False), (-300, True), (-301, False)])
def test_a_command_is_granted_for_so_long_and_no_earlier_than_it_was_asked(later: int, granted: bool) -> None:
    now = NOON + timedelta(seconds=later)
    if granted:
        checked(sent(), now=now)
    else:
        assert refusal(sent(), now).field == "requested_at"


def test_an_old_command_is_told_how_old_it_is() -> None:
    said = refusal(sent(), NOON + timedelta(days=3)).problem
    assert said == "lies 3 d back, at most 60 min is granted: things may have changed, ask again"


@pytest.mark.parametrize(
    ("record", "field", "says"),
    [
        (sent(headers=()), "ce_type", "must be incidents.command.v1"),
        (sent(headers=(("ce_type", b"incidents.decision.v1"),)), "ce_type", "must be incidents.command.v1"),
        (sent(value=b"{"), "value", "JSON"),
        (sent(value=None), "value", "is empty"),
        (sent(value=encode(a_command("inc-1")).replace(b'"editor"', b'"owner"')), "role", "analyst"),
        (
            sent(value=encode(a_command("inc-1")).replace(b'"close"', b'"merge"')),
            "incidents",
            "merge names 2 to 20, not 1",
        ),
        (sent(key=None), "key", "must be the command's region, middle-east"),
        (sent(key=b"europe"), "key", "must be the command's region, middle-east"),
        (sent(region="atlantis"), "region", "'atlantis' is no region"),
        (sent(partition=(PLACE + 1) % PARTITIONS), "key", f"belongs in partition {PLACE} of 6"),
    ],
)
def test_what_is_not_in_order_is_refused_with_the_field_and_the_remedy(
    record: RawRecord, field: str, says: str
) -> None:
    no = refusal(record)
    assert no.field == field
    assert says in no.problem


@pytest.mark.parametrize(
    ("field", "label"), [("requested_at", "requested_at"), ("events.0.id", "events"), ("key", "key"), ("x", "other")]
)
def test_only_fields_of_a_command_become_labels(field: str, label: str) -> None:
    assert Refused(field, "no").label == label
