"""What `produce` and `replay` have in common: a source read line by line, and the rows that a feed makes of it.

SOURCE is a file, packed by gzip or not, or "-" for standard input. What a run ends with is in `Status`.
"""

from __future__ import annotations

import hashlib
import os
import select
import stat
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Literal, Self

from producers.feeds import MAX_LINE_BYTES, Bad, Feed, Line, Parsed
from producers.feeds.acled import AcledFeed
from producers.feeds.coded import CodedFeed
from producers.feeds.events import EventsFeed
from producers.feeds.gdelt import GdeltFeed
from producers.feeds.ged import GedFeed
from producers.feeds.icews import IcewsFeed
from producers.feeds.polecat import PolecatFeed
from runtime.unpacking import Unreadable, check_start, unpacked
from schemas.arrival import came_by, in_report_time, stamped
from schemas.codec import encode
from schemas.errors import TooLarge
from schemas.event import AnyEvent

from .outputs import Named, overlap
from .recognising import other_format
from .rejects import LongLine, Rejects

_CHUNK_BYTES: Final = 256 * 1024
#: a shorter line never makes a message that is too large: parsing adds fields, and JSON makes six bytes of one at most
_SURELY_FITS_BYTES: Final = 150_000
_STOP_POLL_S: Final = 0.2

#: what --feed takes, each the name of one of FEEDS
FeedName = Literal["coded", "events", "acled", "ged", "gdelt", "icews", "polecat"]
FEEDS: Final[dict[str, Feed]] = {
    feed.name: feed
    for feed in (CodedFeed(), EventsFeed(), AcledFeed(), GedFeed(), GdeltFeed(), IcewsFeed(), PolecatFeed())
}


class Status(IntEnum):
    """Exit statuses of commands that read a source."""

    ALL_WELL = 0
    FAILED = 1
    WRONG_USE = 2
    BAD_LINES = 3
    INTERRUPTED = 130


class SourceError(Exception):
    """The source cannot be read, or is not what it was; says what to do."""


class SourceChanged(SourceError):
    """The source is not the one of the interrupted run."""


class Stopped(Exception):
    """Reading was told to stop (Ctrl-C)."""


class Source:
    """An opened source: its lines, unpacked, how many were given out, and the digest of those.

    stopped: asked between reads; reading then ends with Stopped
    Raises SourceError.
    """

    def __init__(self, source: str, *, stopped: Callable[[], bool] = lambda: False) -> None:
        self.path = None if source == "-" else Path(source)
        self.name = "stdin" if self.path is None else self.path.name
        #: for `overlap`
        self.named: Named = ("the source", source)
        self._stopped = stopped
        self._line = _OpenLine()
        self._expected: tuple[int, str] | None = None
        self.lines_read = 0
        #: as it is stored
        self.bytes_read = 0
        #: whether the end was reached
        self.whole = False
        try:
            self._file = sys.stdin.fileno() if self.path is None else os.open(self.path, os.O_RDONLY)
        except (OSError, ValueError, AttributeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "it is closed"
            raise SourceError(
                f"SOURCE: {source} cannot be read ({why}): name a file, or - for standard input"
            ) from error
        status = os.fstat(self._file)
        if stat.S_ISDIR(status.st_mode):
            self.close()
            raise SourceError(f"SOURCE: {source} is a folder: name a file in it")
        #: bytes, where that is known beforehand
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        if self.size is not None:  # a pipe would have to be waited for
            self._check_start()

    def expect(self, lines: int, digest: str) -> None:
        """The first `lines` lines must have this digest; `lines()` raises SourceChanged where they have not."""
        self._expected = (lines, digest) if lines else None

    @property
    def is_unverified(self) -> bool:
        """Whether fewer lines were read than `expect` named."""
        return self._expected is not None

    def digest(self) -> str:
        """SHA-256, in hex, of the lines given out so far."""
        return self._line.digest.hexdigest()

    def lines(self) -> Iterator[Line | LongLine]:
        """Every line once, without its line feed. Raises SourceError (SourceChanged: see `expect`), Stopped."""
        line = self._line
        try:
            for chunk in self._unpacked():
                *ended, begun = chunk.split(b"\n")
                for part in ended:
                    line.take(part)
                    yield self._numbered(line)
                line.take(begun)
            if line.size:
                yield self._numbered(line)
        finally:
            line.drop()
        if self._expected is not None and self._expected[0] > self.lines_read:
            raise SourceChanged(
                f"{self.name} has {self.lines_read:,} lines, it had {self._expected[0]:,} when the run was "
                "interrupted: give the same source again, or start anew without --resume"
            )
        self.whole = True

    def _numbered(self, line: _OpenLine) -> Line | LongLine:
        self.lines_read += 1
        ended = line.end(self.lines_read)
        if self._expected is not None and self._expected[0] == self.lines_read:
            if self._expected[1] != self.digest():
                raise SourceChanged(
                    f"{self.name} is not what it was when the run was interrupted: its first {self.lines_read:,} lines "
                    "differ; give the same source again, or start anew without --resume"
                )
            self._expected = None
        return ended

    def _check_start(self) -> None:
        try:
            start = os.pread(self._file, _CHUNK_BYTES, os.lseek(self._file, 0, os.SEEK_CUR))
        except OSError:  # then it is told where it is read
            return
        try:
            check_start(start)
        except Unreadable as error:
            self.close()
            raise SourceError(f"SOURCE: {self.name} {error}") from error

    def _unpacked(self) -> Iterator[bytes]:
        try:
            for chunk in unpacked(self._chunks()):
                yield chunk
                self._end_if_stopped()  # a few bytes of gzip may hold gigabytes
        except Unreadable as error:
            where = f" ({self.lines_read:,} lines before that were read)" if self.lines_read else ""
            raise SourceError(f"{self.name} {error}{where}") from error

    def _chunks(self) -> Iterator[bytes]:
        while True:
            if self.size is None:  # a pipe may be silent for hours: Ctrl-C must not wait for it
                while not select.select([self._file], [], [], _STOP_POLL_S)[0]:
                    self._end_if_stopped()
            self._end_if_stopped()
            try:
                chunk = os.read(self._file, _CHUNK_BYTES)
            except OSError as error:
                raise SourceError(f"{self.name} cannot be read on ({error.strerror})") from error
            if not chunk:
                return
            self.bytes_read += len(chunk)
            yield chunk

    def _end_if_stopped(self) -> None:
        if self._stopped():
            raise Stopped

    def close(self) -> None:
        if self.path is not None and self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _OpenLine:
    """A line that is being read; from MAX_LINE_BYTES on it goes to a file on disk instead of memory.

    digest: of the lines that have ended; what is begun may never be given out
    """

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._ahead = self.digest
        self._held = bytearray()
        self._spilled: BinaryIO | None = None
        self.size = 0

    def take(self, part: bytes) -> None:
        self.size += len(part)
        if self._spilled is None and self.size > MAX_LINE_BYTES:
            self._spilled = tempfile.TemporaryFile()  # noqa: SIM115 - whoever writes it to the rejects closes it
            self._spilled.write(self._held)
            self._ahead = self.digest.copy()
            self._ahead.update(self._held)
            self._held = bytearray()
        if self._spilled is not None:
            self._spilled.write(part)
            self._ahead.update(part)
        else:
            self._held += part

    def drop(self) -> None:
        """What has not ended is wanted by nobody."""
        if self._spilled is not None:
            self._spilled.close()

    def end(self, number: int) -> Line | LongLine:
        if self._spilled is not None:
            self.digest = self._ahead
        else:
            self.digest.update(self._held)
        self.digest.update(b"\n")
        ended: Line | LongLine
        if self._spilled is not None:
            self._spilled.seek(0)
            ended = LongLine(number, self.size, self._spilled)
        else:
            ended = Line(number, bytes(self._held))
        self._held, self._spilled, self.size = bytearray(), None, 0
        return ended


def read_rows(source: Source, feed: Feed) -> Iterator[Parsed | Bad | LongLine]:
    """What the feed makes of the source, in the order of its lines; an event that no topic could take is bad.

    Where the source begins as another feed's files do, its first bad row says so.

    Raises SourceError, Stopped.
    """
    long_lines: deque[LongLine] = deque()
    first: Line | None = None
    is_known = False

    def short_lines() -> Iterator[Line]:
        nonlocal first
        for line in source.lines():
            if isinstance(line, LongLine):
                long_lines.append(line)
            else:
                if first is None and line.raw.strip():
                    first = line
                yield line

    for row in feed.read(short_lines()):
        while long_lines and long_lines[0].number < row.number:
            yield long_lines.popleft()
        if not is_known and isinstance(row, Bad) and first is not None:
            other = other_format(first, feed, FEEDS)
            if other is not None:
                row = replace(row, problem=f"{row.problem}. But {other}")
        is_known = True
        yield _fitting(row) if isinstance(row, Parsed) else row
    yield from long_lines


def past_events(source: Source, feed: Feed, rejects: Rejects) -> Iterator[AnyEvent]:
    """The events of a source, in the order of its lines, stamped with the reports' own time.

    Bad lines go to `rejects`.

    Raises SourceError, Stopped, RejectsError.
    """

    def parsed() -> Iterator[AnyEvent]:
        for row in read_rows(source, feed):
            if isinstance(row, Parsed):
                yield row.event
            else:
                rejects.take(row)

    for event, at in in_report_time(parsed(), came_by):
        yield stamped(event, at)


def rejects_path(source: Source, given: Path | None) -> Path:
    """Where bad lines go: as given, else SOURCE.rejects.jsonl in the working folder. Raises SourceError."""
    path = given or Path(f"{source.name}.rejects.jsonl")
    if (problem := overlap([("--rejects", path)], [source.named])) is not None:
        raise SourceError(problem)
    return path


def _fitting(row: Parsed) -> Parsed | Bad:
    if len(row.raw) > _SURELY_FITS_BYTES:
        try:
            encode(row.event)
        except TooLarge as error:
            return Bad(row.number, "line", f"makes a message of {error.problem}", row.raw)
    return row
