"""When each event is sent, so that weeks pass in seconds and quiet days do not stall the show.

Every day that has reports gets the same share of the time, and its reports spread evenly over that share: the place
of a report is the rank of its day plus its rank within the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final

_DURATION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)", re.ASCII)
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0}


def due_times(days: Sequence[date], duration_s: float) -> Iterator[float]:
    """Seconds from the start for each event, ascending, from 0 to below `duration_s`.

    days: the day of each event, in the order in which they are sent; a day that comes again counts again
    """
    runs = [len(list(group)) for _, group in groupby(days)]
    for index, size in enumerate(runs):
        for rank in range(size):
            yield (index + rank / size) / len(runs) * duration_s


def parse_duration(text: str) -> timedelta:
    """ "40s", "1.5m", "2h", "250ms". Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError('must be a number with its unit: "40s", "250ms", "1.5m" or "2h"')
    return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
