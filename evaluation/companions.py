"""Who stands with whom, compared between two runs over the same events."""

from __future__ import annotations

from collections import defaultdict

from .scores import Clustering


def share_with_the_same_companions(one: Clustering, other: Clustering) -> float:
    """Share of the events whose incident holds exactly the same events in both; 1 without events.

    Both must hold the same events. A report that goes elsewhere changes the companions of all that it leaves and joins.
    """
    if one.keys() != other.keys():
        raise ValueError("both clusterings must hold the same events")
    ours, theirs = _incidents(one), _incidents(other)
    kept = sum(len(incident) for incident in ours & theirs)
    return kept / len(one) if one else 1.0


def _incidents(clustering: Clustering) -> set[frozenset[str]]:
    held: dict[str, list[str]] = defaultdict(list)
    for event, incident in clustering.items():
        held[incident].append(event)
    return set(map(frozenset, held.values()))
