"""What the core said of its choices along a labelled stream, and whether they were right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import exp, log

from evaluation.calibration import Judged
from evaluation.scores import Pair
from processors.correlation.linking import copies
from processors.correlation.linking.api import MergeProposal
from processors.correlation.linking.candidates import Candidate
from processors.correlation.linking.copies import CopyWeights
from processors.correlation.linking.features import Features
from processors.correlation.linking.incidents import Incident
from processors.correlation.linking.items import Item
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.relations import RelationWeights
from processors.correlation.linking.weights import Weights
from schemas.event import AnyEvent

from . import fitting_copies, fitting_relations, training


@dataclass(slots=True)
class Said:
    """Choices of some streams, by what is chosen.

    best: of each report the best incident, joined or not; joined: those that it joined
    merges: of two incidents. copies: of each report that it repeats one of its incident
    relations: of each incident, as asked about the last time, that it is related to each of those in question
    """

    best: list[Judged] = field(default_factory=list)
    joined: list[Judged] = field(default_factory=list)
    merges: list[Judged] = field(default_factory=list)
    copies: list[Judged] = field(default_factory=list)
    relations: list[Judged] = field(default_factory=list)

    def add(self, other: Said) -> None:
        for name in ("best", "joined", "merges", "copies", "relations"):
            getattr(self, name).extend(getattr(other, name))


class _Noting(EvidenceLinker):
    """Notes what it said of each choice, and whether the labels agree. Answers as ever."""

    def __init__(self, weights: Weights, incident_of: Mapping[str, str]) -> None:
        super().__init__(weights)
        self.said = Said()
        self._incident_of = incident_of
        self._asked: tuple[Features, float, list[str], bool] | None = None

    def joins(self, item: Item, candidates: Sequence[Candidate]) -> bool:
        joined = super().joins(item, candidates)
        best = candidates[0]
        here = [self._incident_of[member.event_id] for member in best.incident.members.values()]
        self._asked = (item.f, best.score, here, joined)
        return joined

    def hold(self, event_id: str, features: Features, *, seq: int, incident_id: str) -> None:
        if self._asked is not None and self._asked[0] is features:
            _, score, here, joined = self._asked
            judged = Judged(score, 2 * here.count(self._incident_of[event_id]) >= len(here))
            self.said.best.append(judged)
            if joined:
                self.said.joined.append(judged)
        super().hold(event_id, features, seq=seq, incident_id=incident_id)

    def merge_of(self, incident_id: str, *, now: datetime) -> MergeProposal | None:
        proposal = super().merge_of(incident_id, now=now)
        if proposal is not None:
            one, other = self._incidents[proposal.one], self._incidents[proposal.other]
            right = _most(one, self._incident_of) == _most(other, self._incident_of)
            self.said.merges.append(Judged(proposal.score, right))
        return proposal


def placed(events: Sequence[AnyEvent], incident_of: Mapping[str, str], weights: Weights) -> tuple[Said, dict[str, str]]:
    """Joins and merges of a stream, and where each report stood in the end.

    An incident is the right one for a report where at least half of its reports belong with it; two incidents are one
    where most of each belong to the same.
    """
    linker = _Noting(weights, incident_of)
    homes = training.assign(events, weights, linker)
    return linker.said, homes


def _most(incident: Incident, incident_of: Mapping[str, str]) -> str:
    counts = Counter(incident_of[member.event_id] for member in incident.members.values())
    return min(counts, key=lambda label: (-counts[label], label))


def repeated(
    events: Sequence[AnyEvent], home: Mapping[str, str], copy_of: Mapping[str, str], weights: CopyWeights
) -> Said:
    """Of each report that stands with others of its kind: does it repeat one of them?"""
    said = Said()
    for arrival in fitting_copies.arrivals(events, home, copy_of):
        if arrival.alike:
            worth = [copies.score(weights.alike, vector) for vector in arrival.alike]
            said.copies.append(Judged(_any(worth), any(arrival.same)))
    return said


def related(
    events: Sequence[AnyEvent],
    home: Mapping[str, str],
    gold: Mapping[str, str],
    pairs: Iterable[Pair],
    weights: RelationWeights,
) -> Said:
    """Of each incident and each of the others in question: are they related?"""
    last = {asked.incident_id: asked for asked in fitting_relations.questions(events, home, gold, pairs)}
    said = Said()
    for asked in last.values():
        for vector, right in zip(asked.vectors, asked.related, strict=True):
            said.relations.append(Judged(copies.score(weights.weights, vector), right))
    return said


def _any(worth: Sequence[float]) -> float:
    """Log-odds that one of the choices is right rather than none, which is worth 1."""
    most = max(worth)
    return most + log(sum(exp(one - most) for one in worth))
