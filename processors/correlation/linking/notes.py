"""What features are worth, read off the lines that score them."""

from __future__ import annotations

from collections.abc import Mapping


class Notes:
    """In place of weights: writes down what each would have been multiplied with, so that sums come out as 0.

    positions: name of a weight -> its place in `values`, which is written to and starts as the caller made it
    """

    __slots__ = ("_at", "_positions", "values")

    def __init__(self, positions: Mapping[str, int], values: list[float]) -> None:
        self.values = values
        self._positions = positions
        self._at = 0

    def __getattr__(self, name: str) -> Notes:
        self._at = self._positions[name]
        return self

    def __mul__(self, value: float) -> float:
        self.values[self._at] = float(value)
        return 0.0
