"""What makes an incident worth a look."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from processors.correlation.linking.features import Features
from processors.correlation.linking.index import _cell, _cells_near
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded


def coded(event_id: str, kind: str, headline: str, **given: Any) -> Features:
    row = {
        "id": event_id, "kind": kind, "headline": headline, "published_at": "2023-05-04", "lang": "en",
        "publisher": f"Paper {event_id}", "url": f"https://paper.example/{event_id}", **given,
    }  # fmt: skip
    return EvidenceLinker().features(parse_coded(json.dumps(row).encode())[0])


CRASH = coded("crash", "attack", "Airliner with ninety aboard shot down after take-off", occurred_at="2023-05-03")
TALK = coded("talk", "statement", "Minister suspects sabotage in airliner case")


@pytest.fixture
def linker() -> EvidenceLinker:
    linker = EvidenceLinker()
    for seq in range(150):  # so that a market is common here, and an airliner is not
        market = coded(f"m{seq}", "attack", "Bomb goes off at market", occurred_at="2023-05-02")
        linker.hold(f"m{seq}", market, seq=seq, incident_id=f"m{seq}")
    linker.hold("crash", CRASH, seq=150, incident_id="crash")
    return linker


def found(linker: EvidenceLinker, features: Features) -> set[str]:
    return set(linker._index.scores(features, linker.statistics))


def test_a_statement_that_names_nobody_and_no_place_finds_what_it_speaks_of(linker: EvidenceLinker) -> None:
    assert found(linker, TALK) == {"crash"}


def test_it_finds_nothing_of_other_weeks(linker: EvidenceLinker) -> None:
    late = coded("late", "statement", "Minister suspects sabotage in airliner case", published_at="2023-07-20")
    assert found(linker, late) == set()


def test_what_many_incidents_are_about_is_no_key(linker: EvidenceLinker) -> None:
    assert found(linker, coded("other", "statement", "Minister deplores bomb at market")) == set()


def test_a_happening_is_not_looked_for_by_what_it_is_about(linker: EvidenceLinker) -> None:
    assert "crash" not in found(linker, coded("again", "attack", "Airliner is shot down", published_at="2023-05-04"))


def test_an_incident_that_is_gone_is_found_no_more(linker: EvidenceLinker) -> None:
    linker.drop("crash")
    assert found(linker, TALK) == set()


@pytest.mark.parametrize("east", range(-360, 361, 45))
def test_a_cell_is_near_the_same_cells_wherever_on_the_globe(east: int) -> None:
    """East of the last half degree lies the first one."""
    cells = {
        step: _cell(replace(CRASH, lat=-16.8, lon=(east / 2 + step / 2 + 180.25) % 360 - 180)) for step in range(-2, 3)
    }
    near = set(_cells_near(cells[0]))
    assert len(near) == 9
    assert {step for step, cell in cells.items() if cell in near} == {-1, 0, 1}
