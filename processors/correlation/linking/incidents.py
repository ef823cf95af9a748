"""One report against a whole incident: pair scores with its members, its profile, and the competition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Final

from .features import DAY_SECONDS
from .pairs import Item
from .statistics import Statistics

INCIDENT_FEATURES: Final = (
    "bias", "max", "mean", "top3", "min_core", "mean_core", "top_statements", "no_core", "no_statement",
    "size", "idle", "day_conflict", "place_conflict", "is_statement", "margin", "rank", "alone", "named",
    "profile_names", "profile_cover", "profile_concepts", "profile_voice", "statement_margin",
)  # fmt: skip
AT: Final = {name: position for position, name in enumerate(INCIDENT_FEATURES)}
#: members of an incident that an event is compared with
MAX_REPRESENTATIVES: Final = 10

_RELEVANT: Final = 5
_MAX_HOLDERS: Final = 40
_LOWEST, _HIGHEST = -8.0, 6.0
_NOBODY: Final = -6.0


@dataclass(slots=True)
class Member:
    """A held event: its number, what it is compared by, and where it belongs."""

    event_id: str
    seq: int
    item: Item
    incident_id: str


class Incident:
    """The members of one incident, in the order of their numbers, and what they say together."""

    __slots__ = ("_profile", "_representatives", "by_name", "incident_id", "members", "names", "voices")

    def __init__(self, incident_id: str) -> None:
        self.incident_id = incident_id
        self.members: dict[int, Member] = {}
        self.names: dict[str, int] = {}
        self.by_name: dict[str, set[int]] = {}
        self.voices: dict[str, int] = {}
        self._representatives: tuple[Member, ...] | None = None
        self._profile: tuple[int, float] | None = None

    def add(self, member: Member, sign: int = 1) -> None:
        if sign > 0:
            self.members[member.seq] = member
        else:
            del self.members[member.seq]
        for table, keys in ((self.names, member.item.f.names), (self.voices, sorted(member.item.voices))):
            for key in keys:
                left = table.get(key, 0) + sign
                if left:
                    table[key] = left
                else:
                    del table[key]
        for key in member.item.f.names:
            if sign > 0:
                self.by_name.setdefault(key, set()).add(member.seq)
            else:
                self.by_name[key].discard(member.seq)
                if not self.by_name[key]:
                    del self.by_name[key]
        self._representatives = None
        self._profile = None

    def founding_seq(self) -> int:
        return min(self.members)

    def representatives(self) -> tuple[Member, ...]:
        """At most MAX_REPRESENTATIVES members: the first ones, the ones with most names, the newest."""
        if self._representatives is None:
            ordered = [self.members[seq] for seq in sorted(self.members)]
            if len(ordered) > MAX_REPRESENTATIVES:
                cores = [member for member in ordered if member.item.f.kind != "s"]
                chosen = {member.seq for member in (cores[:2] + ordered[:2] + ordered[-3:])}
                for group in (cores, ordered):
                    richest = sorted(group, key=lambda member: (-len(member.item.f.names), member.seq))
                    chosen.update(member.seq for member in richest[:2])
                for member in reversed(ordered):
                    if len(chosen) >= MAX_REPRESENTATIVES:
                        break
                    chosen.add(member.seq)
                ordered = [member for member in ordered if member.seq in chosen][:MAX_REPRESENTATIVES]
            self._representatives = tuple(ordered)
        return self._representatives

    def closest(self, item: Item, statistics: Statistics, seq: int | None = None) -> tuple[Member, ...]:
        """At most MAX_REPRESENTATIVES members to compare an event with: the representatives, but for the places of
        some of them those that share its rarest names. seq: the event's own number, left out."""
        if len(self.members) <= MAX_REPRESENTATIVES:
            return tuple(self.members[at] for at in sorted(self.members) if at != seq)
        found: dict[int, float] = {}
        item.weigh(statistics)
        for key, value in item.weights.items():
            holders = self.by_name.get(key)
            if holders is not None and len(holders) <= _MAX_HOLDERS:
                for at in holders:
                    found[at] = found.get(at, 0.0) + value
        found.pop(-1 if seq is None else seq, None)
        relevant = sorted(found, key=lambda at: (-round(found[at], 6), at))[:_RELEVANT]
        chosen = set(relevant)
        for member in self.representatives():
            if len(chosen) >= MAX_REPRESENTATIVES:
                break
            if member.seq != seq:
                chosen.add(member.seq)
        return tuple(self.members[at] for at in sorted(chosen))

    def profile_norm(self, statistics: Statistics) -> float:
        if self._profile is None or self._profile[0] != statistics.version:
            weight = statistics.weight
            total = 0.0
            for key in sorted(self.names):
                value = weight(key) * sqrt(self.names[key])
                total += value * value
            self._profile = (statistics.version, sqrt(total))
        return self._profile[1]


@dataclass(slots=True)
class Candidate:
    """One incident that an event may belong to, with everything that was found out about it."""

    incident: Incident
    members: tuple[Member, ...]
    scores: list[float]
    vectors: list[list[float]] = field(default_factory=list)
    base: float = 0.0
    lead: float = 0.0
    rank: int = 0
    alone: bool = False
    values: list[float] = field(default_factory=list)
    score: float = 0.0


def base_score(scores: Sequence[float]) -> float:
    """What incidents are ranked by before they compete."""
    top = sorted(scores, reverse=True)[:3]
    return 0.5 * max(scores) + 0.5 * sum(top) / len(top)


def judge(item: Item, candidates: Sequence[Candidate], named: Sequence[str], statistics: Statistics) -> None:
    """Fills in `base` and `values` (INCIDENT_FEATURES) of every candidate."""
    compete(candidates)
    for candidate in candidates:
        complete(item, candidate, named, statistics)


def compete(candidates: Sequence[Candidate]) -> None:
    """`base`, and what follows from it: `lead` over the best other, and `place` among all."""
    for candidate in candidates:
        candidate.scores = [min(_HIGHEST, max(_LOWEST, score)) for score in candidate.scores]
        candidate.base = base_score(candidate.scores)
    ranked = sorted(candidates, key=lambda c: (-c.base, c.incident.founding_seq()))
    for rank, candidate in enumerate(ranked):
        rival = ranked[1 if rank == 0 else 0].base if len(ranked) > 1 else _NOBODY
        candidate.lead = min(5.0, max(-5.0, candidate.base - rival))
        candidate.rank = rank
        candidate.alone = len(ranked) == 1


def complete(item: Item, candidate: Candidate, named: Sequence[str], statistics: Statistics) -> None:
    """Fills in `values` of a candidate that has competed."""
    candidate.values = state_values(item, candidate, named, statistics)
    fill_pair_values(candidate)


def fill_pair_values(candidate: Candidate) -> None:
    """The part of `values` that follows from the pair scores."""
    scores, members, out, at = candidate.scores, candidate.members, candidate.values, AT
    ordered = sorted(scores, reverse=True)
    out[at["max"]] = ordered[0]
    out[at["mean"]] = sum(ordered) / len(ordered)
    top = ordered[:3]
    out[at["top3"]] = sum(top) / len(top)
    cores = [score for score, member in zip(scores, members, strict=True) if member.item.f.kind != "s"]
    statements = sorted(
        (score for score, member in zip(scores, members, strict=True) if member.item.f.kind == "s"), reverse=True
    )[:3]
    out[at["min_core"]] = min(cores) if cores else 0.0
    out[at["mean_core"]] = sum(cores) / len(cores) if cores else 0.0
    out[at["no_core"]] = 0.0 if cores else 1.0
    out[at["top_statements"]] = sum(statements) / len(statements) if statements else 0.0
    out[at["no_statement"]] = 0.0 if statements else 1.0
    out[at["margin"]] = candidate.lead
    out[at["statement_margin"]] = candidate.lead * out[at["is_statement"]]
    out[at["rank"]] = min(3.0, log(1.0 + candidate.rank))
    out[at["alone"]] = 1.0 if candidate.alone else 0.0


def state_values(item: Item, candidate: Candidate, named: Sequence[str], statistics: Statistics) -> list[float]:
    """The part of `values` that does not depend on pair scores; the rest is 0."""
    members, incident, f = candidate.members, candidate.incident, item.f
    out = [0.0] * len(INCIDENT_FEATURES)
    at = AT
    out[0] = 1.0
    out[at["size"]] = log(len(incident.members))
    moment = f.published if f.published is not None else f.end
    newest = [
        m.item.f.published if m.item.f.published is not None else m.item.f.end for m in incident.representatives()
    ]
    known = [abs(moment - time) for time in newest if time is not None and moment is not None]
    if known:
        out[at["idle"]] = log(1.0 + min(60.0, min(known) / DAY_SECONDS))
    out[at["day_conflict"]] = sum(_days_conflict(item, member.item) for member in members) / len(members)
    out[at["place_conflict"]] = sum(_places_conflict(item, member.item) for member in members) / len(members)
    out[at["is_statement"]] = 1.0 if f.kind == "s" else 0.0
    out[at["named"]] = 1.0 if incident.incident_id in named else 0.0
    item.weigh(statistics)
    names = incident.names
    dot = covered = total = 0.0
    for key, value in item.weights.items():
        total += value
        count = names.get(key)
        if count:
            dot += value * value * sqrt(count)
            covered += value
    norm = item.norm * incident.profile_norm(statistics)
    out[at["profile_names"]] = dot / norm if norm else 0.0
    out[at["profile_cover"]] = covered / total if total else 0.0
    spoken = [key for key in f.speakers if key[0] not in "@#"]
    if spoken and any(key in incident.voices for key in spoken):
        out[at["profile_voice"]] = 1.0
    mask = 0
    for member in members:
        mask |= member.item.f.concepts
    mine = f.concepts.bit_count()
    out[at["profile_concepts"]] = (mask & f.concepts).bit_count() / mine if mine else 0.0
    return out


def _days_conflict(one: Item, other: Item) -> float:
    a, b = one.f, other.f
    if a.start is None or b.start is None or a.end is None or b.end is None or a.soft or b.soft:
        return 0.0
    if a.time_rank > 2 or b.time_rank > 2 or (a.kind == "s") or (b.kind == "s"):
        return 0.0
    return 1.0 if max(a.start - b.end, b.start - a.end) > DAY_SECONDS // 4 else 0.0


def _places_conflict(one: Item, other: Item) -> float:
    a, b = one.f, other.f
    if a.lat is None or b.lat is None or a.lon is None or b.lon is None or a.place_rank > 1 or b.place_rank > 1:
        return 0.0
    return 1.0 if abs(a.lat - b.lat) > 0.25 or abs(a.lon - b.lon) * max(0.2, one.cos_lat) > 0.25 else 0.0
