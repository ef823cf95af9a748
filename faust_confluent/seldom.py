"""Which of many equal lines is worth one in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic
from typing import Final

_EVERY_S: Final = 30.0
#: of one text: how long it took differs from time to time
_TOOK: Final = re.compile(r"\d+ ?ms\b")
_MOST_TEXTS: Final = 64


class Seldom:
    """The first of its kind, then one in half a minute: of a broker that is away librdkafka tells 20 times a second."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        #: text -> when it was said, how often it was not since
        self._said: dict[str, tuple[float, int]] = {}

    def unsaid(self, text: str) -> int | None:
        """How many like it were left out since the last one was said; None: leave this one out, too."""
        now, text = self._clock(), _TOOK.sub("", text)
        said, left_out = self._said.get(text, (now - _EVERY_S, 0))
        if now - said < _EVERY_S:
            self._said[text] = said, left_out + 1
            return None
        if len(self._said) >= _MOST_TEXTS:
            self._said.clear()
        self._said[text] = now, 0
        return left_out
