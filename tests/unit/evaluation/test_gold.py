"""Gold files are read with their labels, and refused with file, line and remedy."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluation.gold import BadInput, lines_of, read_gold

SETS = sorted(Path("gold").glob("*.jsonl"))


def a_report(event: str, incident: str, **labels: Any) -> str:
    return json.dumps(
        {"id": event, "kind": "attack", "headline": f"about {event}", "gold_incident": incident, **labels}
    )


def a_file(folder: Path, *lines: str) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_labels_are_read_as_pairs_without_direction(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        a_report("1", "A", gold_related=[{"incident": "B", "relation": "precursor"}]),
        a_report("2", "B", gold_related=[{"incident": "A", "relation": "retaliation"}]),
        "",
        a_report("3", "B", gold_duplicate_of="2"),
    )
    gold = read_gold(path)
    assert gold.incident_of == {"1": "A", "2": "B", "3": "B"}
    assert gold.related == {frozenset({"A", "B"}): {"precursor", "retaliation"}}
    assert gold.copy_of == {"3": "2"}
    assert gold.headlines["1"] == "about 1"


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_the_sets_of_the_project_are_read_whole(path: Path) -> None:
    gold = read_gold(path)
    assert len(gold.incident_of) == sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    # a copy and its original are reports of one incident: the labels would contradict each other otherwise
    for copy, original in gold.copy_of.items():
        assert gold.incident_of[copy] == gold.incident_of[original]


def test_a_packed_file_is_read_as_it_was_whatever_it_is_called(tmp_path: Path) -> None:
    plain = a_file(tmp_path, a_report("1", "A"), "", a_report("2", "B"))
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(lines_of(packed)) == list(lines_of(plain))
    assert [number for number, _ in lines_of(packed)] == [1, 3]
    assert read_gold(packed) == read_gold(plain)


@pytest.mark.parametrize("damage", [lambda raw: raw[:-9], lambda raw: raw[:-8] + bytes(8)])
def test_a_packed_file_that_is_damaged_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(damage(gzip.compress(a_file(tmp_path, a_report("1", "A")).read_bytes())))
    with pytest.raises(BadInput, match=r"packed: (is damaged .*|ends in the middle .*)get it again, whole"):
        read_gold(packed)


def test_there_are_sets_to_read() -> None:
    assert [path.stem for path in SETS] == ["kad", "kaz", "nga", "sol"]


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (["{nonsense"], 1, "is no JSON"),
        (["[1]"], 1, "is no JSON object"),
        ([a_report("1", "A"), a_report("1", "B")], 2, "stands in line 1 too"),
        ([a_report("1", "A"), json.dumps({"id": "2"})], 2, "gold_incident must be some text"),
        ([a_report("1", "A", gold_related="B")], 1, "gold_related must be a list"),
        ([a_report("1", "A", gold_related=[{"incident": "Z", "relation": "precursor"}])], 1, "'Z'"),
        ([""], 0, "holds no record"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, lines: list[str], line: int, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read_gold(a_file(tmp_path, *lines))
    assert caught.value.line == line
    assert str(tmp_path / "gold.jsonl") in str(caught.value)
