"""Weights for relating incidents, from labelled reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation import scores
from evaluation.choosing import Offer, fit_choice
from evaluation.scores import Pair
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import Incident, Member
from processors.correlation.linking.index import Index
from processors.correlation.linking.relations import FEATURES, Relations, RelationWeights, ranked_choices
from processors.correlation.linking.statistics import Statistics
from schemas.event import AnyEvent

#: what may only speak for, or only against: some hundred labelled relations are too few to find that out anew
SIGNS: Final[dict[str, int]] = {
    **dict.fromkeys(
        ("attacks_one_day", "attacks_near", "attacks_means_near", "attacks_targets", "sides_turned",
         "answers", "answers_turned", "protests_one_country", "protests_one_city", "protests_concepts",
         "victims_named", "victims_named_size", "mourns", "names_cosine", "rare_shared", "concepts_cosine",
         "day_named", "same_report", "old_named", "log_size", "statement_names"), 1),
    **dict.fromkeys(
        ("attacks_days", "attacks_log_km", "protests_days", "protests_far", "reaction_days", "old"), -1),
}  # fmt: skip
STREAM_SEEDS: Final = (1, 2)
_NO_WEIGHTS: Final = RelationWeights((0.0,) * len(FEATURES), 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One incident asked about after a report came to it. related[i]: the labels relate it with candidate i."""

    incident_id: str
    candidates: tuple[str, ...]
    vectors: list[list[float]]
    related: tuple[bool, ...]


def questions(
    events: Sequence[AnyEvent], home: Mapping[str, str], gold: Mapping[str, str], related: Iterable[Pair]
) -> list[Asked]:
    """Of a stream whose reports go where `home` says; each incident is read as the gold one that it suits best."""
    match = scores.best_matches(home, gold)
    wanted = set(related)
    statistics, index = Statistics(), Index()
    relations = Relations(_NO_WEIGHTS)
    incidents: dict[str, Incident] = {}
    found = []
    for seq, event in enumerate(events):
        features = features_of(event)
        own = home[event.event_id]
        incidents.setdefault(own, Incident(own)).add(Member(event.event_id, seq, features, own))
        index.add(features, own)
        statistics.add(seq, features)
        _, choices = relations.choices(incidents[own], incidents, index, statistics)
        found.append(
            Asked(
                own,
                tuple(name for name, _, _ in choices),
                [vector for _, _, vector in choices],
                tuple(scores.related_in_gold(frozenset({own, name}), match) in wanted for name, _, _ in choices),
            )
        )
    return found


def fit(streams: Sequence[Sequence[Asked]], *, relate: float = -1.0, l2: float = 2.0) -> RelationWeights:
    """Each incident of each stream weighs the same, however often it was asked about."""
    offers = []
    for stream in streams:
        times = Counter(asked.incident_id for asked in stream)
        offers += [
            Offer(
                np.array(asked.vectors, dtype=np.float64).reshape(len(asked.vectors), len(FEATURES)),
                np.array(asked.related, dtype=np.float64),
                4.0 / (times[asked.incident_id] * len(streams)),
            )
            for asked in stream
        ]
    return RelationWeights(fit_choice(offers, columns=FEATURES, l2=l2, signs=SIGNS), relate)


def made(stream: Iterable[Asked], weights: RelationWeights) -> set[Pair]:
    """Pairs of incidents that the correlator relates along the stream: once made, a relation stays."""
    found = set()
    for asked in stream:
        ranked = ranked_choices(weights, asked.vectors)
        if ranked:
            found.add(frozenset({asked.incident_id, asked.candidates[ranked[0][1]]}))
    return found
