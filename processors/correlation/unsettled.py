"""Reports that wait for a second look: which, and when each of them is due."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final, NamedTuple


class Wait(NamedTuple):
    """due: on the log's clock; reported: when the report was made. Microseconds. words: a checksum of what it says, by
    which those of one moment are ordered: neither ids nor arrival have a part in it."""

    due: int
    reported: int
    words: int


_EVENT_ID: Final = itemgetter(-1)


class Unsettled:
    """In the order (due, reported, words, event_id): those of one hour are met the same way however they came in."""

    def __init__(self, waits: Iterable[tuple[str, Wait]] = ()) -> None:
        self._waits = dict(waits)
        self._order = sorted((*wait, event_id) for event_id, wait in self._waits.items())

    def __iter__(self) -> Iterator[str]:
        return map(_EVENT_ID, self._order)

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._waits

    def get(self, event_id: str) -> Wait | None:
        return self._waits.get(event_id)

    def set(self, event_id: str, wait: Wait | None) -> None:
        """What it waits for from now on; None: it waits no longer. Failed half way, it can be set back."""
        known = self._waits.get(event_id)
        if known is not None:
            entry = (*known, event_id)
            at = bisect_left(self._order, entry)
            if self._order[at : at + 1] == [entry]:
                del self._order[at]
        if wait is None:
            self._waits.pop(event_id, None)
        else:
            self._waits[event_id] = wait
            insort(self._order, (*wait, event_id))

    def due(self, now: int) -> str | None:
        """The first, if it is due."""
        return _EVENT_ID(self._order[0]) if self._order and self._order[0][0] <= now else None
