"""The evidence of one region: holds what was reported, says where the next report belongs, and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.event import AnyEvent
from schemas.timeline import Link

from . import copies, reasons, relations
from . import features as features_module
from .api import DumpedEvent, MergeProposal, MoveProposal, Placement, RelationProposal
from .candidates import LOWEST, Candidate, IncidentTerms, competing_score, rank
from .comparing import Comparer, Comparison
from .drawing import drawn
from .extraction import features_of
from .features import Features, Gist
from .incidents import Incident, Member, most_shared
from .index import MAX_CANDIDATES, Index
from .items import Item
from .joining import is_doubtful, joins, mean_of
from .matching import Match, are_two_events, best_match, is_rows_alone
from .mentions import spoken_of
from .pair_terms import slotted
from .statistics import Statistics
from .voting import merge_of, neighbours_of
from .weights import Weights, shipped

#: reports kept ready for comparing; of others it is done again when they are asked for
_KEPT_ITEMS: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found out about a newcomer before it is held."""

    features: Features
    item: Item
    comparisons: list[tuple[str, Comparison]]
    version: int


def _candidate(incident: Incident, made: Comparison) -> Candidate:
    return Candidate(incident, made.members, made.scores, made, made.base)


class EvidenceLinker:
    """Implements `api.Linker` for `Features`. Answers depend on the set of events held and nothing else."""

    def __init__(self, weights: Weights | None = None) -> None:
        self.weights = weights if weights is not None else shipped()
        self._copy_weights = copies.shipped()
        self._relations = relations.Relations(relations.shipped())
        self.statistics = Statistics()
        self.incident_terms = IncidentTerms(*self.weights.incident)
        models = {model: slotted(vector) for model, vector in self.weights.pairs.items()}
        self.comparer = Comparer(models, self.incident_terms, self.statistics)
        self._explainer = reasons.Explainer(self.weights)
        self._index = Index()
        self._members: dict[str, Member] = {}
        self._incidents: dict[str, Incident] = {}
        self._shut: set[str] = set()
        self._ready: deque[Member] = deque()
        self._last: _Seen | None = None
        # answers about what is held as it is now, thrown away with every change of it
        self._merges: dict[str, MergeProposal | None] = {}
        self._rivals: dict[int, list[Candidate]] = {}

    # what is kept of an event

    def features(self, event: AnyEvent) -> Features:
        return features_of(event)

    def dump_features(self, features: Features) -> str:
        return features_module.dump(features_module.peek(features))

    def load_features(self, text: str) -> Features:
        return features_module.load(text)

    # the set of events held

    def hold(self, event_id: str, features: Features, *, seq: int, incident_id: str) -> None:
        self._forget_answers()
        seen, self._last = self._last, None
        if seen is not None and seen.features is not features:
            seen = None
        member = Member(event_id, seq, features, incident_id, None if seen is None else seen.item, self._ready)
        self._members[event_id] = member
        self._incident(incident_id).add(member)
        self._index.add(features, incident_id)
        self.statistics.add(seq, features)
        if seen is not None:
            self.comparer.remember(member, seen.comparisons, seen.version)
        while len(self._ready) > _KEPT_ITEMS:
            self._ready.popleft().let_item_go()

    def restore(self, events: Sequence[DumpedEvent]) -> dict[str, Features]:
        self._forget_answers()
        newest = max((event.seq for event in events), default=-1)
        self.statistics.restore(newest, self._taken_up(events))
        return {event.event_id: self._members[event.event_id].features for event in events}

    def _taken_up(self, events: Sequence[DumpedEvent]) -> Iterator[tuple[int, Features, Gist]]:
        for event_id, seq, incident_id, text in events:
            features, gist = features_module.unread(text)
            member = Member(event_id, seq, features, incident_id, None, self._ready, gist.kind)
            self._members[event_id] = member
            self._incident(incident_id).add(member, 1, gist)
            self._index.restore(features, gist, incident_id)
            yield seq, features, gist

    def _incident(self, incident_id: str) -> Incident:
        incident = self._incidents.get(incident_id)
        if incident is None:
            incident = self._incidents[incident_id] = Incident(incident_id)
        return incident

    def move(self, event_id: str, incident_id: str) -> None:
        member = self._members[event_id]
        if member.incident_id == incident_id:
            return
        self._forget_answers()
        self._leave(member)
        member.incident_id = incident_id
        self._incident(incident_id).add(member)
        self._index.add(member.features, incident_id)

    def drop(self, event_id: str) -> None:
        self._forget_answers()
        member = self._members.pop(event_id)
        self._leave(member)
        self.statistics.remove(member.seq)

    def shut(self, incident_id: str, is_shut: bool) -> None:
        self._forget_answers()
        (self._shut.add if is_shut else self._shut.discard)(incident_id)

    def _forget_answers(self) -> None:
        self._merges.clear()
        self._rivals.clear()

    def _leave(self, member: Member) -> None:
        incident = self._incidents[member.incident_id]
        incident.add(member, -1)
        if not incident.members:
            del self._incidents[member.incident_id]
        self._index.remove(member.features, member.incident_id)

    # where an event belongs

    def place(self, features: Features, *, now: datetime, named: tuple[str, ...] = ()) -> Placement:  # noqa: ARG002 - scores look at reports' times, never at the clock
        item = Item(features)
        candidates = self._look(item, named)
        if not candidates:
            return Placement(None, reasons.nothing_known(), candidates=0)
        if item.is_row and not named:
            looked_at = len(candidates)
            match = self._match_of(item, candidates)
            if match is not None:
                link = self._explainer.row_link(item, match.partners, match.score, self.statistics)
                # whose place is taken founds an incident, and draws its partners there
                home = None if match.rival else match.incident.incident_id
                return Placement(home, link, candidates=looked_at)
            candidates = self._without_rows_alone(item, candidates)
            if not candidates:
                return Placement(None, reasons.nothing_known(), candidates=looked_at)
        best = candidates[0]
        joins = self.joins(item, candidates)
        unsure = is_doubtful(item, best, self.weights)
        spoken = spoken_of(item, candidates, best.incident if joins else None, self.statistics)
        if not joins:
            refused = reasons.suited_none(best.incident, best.score)
            return Placement(None, refused, background_in=spoken, unsure=unsure, candidates=len(candidates))
        link = self._explained(item, best, named)
        known = copies.repeats(item, best.incident, self.statistics, self._copy_weights)
        return Placement(
            best.incident.incident_id,
            link,
            known.copy_of,
            copies=known.copies,
            background_in=spoken,
            unsure=unsure,
            candidates=len(candidates),
        )

    def decide(self, features: Features, named: Sequence[str] = ()) -> str | None:
        """As `place`, without the reasons: the incident to join, or None."""
        item = Item(features)
        candidates = self._look(item, named)
        if item.is_row and not named:
            match = self._match_of(item, candidates)
            if match is not None:
                return None if match.rival else match.incident.incident_id
            candidates = self._without_rows_alone(item, candidates)
        return candidates[0].incident.incident_id if candidates and self.joins(item, candidates) else None

    def _match_of(self, item: Item, candidates: Sequence[Candidate]) -> Match | None:
        return best_match(item, candidates, self.comparer.between)

    def _without_rows_alone(self, item: Item, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Where reports are, too, and no other row of the same database: what a row that matches none is judged by."""
        own = ((item.f.publisher, item.f.report),)
        kept = [c for c in candidates if not is_rows_alone(c.incident) and not are_two_events(own, c.incident)]
        self.judge(item, kept)
        return kept

    def _look(self, item: Item, named: Sequence[str]) -> list[Candidate]:
        """The candidates of a newcomer, judged. What was found out is kept for `hold`, which follows as a rule."""
        candidates = self.examine(item, named=named)
        compared = [(c.incident.incident_id, c.comparison) for c in candidates if c.comparison is not None]
        self._last = _Seen(item.f, item, compared, self.statistics.version)
        self.judge(item, candidates, named)
        return candidates

    def examine(
        self, item: Item, *, held: Member | None = None, named: Sequence[str] = (), without: str | None = None
    ) -> list[Candidate]:
        """Incidents worth a look, compared with an event; the event itself left out.

        held: the event, where it is held. without: an incident that does not compete.
        """
        found = self._index.scores(item.f, self.statistics)
        incidents = self._incidents
        for incident_id in named:
            if incident_id in incidents:
                found[incident_id] = found.get(incident_id, 0.0) + 1_000.0
        if without is not None:
            found.pop(without, None)
        for incident_id in self._shut & found.keys():
            del found[incident_id]
        looked_at = [incidents[incident_id] for incident_id in most_shared(found, incidents, MAX_CANDIDATES)]
        if held is None:
            made = self.comparer.newcomer(item, looked_at)
            return [_candidate(incident, each) for incident, each in zip(looked_at, made, strict=True)]
        candidates = []
        for incident in looked_at:
            known = self.comparer.held(held, incident)
            if known is not None:
                candidates.append(_candidate(incident, known))
        return candidates

    def judge(self, item: Item, candidates: list[Candidate], named: Sequence[str] = ()) -> None:
        """Scores the candidates and sorts them, best first."""
        rank(candidates)
        for candidate in candidates:
            self.score(item, candidate, named)
        candidates.sort(key=lambda c: (-round(c.score, 6), c.incident.first_seq))

    def score(self, item: Item, candidate: Candidate, named: Sequence[str] = ()) -> float:
        """Of a candidate that was ranked."""
        is_statement = 1.0 if item.is_statement else 0.0
        settled = self.comparer.settled(candidate.comparison, item, candidate.incident, named)
        candidate.score = settled + competing_score(candidate, is_statement, self.incident_terms)
        return candidate.score

    def _explained(self, item: Item, candidate: Candidate, named: Sequence[str] = ()) -> Link:
        return self._explainer.link(item, candidate, named, self.statistics)

    def joins(self, item: Item, candidates: Sequence[Candidate]) -> bool:
        """Whether the first of the judged candidates is good enough."""
        return joins(item, candidates[0], self.weights)

    # second thoughts

    def link_of(self, event_id: str, *, now: datetime) -> Link:  # noqa: ARG002 - see place
        member = self._members[event_id]
        incident = self._incidents[member.incident_id]
        if len(incident.members) == 1:
            return reasons.founded()
        kept = incident.without(member)  # judged by the others: it must not vouch for itself
        try:
            partners = [
                other
                for other in incident.representatives()
                if member.item.is_row and other.item.is_row and other.features.publisher != member.features.publisher
            ]
            if partners:
                score = mean_of([self.comparer.between(member, partner) for partner in partners])
                return self._explainer.row_link(member.item, partners, score, self.statistics)
            return self._explained(member.item, self._judged_by(member, incident))
        finally:
            incident.again(member, kept)

    def home_of(self, event_id: str, *, now: datetime) -> tuple[str | None, float]:  # noqa: ARG002 - see place
        member = self._members[event_id]
        incident = self._incidents[member.incident_id]
        kept = incident.without(member)  # as in link_of
        try:
            alone = None if incident.members else incident.incident_id  # it would take another's place among the best
            candidates = self.examine(member.item, held=member, without=alone)
            self.judge(member.item, candidates)
            if member.item.is_row:
                candidates = self._without_rows_alone(member.item, candidates)
            if not candidates:
                return None, LOWEST
            best = candidates[0]
            joins = self.joins(member.item, candidates)
            return best.incident.incident_id if joins else None, round(best.score, 6)
        finally:
            incident.again(member, kept)

    def _judged_by(self, member: Member, incident: Incident) -> Candidate:
        candidates = self.examine(member.item, held=member)
        if all(candidate.incident is not incident for candidate in candidates):
            candidates.append(self.candidate_of(member, incident))
        self.judge(member.item, candidates)
        return next(candidate for candidate in candidates if candidate.incident is incident)

    def candidate_of(self, member: Member, incident: Incident) -> Candidate:
        made = self.comparer.held(member, incident)
        assert made is not None, f"{incident.incident_id} has nobody but {member.event_id}"
        return _candidate(incident, made)

    def merge_of(self, incident_id: str, *, now: datetime) -> MergeProposal | None:  # noqa: ARG002 - see place
        # of an incident that a report has just founded it is asked twice: before it is opened, and after
        if incident_id not in self._merges:
            incident = self._incidents.get(incident_id)
            self._merges[incident_id] = None if incident is None else merge_of(incident, self)
        return self._merges[incident_id]

    def rivals_of(self, voter: Member, own: Incident) -> list[Candidate]:
        """The incidents that come into question for a member if its own did not; to be ranked before use."""
        candidates = self._rivals.get(voter.ticket)
        if candidates is None:
            candidates = self._rivals[voter.ticket] = self.examine(voter.item, held=voter, without=own.incident_id)
        return candidates

    def drawn_by(self, event_id: str, *, now: datetime) -> tuple[MoveProposal, ...]:  # noqa: ARG002 - see place
        member = self._members[event_id]
        incident = self._incidents[member.incident_id]
        if member.item.is_row:
            return self._drawn_by_row(member, incident)
        if member.kind == "s" or incident.cores < 2:
            return ()
        nearest = neighbours_of(member, incident, self)
        return tuple(drawn(member, incident, nearest, self.comparer, self.weights))

    def _drawn_by_row(self, row: Member, incident: Incident) -> tuple[MoveProposal, ...]:
        """Partners of a row that stands alone: they are free, or have one that suits them less."""
        if len(incident.coded) > 1 or not is_rows_alone(incident):
            return ()
        match = self._match_of(row.item, self.rivals_of(row, incident))
        if match is None:
            return ()
        why = (f"suits this row at {match.score:.1f} log-odds, better than any row of its incident",)
        left = None if match.rival is None else match.rival.event_id
        return tuple(MoveProposal(m.event_id, round(match.score, 6), why, left) for m in match.partners)

    def relations_of(
        self,
        incident_id: str,
        *,
        now: datetime,  # noqa: ARG002 - see place
        known: tuple[str, ...] = (),
    ) -> tuple[RelationProposal, ...]:
        incident = self._incidents.get(incident_id)
        if incident is None:
            return ()
        held = relations.Held(self._incidents, self._index, self.statistics)
        return self._relations.of(incident, held, known)
