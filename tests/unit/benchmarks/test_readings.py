"""What readers said is of incidents and reports that there are, and is read as it was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import readings
from evaluation.gold import read_gold


@pytest.mark.parametrize("of_set", readings.SETS)
def test_readers_speak_of_what_is_there(of_set: str) -> None:
    gold = read_gold(Path("gold") / f"{of_set}.jsonl")
    incidents = set(gold.incident_of.values())
    for reader in readings.RELATERS:
        related = readings.read(of_set, reader).related
        assert related
        assert all(len(pair) == 2 and pair <= incidents for pair in related)
    copies = readings.read(of_set, "C").copies
    assert copies
    assert copies.keys() <= gold.incident_of.keys()


def test_each_reader_is_asked_for_one_thing() -> None:
    assert not readings.read("kad", "A").copies
    assert not readings.read("kad", "C").related


def test_how_sure_a_reader_was_is_kept() -> None:
    related = readings.read("kad", "A").related
    assert related[frozenset({"INC-CLASH-2021-11-05", "INC-ATTACK-2021-11-07"})] == 3
    assert set(related.values()) <= {1, 2, 3}
