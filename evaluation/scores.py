"""Figures that say how well predicted incidents agree with hand-coded ones. Pure functions, no I/O.

A *clustering* maps every event to one incident. `predicted` and `gold` must speak of the same events.
Nothing here depends on the names of incidents or on the order of events: only on who is with whom.

Where a ratio has nothing to divide by (precision when nothing was predicted, recall when there is
nothing to find) it is 1.0: no claim is no wrong claim. F1 is 0 as soon as the other of the two is 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import comb, fsum

#: event_id -> incident_id
Clustering = Mapping[str, str]
#: two incidents, or one where both ends of a relation turn out to be the same incident
Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall, each from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """A score with the counts it comes from."""

    right: int
    predicted: int
    gold: int

    @property
    def score(self) -> Score:
        return Score(_share(self.right, self.predicted), _share(self.right, self.gold))


@dataclass(frozen=True, slots=True)
class Match:
    """The incident of the other side that fits best, and how well."""

    incident_id: str
    shared: int
    f1: float


def b_cubed(predicted: Clustering, gold: Clustering, *, over: Collection[str] | None = None) -> Score:
    """B-cubed (Bagga and Baldwin 1998, "Entity-based cross-document coreferencing using the vector space model").

    For one event e: precision(e) = share of the events in e's predicted incident that belong to e's gold
    incident; recall(e) = share of the events in e's gold incident that are in e's predicted one; e itself
    counts in both. The score is the plain mean over events, each with the same weight.

    over: the events to average over (default: all). Incidents stay whole, so that an event outside
    `over` still lowers the precision of the incident it was wrongly put into.
    """
    _same_events(predicted, gold)
    chosen = list(gold if over is None else over)
    if not chosen:
        return Score(1.0, 1.0)
    sizes, gold_sizes, shared = Counter(predicted.values()), Counter(gold.values()), _overlaps(predicted, gold)
    # fsum: the same figure to the last bit in whatever order the events come
    precision = fsum(shared[predicted[e], gold[e]] / sizes[predicted[e]] for e in chosen)
    recall = fsum(shared[predicted[e], gold[e]] / gold_sizes[gold[e]] for e in chosen)
    return Score(precision / len(chosen), recall / len(chosen))


def multi_report_events(gold: Clustering) -> frozenset[str]:
    """Events whose gold incident has at least two reports: those for which there is something to link.

    `b_cubed(..., over=multi_report_events(gold))` is not flattered by incidents of a single report,
    which a correlator that links nothing gets right.
    """
    sizes = Counter(gold.values())
    return frozenset(event for event, incident in gold.items() if sizes[incident] > 1)


def pairwise(predicted: Clustering, gold: Clustering) -> Counted:
    """Pairs of events in one incident: predicted, gold, and both. An incident of n reports weighs n(n-1)/2."""
    _same_events(predicted, gold)
    return Counted(
        right=_pairs(_overlaps(predicted, gold).values()),
        predicted=_pairs(Counter(predicted.values()).values()),
        gold=_pairs(Counter(gold.values()).values()),
    )


def macro_f1(predicted: Clustering, gold: Clustering) -> float:
    """Mean over gold incidents of the best F1 against any predicted incident. Each incident weighs the same.

    F1 of a gold incident g and a predicted one p is 2 |g ∩ p| / (|g| + |p|). One predicted incident may
    be the best of several gold ones.
    """
    best = best_matches(gold, predicted)
    return fsum(match.f1 for match in best.values()) / len(best) if best else 1.0


def best_matches(clustering: Clustering, other: Clustering) -> dict[str, Match]:
    """For each incident of `clustering` the one of `other` with the highest F1 of their events.

    Among equals the one that shares more events, then the smaller id. Keys in order of the id.
    """
    _same_events(clustering, other)
    sizes, other_sizes = Counter(clustering.values()), Counter(other.values())
    best: dict[str, Match] = {}
    for (incident, candidate), shared in sorted(_overlaps(clustering, other).items()):
        match = Match(candidate, shared, 2 * shared / (sizes[incident] + other_sizes[candidate]))
        held = best.get(incident)
        if held is None or (match.f1, match.shared) > (held.f1, held.shared):
            best[incident] = match
    return best


def relations(predicted: Iterable[Pair], gold: Collection[Pair], match: Mapping[str, Match]) -> Counted:
    """Pairs of incidents that are related, without direction and whatever the relation is called.

    predicted: pairs of predicted incidents; match: `best_matches(predicted clustering, gold clustering)`.
    Each predicted pair is read as a pair of gold incidents; pairs that come to the same count once. A pair
    of which both ends are pieces of one gold incident is wrong, and so is one whose incident holds no event.
    """
    mapped = {related_in_gold(pair, match) for pair in predicted}
    wanted = set(gold)
    return Counted(right=len(mapped & wanted), predicted=len(mapped), gold=len(wanted))


def related_in_gold(pair: Pair, match: Mapping[str, Match]) -> Pair:
    """A pair of predicted incidents as gold incidents; an incident without a match keeps a name of its own."""
    return frozenset(match[one].incident_id if one in match else f"no gold incident: {one}" for one in pair)


def copies(marked: Collection[str], gold: Collection[str]) -> Counted:
    """Events marked as a copy of an earlier report, against those that are labelled as one."""
    marked_set, gold_set = set(marked), set(gold)
    return Counted(right=len(marked_set & gold_set), predicted=len(marked_set), gold=len(gold_set))


def copy_groups(events: Iterable[str], copy_of: Mapping[str, str]) -> dict[str, str]:
    """Event -> its copy group: what is tied together by "is a copy of", however long the chain.

    The group is named by its smallest event_id. An original that is none of `events` still ties its
    copies, and is left out of the answer.
    """
    parent: dict[str, str] = {}

    def root(event: str) -> str:
        while parent.setdefault(event, event) != event:
            parent[event] = parent[parent[event]]
            event = parent[event]
        return event

    for copy, original in copy_of.items():
        one, other = sorted((root(copy), root(original)))
        parent[other] = one
    return {event: root(event) for event in events}


def originals_in_group(predicted: Mapping[str, str], gold: Mapping[str, str], *, events: Collection[str]) -> Counted:
    """Of the copies found, how often the original that was named is one of the same gold copy group.

    predicted, gold: copy -> original. Which report of a group counts as the original depends on which
    came first, so any other member of the group is right. `gold` of the result: labelled copies.
    """
    groups = copy_groups(events, gold)
    named = {copy: original for copy, original in predicted.items() if copy in gold}
    right = sum(
        1 for copy, original in named.items() if copy != original and groups.get(copy) == groups.get(original, "")
    )
    return Counted(right=right, predicted=len(named), gold=len(gold))


def all_singletons(gold: Clustering) -> dict[str, str]:
    """The clustering that links nothing: the floor under every figure.

    Its B-cubed recall is incidents / events, its precision 1, so its F1 is 2k / (n + k).
    """
    return {event: event for event in gold}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _pairs(sizes: Iterable[int]) -> int:
    return sum(comb(size, 2) for size in sizes)


def _overlaps(one: Clustering, other: Clustering) -> Counter[tuple[str, str]]:
    return Counter((incident, other[event]) for event, incident in one.items())


def _same_events(predicted: Clustering, gold: Clustering) -> None:
    if predicted.keys() == gold.keys():
        return
    missing, unknown = sorted(gold.keys() - predicted.keys()), sorted(predicted.keys() - gold.keys())
    raise ValueError(
        f"both clusterings must hold the same events: {len(missing)} without a prediction {missing[:3]}, "
        f"{len(unknown)} without a label {unknown[:3]}"
    )
