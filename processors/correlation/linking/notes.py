"""What features are worth, read off the lines that score them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Notebook(Generic[T]):
    """Terms in place of weights: each writes down what it is multiplied with, so that sums come out as 0.

    values: by position, 0 where nothing was written; written: the positions, in the order of the lines
    terms: what `make` made of one term for each position
    """

    __slots__ = ("terms", "values", "written")

    def __init__(self, count: int, make: Callable[[Iterable[Any]], T]) -> None:
        self.values = [0.0] * count
        self.written: list[int] = []
        self.terms = make([_Term(self, at) for at in range(count)])

    def clear(self) -> None:
        for at in self.written:
            self.values[at] = 0.0
        self.written.clear()


class _Term:
    """Stands for one weight. It is true, as weights are that are not 0."""

    __slots__ = ("_at", "_notebook")

    def __init__(self, notebook: Notebook[Any], at: int) -> None:
        self._notebook = notebook
        self._at = at

    def __mul__(self, value: float) -> float:
        notebook = self._notebook
        notebook.values[self._at] = float(value)
        notebook.written.append(self._at)
        return 0.0
