"""All or nothing: an exception at any line of the core, or at any call of the linker, and nothing has happened."""

from __future__ import annotations

from contextlib import suppress

import pytest

from processors.correlation import CannotApply, Correlator, LogRecord, Policy
from processors.correlation.identity import incident_id_of
from processors.correlation.linking.features import Features
from processors.correlation.linking.linker import EvidenceLinker
from tests.builders import REGION, a_decision, a_log, a_statement, a_tick, an_attack
from tests.failing import FailAt, Injected
from tests.random_logs import a_core, said
from tests.seeded_log import a_seeded_log


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


def test_a_failure_leaves_the_real_evidence_as_it_was_too() -> None:
    """The linker's calls are undone by their opposites; it must then answer as if it had never been asked."""
    log = a_seeded_log(3, 90)
    failing: Correlator[Features] = Correlator(REGION, EvidenceLinker(), Policy())
    untouched: Correlator[Features] = Correlator(REGION, EvidenceLinker(), Policy())
    injected = 0
    for number, record in enumerate(log):
        before = list(failing.dump()) if number % 9 == 0 else None
        applied = False
        for line in (60 + 7 * (number % 40), 250 + 11 * (number % 50)):
            with FailAt(line), suppress(Injected, CannotApply):
                failing.apply(record)
                applied = True
            if applied:
                break
            injected += 1
            assert before is None or list(failing.dump()) == before
        if applied:  # fewer lines than that: it went through
            said(untouched, record)
        else:
            assert said(failing, record) == said(untouched, record)
    assert list(failing.dump()) == list(untouched.dump())
    assert injected > 60
