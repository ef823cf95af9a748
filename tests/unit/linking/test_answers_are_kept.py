"""What the evidence was asked already is answered from what was found; a change of what is held makes it ask anew."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from processors.correlation import conflicts
from processors.correlation.linking.features import Features
from processors.correlation.linking.items import Item, kilometres
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded

NOW = datetime(2024, 3, 1, tzinfo=UTC)
EVENTS = [parse_coded(line)[0] for line in Path("gold/nga.jsonl").read_bytes().splitlines()[:50]]
IDS = [event.event_id for event in EVENTS]


@cache
def features() -> dict[str, Features]:
    """Not worked out where tests are only listed."""
    return {event.event_id: EvidenceLinker().features(event) for event in EVENTS}


def held(homes: dict[str, str]) -> EvidenceLinker:
    linker = EvidenceLinker()
    for seq, event_id in enumerate(IDS):
        if event_id in homes:
            linker.hold(event_id, features()[event_id], seq=seq, incident_id=homes[event_id])
    return linker


def answers(linker: EvidenceLinker) -> list[object]:
    found = [linker.merge_of(event_id, now=NOW) for event_id in IDS]
    return [*found, *(linker._index.scores(features()[event_id], linker.statistics) for event_id in IDS)]


def test_after_each_change_the_answers_are_those_of_a_linker_that_was_never_asked_before() -> None:
    homes = {event_id: event_id for event_id in IDS[:-1]}
    linker = held(homes)
    asked = answers(linker)
    assert any(answer is not None for answer in asked[: len(IDS)]), "nothing here is ever merged: no test"

    homes[IDS[-1]] = IDS[-1]
    linker.hold(IDS[-1], features()[IDS[-1]], seq=len(IDS) - 1, incident_id=IDS[-1])
    assert answers(linker) == answers(held(homes)) != asked

    merged = next(answer for event_id in IDS if (answer := linker.merge_of(event_id, now=NOW)) is not None)
    homes[merged.other] = merged.one
    before = answers(linker)
    linker.move(merged.other, merged.one)
    assert answers(linker) == answers(held(homes)) != before

    before = answers(linker)
    del homes[IDS[3]]
    linker.drop(IDS[3])
    assert answers(linker) == answers(held(homes)) != before


def test_one_report_that_is_asked_for_right_before_and_after_a_change_finds_what_is_held_then() -> None:
    linker = held({IDS[1]: IDS[1]})
    one = features()[IDS[1]]
    assert set(linker._index.scores(one, linker.statistics)) == {IDS[1]}
    linker.move(IDS[1], "elsewhere")
    assert set(linker._index.scores(one, linker.statistics)) == {"elsewhere"}
    linker.drop(IDS[1])
    assert linker._index.scores(one, linker.statistics) == {}


def test_who_changes_what_was_found_changes_it_for_nobody_else() -> None:
    linker = held({event_id: event_id for event_id in IDS})
    one = features()[IDS[0]]
    first = linker._index.scores(one, linker.statistics)
    again = linker._index.scores(one, linker.statistics)
    first.clear()
    assert again
    assert linker._index.scores(one, linker.statistics) == again


def test_the_distance_of_two_items_is_that_of_their_places() -> None:
    placed = [Item(one) for one in features().values() if one.lat is not None]
    assert len(placed) > 10
    for one in placed:
        for other in placed:
            far = conflicts.kilometres(one.lat, one.lon, other.lat, other.lon)
            assert kilometres(one, other) == pytest.approx(far, abs=1e-6)
