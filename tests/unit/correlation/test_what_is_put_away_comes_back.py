"""Rosters, old events and what is compared are kept for the busiest: with room for hardly any, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import world
from processors.correlation import store
from processors.correlation.correlator import Correlator
from processors.correlation.linking import linker
from processors.correlation.linking.features import Features
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.records import LogRecord
from processors.correlation.unread import Unread

EVENTS = [event for _, event in world.stream(40)]


def said_by(core: Correlator[Features]) -> Iterator[str]:
    """Everything that a core says of the events, and its state in the end."""
    for offset, event in enumerate(EVENTS):
        changes = core.apply(LogRecord(event, "world", 0, offset))
        for message in (*changes.updates, *changes.entries, *map(core.head, changes.touched)):
            yield message.model_dump_json()
    for record in core.dump():
        yield repr(record)


def packed_in(core: Correlator[Features]) -> int:
    """How many of the events are packed; a look that asks for none."""
    held: dict[Any, Any] = core._store.events
    return sum(type(dict.get(held, event.event_id)) is Unread for event in EVENTS)


@pytest.fixture
def usual() -> list[str]:
    return list(said_by(Correlator("world", EvidenceLinker())))


def test_a_core_with_room_for_hardly_anything_says_the_same(usual: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_ROSTERS_AT_HAND", 2)
    monkeypatch.setattr(store, "_LARGE_ROSTER", 5)
    monkeypatch.setattr(store, "_EVENTS_AT_HAND", 3)
    monkeypatch.setattr(linker, "_KEPT_ITEMS", 4)
    core = Correlator("world", EvidenceLinker())
    assert list(said_by(core)) == usual
    assert packed_in(core) > len(EVENTS) // 2, "nothing was packed: the test looks at nothing"
    assert len(core._store.rosters) < len(core._store.members)


def test_a_dump_leaves_what_is_packed_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_EVENTS_AT_HAND", 3)
    core = Correlator("world", EvidenceLinker())
    for offset, event in enumerate(EVENTS):
        core.apply(LogRecord(event, "world", 0, offset))
    before = packed_in(core)
    assert list(core.dump()) == list(core.dump())
    assert packed_in(core) == before > 0
