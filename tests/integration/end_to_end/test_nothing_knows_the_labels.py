"""Correlation goes by what reports say: not by labels, ids, names that a rule could know, or dates."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import pytest

from evaluation.disguise import disguised
from evaluation.scores import b_cubed, pairwise
from processors.cores import Cores, real_cores
from processors.correlation import Correlator
from processors.correlation.linking.linker import EvidenceLinker
from timelines.files import Targets
from timelines.rejects import Rejects
from timelines.replaying import Replay
from timelines.sources import FEEDS, Source, past_events

GOLD = Path(__file__).parents[3] / "gold"
SETS = ("kad", "sol", "kaz", "nga")
WORD_LISTS = Path(__file__).parents[3] / "processors" / "correlation" / "linking" / "data"
#: one order moves a set with a giant by .05; the mean of several says what a change costs
SEEDS = (1, 2, 3)
Rows = list[dict[str, Any]]


def rows_of(name: str) -> Rows:
    return [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_bytes().splitlines()]


def arrival(row: dict[str, Any]) -> str:
    """The day that a stream would bring the report on (gold/GUIDE.md)."""
    at = row.get("published_at") or row.get("occurred_at") or "9999"
    return str(at[:10] if len(at) >= 10 else f"{at}-99")


def shuffled_in_the_day(rows: Rows, seed: int) -> Rows:
    by_day: dict[str, Rows] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (arrival(row), row["id"])):
        by_day[arrival(row)].append(row)
    for day in by_day.values():
        random.Random(seed).shuffle(day)
    return [row for day in by_day.values() for row in day]


_HOMES: dict[str, dict[str, str]] = {}


def homes_of(rows: Rows, folder: Path, cores: Cores | None = None) -> dict[str, str]:
    """Of the very same rows and the service's own core it is found out once: a replay takes a second or two."""
    if cores is not None:
        return _replayed(rows, folder, cores)
    key = json.dumps(rows)
    if key not in _HOMES:
        _HOMES[key] = _replayed(rows, folder, real_cores())
    return _HOMES[key]


def written(rows: Rows, folder: Path) -> Path:
    source = folder / "source.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return source


def _replayed(rows: Rows, folder: Path, cores: Cores) -> dict[str, str]:
    source, target = written(rows, folder), folder / "assignments.jsonl"
    targets = Targets(assignments=str(target))
    assert Replay(str(source), "coded", targets, cores, 6, folder / "rejects.jsonl").run() == 0
    assigned = [json.loads(line) for line in target.read_bytes().splitlines()]
    return {row["event_id"]: row["incident_id"] for row in assigned}


def figures(rows: Rows, homes: dict[str, str]) -> tuple[float, float]:
    gold = {row["id"]: row["gold_incident"] for row in rows}
    return b_cubed(homes, gold).f1, pairwise(homes, gold).score.f1


def mean_figures(sets: Sequence[Rows], folder: Path) -> tuple[float, float]:
    found = [figures(rows, homes_of(rows, folder)) for rows in sets]
    return mean(one for one, _ in found), mean(two for _, two in found)


def general_vocabulary() -> set[str]:
    """Words that evidence may know: countries, offices, concepts, ordinary words. Names of a story are not there."""
    words: set[str] = set()
    for file in WORD_LISTS.glob("*.json"):
        words.update(part for line in file.read_text(encoding="utf-8").split('"') for part in line.lower().split())
    return words


def scrambled(rows: Rows) -> Rows:
    return [
        {**row, "gold_incident": f"X{n % 7}", "gold_duplicate_of": None, "gold_related": [], "note": "INC-ATTACK"}
        for n, row in enumerate(rows)
    ]


@pytest.mark.parametrize("name", SETS)
def test_no_label_is_in_an_event(name: str, tmp_path: Path) -> None:
    """What correlates gets the very same events: what it makes of them is the same (test_sink_equals_replay.py)."""
    rows = rows_of(name)
    told = []
    for given in (rows, scrambled(rows)):
        source, bad = Source(str(written(given, tmp_path))), Rejects(tmp_path / "bad", name, keep=False, tell=print)
        with source, bad:
            told.append(list(past_events(source, FEEDS["coded"], bad)))
    assert len(told[0]) == len(rows)
    assert told[0] == told[1]


def test_labels_play_no_part(tmp_path: Path) -> None:
    rows = rows_of("kaz")
    assert homes_of(rows, tmp_path) == homes_of(scrambled(rows), tmp_path)


@pytest.mark.parametrize("name", SETS)
def test_ids_play_no_part(name: str, tmp_path: Path) -> None:
    rows = shuffled_in_the_day(rows_of(name), 1)
    hashed = [{**row, "id": hashlib.sha256(row["id"].encode()).hexdigest()[:20]} for row in rows]
    homes, again = homes_of(rows, tmp_path), homes_of(hashed, tmp_path)
    together: dict[str, set[str]] = defaultdict(set)
    for row, other in zip(rows, hashed, strict=True):
        together[homes[row["id"]]].add(again[other["id"]])
    assert all(len(incidents) == 1 for incidents in together.values())
    assert len(set(again.values())) == len(together)


def test_another_order_within_the_day_costs_little(tmp_path: Path) -> None:
    in_order = [sorted(rows_of(name), key=lambda row: (arrival(row), row["id"])) for name in SETS]
    shuffled = [shuffled_in_the_day(rows_of(name), seed) for name in SETS for seed in SEEDS]
    (b_order, p_order), (b_shuffled, p_shuffled) = mean_figures(in_order, tmp_path), mean_figures(shuffled, tmp_path)
    assert b_shuffled > b_order - 0.02
    assert p_shuffled > p_order - 0.05


@pytest.mark.parametrize(("name", "least"), [("kad", (0.75, 0.71)), ("sol", (0.68, 0.31))])
def test_a_quick_weighted_sum_is_beaten_in_any_order(name: str, least: tuple[float, float], tmp_path: Path) -> None:
    for seed in SEEDS:
        rows = shuffled_in_the_day(rows_of(name), seed)
        found = figures(rows, homes_of(rows, tmp_path))
        assert found[0] > least[0]
        assert found[1] > least[1]


def test_other_names_and_other_dates_cost_little(tmp_path: Path) -> None:
    known = general_vocabulary()
    plain, renamed = [], []
    for name in SETS:
        for seed in SEEDS:
            rows = shuffled_in_the_day(rows_of(name), seed)
            plain.append(rows)
            renamed.append(disguised(rows, seed, keep=known))
    (b_plain, p_plain), (b_renamed, p_renamed) = mean_figures(plain, tmp_path), mean_figures(renamed, tmp_path)
    assert abs(b_renamed - b_plain) < 0.02
    assert p_renamed > p_plain - 0.05


def test_only_a_few_incidents_are_looked_at_for_an_event(tmp_path: Path) -> None:
    looked_at: list[int] = []

    class Watched(EvidenceLinker):
        def place(self, *args: Any, **kwargs: Any) -> Any:
            placement = super().place(*args, **kwargs)
            looked_at.append(placement.candidates)
            return placement

    cores = Cores(lambda region: Correlator(region, Watched()), "watched")
    rows = [row for name in SETS for row in rows_of(name)]
    homes = homes_of(rows, tmp_path, cores)
    assert len(looked_at) == len(rows) == 541
    assert len(set(homes.values())) > 150  # a scan would look at dozens of them
    assert 1 <= median(looked_at) <= 12
    assert quantiles(looked_at, n=100)[98] <= 25
