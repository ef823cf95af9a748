"""Evidence that was restored is read late, and answers as if it had been held all along."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from processors.correlation.linking.api import DumpedEvent
from processors.correlation.linking.features import Features, peek
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded

NOW = datetime(2024, 3, 1, tzinfo=UTC)
EVENTS = [
    parse_coded(line)[0]
    for name in ("kad", "kaz", "sol")
    for line in Path(f"gold/{name}.jsonl").read_bytes().splitlines()[:50]
]
IDS = [event.event_id for event in EVENTS]
#: a made-up home for each event: several incidents, some large, and some of one report
HOMES = [f"incident-{at * at % 31 if at % 3 else at}" for at in range(len(EVENTS))]
HELD = range(120)


@cache
def features(at: int) -> Features:
    return EvidenceLinker().features(EVENTS[at])


def held_all_along() -> EvidenceLinker:
    linker = EvidenceLinker()
    for at in HELD:
        linker.hold(IDS[at], features(at), seq=at, incident_id=HOMES[at])
    return linker


def restored() -> EvidenceLinker:
    linker = EvidenceLinker()
    linker.restore([DumpedEvent(IDS[at], at, HOMES[at], linker.dump_features(features(at))) for at in HELD])
    return linker


def answers(linker: EvidenceLinker) -> list[object]:
    found: list[object] = [linker.place(features(at), now=NOW) for at in range(120, len(EVENTS))]
    for home in sorted({HOMES[at] for at in HELD}):
        found += [linker.merge_of(home, now=NOW), linker.relations_of(home, now=NOW)]
    held = sorted(linker._members)
    found += [(linker.link_of(event_id, now=NOW), linker.drawn_by(event_id, now=NOW)) for event_id in held]
    return found


def test_restored_evidence_answers_as_if_it_had_been_held_all_along() -> None:
    assert answers(restored()) == answers(held_all_along())


def test_so_it_does_when_events_come_and_go_and_change_their_home_before_anything_was_asked() -> None:
    linkers = restored(), held_all_along()
    for linker in linkers:
        for at in range(120, 140):  # over the next step of the ladder on which names are counted
            linker.hold(IDS[at], features(at), seq=at, incident_id=HOMES[at])
        for at in (3, 50, 119):
            linker.drop(IDS[at])
        for at in (4, 51, 118):
            linker.move(IDS[at], HOMES[at + 1])
    assert answers(linkers[0]) == answers(linkers[1])


def test_when_all_of_it_was_dropped_nothing_is_left() -> None:
    linker = restored()
    for at in HELD:
        linker.drop(IDS[at])
    assert tables(linker) == tables(EvidenceLinker())
    assert linker._index._asleep == {}


def test_week_by_week_the_index_becomes_what_it_was() -> None:
    linker = restored()
    assert tables(linker) != tables(held_all_along()), "no week is left for later: the test looks at nothing"
    linker._index._wake(sorted(linker._index._asleep))
    assert not any(peek(member.features) is member.features for member in linker._members.values()), "kept read"
    assert tables(linker) == tables(held_all_along())


@pytest.mark.parametrize("text", ["[]", "{}", "[1,"])
def test_a_text_that_holds_no_features_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError):
        EvidenceLinker().restore([DumpedEvent("a", 0, "i", text)])


def test_what_is_found_and_dumped_of_restored_evidence_leaves_most_of_it_unread() -> None:
    linker = restored()
    held = {event_id: member.features for event_id, member in linker._members.items()}
    for at in HELD:
        assert linker.dump_features(held[IDS[at]]) == linker.dump_features(features(at))
    assert sum(peek(each) is each for each in held.values()) == 0
    linker.place(features(149), now=NOW)
    read = sum(peek(each) is each for each in held.values())
    assert 0 < read < len(HELD) / 2


def tables(linker: EvidenceLinker) -> list[Any]:
    """What the index and the counts of names and concepts hold."""
    index, counts = linker._index, linker.statistics
    return [
        index._names, index._common, index._reports, index._numbers, index._cells, index._countries, index._concepts,
        counts._names, counts._concepts, counts._reports, counts._step, counts._newest,
    ]  # fmt: skip
