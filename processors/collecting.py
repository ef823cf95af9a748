"""Python's cyclic garbage collector and a state of a few gigabytes.

While a state is read the collector walks all that was read so far, again and again, and finds nothing: a third of the
time of a restore. Afterwards each of its full rounds would walk the whole state. So it rests while a state is read,
and what was read is put out of its sight until the partitions go.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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


__all__ = ["look_again", "resting"]
