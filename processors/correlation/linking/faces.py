"""What an incident shows of itself: its representatives seen together, to be held beside another's."""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

from .called import called
from .concepts import SUBJECTS_MASK, bits_of
from .features import DAY_SECONDS, NO_RANK
from .incidents import Incident
from .items import kilometres
from .statistics import Statistics

RETALIATION: Final = bits_of("retaliation")
MOURNING: Final = bits_of("funeral and burial", "national mourning", "condole")
KILLED: Final = bits_of("killed")
#: the first letter behind Latin ones with all their marks
_END_OF_LATIN: Final = "\u0250"


class Name(NamedTuple):
    """A name in full. keys, words: see called.Called. coded: of a party or a place, not of the text alone

    times: reports that write it so
    """

    written: str
    keys: frozenset[str]
    words: frozenset[str]
    coded: bool
    times: int


class Face:
    """What an incident shows of itself: its representatives seen together. Follows from the incident's members.

    kind: of most of its happenings; s: statements are all there is
    start, end: seconds, of its happenings where they are known; None: not known
    retaliates, mourns: in what share of its representatives revenge is spoken of, and mourning
    """

    __slots__ = (
        "_called", "concept_norm", "concepts", "days", "doers", "end", "incident_id", "item", "kind", "means", "mourns",
        "names", "norm", "place", "reports", "representatives", "retaliates", "seq", "size", "spoken_of", "start",
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
        self.spoken_of: dict[int, int] = {}
        for member in members:
            f = member.item.f
            for key in f.names:
                self.names[key] = self.names.get(key, 0) + 1
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
        self._called: list[Name] | None = None

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

    def called(self) -> list[Name]:
        """Names in full, as its representatives write them, each in the spelling that most of them have."""
        if self._called is None:
            found: dict[str, Name] = {}
            for member in self.representatives:
                f = member.item.f
                coded = {*f.place, *f.actors, *f.targets, *f.speakers, *f.behalf, *f.about}
                for written in f.called:
                    taken, before = called(written), found.get(written)
                    if taken.keys:
                        as_coded = taken.keys <= coded or (before is not None and before.coded)
                        times = 1 if before is None else before.times + 1
                        found[written] = Name(written, taken.keys, taken.words, as_coded, times)
            best: dict[frozenset[str], Name] = {}
            for name in found.values():
                if name.words not in best or _better_spelt(name, best[name.words]):
                    best[name.words] = name
            self._called = list(best.values())
        return self._called

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


def names_of_both(x: Face, y: Face) -> list[Name]:
    """Names that both have: all words of one stand in one of the other. What is part of another is left out, and of
    several spellings all but the one that somebody coded, or that most reports have."""
    by_key: dict[str, list[Name]] = {}
    for theirs in y.called():
        for key in theirs.keys:
            by_key.setdefault(key, []).append(theirs)
    shared: dict[frozenset[str], Name] = {}
    for ours in x.called():
        for theirs in [name for key in sorted(ours.keys) for name in by_key.get(key, ())]:
            for one, other in ((ours, theirs), (theirs, ours)):
                known = shared.get(one.words)
                if one.words <= other.words and (known is None or _better_spelt(one, known)):
                    shared[one.words] = one
    return [name for name in shared.values() if not any(name.words < other for other in shared)]


def _better_spelt(one: Name, known: Name) -> bool:
    """Reasons are English: of a name that is written in several scripts the Latin one goes before."""
    return (one.coded, max(one.written) < _END_OF_LATIN, one.times) > (
        known.coded, max(known.written) < _END_OF_LATIN, known.times
    )  # fmt: skip
