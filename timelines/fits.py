"""Weights for any group of labelled sets, and how well they do on a set that was held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evaluation import scores
from evaluation.fitting import Logistic
from processors.correlation.linking.weights import Weights

from . import training

#: which arrival orders and gaps the streams that are fitted on have
STREAM_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Settings:
    """What fitting is done with. copies: corrupted copies of each set; l2: penalties; choices: see Weights."""

    copies: int = 3
    l2_pairs: float = 60.0
    l2_incident: float = 10.0
    join: float = 0.6
    any_start: float = 1.2
    any_slope: float = 0.7
    undated_join: float = -0.5
    undated_lead: float = 0.8
    vote_start: float = 3.0
    vote_slope: float = 1.1

    def choices(self) -> dict[str, Any]:
        names = ("join", "any_start", "any_slope", "undated_join", "undated_lead", "vote_start", "vote_slope")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Figures:
    """F1 of B-cubed and of pairs, macro F1 over incidents; from 0 to 1."""

    b_cubed: float
    pairwise: float
    macro: float


def mean_of(figures: Sequence[Figures]) -> Figures:
    count = len(figures)
    return Figures(
        sum(f.b_cubed for f in figures) / count,
        sum(f.pairwise for f in figures) / count,
        sum(f.macro for f in figures) / count,
    )


class Fits:
    """Fits for any group of sets; each stream is walked once, each pair model fitted once."""

    def __init__(self, sets: Mapping[str, training.LabelledSet], settings: Settings) -> None:
        self.sets = sets
        self.settings = settings
        self.choices = {
            name: [
                choice
                for events, labels in training.streams_of(labelled, settings.copies, STREAM_SEED)
                for choice in training.walk(events, labels)
            ]
            for name, labelled in sets.items()
        }
        self._pairs: dict[tuple[str, ...], dict[str, Logistic]] = {}

    def pairs(self, names: Sequence[str]) -> dict[str, Logistic]:
        """The three pair models, fitted on these sets."""
        key = tuple(sorted(names))
        if key not in self._pairs:
            rows = [choice for name in key for choice in self.choices[name]]
            self._pairs[key] = training.fit_pairs(rows, self.settings.l2_pairs)
        return self._pairs[key]

    def incident(self, names: Sequence[str]) -> Logistic:
        """The incident model, fitted on pair scores of models that have not seen the set they are used on."""
        rows: list[list[float]] = []
        labels: list[float] = []
        importance: list[float] = []
        for name in sorted(names):
            others = [other for other in names if other != name] or [name]
            more = training.incident_rows(self.choices[name], self.pairs(others))
            rows += more[0]
            labels += more[1]
            importance += more[2]
        return training.fit_incident(rows, labels, importance, self.settings.l2_incident)

    def weights(self, names: Sequence[str]) -> Weights:
        """Weights fitted on these sets alone."""
        pairs = {model: fit.weights for model, fit in self.pairs(names).items()}
        return replace(Weights(pairs, self.incident(names).weights), **self.settings.choices())

    def held_out(self, name: str, seeds: Sequence[int]) -> Figures:
        """Fitted on all other sets, measured on this one: mean over arrival orders, shuffled inside each day."""
        weights = self.weights([other for other in self.sets if other != name])
        return measure(self.sets[name], weights, seeds)


def measure(labelled: training.LabelledSet, weights: Weights, seeds: Sequence[int]) -> Figures:
    """The linker alone, joins and merges, on the set's stream: mean over arrival orders."""
    got = []
    gold = labelled.incident_of
    for seed in seeds:
        predicted = training.assign(training.in_arrival_order(labelled.events, seed), weights)
        pairwise = scores.pairwise(predicted, gold).score.f1
        got.append(Figures(scores.b_cubed(predicted, gold).f1, pairwise, scores.macro_f1(predicted, gold)))
    return mean_of(got)
