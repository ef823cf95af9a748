"""What repeats what, and what is related to what, follow from the set of events held, never from its history."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.correlation.linking.features import Features
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded

NOW = datetime(2024, 3, 1, tzinfo=UTC)
EVENTS = [parse_coded(line)[0] for line in Path("gold/sol.jsonl").read_bytes().splitlines()[:80]]
HELD = 70


@cache
def features(at: int) -> Features:
    return EvidenceLinker().features(EVENTS[at])


@cache
def homes() -> list[str]:
    """Where the evidence itself puts the first ones."""
    linker, found = EvidenceLinker(), []
    for at in range(HELD):
        found.append(linker.place(features(at), now=NOW).incident_id or EVENTS[at].event_id)
        linker.hold(EVENTS[at].event_id, features(at), seq=at, incident_id=found[-1])
    return found


def _answers(linker: EvidenceLinker) -> tuple[list[object], list[object]]:
    related: list[object] = [linker.relations_of(home, now=NOW) for home in sorted(set(homes()))]
    copied: list[object] = []
    for at, home in enumerate(homes()):  # as if each came once more
        placement = linker.place(features(at), now=NOW, named=(home,))
        copied.append((placement.copy_of, placement.copies))
    return related, copied


@cache
def expected() -> tuple[list[object], list[object]]:
    straight = EvidenceLinker()
    for at, home in enumerate(homes()):
        straight.relations_of(home, now=NOW)
        straight.hold(EVENTS[at].event_id, features(at), seq=at, incident_id=home)
    return _answers(straight)


def test_there_is_something_to_compare() -> None:
    related, copied = expected()
    assert sum(bool(found) for found in related) >= 5
    assert sum(found != (None, ()) for found in copied) >= 20


@settings(max_examples=10, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_another_history_of_the_same_set_gives_the_same_answers(seed: int) -> None:
    chance = random.Random(seed)
    linker = EvidenceLinker()
    coming = [*range(HELD), 75, 76, 77]  # the last three come and go
    chance.shuffle(coming)
    for at in coming:
        home = homes()[at] if at < HELD and chance.random() < 0.5 else "elsewhere"
        read_back = linker.load_features(linker.dump_features(features(at)))
        linker.hold(EVENTS[at].event_id, read_back, seq=at, incident_id=home)
        if chance.random() < 0.3:
            linker.relations_of(home, now=NOW)  # a question leaves no trace
    for at in range(HELD):
        linker.move(EVENTS[at].event_id, homes()[at])
        if chance.random() < 0.1:
            linker.relations_of(homes()[at], now=NOW)
    for at in (75, 76, 77):
        linker.drop(EVENTS[at].event_id)
    assert _answers(linker) == expected()
