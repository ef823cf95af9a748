"""Whether an event goes to the best of its candidates, or founds an incident of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .candidates import Candidate
from .incidents import Incident
from .items import Item
from .weights import Weights

#: log-odds on either side of the bar within which a report is asked again; docs/decisions/0069
DOUBT: Final = 3.0


def is_doubtful(item: Item, best: Candidate, weights: Weights) -> bool:
    """Whether what else came in within its hour may have decided where the event went."""
    return abs(best.score - _bar(item, weights)) < DOUBT


def joins(item: Item, best: Candidate, weights: Weights) -> bool:
    """Whether the best of the judged candidates is good enough."""
    if is_of_statements_alone(best.incident) and mean_of(best.scores) < weights.cohesion:
        return False
    return best.score > _bar(item, weights)


def _bar(item: Item, weights: Weights) -> float:
    return weights.join_articles if item.is_article else weights.join


def is_of_statements_alone(incident: Incident) -> bool:
    """Two or more: each resembles some other, so that a chain of them has no end and no subject."""
    return not incident.cores and len(incident.members) > 1


def mean_of(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
