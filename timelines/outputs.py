"""What a command must not write: a file that it reads, or one file for two of its outputs.

Decided by what the names lead to: through links, other spellings, and what the shell made of the standard streams.
Whoever names the reports where the results should go has lost the reports.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

#: as a file's name: standard output, or standard input of what is read; a Path("-") is a file
STDIO: Final = "-"
#: an option, or what else a reader calls it, and its file; None: not given
Named = tuple[str, str | Path | None]
#: of a command that prints
PRINTED: Final[Named] = ("standard output", STDIO)


def overlap(outputs: Iterable[Named], inputs: Iterable[Named] = (), *, remedy: str = "give another file") -> str | None:
    """What would be written over, with the remedy; None: nothing.

    inputs: named so that it can be said of them: "the source" itself. Only files hold what could be lost: a terminal
    may be read and written, /dev/null be written twice.
    """
    read = {
        file: what
        for what, name in inputs
        if name is not None and (file := _file(name, sys.stdin, or_device=False)) is not None
    }
    written: dict[object, str] = {}
    for option, name in outputs:
        if name is None or (file := _file(name, sys.stdout, or_device=True)) is None:
            continue
        if file in read:
            told = ": ".join(dict.fromkeys((option, _told(name))))
            return f"{told} is {read[file]} itself: {remedy}"
        if file in written:
            return f"{written[file]} and {option} are one file, {_told(name)}: give each its own"
        written[file] = option
    return None


def _file(name: str | Path, stream: TextIO | None, *, or_device: bool) -> object | None:
    """Equal for two names of one file; None where nothing is kept. stream: which "-" stands for, None: closed."""
    try:
        if name != STDIO:
            status = Path(name).stat()
        elif stream is not None:
            status = os.fstat(stream.fileno())
        else:
            return None
    except (OSError, ValueError):  # not there yet, or a name that no file has; a stream that is no file
        return None if name == STDIO else resolved(Path(name))
    if not stat.S_ISREG(status.st_mode) and (not or_device or _is_null(status)):
        return None
    return status.st_dev, status.st_ino


def resolved(path: Path) -> Path:
    """Where it leads, or would if it were there. Links in a circle lead nowhere: whoever opens them is told."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: of the circle
        return path.absolute()


def _is_null(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev


def _told(name: str | Path) -> str:
    return "standard output" if name == STDIO else str(name)
