"""How many independent sources stand behind an incident: reports of one origin count once."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Final, TypeVar

K = TypeVar("K")
_NEVER: Final = 2**63


@dataclass(slots=True)
class _Node:
    """One source key in a tree of keys that belong together; all but `parent` hold for the root, of its whole tree.

    origins: keys that count as a source; first: least seq of their reports
    """

    parent: str
    first: int
    origins: int


class SourceForest:
    """Groups source keys that belong together, and counts the groups that hold a source.

    Joined are the keys of one report: its origin (agency, else outlet), the outlet's party, the article, and
    the origin of the report it copies. An outlet that also relays an agency here is no source of its own:
    nobody can tell what of its text came by wire. All answers follow from the *set* of reports, whatever the
    order in which they came and went.

    Cost: adding is near constant. Removing a report that held something together rebuilds the trees, at the
    next question, in time linear in the distinct sources (not the reports).
    """

    def __init__(self) -> None:
        self._reports: dict[int, tuple[tuple[str, ...], str | None]] = {}
        self._origins: dict[str, list[int]] = {}  # origin -> seq of its reports, sorted
        self._ties: dict[tuple[str, str], int] = {}  # (origin, other key of one report) -> reports
        self._relays: dict[str, int] = {}  # outlet that carries an agency -> reports
        self._nodes: dict[str, _Node] = {}
        self._sources: list[tuple[int, str]] = []  # (first, root) of the trees that hold a source, sorted
        self._stale = False

    def __len__(self) -> int:
        """Independent sources; at least one where there is a report (two outlets may each relay the other)."""
        self._settle()
        return len(self._sources) or min(1, len(self._reports))

    @property
    def reports(self) -> int:
        return len(self._reports)

    def first_reports(self, most: int) -> list[int]:
        """seq of the first report of each source, earliest first, at most `most`."""
        self._settle()
        return [seq for seq, _ in self._sources[:most]]

    def adds_a_source(self, keys: tuple[str, ...]) -> bool:
        """Would a report with these keys come from a source that is not here yet?"""
        self._settle()
        return self._counts(keys[0]) and not any(
            self._nodes[self._root(key)].origins for key in keys if key in self._nodes
        )

    def add(self, seq: int, keys: tuple[str, ...], relay: str | None) -> None:
        """keys: the origin first. relay: the outlet, where the origin is an agency that it carries."""
        origin = keys[0]
        self._reports[seq] = (keys, relay)
        insort(self._origins.setdefault(origin, []), seq)
        for key in keys[1:]:
            self._ties[origin, key] = self._ties.get((origin, key), 0) + 1
        if relay is not None:
            self._relays[relay] = self._relays.get(relay, 0) + 1
            if self._relays[relay] == 1 and relay in self._origins:
                self._stale = True  # its own reports count no longer; once an outlet
        if not self._stale:
            self._plant(origin)
            for key in keys[1:]:
                self._join(origin, key)

    def remove(self, seq: int) -> None:
        keys, relay = self._reports.pop(seq)
        origin = keys[0]
        seqs = self._origins[origin]
        at = bisect_left(seqs, seq)
        del seqs[at]
        if at == 0:  # the first of its origin, maybe of its tree
            self._stale = True
        if not seqs:
            del self._origins[origin]
        for key in keys[1:]:
            if _one_less(self._ties, (origin, key)):
                self._stale = True
        if relay is not None and _one_less(self._relays, relay) and relay in self._origins:
            self._stale = True

    def _counts(self, origin: str) -> bool:
        return origin not in self._relays

    def _settle(self) -> None:
        if not self._stale:
            return
        self._stale = False
        self._nodes = {}
        self._sources = []
        for origin in sorted(self._origins):
            self._plant(origin)
        for one, other in sorted(self._ties):
            self._join(one, other)

    def _plant(self, origin: str) -> None:
        """The origin's own node, with its first report; again when a report of it came."""
        known = origin in self._nodes
        if not known:
            self._nodes[origin] = _Node(origin, _NEVER, 0)
        if not self._counts(origin):
            return
        seqs = self._origins[origin]
        root = self._root(origin)
        tree = self._nodes[root]
        newly = not known or len(seqs) == 1  # or it stood here as a mere tie between others
        if newly or seqs[0] < tree.first:
            self._unlist(root)
            tree.origins += 1 if newly else 0
            tree.first = min(tree.first, seqs[0])
            self._list(root)

    def _join(self, one: str, other: str) -> None:
        if other not in self._nodes:
            self._nodes[other] = _Node(other, _NEVER, 0)
        keep, gone = sorted((self._root(one), self._root(other)))
        if keep == gone:
            return
        self._unlist(keep)
        self._unlist(gone)
        tree, joined = self._nodes[keep], self._nodes[gone]
        joined.parent = keep
        tree.origins += joined.origins
        tree.first = min(tree.first, joined.first)
        self._list(keep)

    def _root(self, key: str) -> str:
        nodes = self._nodes
        while nodes[key].parent != key:
            nodes[key].parent = nodes[nodes[key].parent].parent
            key = nodes[key].parent
        return key

    def _list(self, root: str) -> None:
        tree = self._nodes[root]
        if tree.origins:
            insort(self._sources, (tree.first, root))

    def _unlist(self, root: str) -> None:
        tree = self._nodes[root]
        if tree.origins:
            del self._sources[bisect_left(self._sources, (tree.first, root))]


def _one_less(counts: dict[K, int], key: K) -> bool:
    """Count one less; True where none is left."""
    counts[key] -= 1
    if counts[key]:
        return False
    del counts[key]
    return True
