"""Whether two incidents are one: members of the smaller vote on the larger, against a bar that sinks with its size."""

from __future__ import annotations

from math import log
from typing import Final, Protocol

from . import reasons
from .api import MergeProposal
from .candidates import Candidate, IncidentTerms, most_by_competing, rank
from .comparing import Comparer
from .incidents import Incident, Member
from .items import Item
from .joining import is_of_statements_alone, mean_of
from .matching import may_merge
from .weights import Weights

#: members of the smaller incident that vote on a merge, and incidents that a merge is looked for among
MAX_VOTERS: Final = 8
MAX_RIVALS: Final = 4
#: words alone, this many times fewer than an incident that has a happening, are no rival to it in a vote: they are
#: fragments of one story, which else keep each other out of it
_FRAGMENT: Final = 3
#: more than sums in another order can differ by
_SLACK: Final = 1e-9


class Held(Protocol):
    """What a vote asks of whoever holds the reports."""

    weights: Weights
    incident_terms: IncidentTerms
    comparer: Comparer

    def rivals_of(self, voter: Member, own: Incident) -> list[Candidate]:
        """The incidents that come into question for a member if its own did not; to be ranked before use."""
        ...

    def candidate_of(self, member: Member, incident: Incident) -> Candidate:
        """The incident compared with the member."""
        ...

    def score(self, item: Item, candidate: Candidate) -> float:
        """Of a candidate that was ranked."""
        ...


def merge_of(incident: Incident, held: Held) -> MergeProposal | None:
    """The merge of this incident that passes its bar by most, among its nearest neighbours."""
    weights = held.weights
    best: tuple[float, int, Incident, float] | None = None
    for other in neighbours_of(incident.newest(), incident, held):
        if incident.coded and other.coded and not may_merge(incident, other):
            continue
        larger = max((incident, other), key=_size)
        size = len(larger.members) if larger.cores else 1
        bar = max(weights.vote_least, weights.vote_start - weights.vote_slope * log(size))
        vote = _vote(incident, other, bar, held)
        if vote is None:
            continue
        excess = vote - bar
        if excess > 0 and (best is None or round(excess, 6) > best[0]):
            best = (round(excess, 6), other.first_seq, other, vote)
    if best is None:
        return None
    return MergeProposal(
        incident.incident_id, best[2].incident_id, round(best[3], 6), reasons.merge(incident, best[2], best[3])
    )


def neighbours_of(member: Member, own: Incident, held: Held) -> list[Incident]:
    """The few incidents that suit a member best if its own did not come into question."""
    nearest = sorted(held.rivals_of(member, own), key=lambda c: (-round(c.base, 6), c.incident.first_seq))
    return [candidate.incident for candidate in nearest[:MAX_RIVALS]]


def _size(incident: Incident) -> tuple[int, int]:
    return len(incident.members), -incident.first_seq


def _vote(one: Incident, other: Incident, bar: float, held: Held) -> float | None:
    """How well the larger suits the members of the smaller, their own incident out of the competition.

    None where there is a veto, or where the mean vote cannot pass the bar: most votes end before the members'
    other candidates are looked for.
    """
    smaller, larger = sorted((one, other), key=_size)
    voters = smaller.representatives()[:MAX_VOTERS]
    own = [held.candidate_of(voter, larger) for voter in voters]
    if _is_vetoed(voters, own, smaller, larger, held.weights):
        return None

    w = held.incident_terms
    votes: list[float] = []
    for voter, candidate in zip(voters, own, strict=True):
        settled = held.comparer.settled(candidate.comparison, voter.item, larger)
        most = most_by_competing(candidate.base, 1.0 if voter.kind == "s" else 0.0, w)
        votes.append(settled + most)
    at_most, enough = sum(votes), (bar - _SLACK) * len(voters)
    for at, (voter, candidate) in enumerate(zip(voters, own, strict=True)):
        if at_most < enough:
            return None
        candidates = held.rivals_of(voter, smaller)
        if larger.cores:
            size = len(larger.members)
            candidates = [c for c in candidates if c.incident.cores or _FRAGMENT * len(c.incident.members) > size]
        known = next((c for c in candidates if c.incident is larger), None)
        if known is None:
            known = candidate
            candidates = [*candidates, candidate]
        rank(candidates)
        vote = held.score(voter.item, known)
        at_most += vote - votes[at]
        votes[at] = vote
    return sum(votes) / len(votes)


def _is_vetoed(
    voters: tuple[Member, ...], own: list[Candidate], smaller: Incident, larger: Incident, weights: Weights
) -> bool:
    """Happenings that do not agree; words alone that do not hold together."""
    cores = [
        score
        for voter, candidate in zip(voters, own, strict=True)
        if voter.kind != "s"
        for score, member in zip(candidate.comparison.raw, candidate.members, strict=True)
        if member.kind != "s"
    ]
    if cores and sum(cores) / len(cores) < weights.core_veto:
        return True
    means = [mean_of(candidate.scores) for candidate in own]
    return not smaller.cores and is_of_statements_alone(larger) and mean_of(means) < weights.cohesion
