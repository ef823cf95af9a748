"""All figures of one run against one gold set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .gold import GoldSet
from .predicted import Predicted
from .scores import (
    Counted,
    Score,
    all_singletons,
    b_cubed,
    best_matches,
    copies,
    copy_groups,
    macro_f1,
    multi_report_events,
    originals_in_group,
    pairwise,
    related_in_gold,
    relations,
)


@dataclass(frozen=True, slots=True)
class Clustered:
    """Figures of one clustering."""

    b_cubed: Score
    b_cubed_multi: Score
    pairwise: Counted
    macro_f1: float


@dataclass(frozen=True, slots=True)
class Report:
    """Figures; None where the file they need was not given.

    floor: the same figures for a correlator that links nothing
    relations_named: of the right relations, how many carry the name that the coder gave
    copies: events marked with the role "duplicate"
    copy_pairs: pairs of one copy group, whichever of the two is called the original; needs entries
    originals: of the copies found, how often the named original is of their group; needs entries
    """

    events: int
    gold_incidents: int
    predicted_incidents: int
    clustering: Clustered
    floor: Clustered
    relations: Counted | None
    relations_named: int | None
    copies: Counted
    copy_pairs: Counted | None
    originals: Counted | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: shares rounded to six digits, counts as they are."""
        return {
            "events": self.events,
            "incidents": {"gold": self.gold_incidents, "predicted": self.predicted_incidents},
            **_clustered(self.clustering),
            "relations": None
            if self.relations is None
            else {**_counted(self.relations), "named_as_gold": self.relations_named},
            "copies": _counted(self.copies),
            "copy_pairs": None if self.copy_pairs is None else _counted(self.copy_pairs),
            "originals": None
            if self.originals is None
            else {
                "share": _rounded(self.originals.score.precision),
                "right": self.originals.right,
                "named": self.originals.predicted,
            },
            "floor": _clustered(self.floor),
        }


def report_of(predicted: Predicted, gold: GoldSet) -> Report:
    """Compare an answer with the labels. Both speak of the same events."""
    events = list(gold.incident_of)
    counted = named = pairs = originals = None
    if predicted.related is not None:
        match = best_matches(predicted.incident_of, gold.incident_of)
        counted = relations(predicted.related, gold.related.keys(), match)
        right: set[frozenset[str]] = set()
        for pair, words in predicted.related.items():
            as_gold = related_in_gold(pair, match)
            if words & gold.related.get(as_gold, frozenset()):
                right.add(as_gold)
        named = len(right)
    if predicted.entries is not None:
        copy_of = {event: entry.source.copy_of for event, entry in predicted.entries.items() if entry.source.copy_of}
        pairs = pairwise(copy_groups(events, copy_of), copy_groups(events, gold.copy_of))
        marked = {event: copy_of[event] for event in predicted.marked_copies if event in copy_of}
        originals = originals_in_group(marked, gold.copy_of, events=events)
    return Report(
        events=len(events),
        gold_incidents=len(set(gold.incident_of.values())),
        predicted_incidents=len(set(predicted.incident_of.values())),
        clustering=_cluster_figures(predicted.incident_of, gold.incident_of),
        floor=_cluster_figures(all_singletons(gold.incident_of), gold.incident_of),
        relations=counted,
        relations_named=named,
        copies=copies(predicted.marked_copies, gold.copy_of.keys()),
        copy_pairs=pairs,
        originals=originals,
    )


def _cluster_figures(predicted: Mapping[str, str], gold: Mapping[str, str]) -> Clustered:
    return Clustered(
        b_cubed=b_cubed(predicted, gold),
        b_cubed_multi=b_cubed(predicted, gold, over=multi_report_events(gold)),
        pairwise=pairwise(predicted, gold),
        macro_f1=macro_f1(predicted, gold),
    )


def _clustered(figures: Clustered) -> dict[str, Any]:
    return {
        "b_cubed": _score(figures.b_cubed),
        "b_cubed_multi": _score(figures.b_cubed_multi),
        "pairwise": _counted(figures.pairwise),
        "macro_f1": _rounded(figures.macro_f1),
    }


def _score(score: Score) -> dict[str, float]:
    return {"precision": _rounded(score.precision), "recall": _rounded(score.recall), "f1": _rounded(score.f1)}


def _counted(counted: Counted) -> dict[str, float]:
    return {
        **_score(counted.score),
        "right": counted.right,
        "predicted": counted.predicted,
        "gold": counted.gold,
    }


def _rounded(value: float) -> float:
    return round(value, 6)
