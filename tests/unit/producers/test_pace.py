"""When each event of a paced run is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from producers.pace import due_times, parse_duration

MONDAY, TUESDAY, YEARS_LATER = date(2021, 11, 1), date(2021, 11, 2), date(2024, 2, 29)


def test_every_day_gets_the_same_share_and_quiet_days_get_none() -> None:
    days = [MONDAY, MONDAY, TUESDAY, TUESDAY, TUESDAY, TUESDAY, YEARS_LATER]
    assert list(due_times(days, 12.0)) == [0.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0]


def test_a_single_event_goes_at_once_and_none_is_no_fault() -> None:
    assert list(due_times([MONDAY], 40.0)) == [0.0]
    assert list(due_times([], 40.0)) == []


def test_the_last_event_is_due_before_the_time_is_over() -> None:
    due = list(due_times([MONDAY] * 500 + [TUESDAY] * 3, 40.0))
    assert due == sorted(due)
    assert due[0] == 0.0
    assert 30.0 < due[-1] < 40.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("40s", 40.0), ("250ms", 0.25), ("1.5m", 90.0), ("2h", 7_200.0), (" 0s ", 0.0)]
)
def test_a_duration_has_its_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "40", "s", "-3s", "4 s", "40sec", "1e9s", "nan s", "９s", "9999999h"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="40s"):
        parse_duration(text)
