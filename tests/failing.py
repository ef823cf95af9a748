"""Failures on purpose: raise at the n-th line that the core executes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import processors.correlation

_CORE = str(Path(processors.correlation.__file__).parent)
#: where no call can fail between one line and the next: the end of a step, and a call of the linker with its note
_NOT_THESE_LINES = {"apply", "commit", "rollback", "hold", "let_go", "move_evidence", "_undo"}
_LINKER_CALLS = {"features", "place", "hold", "move", "drop", "merge_of", "link_of", "relations_of"}


class Injected(Exception):
    pass


class FailAt:
    """Raises at the n-th line that the core executes (a call of the linker is one), then keeps out of the way."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen = 0

    def __enter__(self) -> FailAt:
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        name = frame.f_code.co_filename
        if name.startswith(_CORE) and "/linking/" not in name:
            return self._lines if frame.f_code.co_name not in _NOT_THESE_LINES else None
        if (
            "place_and_day_linker" in name or name.endswith("linking/linker.py")
        ) and frame.f_code.co_name in _LINKER_CALLS:
            self._count()
        return None

    def _lines(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            self._count()
        return self._lines

    def _count(self) -> None:
        self.seen += 1
        if self.seen == self.number:
            sys.settrace(None)
            raise Injected
