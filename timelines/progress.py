"""A progress bar on the terminal, for long work; nothing where the output is no terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

_REDRAW_S: Final = 0.1


class Bar:
    """Shows how far the work is. Use as a context manager; `say` prints a line above it."""

    def __init__(self, what: str) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._what = what
        self._drawn_at = 0.0
        if self._console.is_terminal:
            self._progress = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                console=self._console, transient=True,
            )  # fmt: skip

    def show(self, done: int, total: int | None, what: str | None = None) -> None:
        """done of total; total None: not known. Cheap to call for every item."""
        if self._progress is None or self._task is None:
            return
        now = time.monotonic()
        if now - self._drawn_at < _REDRAW_S and done != total:
            return
        self._drawn_at = now
        self._progress.update(self._task, completed=done, total=total, description=what or self._what)

    def say(self, line: str) -> None:
        """One line for the user, on stderr; `line` must be fit for a terminal (runtime.terminal.shown)."""
        if self._progress is None:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        else:
            self._console.print(Text(line))

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
            self._task = self._progress.add_task(self._what, total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
