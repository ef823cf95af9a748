"""Python's cyclic garbage collector and a state of a few gigabytes.

While a state is read the collector walks all that was read so far, again and again, and finds nothing: a third of the
time of a restore. Afterwards each of its full rounds would walk the whole state. So it rests while a state is read,
and what was read is put out of its sight until the partitions go.

The core makes some thousand objects for each report and hardly any that refer to each other in a circle: of 1,100
reports the collector found 400 objects, a few kilobytes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: new objects until the first round, rounds until the next larger one: Python has 700, 10, 10. A full round is due
#: after so many reports that it is out of the way of nearly all
_SELDOM: Final = (20_000, 20, 50)


def seldom() -> None:
    """For a process whose work is the core's: rounds a thirtieth as often. An event costs .93 of what it did."""
    gc.set_threshold(*_SELDOM)


@contextmanager
def resting() -> Iterator[None]:
    """No collection inside; what is alive at the end is not looked at again until `look_again`. For one at a time."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def look_again() -> None:
    """What was put out of sight may be garbage now."""
    gc.unfreeze()


__all__ = ["look_again", "resting", "seldom"]
