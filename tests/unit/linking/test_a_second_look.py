"""Which reports are worth asking again, and where a held one would go if it came in now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processors.correlation.linking.candidates import Candidate
from processors.correlation.linking.items import Item
from processors.correlation.linking.joining import DOUBT
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded
from schemas.event import AnyEvent

NOW = datetime(2024, 3, 1, tzinfo=UTC)
EVENTS = [parse_coded(line)[0] for line in Path("gold/kaz.jsonl").read_bytes().splitlines()[:50]]


class Noting(EvidenceLinker):
    """Notes what the best candidate scored, also where it is refused."""

    best = 0.0

    def joins(self, item: Item, candidates: Sequence[Candidate]) -> bool:
        self.best = round(candidates[0].score, 6)
        return super().joins(item, candidates)


def held(linker: Noting, seq: int, event: AnyEvent) -> tuple[str | None, float, bool]:
    """As `place` says, and it is held there: (home, score of the best candidate, unsure)."""
    features, linker.best = linker.features(event), 0.0
    placement = linker.place(features, now=NOW)
    linker.hold(event.event_id, features, seq=seq, incident_id=placement.incident_id or event.event_id)
    return placement.incident_id, linker.best, placement.unsure


def test_those_near_the_bar_are_in_doubt_and_no_others() -> None:
    linker = Noting()
    placed = [held(linker, seq, event) for seq, event in enumerate(EVENTS)]
    scored = [(score, unsure) for home, score, unsure in placed if home is not None or score]
    assert {unsure for _, unsure in scored} == {True, False}
    for score, unsure in scored:
        assert unsure == (abs(score - linker.weights.join) < DOUBT)


def test_what_has_just_come_in_would_go_where_it_went() -> None:
    """But where its coming changed what names weigh: then the score is another one, and near the bar so is the home."""
    linker = Noting()
    compared = 0
    for seq, event in enumerate(EVENTS):
        weighed = linker.statistics.version
        home, score, _ = held(linker, seq, event)
        if linker.statistics.version == weighed and score:
            assert linker.home_of(event.event_id, now=NOW) == (home, pytest.approx(score, abs=1e-5))
            compared += 1
    assert compared > len(EVENTS) / 2


def test_to_be_asked_changes_nothing() -> None:
    asked, left_alone = Noting(), Noting()
    for seq, event in enumerate(EVENTS):
        assert held(asked, seq, event) == held(left_alone, seq, event)
        for earlier in EVENTS[: seq + 1 : 7]:
            asked.home_of(earlier.event_id, now=NOW)


def test_a_report_that_stands_alone_among_strangers_would_found_its_incident_again() -> None:
    linker = Noting()
    held(linker, 0, EVENTS[0])
    assert linker.home_of(EVENTS[0].event_id, now=NOW)[0] is None
