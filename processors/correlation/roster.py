"""One incident's members seen together: order, ledger, sources, whereabouts.

A roster is derived: the same from the same event states, in whatever order they were added or taken out.
That is why it need not be stored, and why a failed step may simply throw it away.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Final

from schemas.timeline import MOST_SIGNIFICANT_ENTRIES, NEWEST_ENTRIES
from schemas.vocabulary import EntryRole, EventKind

from .facts import When, Where, article_of
from .incidents import EventState
from .ledger import Ledger
from .sources import SourceForest
from .whereabouts import Tally, best_when, best_where, key_of

#: an entry of another incident counts this much here, where it is background
_GUEST_WEIGHT: Final = 0.2


class Roster:
    def __init__(self) -> None:
        self.seqs: list[int] = []  # members, in the order of the log
        self.guests: list[int] = []  # events of other incidents that are background here
        self.ledger = Ledger()
        self.sources = SourceForest()
        self.places: Tally[Where] = Tally()
        self.times: Tally[When] = Tally()
        self.copied_places: Tally[Where] = Tally()  # of copies: they tell where nothing else does
        self.copied_times: Tally[When] = Tally()
        self.kinds = dict.fromkeys(EventKind, 0)  # members that were not retracted
        self.telling = 0  # core reports that stand
        self.withdrawn = 0  # core reports that were withdrawn
        self.pinned = 0
        self.core_statements: list[int] = []
        self.stances: dict[str, int] = {}
        self.languages: dict[str, int] = {}  # of core reports that stand and are no copies
        self._rank: list[tuple[float, int]] = []  # (-significance, seq)

    def __len__(self) -> int:
        return len(self.seqs) + len(self.guests)

    def change(self, event: EventState, *, add: bool) -> None:
        """Take a member in, or out: out goes the very state that came in."""
        _list(self.seqs, event.seq, add)
        _rank(self._rank, (-event.significance, event.seq), add)
        one = 1 if add else -1
        if event.retracted_by is None:
            self.kinds[event.kind] += one
        if event.pinned_by is not None:
            self.pinned += one
        if event.core and event.kind is EventKind.STATEMENT:
            _list(self.core_statements, event.seq, add)
        for stance in event.stances:
            self.stances[stance] = self.stances.get(stance, 0) + one
        self.ledger.change(event.seq, event.assertions, add=add, article=article_of(event.sources))
        if event.tells:
            if add:
                self.sources.add(event.seq, event.sources, event.relay)
            else:
                self.sources.remove(event.seq)
            self.telling += one
            is_copy = event.role is EntryRole.DUPLICATE
            if event.language is not None and not is_copy:
                self.languages[event.language] = self.languages.get(event.language, 0) + one
            if event.where is not None and "where" not in event.overruled:
                places = self.copied_places if is_copy else self.places
                places.change(event.seq, key_of(event.where), event.where, add=add)
            if event.when is not None and "when" not in event.overruled:
                times = self.copied_times if is_copy else self.times
                times.change(event.seq, key_of(event.when), event.when, add=add)
        elif event.core and event.retracts is None:
            self.withdrawn += one

    def change_guest(self, event: EventState, *, add: bool) -> None:
        """An event whose home is elsewhere, background here."""
        _list(self.guests, event.seq, add)
        _rank(self._rank, (round(-event.significance * _GUEST_WEIGHT, 6), event.seq), add)

    def windows(self) -> tuple[list[int], list[int]]:
        """seqs of the most significant entries, the most significant first, and of the newest members."""
        return [seq for _, seq in self._rank[:MOST_SIGNIFICANT_ENTRIES]], self.seqs[-NEWEST_ENTRIES:]

    def where(self) -> Where | None:
        """A copy's place counts where no report of its own gives one: the original may not, or stand elsewhere."""
        return best_where(self.places) or best_where(self.copied_places)

    def when(self) -> When | None:
        """Likewise."""
        return best_when(self.times) or best_when(self.copied_times)

    def is_guest(self, seq: int) -> bool:
        at = bisect_left(self.guests, seq)
        return at < len(self.guests) and self.guests[at] == seq


def _list(seqs: list[int], seq: int, add: bool) -> None:
    if add:
        insort(seqs, seq)
    else:
        del seqs[bisect_left(seqs, seq)]


def _rank(rank: list[tuple[float, int]], item: tuple[float, int], add: bool) -> None:
    if add:
        insort(rank, item)
    else:
        del rank[bisect_left(rank, item)]
