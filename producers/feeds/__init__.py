"""Feeds: pure parsers from the lines of a source to events. No file, no clock, no Kafka.

A feed is given numbered lines and answers with rows, in the order of the lines: an event that the
line (or several lines of it) holds, or what is wrong with it. It never raises because of its input.
`recorded_at` of a parsed event is schemas.arrival.UNSTAMPED, unless the source gave one: whoever
appends it to a log stamps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from schemas.event import AnyEvent

#: the longest line a feed is given: an article at its bound, with every character written as an escape
MAX_LINE_BYTES: Final = 8 * 1024 * 1024
#: what spreadsheets and editors put before UTF-8
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
#: what is wrong with a line that holds a zero byte
NO_TEXT: Final = "is UTF-16, packed, or no text at all: unpack it, save it as UTF-8"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a source. number: from 1. raw: its bytes without the line feed."""

    number: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """An event, not stamped yet. number: the line it begins on. raw: the bytes of all its lines, as they stand there.

    unread: fields of the row that this feed does not know, and that were passed over
    """

    number: int
    event: AnyEvent
    raw: bytes
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is no event. field: as the source names it. problem: what is wrong, with the remedy.

    number, raw: as in Parsed
    """

    number: int
    field: str
    problem: str
    raw: bytes


Row = Parsed | Bad


class Feed(Protocol):
    """One format of source."""

    @property
    def name(self) -> str:
        """As `--feed` takes it."""

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        """Rows in the order of their lines, each as soon as its lines are there. Blank lines give no row."""
