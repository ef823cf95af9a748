"""Weights for any group of labelled sets, and how well they do on a set that was held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evaluation import scores
from evaluation.fitting import Logistic
from processors.correlation.linking.weights import CHOICES, Weights

from . import training

#: sets that follow the course of the same weeks: neither is fitted on where the other is measured
KIN: Final[dict[str, tuple[str, ...]]] = {"sol": ("cen",), "cen": ("sol",)}
#: which arrival orders and gaps the streams that are fitted on have
STREAM_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Settings:
    """What fitting is done with.

    copies: corrupted copies of each set; l2: penalties, a smaller one of pairs of rows: there are many, and all alike
    kept: see training.pair_rows
    folds: groups of sets, each judged by pair models that were fitted on the other groups, to fit the incident model
    The rest are choices: see Weights.
    """

    copies: int = 2
    l2_pairs: float = 60.0
    l2_rows: float = 15.0
    l2_incident: float = 10.0
    kept: float = 0.3
    folds: int = 3
    join: float = 0.7
    join_articles: float = 0.2
    vote_start: float = 2.5
    vote_slope: float = 1.1
    vote_least: float = -2.7
    core_veto: float = -1.6
    cohesion: float = 1.0
    draw_lead: float = 1.5
    draw_least: float = -1.0

    def choices(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CHOICES}


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
        self._rows = {name: training.pair_rows(choices, settings.kept, name) for name, choices in self.choices.items()}
        self._pairs: dict[tuple[str, ...], dict[str, Logistic]] = {}
        #: their pairs teach; how many articles, or rows, tell of one incident does not carry over to reports
        self._apart = frozenset(
            name
            for name, labelled in sets.items()
            if training.is_of_articles(labelled) or training.is_of_databases(labelled)
        )

    def pairs(self, names: Sequence[str]) -> dict[str, Logistic]:
        """The pair models, fitted on these sets."""
        key = tuple(sorted(names))
        if key not in self._pairs:
            self._pairs[key] = training.fit_pairs(
                [self._rows[name] for name in key], self.settings.l2_pairs, self.settings.l2_rows
            )
        return self._pairs[key]

    def incident(self, names: Sequence[str]) -> Logistic:
        """The incident model, fitted on pair scores of models that have not seen the set they are used on.

        Sets of articles and of rows are left out, unless there are no others.
        """
        rows: list[list[float]] = []
        labels: list[float] = []
        importance: list[float] = []
        ordered = sorted(set(names) - self._apart or names)
        folds = max(self.settings.folds, 2) if len(ordered) > self.settings.folds + 1 else len(ordered)
        for fold in range(folds):
            others = [other for at, other in enumerate(ordered) if at % folds != fold] or ordered
            pairs = self.pairs(others)
            for name in ordered[fold::folds]:
                more = training.incident_rows(self.choices[name], pairs)
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
        weights = self.weights([other for other in self.sets if other != name and other not in KIN.get(name, ())])
        return measure(self.sets[name], weights, seeds)


def measure(labelled: training.LabelledSet, weights: Weights, seeds: Sequence[int]) -> Figures:
    """The linker alone, joins and merges, on the set's stream: mean over arrival orders."""
    orders = (training.in_arrival_order(labelled.events, seed) for seed in seeds)
    return mean_of([figures(training.assign(events, weights), labelled.incident_of) for events in orders])


def figures(predicted: scores.Clustering, gold: scores.Clustering) -> Figures:
    pairwise = scores.pairwise(predicted, gold).score.f1
    return Figures(scores.b_cubed(predicted, gold).f1, pairwise, scores.macro_f1(predicted, gold))
