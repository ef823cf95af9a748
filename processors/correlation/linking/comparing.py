"""Reports against incidents, each comparison made once: what is kept of them, and for how long it is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .candidates import IncidentTerms, base_score, clipped, pairs_score, state_score
from .incidents import Incident, Member
from .items import Item
from .pair_terms import PairTerms
from .pairs import pair_score
from .statistics import Statistics

#: kept at most; beyond, all are thrown away and made anew when asked for
_KEPT: Final = 30_000
_KEPT_PAIRS: Final = 100_000
_SHIFT: Final = 40


class Comparison:
    """A report beside one incident as it looked at that moment.

    look: of the incident; members: those it was compared with; raw: scores of the pairs, scores: the same within
    bounds; base: what the incident is ranked by; settled: the part of its score that is the same whoever competes
    """

    __slots__ = ("base", "look", "members", "raw", "scores", "settled")

    def __init__(self, look: int, members: tuple[Member, ...], raw: list[float]) -> None:
        self.look = look
        self.members = members
        self.raw = raw
        self.scores = clipped(raw)
        self.base = base_score(self.scores)
        self.settled: float | None = None


class Comparer:
    """Comparisons under one set of weights. Whatever is thrown away comes out the same again.

    They are kept for reports that are held, until the statistics move or the incident changes.
    """

    def __init__(self, models: dict[str, PairTerms], incident: IncidentTerms, statistics: Statistics) -> None:
        self._core = models["core_core"]
        self._articles = models["article_article"]
        self._rows = models["row_row"]
        self._mixed = models["statement_core"]
        self._statements = models["statement_statement"]
        self._incident = incident
        self._statistics = statistics
        self._version = -1
        # by the tickets of both reports, and by a report's ticket and the incident
        self._pairs: dict[int, float] = {}
        self._kept: dict[tuple[int, str], Comparison] = {}

    def pair(self, one: Item, other: Item) -> float:
        """As `pairs.oriented` has it."""
        if one.is_statement:
            model = self._statements if other.is_statement else self._mixed
            return pair_score(one, other, model, self._statistics)
        if other.is_statement:
            return pair_score(other, one, self._mixed, self._statistics)
        if one.is_row and other.is_row:
            return pair_score(one, other, self._rows, self._statistics)
        model = self._articles if one.is_article and other.is_article else self._core
        return pair_score(one, other, model, self._statistics)

    def newcomer(self, item: Item, incidents: Sequence[Incident]) -> list[Comparison]:
        """Of a report that is not held, with each of these incidents."""
        pair, statistics = self.pair, self._statistics
        found = []
        for incident in incidents:
            members = incident.closest(item, statistics)
            found.append(Comparison(incident.look, members, [pair(item, member.item) for member in members]))
        return found

    def held(self, one: Member, incident: Incident) -> Comparison | None:
        """None where there is nobody in the incident but the report itself."""
        if self._version != self._statistics.version:
            self._renew()
        key = (one.ticket, incident.incident_id)
        known = self._kept.get(key)
        if known is not None and known.look == incident.look:
            return known
        members = incident.closest(one.item, self._statistics, one.seq)
        if not members:
            return None
        made = Comparison(incident.look, members, [self.between(one, member) for member in members])
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[key] = made
        return made

    def settled(self, made: Comparison, item: Item, incident: Incident, named: Sequence[str] = ()) -> float:
        """The part of the incident's score that is the same whoever competes."""
        if made.settled is None:
            made.settled = state_score(
                item, incident, made.members, named, self._statistics, self._incident
            ) + pairs_score(made.scores, made.members, self._incident)
        return made.settled

    def between(self, one: Member, other: Member) -> float:
        """Score of two held reports."""
        if self._version != self._statistics.version:
            self._renew()
        a, b = one.ticket, other.ticket
        key = a << _SHIFT | b if a < b else b << _SHIFT | a
        known = self._pairs.get(key)
        if known is None:
            if len(self._pairs) >= _KEPT_PAIRS:
                self._pairs.clear()
            # the later report first, as when it arrived: no sum depends on who asked
            first, second = (one, other) if one.seq > other.seq else (other, one)
            known = self._pairs[key] = self.pair(first.item, second.item)
        return known

    def remember(self, one: Member, made: Sequence[tuple[str, Comparison]], version: int) -> None:
        """Comparisons of a newcomer, made under this version of the statistics, once it is held."""
        if version != self._statistics.version:
            return
        if self._version != version:
            self._renew()
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        if len(self._pairs) >= _KEPT_PAIRS:
            self._pairs.clear()
        a = one.ticket
        for incident_id, comparison in made:
            self._kept[a, incident_id] = comparison
            for member, score in zip(comparison.members, comparison.raw, strict=True):
                b = member.ticket
                self._pairs[a << _SHIFT | b if a < b else b << _SHIFT | a] = score

    def _renew(self) -> None:
        self._pairs.clear()
        self._kept.clear()
        self._version = self._statistics.version
