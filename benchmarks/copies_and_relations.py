"""Weights for copies and relations, and what they are worth: `python -m benchmarks.copies_and_relations --loo`.

--fit DIRECTORY writes copies.json and relations.json, fitted on all sets: the same files give the same bytes.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles

from evaluation import scores
from evaluation.gold import GoldSet, read_gold
from evaluation.scores import Counted, Match, Pair
from processors.correlation.linking import copies, relations
from processors.correlation.linking.copies import CopyWeights
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.relations import RelationWeights
from timelines import fits, fitting_copies, fitting_relations, training
from timelines.training import LabelledSet

#: measured; the invented weeks are fitted on as well
SETS = ("kad", "kaz", "nga", "sol")
ALL = (*SETS, *sorted(path.stem for path in Path("tuning").glob("*.jsonl")))
#: event -> incident, for the arrival order of a seed
Homes = Callable[[str, int], Mapping[str, str]]


class Sets:
    """The labelled sets and what is asked along their streams."""

    def __init__(self) -> None:
        self.labelled: dict[str, LabelledSet] = {}
        self.gold: dict[str, GoldSet] = {}
        for name in ALL:
            self.labelled[name] = training.read_set(_path(name))
            self.gold[name] = read_gold(_path(name))
        #: in the others nobody looked for relations
        self.with_relations = tuple(name for name in ALL if self.gold[name].related)

    def right_homes(self, name: str, _: int) -> Mapping[str, str]:
        return self.labelled[name].incident_of

    def arrivals(self, name: str, homes: Homes, seed: int) -> list[fitting_copies.Arrival]:
        events = training.in_arrival_order(self.labelled[name].events, seed)
        return fitting_copies.arrivals(events, homes(name, seed), self.gold[name].copy_of)

    def questions(self, name: str, homes: Homes, seed: int) -> list[fitting_relations.Asked]:
        events = training.in_arrival_order(self.labelled[name].events, seed)
        gold = self.gold[name]
        return fitting_relations.questions(events, homes(name, seed), gold.incident_of, gold.related)

    def fit_copies(self, names: tuple[str, ...]) -> CopyWeights:
        return fitting_copies.fit(
            arrival
            for name in names
            for seed in fitting_copies.STREAM_SEEDS
            for arrival in self.arrivals(name, self.right_homes, seed)
        )

    def fit_relations(self, names: tuple[str, ...]) -> RelationWeights:
        return fitting_relations.fit(
            [
                self.questions(name, self.right_homes, seed)
                for name in names
                if name in self.with_relations
                for seed in fitting_relations.STREAM_SEEDS
            ]
        )


def _path(name: str) -> Path:
    return Path("gold" if name in SETS else "tuning") / f"{name}.jsonl"


def _provenance(names: tuple[str, ...]) -> dict[str, object]:
    return {
        "fitted_on": {f"{name}.jsonl": sha256(_path(name).read_bytes()).hexdigest() for name in names},
        "by": "python -m benchmarks.copies_and_relations --fit",
    }


def fit(directory: Path) -> None:
    """Copies on the real sets alone: how an invented copy is worded says little of real ones (the log has figures)."""
    sets = Sets()
    for file, text in (
        ("copies.json", copies.write(replace(sets.fit_copies(SETS), provenance=_provenance(SETS)))),
        (
            "relations.json",
            relations.write(replace(sets.fit_relations(ALL), provenance=_provenance(sets.with_relations))),
        ),
    ):
        (directory / file).write_text(text, encoding="utf-8")
        print(directory / file)


def leave_one_out(seeds: int, real: bool) -> None:
    """Fitted on all sets but one, measured on that one, arrival shuffled inside each day.

    real: reports stand in the incidents that the evidence, fitted on the same sets, put them in at the end
    """
    sets = Sets()
    fitted = fits.Fits(sets.labelled, fits.Settings()) if real else None
    made: dict[str, list[list[Counted]]] = {"copies": [], "relations": []}
    kinds = Kinds()
    for name in SETS:
        others = tuple(other for other in ALL if other != name and other not in fits.KIN.get(name, ()))
        copy_weights = sets.fit_copies(tuple(other for other in others if other in SETS))
        relation_weights = sets.fit_relations(others)
        found: dict[str, list[Counted]] = {"copies": [], "relations": []}
        for seed in range(1, seeds + 1):
            homes: Homes = sets.right_homes
            if fitted is not None:
                events = training.in_arrival_order(sets.labelled[name].events, seed)
                homes = _always(training.assign(events, fitted.weights(others)))
            gold = sets.gold[name]
            marked = fitting_copies.marked(sets.arrivals(name, homes, seed), copy_weights)
            found["copies"].append(scores.copies(marked, gold.copy_of))
            events = training.in_arrival_order(sets.labelled[name].events, seed)
            standing = fitting_relations.standing(events, homes(name, seed), relation_weights)
            match = scores.best_matches(homes(name, seed), gold.incident_of)
            found["relations"].append(scores.relations(standing, gold.related, match))
            kinds.count(standing, gold.related, match)
        for what, counted in found.items():
            made[what].append(counted)
            print(f"{name:5} {what:10} {_figures(counted)}", flush=True)
    for what, all_counted in made.items():
        print(f"all   {what:10} {_figures([one for counted in all_counted for one in counted])}")
    kinds.show()


class Kinds:
    """Relations by name, summed over sets and orders; and what a judge who is always right could reach."""

    def __init__(self) -> None:
        self._said: Counter[str] = Counter()
        self._right: Counter[str] = Counter()
        self._named: Counter[str] = Counter()
        self._labelled: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._wanted = self._reachable = 0

    def count(
        self, standing: Mapping[Pair, str], wanted: Mapping[Pair, frozenset[str]], match: Mapping[str, Match]
    ) -> None:
        said: dict[Pair, set[str]] = {}
        for pair, relation in standing.items():
            said.setdefault(scores.related_in_gold(pair, match), set()).add(relation)
        for meant, relations_said in said.items():
            self._said.update(relations_said)
            if meant in wanted:
                self._right.update(relations_said)
                self._named.update(relations_said & wanted[meant])
        for meant, labels in wanted.items():
            self._labelled.update(labels)
            self._found.update(labels if meant in said else ())
        reached = {match[incident].incident_id for incident in match}
        self._wanted += len(wanted)
        self._reachable += sum(meant <= reached for meant in wanted)

    def show(self) -> None:
        """A line for each name: said, of these related by the labels, and so called; labelled, of these found."""
        for name in sorted(self._said | self._labelled):
            print(
                f"{name:17} said {self._said[name]}, related {self._right[name]}, so called {self._named[name]}; "
                f"labelled {self._labelled[name]}, found {self._found[name]}"
            )
        print(f"all names: {self._named.total()} of {self._right.total()} right ones are called as labelled")
        print(f"both ends are the best match of some incident: {self._reachable} of {self._wanted}")


def _always(homes: Mapping[str, str]) -> Homes:
    def same(_: str, __: int) -> Mapping[str, str]:
        return homes

    return same


def _figures(counted: list[Counted]) -> str:
    total = Counted(
        right=sum(one.right for one in counted),
        predicted=sum(one.predicted for one in counted),
        gold=sum(one.gold for one in counted),
    )
    score = total.score
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"


def cost() -> None:
    """CPU of the two questions, with the shipped weights."""
    for name in SETS:
        linker = EvidenceLinker()
        related, placed = [], []
        for seq, event in enumerate(training.in_arrival_order(training.read_set(_path(name)).events, 1)):
            known = linker.features(event)
            began = time.process_time()
            home = linker.place(known, now=training.NOW).incident_id or event.event_id
            placed.append(time.process_time() - began)
            linker.hold(event.event_id, known, seq=seq, incident_id=home)
            began = time.process_time()
            linker.relations_of(home, now=training.NOW)
            related.append(time.process_time() - began)
        spent = f"median {1e6 * median(related):.0f} us, p99 {1e6 * quantiles(related, n=100)[98]:.0f} us"
        print(f"{name:5} relations_of: {spent}; place, with copies and reasons: median {1e6 * median(placed):.0f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", type=Path, metavar="DIRECTORY", help="write copies.json and relations.json there")
    parser.add_argument("--loo", action="store_true", help="leave-one-out figures where every report is in its place")
    parser.add_argument("--real", action="store_true", help="the same where the evidence put them")
    parser.add_argument("--cost", action="store_true", help="CPU per question")
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()
    if args.fit is not None:
        fit(args.fit)
    if args.cost:
        cost()
    if args.loo or args.real:
        leave_one_out(args.seeds, args.real)


if __name__ == "__main__":
    main()
