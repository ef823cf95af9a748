"""How far readers agree with the labels, and with each other: `python -m benchmarks.readings`.

tuning/second_reading.json holds what readers said of gold/ without having seen its labels: A and B which incidents
belong to one story (every report in its incident), C which reports are copies. Each says how sure: 1 it could be
argued, 2 probably, 3 any analyst would. The readers are language models that were given the guide's words, not people.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from evaluation.gold import read_gold
from evaluation.scores import Counted, Pair

READINGS: Final = Path("tuning/second_reading.json")
SETS: Final = ("kad", "kaz", "nga", "sol")
RELATERS: Final = ("A", "B")

_Key = TypeVar("_Key")


class Reading(NamedTuple):
    """related: pairs of gold incidents. copies: events. Each with how sure the reader was, 1 to 3."""

    related: dict[Pair, int]
    copies: dict[str, int]


def read(of_set: str, reader: str) -> Reading:
    """What one reader said of one set; empty where nothing was asked of him."""
    rows = [row for row in json.loads(READINGS.read_text("utf-8")) if (row["set"], row["reader"]) == (of_set, reader)]
    return Reading(
        {frozenset({row["incident"], row["other"]}): row["sure"] for row in rows if "other" in row},
        {row["copy"]: row["sure"] for row in rows if "copy" in row},
    )


def main() -> None:
    gold = {name: read_gold(Path("gold") / f"{name}.jsonl") for name in SETS}
    print("pairs of incidents, by how sure a reader was at least (summed over the four sets)")
    for least in (1, 2, 3):
        said = {
            reader: _named({name: _sure(read(name, reader).related, least) for name in SETS}) for reader in RELATERS
        }
        labelled = _named({name: gold[name].related for name in SETS})
        for reader in RELATERS:
            print(f"{least}  {reader} against the labels  {_figures(said[reader], labelled)}")
        print(f"{least}  A against B           {_figures(*said.values())}")
    print("copies")
    labelled_copies = {event for name in SETS for event in gold[name].copy_of}
    for least in (1, 2, 3):
        marked = {event for name in SETS for event in _sure(read(name, "C").copies, least)}
        print(f"{least}  C against the labels  {_figures(marked, labelled_copies)}")


def _sure(said: dict[_Key, int], least: int) -> set[_Key]:
    return {key for key, sure in said.items() if sure >= least}


def _named(by_set: dict[str, Collection[Pair]]) -> set[tuple[str, Pair]]:
    return {(name, pair) for name, pairs in by_set.items() for pair in pairs}


def _figures(said: Collection[object], wanted: Collection[object]) -> str:
    counted = Counted(right=len(set(said) & set(wanted)), predicted=len(said), gold=len(wanted))
    score = counted.score
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}  ({counted.predicted}, {counted.gold})"


if __name__ == "__main__":
    main()
