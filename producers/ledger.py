"""What became of every row of a source: delivered, rejected or not sent. Nothing else can become of one.

Rows are numbered 1, 2, 3 ... in the order in which the feed gives them, so a number means the same in a second run
over the same source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

#: more numbers than this beyond the first interval are not read back: no run keeps so many rows
_MAX_BEYOND: Final = 5_000_000


class RowNumbers:
    """A set of row numbers that is small while it is almost an interval from 1 on."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._through = 0  # all up to here are in
        self._beyond: set[int] = set()
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        if number == self._through + 1:
            self._through = number
            while self._through + 1 in self._beyond:
                self._through += 1
                self._beyond.remove(self._through)
        elif number > self._through:
            self._beyond.add(number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowNumbers) and str(self) == str(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and (0 < number <= self._through or number in self._beyond)

    def __len__(self) -> int:
        return self._through + len(self._beyond)

    def __str__(self) -> str:
        """As intervals: "1-37,39,41-52"."""
        return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in self._intervals())

    def _intervals(self) -> Iterator[tuple[int, int]]:
        if self._through:
            yield 1, self._through
        first = last = 0
        for number in sorted(self._beyond):
            if number != last + 1:
                if first:
                    yield first, last
                first = number
            last = number
        if first:
            yield first, last

    @classmethod
    def read(cls, text: str, *, most: int) -> RowNumbers:
        """Back from `str`. Raises ValueError for what is no such text, and for numbers above `most`."""
        found = cls()
        before = 0
        for interval in text.split(",") if text else ():
            first, dash, last = interval.partition("-")
            a, b = int(first), int(last if dash else first)
            if not before < a <= b <= most:
                raise ValueError(f"no ascending row numbers up to {most}: {interval[:40]!r}")
            if a == 1:
                found._through = b
            elif len(found._beyond) + b - a >= _MAX_BEYOND:
                raise ValueError(f"more than {_MAX_BEYOND} rows out of order")
            else:
                found._beyond.update(range(a, b + 1))
            before = b
        return found


@dataclass(frozen=True, slots=True)
class Counts:
    """delivered + rejected + unsent == read, always."""

    read: int
    delivered: int
    rejected: int
    unsent: int

    @property
    def balance(self) -> bool:
        return self.delivered + self.rejected + self.unsent == self.read

    def __str__(self) -> str:
        return (
            f"delivered {self.delivered} + rejected {self.rejected} + unsent {self.unsent}"
            f" {'==' if self.balance else '!='} read {self.read}"
        )


class Ledger:
    """Keeps account of rows. `delivered` and `rejected` may be those of an earlier, interrupted run."""

    def __init__(self, delivered: RowNumbers | None = None, rejected: RowNumbers | None = None) -> None:
        self.delivered = delivered or RowNumbers()
        self.rejected = rejected or RowNumbers()
        self._read = 0
        self._delivered = 0
        self._rejected = 0
        self._waiting: set[int] = set()

    def reads(self, number: int) -> bool:
        """A row was read. Whether it is still to be dealt with: not, if the earlier run has."""
        self._read += 1
        if number in self.delivered:
            self._delivered += 1
        elif number in self.rejected:
            self._rejected += 1
        else:
            self._waiting.add(number)
            return True
        return False

    def delivers(self, number: int) -> None:
        """The broker has it. KeyError for a row that was not waiting: no row is counted twice."""
        self._waiting.remove(number)
        self.delivered.add(number)
        self._delivered += 1

    def rejects(self, number: int) -> None:
        """It is in the rejects file. KeyError as above."""
        self._waiting.remove(number)
        self.rejected.add(number)
        self._rejected += 1

    def counts(self) -> Counts:
        return Counts(self._read, self._delivered, self._rejected, len(self._waiting))
