"""Standard output: a failure to print can be told from all other failures, and a reader who has seen enough is none.

The system's error of a write names no file, so nobody above could say which file it was; and Python would complain
once more when it flushes at its end.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, Final

_DESCRIPTOR: Final = 1


class NotPrinted(Exception):
    """Standard output takes no more. No OSError: whoever catches those means files and sockets of its own."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror}")


class _Descriptor(io.FileIO):
    """nobody_reads: whoever read the pipe has gone, and the rest is printed nowhere."""

    nobody_reads = False

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            self.nobody_reads = True
            print_nowhere()
            return memoryview(data).nbytes
        except OSError as error:
            raise NotPrinted(error) from error


def set_up_standard_output() -> None:
    """Once per process, before anything is printed: from then on sys.stdout raises NotPrinted.

    A command goes on where nobody reads on (`| head -1`), and ends with the status that it would have had: files that
    it writes are whole, and what it found wrong stays wrong. One that has no end asks `nobody_reads`.
    """
    before = sys.stdout
    if not isinstance(before, io.TextIOWrapper):  # closed
        return
    raw = _Descriptor(before.fileno(), "wb", closefd=False)
    unbuffered = isinstance(before.buffer, io.FileIO)  # PYTHONUNBUFFERED
    sys.stdout = io.TextIOWrapper(
        raw if unbuffered else io.BufferedWriter(raw),
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


def nobody_reads() -> bool:
    """Whether the reader of standard output has gone, as far as the last flush has shown."""
    buffer = getattr(sys.stdout, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    return isinstance(raw, _Descriptor) and raw.nobody_reads


def print_the_rest() -> None:
    """What waits in the buffer. Raises NotPrinted."""
    if sys.stdout is not None:
        sys.stdout.flush()


def print_nowhere() -> None:
    """What waits and what comes is let go, lest Python tries to print it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _DESCRIPTOR)
    os.close(nowhere)
