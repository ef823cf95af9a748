"""What statements speak of beside what they are about: `python -m benchmarks.mentions`.

tuning/mentions.json holds what came into question with every report in its incident, judged by reading the report.
Prints weights fitted on all of it, as they are shipped, and how often they are right on sets they were not fitted on.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from evaluation.fitting import fit_logistic
from evaluation.scores import Counted
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.mentions import BASE, BIAS, WEIGHT, Mention, log_odds, mentions, values_of
from timelines import training

JUDGED: Final = Path("tuning/mentions.json")
COLUMNS: Final = ("bias", "weight", "base")
_L2: Final = 0.5


class Judged(NamedTuple):
    """speaks_of: None: nobody has read it yet."""

    of_set: str
    report: str
    mention: Mention
    speaks_of: bool | None


def main() -> None:
    found = all_in_question()
    judged = [each for each in found if each.speaks_of is not None]
    for each in found:
        if each.speaks_of is None:
            print(f"not judged yet: {each.report} {each.mention.incident_id} {each.mention.keys}")
    shipped = (BIAS, WEIGHT, BASE)
    print(f"{len(judged)} in question, {sum(bool(each.speaks_of) for each in judged)} spoken of")
    print(f"fitted on all: {dict(zip(COLUMNS, fitted(judged), strict=True))}; shipped: {shipped}")
    by_others = {name: fitted([e for e in judged if e.of_set != name]) for name in {e.of_set for e in judged}}
    said = {each: log_odds(each.mention, by_others[each.of_set]) > 0 for each in judged}
    for name in sorted({each.of_set for each in judged}):
        print(f"{name}: {_counted({each: yes for each, yes in said.items() if each.of_set == name})}")
    print(f"all, each set by weights of the others: {_counted(said)}")


def all_in_question() -> list[Judged]:
    """Of all sets, with what a reader said of it."""
    known = {(row["report"], row["incident"]): row["speaks_of"] for row in json.loads(JUDGED.read_text("utf-8"))}
    return [
        Judged(path.stem, report, mention, known.get((report, mention.incident_id)))
        for path in (*sorted(Path("gold").glob("*.jsonl")), *sorted(Path("tuning").glob("*.jsonl")))
        for report, mention in in_question(path)
    ]


def in_question(path: Path) -> Iterator[tuple[str, Mention]]:
    """As reports come in, each into its own incident."""
    labelled = training.read_set(path)
    linker = EvidenceLinker()
    told, happened = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for seq, event in enumerate(training.in_arrival_order(labelled.events, 1)):
        features, home = features_of(event), labelled.incident_of[event.event_id]
        item = Item(features)
        names = happened[home] or told[home]
        for mention in mentions(item, linker.examine(item), names, linker.statistics):
            yield event.event_id, mention
        (told if item.is_statement else happened)[home].update(features.names)
        linker.hold(event.event_id, features, seq=seq, incident_id=home)


def fitted(judged: Sequence[Judged]) -> tuple[float, ...]:
    """One weight per column, log-odds."""
    rows = np.array([values_of(each.mention) for each in judged])
    labels = np.array([float(bool(each.speaks_of)) for each in judged])
    return fit_logistic(rows, labels, np.ones(len(judged)), columns=COLUMNS, l2=_L2).weights


def _counted(said: Mapping[Judged, bool]) -> str:
    right = sum(yes and bool(each.speaks_of) for each, yes in said.items())
    score = Counted(right, sum(said.values()), sum(bool(each.speaks_of) for each in said)).score
    return f"P {score.precision:.3f} R {score.recall:.3f} F1 {score.f1:.3f}"


if __name__ == "__main__":
    main()
