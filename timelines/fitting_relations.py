"""Weights for relating incidents, from labelled reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation import scores
from evaluation.fitting import fit_logistic
from evaluation.scores import Pair
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import Incident, Member
from processors.correlation.linking.index import Index
from processors.correlation.linking.relation_features import FEATURES
from processors.correlation.linking.relations import Held, Relations, RelationWeights
from processors.correlation.linking.statistics import Statistics
from schemas.event import AnyEvent

#: what may only speak for, or only against: some hundred labelled relations are too few to find that out anew
SIGNS: Final[dict[str, int]] = {
    **dict.fromkeys(
        ("attacks_one_day", "attacks_recent", "attacks_means_near", "attacks_targets", "sides_turned", "answers",
         "protests_one_country", "reaction_size", "victims_named_size", "reaction_names", "mourns", "protest_there",
         "names_cosine", "concepts_cosine", "day_named", "same_report", "old_named", "log_size"), 1),
    **dict.fromkeys(
        ("attacks_days", "attacks_long_ago", "attacks_log_km", "attacks_bettered", "protests_days", "protests_older",
         "reaction_days", "protest_days", "names_rank"), -1),
}  # fmt: skip
STREAM_SEEDS: Final = (1, 2)
#: log-odds: F1 is about highest where a coder relates the two in one of four cases
RELATE: Final = -1.2
_NO_WEIGHTS: Final = RelationWeights((0.0,) * len(FEATURES), 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One incident asked about after a report came to it. related[i]: the labels relate it with candidate i."""

    incident_id: str
    vectors: list[list[float]]
    related: tuple[bool, ...]


def _walk(events: Sequence[AnyEvent], home: Mapping[str, str]) -> Iterator[tuple[Incident, Held]]:
    """A stream whose reports go where `home` says: the incident that the newest came to, and all that is held."""
    incidents: dict[str, Incident] = {}
    held = Held(incidents, Index(), Statistics())
    for seq, event in enumerate(events):
        features = features_of(event)
        own = home[event.event_id]
        incidents.setdefault(own, Incident(own)).add(Member(event.event_id, seq, features, own))
        held.index.add(features, own)
        held.statistics.add(seq, features)
        yield incidents[own], held


def questions(
    events: Sequence[AnyEvent], home: Mapping[str, str], gold: Mapping[str, str], related: Iterable[Pair]
) -> list[Asked]:
    """Each incident is read as the gold one that it suits best."""
    match = scores.best_matches(home, gold)
    wanted = set(related)
    relations = Relations(_NO_WEIGHTS)
    found = []
    for incident, held in _walk(events, home):
        own = incident.incident_id
        _, choices, _ = relations.choices(incident, held)
        labels = [scores.related_in_gold(frozenset({own, one.incident_id}), match) in wanted for one in choices]
        found.append(Asked(own, [one.row() for one in choices], tuple(labels)))
    return found


def fit(streams: Sequence[Sequence[Asked]], *, relate: float = RELATE, l2: float = 10.0) -> RelationWeights:
    """Each incident of each stream weighs the same, however often it was asked about."""
    rows: list[list[float]] = []
    labels: list[float] = []
    importance: list[float] = []
    for stream in streams:
        times = Counter(asked.incident_id for asked in stream)
        for asked in stream:
            rows += asked.vectors
            labels += map(float, asked.related)
            importance += [1.0 / (times[asked.incident_id] * len(STREAM_SEEDS))] * len(asked.related)
    fitted = fit_logistic(
        np.array(rows), np.array(labels), np.array(importance), columns=FEATURES, l2=l2, signs=SIGNS,
    )  # fmt: skip
    return RelationWeights(fitted.weights, relate)


def standing(events: Sequence[AnyEvent], home: Mapping[str, str], weights: RelationWeights) -> dict[Pair, str]:
    """What holds at the end of the stream: pairs of incidents -> what the relation is called."""
    relations = Relations(weights)
    stands: dict[Pair, str] = {}
    for incident, held in _walk(events, home):
        own = incident.incident_id
        known = tuple(sorted(next(iter(pair - {own})) for pair in stands if own in pair))
        for proposal in relations.of(incident, held, known):
            pair = frozenset({proposal.incident_id, proposal.other})
            if proposal.holds:
                stands[pair] = str(proposal.relation)
            else:
                del stands[pair]
    return stands
