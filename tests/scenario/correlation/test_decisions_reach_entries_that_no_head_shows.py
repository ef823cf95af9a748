"""A head shows seventy entries at most. What is decided of the others must reach their topic all the same."""

from __future__ import annotations

import json

import pytest

from processors.correlation import StateRecord
from schemas.codec import encode
from tests.builders import a_decision, a_statement, a_tick, an_attack
from tests.stories import Story

SECRET = "Zebulon Quux"
_REPORTS = 85


def a_digest(*, of_an_older_version: bool) -> Story:
    """One incident of many reports, closed for a month, and a fresh one. The former's hidden entries, if of an older
    version, were let go."""
    story = Story()
    story.tell(
        *(
            an_attack(f"10:{n % 60:02d}", event_id=f"x{n}", publisher=f"P{n}", headline=f"{SECRET} hurt, {n}")
            for n in range(_REPORTS)
        ),
        *(a_tick(f"+{day}d") for day in (3, 20, 50, 51)),
        an_attack("+52d 01:00", "Lagos", event_id="l"),
    )
    if not of_an_older_version:
        return story
    shown = {entry.event_id for entry in story.head("x0").entries}
    older = Story()
    older.core.restore(_without_body(record, shown) for record in list(story.core.dump()))
    older.entries, older._offset = story.entries, story._offset
    return older


def _without_body(record: StateRecord, shown: set[str]) -> StateRecord:
    plain = json.loads(record.value or b"{}")
    if "/event/x" in record.key and plain["event_id"] not in shown:
        del plain["body"]
    return StateRecord(record.key, json.dumps(plain).encode())


def hidden(story: Story) -> list[str]:
    shown = {entry.event_id for entry in story.head("x0").entries}
    return [f"x{n}" for n in range(_REPORTS) if f"x{n}" not in shown]


older_and_now = pytest.mark.parametrize("of_an_older_version", [False, True])


@older_and_now
def test_a_redacted_entry_is_put_out_without_its_words(of_an_older_version: bool) -> None:
    story = a_digest(of_an_older_version=of_an_older_version)
    event = hidden(story)[0]
    (entry,) = story.tell(a_decision("redact", "+52d 02:00", events=[event])).entries
    assert (entry.event_id, entry.redacted, entry.headline) == (event, True, "[redacted]")
    assert entry.source.publisher == f"P{event[1:]}"
    assert SECRET.encode() not in encode(entry)


@older_and_now
def test_a_withdrawn_entry_says_so(of_an_older_version: bool) -> None:
    story = a_digest(of_an_older_version=of_an_older_version)
    event = hidden(story)[0]
    (entry,) = story.tell(a_decision("retract", "+52d 02:00", events=[event], command_id="c")).entries
    assert (entry.event_id, entry.retracted_by) == (event, "c")
    assert SECRET in entry.headline


@older_and_now
def test_after_a_merge_no_entry_names_the_incident_that_is_gone(of_an_older_version: bool) -> None:
    story = a_digest(of_an_older_version=of_an_older_version)
    stays, gone = story.home("l"), story.home("x0")
    story.tell(a_decision("merge", "+52d 02:00", incidents=[stays, gone]))
    assert {entry.incident_id for entry in story.entries.values()} == {stays}
    for entry in story.entries.values():
        assert sum(reason.contribution for reason in entry.link.reasons) == pytest.approx(entry.link.score)


def test_the_sink_keeps_what_an_entry_said_when_it_moves_long_after() -> None:
    story = a_digest(of_an_older_version=False)
    event = hidden(story)[0]
    before = story.entries[event]
    story.tell(a_decision("pin", "+52d 02:00", incidents=[story.home("l")], events=[event]))
    after = story.entries[event]
    assert after.incident_id == story.home("l") != before.incident_id
    for field in ("headline", "occurred", "published_at", "recorded_at", "actors", "stances", "source", "link"):
        assert getattr(after, field) == getattr(before, field), field


def test_an_entry_stays_where_it_is_background_when_its_home_becomes_a_digest() -> None:
    story = Story()
    story.tell(
        an_attack("08:00", "Lagos", event_id="l"),
        *(
            a_statement(f"10:0{n}", event_id=f"guest{n}", extra={"background": "Lagos"}, headline=f"guest {n}")
            for n in range(3)
        ),
        *(an_attack(f"11:{n % 60:02d}", event_id=f"x{n}", killed=n, publisher=f"P{n}") for n in range(_REPORTS)),
        a_tick("+3d"),
        a_tick("+20d"),
        an_attack("+44d", "Lagos", event_id="l2", happened="08:00", publisher="Reuters"),
    )
    told = story.head("l")
    assert {entry.event_id for entry in told.entries} == {"l", "l2", "guest0", "guest1", "guest2"}
    changes = story.tell(a_tick("+45d"))
    assert changes.updates == ()
    assert story.head("l") == told
