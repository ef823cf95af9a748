"""One report against a whole incident: what its pairs say, what the incident is like, and the competition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Any, Final, NamedTuple

from .features import DAY_SECONDS
from .incidents import Incident, Member
from .items import Item
from .notes import Notebook
from .statistics import Statistics


class IncidentTerms(NamedTuple):
    """One number per incident feature: its weight, or its value.

    A new feature is a field here, a term in `state_score`, `pairs_score` or `competing_score`, and a family in
    reasons.py.
    """

    bias: float = 0.0
    max: float = 0.0
    mean: float = 0.0
    top3: float = 0.0
    min_core: float = 0.0
    mean_core: float = 0.0
    top_statements: float = 0.0
    no_core: float = 0.0
    no_statement: float = 0.0
    size: float = 0.0
    idle: float = 0.0
    day_conflict: float = 0.0
    place_conflict: float = 0.0
    is_statement: float = 0.0
    margin: float = 0.0
    rank: float = 0.0
    alone: float = 0.0
    named: float = 0.0
    profile_names: float = 0.0
    profile_cover: float = 0.0
    profile_concepts: float = 0.0
    profile_voice: float = 0.0
    statement_margin: float = 0.0


INCIDENT_FEATURES: Final = IncidentTerms._fields
AT: Final = {name: position for position, name in enumerate(INCIDENT_FEATURES)}
LOWEST: Final = -8.0
HIGHEST: Final = 6.0
NOBODY: Final = -6.0
MOST_LEAD: Final = 5.0
_MOST_RANK: Final = 3.0
_APART_DEGREES: Final = 0.25
_APART_SECONDS: Final = DAY_SECONDS // 4


@dataclass(slots=True)
class Candidate:
    """One incident that an event may belong to, with everything that was found out about it.

    scores: of the pairs, within LOWEST and HIGHEST once it has competed
    comparison: what the linker keeps of the pairs
    values: INCIDENT_FEATURES, where somebody asked for them
    """

    incident: Incident
    members: tuple[Member, ...]
    scores: list[float]
    comparison: Any = None
    base: float = 0.0
    lead: float = 0.0
    rank: int = 0
    alone: bool = False
    values: list[float] = field(default_factory=list)
    score: float = 0.0


def clipped(scores: Sequence[float]) -> list[float]:
    return [HIGHEST if score > HIGHEST else LOWEST if score < LOWEST else score for score in scores]


def base_score(scores: Sequence[float]) -> float:
    """What incidents are ranked by before they compete."""
    if len(scores) == 1:
        return scores[0]
    top = sorted(scores, reverse=True)[:3]
    return 0.5 * top[0] + 0.5 * sum(top) / len(top)


def compete(candidates: Sequence[Candidate]) -> None:
    """`scores` within bounds, `base`, and what follows from it: `lead` over the best other, `rank` among all."""
    for candidate in candidates:
        candidate.scores = clipped(candidate.scores)
        candidate.base = base_score(candidate.scores)
    rank(candidates)


def rank(candidates: Sequence[Candidate]) -> None:
    """`lead`, `rank` and `alone`, from `base`."""
    ranked = sorted(candidates, key=lambda c: (-c.base, c.incident.first_seq))
    for at, candidate in enumerate(ranked):
        rival = ranked[1 if at == 0 else 0].base if len(ranked) > 1 else NOBODY
        candidate.lead = min(MOST_LEAD, max(-MOST_LEAD, candidate.base - rival))
        candidate.rank = at
        candidate.alone = len(ranked) == 1


def incident_notebook() -> Notebook[IncidentTerms]:
    """In place of weights; positions as in INCIDENT_FEATURES."""
    return Notebook(len(INCIDENT_FEATURES), IncidentTerms._make)


def fill_values(
    item: Item,
    candidate: Candidate,
    named: Sequence[str],
    statistics: Statistics,
    notebook: Notebook[IncidentTerms] | None = None,
) -> None:
    """`values` of a candidate that has competed. notebook: one that may be cleared and written to."""
    if notebook is None:
        notebook = incident_notebook()
    else:
        notebook.clear()
    state_score(item, candidate.incident, candidate.members, named, statistics, notebook.terms)
    pairs_score(candidate.scores, candidate.members, notebook.terms)
    competing_score(candidate, 1.0 if item.is_statement else 0.0, notebook.terms)
    candidate.values = list(notebook.values)


def state_values(item: Item, candidate: Candidate, named: Sequence[str], statistics: Statistics) -> list[float]:
    """The part of `values` that does not depend on pair scores; the rest is 0."""
    notebook = incident_notebook()
    state_score(item, candidate.incident, candidate.members, named, statistics, notebook.terms)
    return notebook.values


def fill_pair_values(candidate: Candidate) -> None:
    """The part of `values` that follows from the pair scores."""
    notebook = incident_notebook()
    pairs_score(candidate.scores, candidate.members, notebook.terms)
    competing_score(candidate, candidate.values[AT["is_statement"]], notebook.terms)
    for at in notebook.written:
        candidate.values[at] = notebook.values[at]


def pairs_score(scores: Sequence[float], members: Sequence[Member], w: IncidentTerms) -> float:
    """What the pairs say, whoever competes."""
    if len(scores) == 1:
        (score,) = scores
        total = w.max * score + w.mean * score + w.top3 * score
        if members[0].kind != "s":
            return total + (w.min_core * score + w.mean_core * score) + w.no_statement * 1.0
        return total + w.no_core * 1.0 + w.top_statements * score
    ordered = sorted(scores, reverse=True)
    top = ordered[:3]
    cores = [score for score, member in zip(scores, members, strict=True) if member.kind != "s"]
    total = w.max * ordered[0] + w.mean * (sum(ordered) / len(ordered)) + w.top3 * (sum(top) / len(top))
    if cores:
        total += w.min_core * min(cores) + w.mean_core * (sum(cores) / len(cores))
    else:
        total += w.no_core * 1.0
    if len(cores) < len(scores):
        spoken = [score for score, member in zip(scores, members, strict=True) if member.kind == "s"]
        spoken.sort(reverse=True)
        total += w.top_statements * (sum(spoken[:3]) / len(spoken[:3]))
    else:
        total += w.no_statement * 1.0
    return total


def competing_score(candidate: Candidate, is_statement: float, w: IncidentTerms) -> float:
    """How the incident stands among its rivals."""
    total = (
        w.margin * candidate.lead
        + w.statement_margin * (candidate.lead * is_statement)
        + w.rank * min(_MOST_RANK, log(1.0 + candidate.rank))
    )
    return total + w.alone * 1.0 if candidate.alone else total


def most_by_competing(base: float, is_statement: float, w: IncidentTerms) -> float:
    """What `competing_score` is at most, whoever the rivals are."""
    margin = w.margin + w.statement_margin * is_statement
    lead = min(MOST_LEAD, base - LOWEST) if margin > 0.0 else -MOST_LEAD
    return margin * lead + max(0.0, w.rank * _MOST_RANK) + max(0.0, w.alone)


def state_score(
    item: Item,
    incident: Incident,
    members: Sequence[Member],
    named: Sequence[str],
    statistics: Statistics,
    w: IncidentTerms,
) -> float:
    """What the incident is like beside the event, whatever the pairs say and whoever competes."""
    f = item.f
    total = w.bias * 1.0 + w.size * log(len(incident.members))
    moment = item.published if item.published is not None else item.end if item.dated else None
    if moment is not None:
        times = incident.times()
        if times:
            since = abs(moment - times[0]) if len(times) == 1 else min([abs(moment - time) for time in times])
            total += w.idle * log(1.0 + min(60.0, since / DAY_SECONDS))
    if item.tells_day:
        start, end = item.start - _APART_SECONDS, item.end + _APART_SECONDS
        off = 0
        for member in members:
            other = member.item
            if other.tells_day and (other.end < start or other.start > end):
                off += 1
        if off:
            total += w.day_conflict * (off / len(members))
    if item.place_rank <= 1:
        lat, lon, narrow = item.lat, item.lon, max(0.2, item.cos_lat)
        round_the_world = 360.0 * narrow - _APART_DEGREES  # so far east is near again, across the 180th meridian
        off = 0
        for member in members:
            other = member.item
            if other.place_rank <= 1 and (
                abs(lat - other.lat) > _APART_DEGREES
                or _APART_DEGREES < abs(lon - other.lon) * narrow < round_the_world
            ):
                off += 1
        if off:
            total += w.place_conflict * (off / len(members))
    if item.is_statement:
        total += w.is_statement * 1.0
    if named and incident.incident_id in named:
        total += w.named * 1.0
    item.weigh(statistics)
    names = incident.names
    known = list(filter(names.__contains__, f.names))
    if known:
        squares = statistics.squares
        dot = sum([squares[key] * sqrt(names[key]) for key in known])
        total += w.profile_names * (dot / (item.norm * incident.profile_norm(statistics)))
        if w.profile_cover:
            total += w.profile_cover * (sum(map(statistics.weight_of, known)) / statistics.sums[item.named])
    if w.profile_voice and item.spoken and any(key in incident.voices for key in item.spoken):
        total += w.profile_voice * 1.0
    if item.concepts:
        mask = 0
        for member in members:
            mask |= member.features.concepts
        masses = statistics.masses
        total += w.profile_concepts * (masses[mask & item.concepts] / masses[item.concepts])
    return total
