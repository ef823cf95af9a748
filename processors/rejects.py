"""A brake: a few records that cannot be taken are their senders' trouble, a flood of them is ours."""

from __future__ import annotations

import threading
from collections import deque
from time import monotonic
from typing import Final

_WINDOW_S: Final = 60.0


class TooManyRejects(Exception):
    """The input as a whole is broken, or this version is: a person must look."""

    def __init__(self, limit: int, sample: str) -> None:
        super().__init__(
            f"more than {limit} records were rejected within a minute, the last because {sample}: the input is broken, "
            "or it is newer than this version. Mend the producer or upgrade; raise TIMELINES_MAX_REJECTED_PER_MINUTE "
            "to let the rejects pass to their topic"
        )


class RejectLimit:
    """Counts rejects of the last minute over all partitions. May be called from any thread."""

    def __init__(self, most_per_minute: int) -> None:
        self._most = most_per_minute
        self._counts: deque[tuple[float, int]] = deque()
        self._total = 0
        self._lock = threading.Lock()

    def count(self, rejected: int, sample: str, *, now: float | None = None) -> None:
        """now: monotonic seconds. Raises TooManyRejects."""
        if not rejected:
            return
        now = monotonic() if now is None else now
        with self._lock:
            while self._counts and self._counts[0][0] <= now - _WINDOW_S:
                self._total -= self._counts.popleft()[1]
            self._counts.append((now, rejected))
            self._total += rejected
            if self._total > self._most:
                raise TooManyRejects(self._most, sample)


__all__ = ["RejectLimit", "TooManyRejects"]
