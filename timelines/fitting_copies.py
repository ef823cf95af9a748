"""Weights for finding copies, from labelled reports, and what they are worth on a set that was held out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation import scores
from evaluation.choosing import Offer, fit_choice
from evaluation.fitting import fit_logistic
from processors.correlation.linking.copies import (
    ALIKE_FEATURES,
    COPIES_FEATURES,
    CopyWeights,
    alike_vectors,
    comparable,
    copies_vector,
    score,
)
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import Incident, Member
from processors.correlation.linking.items import Item
from processors.correlation.linking.statistics import Statistics
from schemas.event import AnyEvent

#: what may only speak for, or only against: some sixty labelled copies are too few to find that out anew
ALIKE_SIGNS: Final[dict[str, int]] = {
    **dict.fromkeys(
        ("contained", "jaccard", "title_shared", "names_cosine", "names_of_these_two", "phrases_shared",
         "numbers_shared", "toll_equal", "same_wire", "wire_is_publisher", "speaker_and_stance",
         "about_shared", "same_day", "place_shared", "actors_shared"), 1),
    **dict.fromkeys(
        ("names_missing", "toll_differs", "other_wire", "same_report",
         "speaker_differs", "stance_differs", "published_gap", "crowd"), -1),
}  # fmt: skip
COPIES_SIGNS: Final = dict.fromkeys((name for name in COPIES_FEATURES if name != "longer_title"), 1)
STREAM_SEEDS: Final = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One report and the members of its incident that it was compared with. same[i]: one copy group by the labels.

    copies[i]: 1 the newcomer is the copy, 0 the held one is, None: neither copies the other
    """

    event_id: str
    others: tuple[str, ...]
    alike: list[list[float]]
    direction: list[list[float]]
    same: tuple[bool, ...]
    copies: tuple[float | None, ...]


def arrivals(events: Sequence[AnyEvent], home: Mapping[str, str], copy_of: Mapping[str, str]) -> list[Arrival]:
    """Of a stream whose reports go where `home` says."""
    groups = scores.copy_groups(home, copy_of)
    statistics = Statistics()
    incidents: dict[str, Incident] = {}
    found = []
    for seq, event in enumerate(events):
        features = features_of(event)
        item = Item(features)
        incident = incidents.setdefault(home[event.event_id], Incident(home[event.event_id]))
        if incident.members:
            members = comparable(item, incident, statistics)
            found.append(
                Arrival(
                    event.event_id,
                    tuple(member.event_id for member in members),
                    alike_vectors(item, members, statistics, len(incident.members)),
                    [copies_vector(item, member.item) for member in members],
                    tuple(groups[member.event_id] == groups[event.event_id] for member in members),
                    tuple(_direction(event.event_id, member.event_id, copy_of) for member in members),
                )
            )
        incident.add(Member(event.event_id, seq, features, incident.incident_id, item))
        statistics.add(seq, features)
    return found


def _direction(newcomer: str, held: str, copy_of: Mapping[str, str]) -> float | None:
    if copy_of.get(newcomer) == held:
        return 1.0
    return 0.0 if copy_of.get(held) == newcomer else None


def fit(found: Iterable[Arrival], *, mark: float = 0.0, l2_alike: float = 4.0, l2_copies: float = 1.0) -> CopyWeights:
    """Both models, fitted on these arrivals. Alike is a choice, one of the members or none: in a large incident many
    are a little like a newcomer, and it repeats one of them no more often than in a small one."""
    offers: list[Offer] = []
    turns: list[list[float]] = []
    copied: list[float] = []
    for arrival in found:
        if arrival.others:
            right = np.array(arrival.same, dtype=np.float64)
            offers.append(Offer(np.array(arrival.alike), right, 1.0 / len(STREAM_SEEDS)))
        for vector, label in zip(arrival.direction, arrival.copies, strict=True):
            if label is not None:
                # both ways round: the model must not know which of the two arrived first
                turns += [[0.0, *vector], [0.0, *(-value for value in vector)]]
                copied += [label, 1.0 - label]
    alike = fit_choice(offers, columns=ALIKE_FEATURES, l2=l2_alike, signs=ALIKE_SIGNS)
    direction = fit_logistic(
        np.array(turns), np.array(copied), np.full(len(copied), 0.5 / len(STREAM_SEEDS)),
        columns=("none", *COPIES_FEATURES), l2=l2_copies, signs=COPIES_SIGNS,
    )  # fmt: skip
    return CopyWeights(alike, direction.weights[1:], mark)


def marked(found: Iterable[Arrival], weights: CopyWeights) -> dict[str, str]:
    """Copy -> original, as the correlator comes to mark them along the stream."""
    copy_of: dict[str, str] = {}
    for arrival in found:
        ranked = sorted(
            ((-round(score(weights.alike, vector), 6), at) for at, vector in enumerate(arrival.alike)),
        )
        alike = [at for minus, at in ranked if -minus > weights.mark]
        if not alike:
            continue
        best = arrival.others[alike[0]]
        if score(weights.copies, arrival.direction[alike[0]]) >= 0:
            copy_of[arrival.event_id] = copy_of.get(best, best)
            continue
        later = [arrival.others[at] for at in alike if score(weights.copies, arrival.direction[at]) < 0]
        if best in copy_of and copy_of[best] not in later:
            copy_of[arrival.event_id] = copy_of[best]
            continue
        for other in later:
            if other not in copy_of:
                _becomes_copy(copy_of, other, arrival.event_id)
    return copy_of


def _becomes_copy(copy_of: dict[str, str], held: str, original: str) -> None:
    for copy, first in copy_of.items():
        if first == held:
            copy_of[copy] = original
    copy_of[held] = original
