"""What an incident shows of itself: its representatives seen together, to be held beside another's."""

from __future__ import annotations

from math import sqrt
from typing import Final

from .concepts import SUBJECTS_MASK, bits_of
from .features import DAY_SECONDS, NO_RANK
from .incidents import Incident
from .items import kilometres
from .statistics import Statistics

RETALIATION: Final = bits_of("retaliation")
MOURNING: Final = bits_of("funeral and burial", "national mourning", "condole")
KILLED: Final = bits_of("killed")


class Face:
    """What an incident shows of itself: its representatives seen together. Follows from the incident's members.

    kind: of most of its happenings; s: statements are all there is
    start, end: seconds, of its happenings where they are known; None: not known
    retaliates, mourns: in what share of its representatives revenge is spoken of, and mourning
    """

    __slots__ = (
        "concept_norm", "concepts", "days", "doers", "end", "incident_id", "item", "kind", "means", "mourns", "names",
        "norm", "place", "reports", "representatives", "retaliates", "seq", "shown", "size", "spoken_of", "start",
        "targets", "version", "victims", "weights",
    )  # fmt: skip

    def __init__(self, incident: Incident) -> None:
        self.incident_id = incident.incident_id
        members = incident.representatives()
        self.representatives = members
        self.size = len(incident.members)
        self.seq = incident.first_seq
        cores = [m.item for m in members if m.item.f.kind != "s"]
        kinds = [item.f.kind for item in cores]
        self.kind = ("p" if kinds.count("p") > kinds.count("a") else "a") if kinds else "s"
        telling = [item for item in cores if item.f.kind == self.kind] or [m.item for m in members]
        dated = [item.f for item in telling if item.f.start is not None and not item.f.soft and item.f.time_rank <= 3]
        dated = dated or [item.f for item in telling if item.f.start is not None]
        self.start = min((f.start for f in dated if f.start is not None), default=None)
        self.end = max((f.end for f in dated if f.end is not None), default=None)
        placed = [item for item in telling if item.f.lat is not None]
        self.item = min(placed or telling, key=lambda item: item.f.place_rank)
        self.names: dict[str, int] = {}
        self.shown: dict[str, str] = {}
        self.spoken_of: dict[int, int] = {}
        for member in members:
            f = member.item.f
            for key, written in zip(f.names, f.shown, strict=True):
                self.names[key] = self.names.get(key, 0) + 1
                self.shown.setdefault(key, written)
            mask = f.concepts
            while mask:
                bit = mask & -mask
                self.spoken_of[bit] = self.spoken_of.get(bit, 0) + 1
                mask ^= bit
        # how one speaks, and what all such reports say, makes no two incidents alike
        self.concepts = {bit: count for bit, count in self.spoken_of.items() if bit & SUBJECTS_MASK}
        self.means = 0
        for item in telling:
            self.means |= item.f.means
        self.targets = frozenset(key for item in telling for key in item.f.targets if key[0] not in "@#")
        #: with countries: who did it, and to whom
        self.doers = frozenset(key for item in telling for key in item.f.actors if key[0] != "#")
        self.victims = frozenset(key for item in telling for key in item.f.targets if key[0] != "#")
        self.place = frozenset(key for item in telling for key in item.place if key[0] not in "@#")
        self.days = frozenset(day for m in members for day in m.item.days)
        self.reports = frozenset(m.item.f.report for m in members if m.item.f.report)
        self.retaliates, self.mourns = self.says(RETALIATION), self.says(MOURNING)
        self.version = -1
        self.weights: dict[str, float] = {}
        self.norm = self.concept_norm = 0.0

    def weigh(self, statistics: Statistics) -> None:
        if self.version == statistics.version:
            return
        weight = statistics.weight
        self.weights = {key: weight(key) * sqrt(count) for key, count in self.names.items()}
        self.norm = sqrt(sum([value * value for value in self.weights.values()]))
        squares = statistics.concept_squares()
        self.concept_norm = sqrt(sum([count * squares[bit] for bit, count in self.concepts.items()]))
        self.version = statistics.version

    def first_day(self) -> int | None:
        return None if self.start is None else self.start // DAY_SECONDS + 719_163

    def began(self) -> tuple[int, int]:
        """For putting in order: when it began, then which was known first; what has no time began before all."""
        return (-1 if self.start is None else self.start), self.seq

    def share_naming(self, keys: frozenset[str]) -> float:
        """In what share of its representatives one of these is named."""
        return max((self.names.get(key, 0) for key in keys), default=0) / len(self.representatives)

    def says(self, concept: int) -> float:
        """In what share of its representatives one of these concepts is spoken of."""
        return max((n for bit, n in self.spoken_of.items() if bit & concept), default=0) / len(self.representatives)


def days_apart(one: Face, other: Face) -> float | None:
    """Between the two happenings; 0 where they overlap; None where a time is not known."""
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return None
    return max(0, one.start - other.end, other.start - one.end) / DAY_SECONDS


def apart_km(one: Face, other: Face) -> float | None:
    a, b = one.item, other.item
    return None if a.place_rank == NO_RANK or b.place_rank == NO_RANK else kilometres(a, b)


def earlier_than(y: Face, x: Face) -> bool:
    """Did `y` happen first? Where both began at one moment, or a time is not known: the one known first."""
    if x.start is None or y.start is None or x.start == y.start:
        return y.seq < x.seq
    return y.start < x.start


def sides_turned(x: Face, y: Face) -> bool:
    """Who was hit there strikes here, or who struck there is hit here."""
    return not (x.victims.isdisjoint(y.doers) and x.doers.isdisjoint(y.victims))
