"""Dump, restore, go on: at every prefix of a log the rest gives the same bytes as never having stopped."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from processors.correlation import LogRecord, StateRecord
from tests.random_logs import a_core, logs, said

_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_SETTINGS
@given(logs())
def test_the_rest_of_the_log_gives_the_same_bytes_after_a_restore_at_any_record(log: list[LogRecord]) -> None:
    never_stopped = a_core()
    states = [list(never_stopped.dump())]
    outputs = []
    for record in log:
        outputs.append(said(never_stopped, record))
        states.append(list(never_stopped.dump()))
    for stopped_at, state in enumerate(states):
        core = a_core()
        core.restore(state)
        assert list(core.dump()) == state
        for record, expected in zip(log[stopped_at:], outputs[stopped_at:], strict=True):
            assert said(core, record) == expected
        assert list(core.dump()) == states[-1]


@_SETTINGS
@given(logs())
def test_what_was_drained_adds_up_to_what_is_dumped(log: list[LogRecord]) -> None:
    core = a_core()
    kept: dict[str, bytes] = {}
    for number, record in enumerate(log):
        said(core, record)
        if number % 3 == 0:
            _apply(kept, core.drain_state())
    _apply(kept, core.drain_state())
    assert [StateRecord(key, value) for key, value in sorted(kept.items())] == list(core.dump())
    assert core.drain_state() == []


def _apply(kept: dict[str, bytes], records: list[StateRecord]) -> None:
    assert [record.key for record in records] == sorted(record.key for record in records)
    for record in records:
        if record.value is None:
            kept.pop(record.key, None)
        else:
            kept[record.key] = record.value
