"""All or nothing: an exception at any line of the core, or at any call of the linker, and nothing has happened."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import processors.correlation
from processors.correlation import LogRecord
from processors.correlation.identity import incident_id_of
from tests.builders import REGION, a_decision, a_log, a_statement, a_tick, an_attack
from tests.random_logs import a_core, said

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
        if "place_and_day_linker" in name and frame.f_code.co_name in _LINKER_CALLS:
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


def a_log_of_everything() -> list[LogRecord]:
    """Opens, joins, corrects, moves by correction, copies, merges, splits, pins, redacts, ages and forgets."""
    kherson, mykolaiv = incident_id_of(REGION, "k1"), incident_id_of(REGION, "m1")
    return a_log(
        [
            an_attack("10:00", event_id="k1", killed=2, by="Group X", headline="Blast"),
            an_attack("10:10", event_id="k2", publisher="Gazette", headline="Blast"),
            an_attack("10:20", "Mykolaiv", event_id="m1", killed=1, extra={"background": "Kherson"}),
            a_statement("11:00", event_id="s1", speaker="Ann Example", stance="deny_responsibility"),
            an_attack("11:30", "Kyiv", event_id="c1", corrects="k1", killed=3),
            an_attack("11:40", event_id="r1", retracts="not-yet-here"),
            an_attack("11:50", event_id="not-yet-here", killed=9),
            an_attack("12:00", event_id="b1", extra={"also": "Mykolaiv"}),
            a_statement("12:10", event_id="s2", speaker="Ann Example", stance=[("retracts", "own statement")]),
            a_decision("split", "13:00", incidents=[kherson], events=["s1"]),
            a_decision("pin", "13:10", incidents=[kherson], events=["s1"]),
            a_decision("redact", "13:20", events=["k2"]),
            a_decision("close", "13:30", incidents=[mykolaiv]),
            a_tick("+20d"),
            a_tick("+60d"),
            a_tick("+90d"),
        ]
    )


@pytest.mark.parametrize("offset", range(16))
def test_a_failure_at_any_line_of_a_record_leaves_the_state_as_it_was(offset: int) -> None:
    log = a_log_of_everything()
    core, untouched = a_core(), a_core()
    for record in log[:offset]:
        said(core, record)
        said(untouched, record)
    core.drain_state()
    before = list(core.dump())
    record = log[offset]
    with FailAt(-1) as counting:
        untouched.apply(record)
    stride = max(1, counting.seen // 45)
    failed = 0
    for number in range(1 + offset % stride, counting.seen * 9 // 10, stride):  # some lines are saved by what is cached
        with FailAt(number), suppress(Injected):
            core.apply(record)
            break
        failed += 1
        assert list(core.dump()) == before, f"line {number} of {counting.seen}"
        assert core.drain_state() == []
    assert failed >= 25
    fresh = a_core()
    for earlier in log[:offset]:
        said(fresh, earlier)
    if list(core.dump()) != before:  # the last attempt went through
        said(fresh, record)
        offset += 1
    for later in log[offset:]:
        assert said(core, later) == said(fresh, later)
