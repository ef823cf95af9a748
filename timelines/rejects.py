"""The rejects file: every line that became no event, with what is wrong with it, its bytes recoverable exactly.

JSON Lines of {"line", "field", "problem", "raw"}; `raw_base64` instead of `raw` where the bytes are no UTF-8, or too
many to be one message.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Literal, Self

from producers.feeds import MAX_LINE_BYTES, Bad
from runtime.terminal import shown

#: how many bad lines are told about one by one; a file of the wrong format would fill the terminal
TOLD_ONE_BY_ONE: Final = 20
_BASE64_CHUNK_BYTES: Final = 3 * 64 * 1024  # a multiple of 3: the chunks' texts join to the text of the whole


class RejectsError(Exception):
    """The rejects file cannot be written; says what to do."""


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line that is longer than any event. bytes_: its bytes, on disk, `size` of them, at the beginning."""

    number: int
    size: int
    bytes_: BinaryIO

    field: str = "line"

    @property
    def problem(self) -> str:
        return f"is {self.size:,} bytes long, at most {MAX_LINE_BYTES:,}: is this JSON Lines, one report a line?"


class Rejects:
    """Keeps bad lines, and tells of them. The file is made when the first one comes.

    keep: add to what the file holds; otherwise the first bad line of this run replaces it
    tell: shows one line of text to the user
    """

    def __init__(self, path: Path, source: str, *, keep: bool, tell: Callable[[str], None]) -> None:
        self.path = path
        self._source = source
        self._mode: Literal["ab", "wb"] = "ab" if keep else "wb"
        self._tell = tell
        self._file: BinaryIO | None = None
        self.count = 0

    def take(self, bad: Bad | LongLine) -> None:
        """Raises RejectsError; the line is then not counted."""
        try:
            if self._file is None:
                self._file = self.path.open(self._mode)
            self._write(self._file, bad)
            self._file.flush()
        except OSError as error:
            raise RejectsError(
                f"{self.path} cannot be written ({error.strerror}): "
                "give a file with --rejects that can; the bad lines would be lost"
            ) from error
        self.count += 1
        if self.count <= TOLD_ONE_BY_ONE:
            self._tell(shown(f"{self._source}, line {bad.number}: {bad.field}: {bad.problem}"))
        elif self.count == TOLD_ONE_BY_ONE + 1:
            self._tell(f"more bad lines follow; all are in {shown(str(self.path))}")

    def close(self) -> None:
        if self._file is not None:
            if self.path.is_file():  # /dev/null and pipes cannot be synced
                os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    @staticmethod
    def _write(file: BinaryIO, bad: Bad | LongLine) -> None:
        start = {"line": bad.number, "field": bad.field, "problem": bad.problem}
        if isinstance(bad, LongLine):
            head = json.dumps(start, ensure_ascii=False).encode(errors="backslashreplace")
            file.write(head[:-1] + b', "raw_base64": "')
            with bad.bytes_:
                while chunk := bad.bytes_.read(_BASE64_CHUNK_BYTES):
                    file.write(base64.b64encode(chunk))
            file.write(b'"}\n')
            return
        try:
            row = {**start, "raw": bad.raw.decode()}
        except UnicodeDecodeError:
            row = {**start, "raw_base64": base64.b64encode(bad.raw).decode()}
        file.write(json.dumps(row, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def raw_of(row: dict[str, object]) -> bytes:
    """The original bytes of one row of a rejects file."""
    if "raw_base64" in row:
        return base64.b64decode(str(row["raw_base64"]))
    return str(row["raw"]).encode()
