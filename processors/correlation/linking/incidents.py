"""The reports of one incident as the evidence holds them: its members, and what they say together."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import count
from math import sqrt
from typing import Final, TypeVar

from .features import Features, Gist
from .items import Item
from .statistics import EQUAL_SUMS, GRAINS, Statistics

#: members of an incident that an event is compared with
MAX_REPRESENTATIVES: Final = 10
#: of the reports of its happening: those with most names, and the newest
_MAX_RICH: Final = 6
_MAX_NEWEST: Final = 4

_RELEVANT: Final = 5
_MAX_HOLDERS: Final = 40
_MOST_SINCE: Final = 64
#: what an incident looked like: a number of its own for each set of members it ever had
_LOOKS = count(1)
_TICKETS = count(1)


class Member:
    """A held event: its number, what it is compared by, and where it belongs.

    item: made when first asked for, and again after it was let go: of most events that were restored nobody asks
    ready: whose items are at hand, in the order in which they were made; whoever keeps it lets the first ones go
    ticket: a number of its own, never given again
    """

    __slots__ = ("_item", "_ready", "event_id", "features", "incident_id", "kind", "seq", "ticket")

    def __init__(
        self,
        event_id: str,
        seq: int,
        features: Features,
        incident_id: str,
        item: Item | None = None,
        ready: deque[Member] | None = None,
        kind: str | None = None,  # given where the features are better left unread
    ) -> None:
        self.event_id = event_id
        self.seq = seq
        self.features = features
        self.kind = features.kind if kind is None else kind
        self.incident_id = incident_id
        self._item = item
        self._ready = ready
        if item is not None and ready is not None:
            ready.append(self)
        self.ticket = next(_TICKETS)

    @property
    def item(self) -> Item:
        item = self._item
        if item is None:
            item = self._item = Item(self.features)
            if self._ready is not None:
                self._ready.append(self)
        return item

    def let_item_go(self) -> None:
        self._item = None


class Incident:
    """The members of one incident, in the order of their numbers, and what they say together.

    look: changes whenever the members do, and comes back with them
    """

    __slots__ = (
        "_large", "_names", "_profile", "_representatives", "_since", "_times", "_voices", "coded", "cores",
        "first_seq", "incident_id", "look", "members",
    )  # fmt: skip

    def __init__(self, incident_id: str) -> None:
        self.incident_id = incident_id
        self.members: dict[int, Member] = {}
        #: how many of them are no statements
        self.cores = 0
        #: its rows of databases: (database, row) -> how many revisions of it
        self.coded: dict[tuple[str, str], int] = {}
        # how many members carry a name, and speak; made when first asked for: of most restored ones nobody asks
        self._names: dict[str, int] | None = None
        self._voices: dict[str, int] = {}
        self.first_seq = -1
        self.look = next(_LOOKS)
        self._large: _Large | None = None
        self._representatives: tuple[Member, ...] | None = None
        self._times: tuple[float, ...] | None = None
        self._profile: tuple[int, int] | None = None
        # members that came (1) or went (-1) since the profile was made
        self._since: list[tuple[Features, int]] = []

    def add(self, member: Member, sign: int = 1, gist: Gist | None = None) -> None:
        """gist: given where the member's features are better left unread."""
        known, seq = member.features if gist is None else gist, member.seq
        if member.kind != "s":
            self.cores += sign
            if known.from_database:
                _count(self.coded, ((known.publisher, known.report),), sign)
        if sign > 0:
            self.members[seq] = member
            if self.first_seq < 0 or seq < self.first_seq:
                self.first_seq = seq
        else:
            del self.members[seq]
            if seq == self.first_seq:
                self.first_seq = min(self.members, default=-1)
        if self._names is not None:
            _count(self._names, known.names, sign)
            _count(self._voices, {*member.features.speakers, *member.features.behalf}, sign)
        if self._large is not None:
            if len(self.members) <= MAX_REPRESENTATIVES:
                self._large = None
            else:
                self._large.change(member, sign)
        self.look = next(_LOOKS)
        self._representatives = None
        self._times = None
        if self._profile is not None:
            self._since.append((member.features, sign))
            if len(self._since) > _MOST_SINCE:
                self._profile = None
                self._since.clear()

    @property
    def names(self) -> dict[str, int]:
        """How many members carry each name."""
        return self._names if self._names is not None else self._told()[0]

    @property
    def voices(self) -> dict[str, int]:
        """How many members are the word of each speaker."""
        return self._voices if self._names is not None else self._told()[1]

    def _told(self) -> tuple[dict[str, int], dict[str, int]]:
        self._names = {}
        for member in self.members.values():
            _count(self._names, member.features.names, 1)
            _count(self._voices, {*member.features.speakers, *member.features.behalf}, 1)
        return self._names, self._voices

    def without(self, member: Member) -> tuple[int, tuple[Member, ...] | None]:
        """Take a member out for a moment; what is returned goes to `again`."""
        kept = self.look, self._representatives
        self.add(member, -1)
        return kept

    def again(self, member: Member, kept: tuple[int, tuple[Member, ...] | None]) -> None:
        """Back as before `without`."""
        self.add(member)
        self.look, self._representatives = kept

    def founding_seq(self) -> int:
        return self.first_seq

    def newest(self) -> Member:
        return self.members[self._large.seqs[-1] if self._large is not None else max(self.members)]

    @property
    def large(self) -> _Large:
        """Tables of an incident of more than MAX_REPRESENTATIVES members; of small ones nobody needs them."""
        if self._large is None:
            self._large = _Large(self.members)
        return self._large

    @property
    def by_name(self) -> dict[str, set[int]]:
        return self.large.by_name

    def ordered(self) -> list[Member]:
        """All members by number: for incidents that are small."""
        return [self.members[at] for at in sorted(self.members)]

    def representatives(self) -> tuple[Member, ...]:
        """At most MAX_REPRESENTATIVES members: the first ones, the ones with most names, the newest."""
        if self._representatives is None:
            if len(self.members) <= MAX_REPRESENTATIVES:
                self._representatives = tuple(self.ordered())
            else:
                self._representatives = tuple([self.members[at] for at in self.large.representing()])
        return self._representatives

    def happenings(self) -> tuple[Member, ...]:
        """Ten at most of its attack and protest reports: what its statements are about."""
        if len(self.members) <= MAX_REPRESENTATIVES:
            return tuple([member for member in self.ordered() if member.kind != "s"])
        large = self.large
        chosen = {seq for _, seq in large.rich_cores[:_MAX_RICH]}.union(large.cores[-_MAX_NEWEST:])
        return tuple([self.members[seq] for seq in sorted(chosen)])

    def newest_statements(self, most: int) -> list[Member]:
        """Newest first, looked for among twice as many of the newest members."""
        if len(self.members) <= MAX_REPRESENTATIVES:
            newest = self.ordered()[::-1]
        else:
            newest = [self.members[seq] for seq in self.large.seqs[: -2 * most - 1 : -1]]
        return [member for member in newest if member.kind == "s"][:most]

    def times(self) -> tuple[float, ...]:
        """When its representatives were published, else when what they tell of ended; days since 1970."""
        if self._times is None:
            known = [
                m.features.published if m.features.published is not None else m.features.end
                for m in self.representatives()
            ]
            self._times = tuple([float(time) for time in known if time is not None])
        return self._times

    def closest(self, item: Item, statistics: Statistics, seq: int | None = None) -> tuple[Member, ...]:
        """At most MAX_REPRESENTATIVES members to compare an event with: the representatives, but for the places of
        some of them those that share its rarest names. seq: the event's own number, left out."""
        members = self.members
        if len(members) <= MAX_REPRESENTATIVES:
            if seq is None or seq not in members:
                return self.representatives()
            return tuple([member for member in self.representatives() if member.seq != seq])
        found: dict[int, float] = {}
        by_name, weights = self.by_name, statistics.weights
        for key in item.f.names:
            holders = by_name.get(key)
            if holders is not None and len(holders) <= _MAX_HOLDERS:
                value = weights[key]
                for at in holders:
                    found[at] = found.get(at, 0.0) + value
        found.pop(-1 if seq is None else seq, None)
        best: Iterable[int] = found
        if len(found) > _RELEVANT:
            # those that may be among the best once they are rounded: the rest need no sorting
            least = sorted(found.values(), reverse=True)[_RELEVANT - 1] - EQUAL_SUMS
            best = [at for at, shared in found.items() if shared >= least]
        chosen = {at for _, at in sorted([(-round(found[at], 6), at) for at in best])[:_RELEVANT]}
        for member in self.representatives():
            if len(chosen) >= MAX_REPRESENTATIVES:
                break
            if member.seq != seq:
                chosen.add(member.seq)
        return tuple([members[at] for at in sorted(chosen)])

    def profile_norm(self, statistics: Statistics) -> float:
        """Length of the vector (weight of a name times the root of how many members name it).

        Counted in whole grains: of a large incident it is brought up to date by the difference, and comes out the same.
        """
        squares = statistics.squares
        if self._profile is not None and self._profile[0] == statistics.version:
            total = self._profile[1]
            for features, sign in self._since:
                total += sign * int(sum(map(statistics.square_of, features.names)) * GRAINS)
        else:
            total = sum([int(squares[key] * GRAINS) * times for key, times in self.names.items()])
        self._profile = (statistics.version, total)
        self._since.clear()
        return sqrt(total / GRAINS)


def most_shared(found: Mapping[str, float], incidents: Mapping[str, Incident], most: int) -> list[str]:
    """Ids of the incidents that share most, best first; of equal ones those that began first. found: how much each."""
    likely: Iterable[str] = found
    if len(found) > most:
        # those that may be among the best once they are rounded: the rest need no sorting
        least = sorted(found.values(), reverse=True)[most - 1] - EQUAL_SUMS
        likely = [incident_id for incident_id, shared in found.items() if shared >= least]
    ranked = sorted([(-round(found[name], 6), incidents[name].first_seq, name) for name in likely])[:most]
    return [incident_id for _, _, incident_id in ranked]


_Key = TypeVar("_Key", str, tuple[str, str])


def _count(table: dict[_Key, int], keys: Iterable[_Key], sign: int) -> None:
    for key in keys:
        left = table.get(key, 0) + sign
        if left:
            table[key] = left
        else:
            del table[key]


class _Large:
    """What a large incident keeps sorted, so that one more member costs no walk through the others.

    seqs, cores: numbers of all members and of the happenings; rich, rich_cores: (-names, number) of the same
    """

    __slots__ = ("by_name", "cores", "rich", "rich_cores", "seqs")

    def __init__(self, members: dict[int, Member]) -> None:
        self.by_name: dict[str, set[int]] = {}
        self.seqs = sorted(members)
        self.cores = [seq for seq in self.seqs if members[seq].kind != "s"]
        self.rich = sorted((-len(members[seq].features.names), seq) for seq in self.seqs)
        self.rich_cores = sorted((-len(members[seq].features.names), seq) for seq in self.cores)
        for seq in self.seqs:
            for key in members[seq].features.names:
                self.by_name.setdefault(key, set()).add(seq)

    def change(self, member: Member, sign: int) -> None:
        seq, names = member.seq, member.features.names
        rich = (-len(names), seq)
        groups = [(self.seqs, self.rich)]
        if member.kind != "s":
            groups.append((self.cores, self.rich_cores))
        for seqs, ranked in groups:
            if sign > 0:
                insort(seqs, seq)
                insort(ranked, rich)
            else:
                del seqs[bisect_left(seqs, seq)]
                del ranked[bisect_left(ranked, rich)]
        for key in names:
            if sign > 0:
                self.by_name.setdefault(key, set()).add(seq)
            else:
                self.by_name[key].discard(seq)
                if not self.by_name[key]:
                    del self.by_name[key]

    def representing(self) -> list[int]:
        """Numbers of the members that stand for all, sorted."""
        chosen = {*self.cores[:2], *self.seqs[:2], *self.seqs[-3:]}
        chosen.update(seq for ranked in (self.rich_cores, self.rich) for _, seq in ranked[:2])
        for seq in reversed(self.seqs):
            if len(chosen) >= MAX_REPRESENTATIVES:
                break
            chosen.add(seq)
        return sorted(chosen)[:MAX_REPRESENTATIVES]
