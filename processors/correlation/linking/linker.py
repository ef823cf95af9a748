"""The evidence of one region: holds what was reported, says where the next report belongs, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import exp, expm1, log, log1p
from typing import Final

from schemas.event import AnyEvent
from schemas.timeline import Link

from . import copies, reasons, relations
from . import features as features_module
from .api import MergeProposal, Placement, RelationProposal
from .extraction import features_of
from .features import Features
from .incidents import Candidate, Incident, Member, compete, complete, judge
from .index import MAX_CANDIDATES, Index
from .pairs import Item, oriented, pair_features
from .statistics import Statistics
from .weights import Weights, shipped

#: members of the smaller incident that vote on a merge, and incidents that a merge is looked for among
MAX_VOTERS: Final = 8
MAX_RIVALS: Final = 4
#: least log-odds for all candidates together, however large the incident; and how far under `join` the best may lie
_LEAST_ANY: Final = -1.0
_ANY_SLACK: Final = 2.0
#: log-odds; below it no incident is large enough to take another in
LOWEST_BAR: Final = -1.2
_CORE_VETO: Final = -1.0
_CROSS_LINK: Final = 2.0
_KEPT_PAIRS: Final = 400_000


def _any_of(candidates: Sequence[Candidate]) -> float:
    """Log-odds that the event belongs to one of them, were they independent."""
    none = -sum([log1p(exp(min(20.0, candidate.score))) for candidate in candidates])
    return -none if none < -20.0 else log(max(1e-12, expm1(-none)))


class EvidenceLinker:
    """Implements `api.Linker` for `Features`. Answers depend on the set of events held and nothing else."""

    def __init__(self, weights: Weights | None = None) -> None:
        self.weights = weights if weights is not None else shipped()
        self._copy_weights = copies.shipped()
        self._relations = relations.Relations(relations.shipped())
        self.statistics = Statistics()
        self._index = Index()
        self._members: dict[str, Member] = {}
        self._incidents: dict[str, Incident] = {}
        # scores of pairs by their numbers; thrown away when the statistics move, so that they are never stale
        self._pairs: dict[tuple[int, int], float] = {}
        self._pairs_version = -1
        self._last: tuple[Features, Item, dict[int, float]] | None = None

    # what is kept of an event

    def features(self, event: AnyEvent) -> Features:
        return features_of(event)

    def dump_features(self, features: Features) -> str:
        return features_module.dump(features)

    def load_features(self, text: str) -> Features:
        return features_module.load(text)

    # the set of events held

    def hold(self, event_id: str, features: Features, *, seq: int, incident_id: str) -> None:
        item, scores = Item(features), {}
        if self._last is not None and self._last[0] is features:
            item, scores = self._last[1], self._last[2]
        self._last = None
        before = self.statistics.version
        member = Member(event_id, seq, item, incident_id)
        self._members[event_id] = member
        self._incidents.setdefault(incident_id, Incident(incident_id)).add(member)
        self._index.add(features, incident_id)
        self.statistics.add(seq, features)
        if self.statistics.version == before == self._pairs_version:
            for other, score in scores.items():
                self._pairs[(min(seq, other), max(seq, other))] = score

    def move(self, event_id: str, incident_id: str) -> None:
        member = self._members[event_id]
        if member.incident_id == incident_id:
            return
        self._leave(member)
        member.incident_id = incident_id
        self._incidents.setdefault(incident_id, Incident(incident_id)).add(member)
        self._index.add(member.item.f, incident_id)

    def drop(self, event_id: str) -> None:
        member = self._members.pop(event_id)
        self._leave(member)
        self.statistics.remove(member.seq)
        # another event may come to stand under this number
        self._pairs = {pair: score for pair, score in self._pairs.items() if member.seq not in pair}

    def _leave(self, member: Member) -> None:
        incident = self._incidents[member.incident_id]
        incident.add(member, -1)
        if not incident.members:
            del self._incidents[member.incident_id]
        self._index.remove(member.item.f, member.incident_id)

    # where an event belongs

    def place(self, features: Features, *, now: datetime, named: tuple[str, ...] = ()) -> Placement:  # noqa: ARG002 - scores look at reports' times, never at the clock
        item = Item(features)
        candidates = self.examine(item, named=named)
        self._last = (
            features,
            item,
            {m.seq: score for c in candidates for m, score in zip(c.members, c.scores, strict=True)},
        )
        if not candidates:
            return Placement(None, reasons.nothing_known(), candidates=0)
        self.judge(item, candidates, named)
        best = candidates[0]
        joins = self.joins(item, candidates)
        link = reasons.link(item, best, self.weights, self.statistics)
        if not joins:
            return Placement(None, link, candidates=len(candidates))
        known = copies.repeats(item, best.incident, self.statistics, self._copy_weights)
        return Placement(
            best.incident.incident_id, link, known.copy_of, copies=known.copies, candidates=len(candidates)
        )

    def decide(self, features: Features, named: Sequence[str] = ()) -> str | None:
        """As `place`, without the reasons: the incident to join, or None."""
        item = Item(features)
        candidates = self.examine(item, named=named)
        self._last = (
            features,
            item,
            {m.seq: score for c in candidates for m, score in zip(c.members, c.scores, strict=True)},
        )
        if not candidates:
            return None
        self.judge(item, candidates, named)
        return candidates[0].incident.incident_id if self.joins(item, candidates) else None

    def examine(
        self, item: Item, *, seq: int | None = None, named: Sequence[str] = (), without: str | None = None
    ) -> list[Candidate]:
        """Incidents worth a look, with the pair scores of their representatives; the event itself left out.

        seq: the event's number, where it is held. without: an incident that does not compete.
        """
        found = self._index.scores(item.f, self.statistics)
        for incident_id in named:
            if incident_id in self._incidents:
                found[incident_id] = found.get(incident_id, 0.0) + 1_000.0
        if without is not None:
            found.pop(without, None)
        # rounded: sums of floats in another order must not swap two incidents
        chosen = sorted(found, key=lambda i: (-round(found[i], 6), self._incidents[i].founding_seq()))[:MAX_CANDIDATES]
        candidates = []
        for incident_id in chosen:
            incident = self._incidents[incident_id]
            members = incident.closest(item, self.statistics, seq)
            if members:
                candidates.append(Candidate(incident, members, [self._score(item, m, seq) for m in members]))
        return candidates

    def judge(self, item: Item, candidates: list[Candidate], named: Sequence[str] = ()) -> None:
        """Scores the candidates and sorts them, best first."""
        judge(item, candidates, named, self.statistics)
        for candidate in candidates:
            candidate.score = self._incident_score(candidate)
        candidates.sort(key=lambda c: (-round(c.score, 6), c.incident.founding_seq()))

    def _incident_score(self, candidate: Candidate) -> float:
        return sum([w * v for w, v in zip(self.weights.incident, candidate.values, strict=True) if w and v])

    def joins(self, item: Item, candidates: Sequence[Candidate]) -> bool:
        """Whether the first of the judged candidates is good enough."""
        best = candidates[0]
        if best.score > self.weights.join:
            return True
        # an event that suits several incidents alike is no new one, and an established story attracts
        size = log(len(best.incident.members))
        least = max(_LEAST_ANY, self.weights.any_start - self.weights.any_slope * size)
        if best.score > self.weights.join - _ANY_SLACK and _any_of(candidates) > least:
            return True
        if item.f.start is not None or best.score <= self.weights.undated_join:
            return False
        rival = max((max(c.scores) for c in candidates[1:]), default=-8.0)
        return max(best.scores) - rival > self.weights.undated_lead

    def _score(self, item: Item, member: Member, seq: int | None) -> float:
        if seq is None:
            return self._pair_score(item, member.item)
        if self._pairs_version != self.statistics.version or len(self._pairs) > _KEPT_PAIRS:
            self._pairs.clear()
            self._pairs_version = self.statistics.version
        key = (min(seq, member.seq), max(seq, member.seq))
        known = self._pairs.get(key)
        if known is None:
            known = self._pairs[key] = self._pair_score(item, member.item)
        return known

    def _pair_score(self, one: Item, other: Item) -> float:
        model, first, second = oriented(one, other)
        weights = self.weights.pairs[model]
        vector = pair_features(first, second, self.statistics)
        return sum([w * v for w, v in zip(weights, vector, strict=True) if v])

    # second thoughts

    def link_of(self, event_id: str, *, now: datetime) -> Link:  # noqa: ARG002 - see place
        member = self._members[event_id]
        incident = self._incidents[member.incident_id]
        if len(incident.members) == 1:
            return reasons.founded()
        incident.add(member, -1)  # judged by the others: it must not vouch for itself
        try:
            own = self._judged_by(member, incident)
            return reasons.link(member.item, own, self.weights, self.statistics)
        finally:
            incident.add(member)

    def _judged_by(self, member: Member, incident: Incident) -> Candidate:
        candidates = self.examine(member.item, seq=member.seq)
        if all(candidate.incident is not incident for candidate in candidates):
            members = incident.closest(member.item, self.statistics, member.seq)
            candidates.append(Candidate(incident, members, [self._score(member.item, m, member.seq) for m in members]))
        self.judge(member.item, candidates)
        return next(candidate for candidate in candidates if candidate.incident is incident)

    def merge_of(self, incident_id: str, *, now: datetime) -> MergeProposal | None:  # noqa: ARG002 - see place
        incident = self._incidents.get(incident_id)
        if incident is None:
            return None
        newest = incident.members[max(incident.members)]
        candidates = self.examine(newest.item, seq=newest.seq, without=incident_id)
        if not candidates:
            return None
        compete(candidates)
        candidates.sort(key=lambda c: (-round(c.base, 6), c.incident.founding_seq()))
        best: tuple[float, int, Incident, float] | None = None
        looked: dict[tuple[int, str], list[Candidate]] = {}
        for candidate in candidates[:MAX_RIVALS]:
            other = candidate.incident
            vote = self._vote(incident, other, looked)
            if vote is None:
                continue
            larger = max(len(incident.members), len(other.members))
            bar = max(LOWEST_BAR, self.weights.vote_start - self.weights.vote_slope * log(larger))
            excess = vote - bar
            if excess > 0 and (best is None or round(excess, 6) > best[0]):
                best = (round(excess, 6), other.founding_seq(), other, vote)
        if best is None:
            return None
        return MergeProposal(
            incident_id, best[2].incident_id, round(best[3], 6), reasons.merge(incident, best[2], best[3])
        )

    def _vote(self, one: Incident, other: Incident, looked: dict[tuple[int, str], list[Candidate]]) -> float | None:
        """How well the larger suits the members of the smaller, their own incident out of the competition."""
        smaller, larger = sorted((one, other), key=lambda i: (len(i.members), -i.founding_seq()))
        voters = smaller.representatives()[:MAX_VOTERS]
        votes: list[float] = []
        crossing: list[float] = []
        cores: list[float] = []
        for voter in voters:
            candidates = looked.get((voter.seq, smaller.incident_id))
            if candidates is None:
                candidates = self.examine(voter.item, seq=voter.seq, without=smaller.incident_id)
                looked[voter.seq, smaller.incident_id] = candidates
            own = next((c for c in candidates if c.incident is larger), None)
            if own is None:
                members = larger.closest(voter.item, self.statistics, voter.seq)
                own = Candidate(larger, members, [self._score(voter.item, m, voter.seq) for m in members])
                candidates = [*candidates, own]
            raw = list(own.scores)
            compete(candidates)
            complete(voter.item, own, (), self.statistics)
            own.score = self._incident_score(own)
            votes.append(own.score)
            crossing.extend(raw)
            if voter.item.f.kind != "s":
                cores.extend(s for s, m in zip(raw, own.members, strict=True) if m.item.f.kind != "s")
        if cores and sum(cores) / len(cores) < _CORE_VETO:
            return None
        only_statements = all(m.item.f.kind == "s" for i in (one, other) for m in i.representatives())
        if only_statements and max(crossing) <= _CROSS_LINK:
            return None
        return sum(votes) / len(votes)

    def relations_of(self, incident_id: str, *, now: datetime) -> tuple[RelationProposal, ...]:  # noqa: ARG002 - see place
        incident = self._incidents.get(incident_id)
        if incident is None:
            return ()
        return self._relations.of(incident, self._incidents, self._index, self.statistics)
