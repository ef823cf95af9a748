"""Whatever the linker answers follows from the set of events it holds, never from how that set came about."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.correlation.linking.features import Features
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded

NOW = datetime(2024, 3, 1, tzinfo=UTC)
LINES = Path("gold/sol.jsonl").read_bytes().splitlines()[:60]
EVENTS = [parse_coded(line)[0] for line in LINES]
#: a made-up home for each event: several incidents, some large
HOMES = [f"incident-{at * at % 13}" for at in range(len(EVENTS))]


@cache
def features(at: int) -> Features:
    return EvidenceLinker().features(EVENTS[at])


def _answers(linker: EvidenceLinker, held: list[int], asked: list[int]) -> list[object]:
    found: list[object] = [linker.place(features(at), now=NOW, named=("incident-3",)) for at in asked]
    found += [linker.link_of(EVENTS[at].event_id, now=NOW) for at in held[:5]]
    found += [linker.merge_of(home, now=NOW) for home in sorted({HOMES[at] for at in held})]
    found += [linker.relations_of(home, now=NOW) for home in sorted({HOMES[at] for at in held})]
    return found


@settings(max_examples=12, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_another_order_of_building_gives_the_same_answers(seed: int) -> None:
    chance = random.Random(seed)
    held = list(range(45))
    straight, mixed = EvidenceLinker(), EvidenceLinker()
    for at in held:
        straight.place(features(at), now=NOW)
        straight.hold(EVENTS[at].event_id, features(at), seq=at, incident_id=HOMES[at])
        if at % 7 == 0:
            straight.merge_of(HOMES[at], now=NOW)
    shuffled = [*held, 50, 51, 52]  # the last three come and go
    chance.shuffle(shuffled)
    for at in shuffled:
        text = mixed.dump_features(features(at))
        start = HOMES[at] if chance.random() < 0.5 else "elsewhere"
        mixed.hold(EVENTS[at].event_id, mixed.load_features(text), seq=at, incident_id=start)
        if chance.random() < 0.2:
            mixed.merge_of(start, now=NOW)
    for at in held:
        mixed.move(EVENTS[at].event_id, HOMES[at])
    for at in (50, 51, 52):
        mixed.drop(EVENTS[at].event_id)
    asked = list(range(46, 50))
    chance.shuffle(asked)
    expected = _answers(straight, held, sorted(asked))
    for at in asked:  # questions leave no trace
        mixed.place(features(at), now=NOW)
    assert _answers(mixed, held, sorted(asked)) == expected


@pytest.mark.parametrize("at", [0, 5, 20, 41])
def test_features_come_back_equal_from_the_state(at: int) -> None:
    linker = EvidenceLinker()
    assert linker.load_features(linker.dump_features(features(at))) == features(at)


def test_features_do_not_know_the_event_id() -> None:
    linker = EvidenceLinker()
    for at, event in enumerate(EVENTS):
        assert linker.features(event.model_copy(update={"event_id": "other"})) == features(at)
