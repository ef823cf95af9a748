"""Whether an event goes to the best of its candidates, or founds an incident of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, expm1, log, log1p
from typing import Final

from .candidates import Candidate
from .incidents import Incident
from .items import Item
from .weights import Weights

#: log-odds on either side of the bar within which a report is asked again; docs/decisions/0064
DOUBT: Final = 1.0


def is_doubtful(item: Item, best: Candidate, weights: Weights) -> bool:
    """Whether what else came in within its hour may have decided where the event went."""
    return abs(best.score - _bar(item, weights)) < DOUBT


def joins(item: Item, candidates: Sequence[Candidate], weights: Weights) -> bool:
    """Whether the first of the judged candidates is good enough."""
    best, bar = candidates[0], _bar(item, weights)
    if is_of_statements_alone(best.incident) and mean_of(best.scores) < weights.cohesion:
        return False
    if best.score > bar:
        return True
    # an event that suits several incidents alike is no new one, and an established story attracts
    size = log(len(best.incident.members))
    least = max(weights.any_least, weights.any_start - weights.any_slope * size)
    if best.score > bar - weights.any_slack and _any_of(candidates) > least:
        return True
    if item.f.start is not None or best.score <= weights.undated_join:
        return False
    rival = max((max(c.scores) for c in candidates[1:]), default=-8.0)
    return max(best.scores) - rival > weights.undated_lead


def _bar(item: Item, weights: Weights) -> float:
    return weights.join_articles if item.is_article else weights.join


def is_of_statements_alone(incident: Incident) -> bool:
    """Two or more: each resembles some other, so that a chain of them has no end and no subject."""
    return not incident.cores and len(incident.members) > 1


def mean_of(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _any_of(candidates: Sequence[Candidate]) -> float:
    """Log-odds that the event belongs to one of them, were they independent."""
    none = -sum([log1p(exp(min(20.0, candidate.score))) for candidate in candidates])
    return -none if none < -20.0 else log(max(1e-12, expm1(-none)))
