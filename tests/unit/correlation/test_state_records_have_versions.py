"""State records: their version, how older ones are read, and what is said of those that cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from processors.correlation import StateRecord, UnreadableState
from processors.correlation.state import MIGRATIONS, STATE_VERSION
from tests.builders import a_decision, a_statement, an_attack
from tests.stories import Story

_GOLDEN = Path(__file__).parent / "golden" / f"state-v{STATE_VERSION}.jsonl"


def a_small_story() -> Story:
    """Two reports and a statement in one incident, a correction, a pending one, a decision."""
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", killed=2, weapons="2 drones", by="Group X", wire="AFP", publisher="Gazette"),
        an_attack("11:00", event_id="b", killed="at least 3", publisher="Reuters", corrects="a"),
        a_statement("12:00", event_id="s", speaker="Ann Example", stance="deny_responsibility"),
        an_attack("13:00", "Lagos", event_id="c", retracts="not-seen"),
    )
    story.tell(a_decision("pin", "14:00", incidents=[story.home("a")], events=["s"], command_id="c1"))
    return story


def golden() -> list[StateRecord]:
    lines = _GOLDEN.read_text(encoding="utf-8").splitlines()
    return [StateRecord(key, value.encode()) for key, value in map(json.loads, lines)]


def test_this_version_reads_what_this_version_wrote_when_it_was_released() -> None:
    """When this fails the format has changed: raise STATE_VERSION, add a migration, write the next golden file."""
    story = Story()
    story.core.restore(golden())
    assert list(story.core.dump()) == golden()
    assert fields_of(a_small_story().core.dump()) == fields_of(golden())
    story.tell(an_attack("15:00", event_id="d", publisher="BBC", killed=2))
    assert story.core.head(story.home("d")).entries_total == 4


def fields_of(records: Iterable[StateRecord]) -> dict[str, list[str]]:
    return {record.key: sorted(json.loads(record.value or b"{}")) for record in records}


def test_a_record_of_an_older_version_goes_through_its_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    def older(value: bytes) -> bytes:
        plain = json.loads(value)
        plain.update(v=STATE_VERSION - 1, source=plain.pop("publisher"))
        return json.dumps(plain).encode()

    def rename(value: dict[str, object]) -> dict[str, object]:
        return {**{key: kept for key, kept in value.items() if key != "source"}, "publisher": value["source"]}

    monkeypatch.setitem(MIGRATIONS, ("event", STATE_VERSION - 1), rename)
    records = [
        StateRecord(record.key, older(record.value) if "/event/" in record.key and record.value else record.value)
        for record in golden()
    ]
    story = Story()
    story.core.restore(records)
    assert list(story.core.dump()) == golden()


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (StateRecord("test/event/a", b'{"v": 99}'), "version 99"),
        (StateRecord("test/event/a", b'{"v": "1"}'), "no state record"),
        (StateRecord("test/event/a", b"\xff\xfe"), "no state record"),
        (StateRecord("test/event/a", b"[]"), "no state record"),
        (StateRecord("test/event/a", b"{}"), "no state record"),
        (StateRecord("elsewhere/event/a", b'{"v": 1}'), "restore each region from its own records"),
        (StateRecord("test/nothing/a", b'{"v": 1}'), "no key of test"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_with_what_is_wrong(record: StateRecord, problem: str) -> None:
    with pytest.raises(UnreadableState) as unreadable:
        Story().core.restore([record])
    assert record.key in str(unreadable.value)
    assert problem in str(unreadable.value)


@pytest.mark.parametrize(
    ("sound", "broken"), [(b'"fingerprint":', b'"fingerprint"-'), (b'"kind":"attack"', b'"kind":"riot"')]
)
def test_an_event_that_is_read_late_and_cannot_be_is_named_then(sound: bytes, broken: bytes) -> None:
    """When it is restored only what the tables go by is looked at; the report that needs the rest finds it."""
    records = [
        StateRecord(key, value.replace(sound, broken) if value and key.endswith("/event/a") else value)
        for key, value in golden()
    ]
    assert records != golden(), "nothing was broken"
    story = Story()
    story.core.restore(records)
    with pytest.raises(UnreadableState, match='"event_id":"a"'):
        story.tell(an_attack("15:00", event_id="d", publisher="BBC", killed=2))


def test_state_is_restored_into_a_new_core_only() -> None:
    story = a_small_story()
    with pytest.raises(ValueError, match="new core"):
        story.core.restore(golden())


def test_a_record_that_is_gone_is_passed_over() -> None:
    story = Story()
    story.core.restore([*golden(), StateRecord("test/event/gone", None)])
    assert list(story.core.dump()) == golden()


def test_one_more_report_rewrites_only_what_it_touches() -> None:
    story = a_small_story()
    story.core.drain_state()
    story.tell(an_attack("15:00", event_id="d", publisher="BBC"))
    keys = [record.key for record in story.core.drain_state()]
    assert keys == ["test/clock", "test/event/d", "test/features/d", f"test/incident/{story.home('a')}"]
