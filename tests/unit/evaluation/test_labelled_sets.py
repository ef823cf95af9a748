"""Every labelled set that ships is whole: read as `evaluate`, `fit` and `replay` read it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from evaluation.gold import read_gold
from timelines.training import read_set

ROOT = Path(__file__).parents[3]
SETS = sorted(
    path for folder in ("gold", "tuning", "tuning/unseen", "tuning/real") for path in (ROOT / folder).glob("*.jsonl")
)


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_a_set_is_read_whole_and_its_labels_name_what_is_there(path: Path) -> None:
    gold = read_gold(path)
    events = read_set(path).events
    assert [event.event_id for event in events] == list(gold.incident_of)
    incidents = set(gold.incident_of.values())
    assert {incident for pair in gold.related for incident in pair} <= incidents
    for copy, original in gold.copy_of.items():
        assert copy != original
        assert original in gold.incident_of


def test_no_report_has_the_id_of_another_sets() -> None:
    ids = Counter(event.event_id for path in SETS for event in read_set(path).events)
    assert [name for name, count in ids.items() if count > 1] == []


def test_there_are_sets_of_each_kind() -> None:
    assert Counter(path.parent.name for path in SETS) == {"gold": 4, "tuning": 16, "unseen": 16, "real": 13}


def test_a_second_coder_has_put_every_report_of_the_real_stories_somewhere() -> None:
    told = json.loads((ROOT / "tuning/real/second_coding.json").read_text("utf-8"))
    assert set(told) == {path.stem for path in SETS if path.parent.name == "real"}
    for name, said in told.items():
        events = read_set(ROOT / f"tuning/real/{name}.jsonl").events
        assert list(said) == [event.event_id for event in events]
        incidents = {one["incident"] for one in said.values()}
        assert {one["second"] for one in said.values()} <= incidents | {None}
        assert all(0 <= one["sure"] <= 1 and one["second"] != one["incident"] for one in said.values())
