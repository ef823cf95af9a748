"""Which incidents are due, and when: a heap with one standing entry per incident."""

from __future__ import annotations

from heapq import heappop, heappush


class Schedule:
    """Entries may be earlier than what is really due, never later: a busy incident costs one entry, not one a report.

    Whoever pops an incident puts it back if its entry was too early, even where it is due by now: so what is due
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

    def pop(self, now: int) -> tuple[int, str] | None:
        """The next incident whose entry is not after `now`, with its entry; None where there is none."""
        while self._heap and self._heap[0][0] <= now:
            due, incident_id = heappop(self._heap)
            if self._entry.get(incident_id) == due:
                del self._entry[incident_id]
                return due, incident_id
        return None

    def drop(self, incident_id: str) -> None:
        self._entry.pop(incident_id, None)
