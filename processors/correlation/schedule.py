"""Which incidents are due, and when: a heap with one standing entry per incident."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Final

#: what no longer stands may fill half of the heap, and this much of a small one
_SLACK: Final = 64


class Schedule:
    """Entries may be earlier than what is really due, never later: a busy incident costs one entry, not one a report.

    Whoever takes an incident puts it back if its entry was too early, even where it is due by now: so what is due
    is met in the order (due, incident_id), however the schedule came to be filled.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._entry: dict[str, int] = {}

    def put(self, incident_id: str, due: int) -> None:
        standing = self._entry.get(incident_id)
        if standing is None or due < standing:
            self._entry[incident_id] = due
            heappush(self._heap, (due, incident_id))
            if len(self._heap) > 2 * len(self._entry) + _SLACK:
                # nobody asks for what is due in years, or while few are held: nothing else would clear it away
                self._heap = [(due, incident_id) for incident_id, due in self._entry.items()]
                heapify(self._heap)

    def next(self, now: int) -> tuple[int, str] | None:
        """(entry, incident) that comes first, if its entry is not after `now`. It stays until it is dropped."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            if self._entry.get(heap[0][1]) == heap[0][0]:
                return heap[0]
            heappop(heap)  # dropped, or put earlier since
        return None

    def __len__(self) -> int:
        """Incidents with a standing entry."""
        return len(self._entry)

    def drop(self, incident_id: str) -> None:
        self._entry.pop(incident_id, None)
