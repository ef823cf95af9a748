"""The order of reports, and the `recorded_at` that a replay of past reports gives them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.arrival import (
    AS_PUBLISHED,
    UNSTAMPED,
    came_by,
    dated,
    in_report_time,
    last_second_of,
    reported_at,
    stamped,
)
from tests.builders import an_attack, occurred_at, time_of


def stamps(*times: str | None) -> list[str]:
    """What in_report_time makes of these times; "-" for UNSTAMPED."""
    items = [None if text is None else time_of(text) for text in times]
    found = list(in_report_time(items, lambda item: item))
    assert [item for item, _ in found] == items
    return ["-" if at == UNSTAMPED else f"{at:%Y-%m-%d}" for _, at in found]


def test_a_report_counts_from_its_publication_else_from_the_last_second_of_the_happening() -> None:
    published = an_attack("2024-03-02", happened=occurred_at("2024-03-01", "day"))
    assert reported_at(published) == time_of("2024-03-02")
    unpublished = published.model_copy(update={"published_at": None})
    assert reported_at(unpublished) == datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC)
    undated = unpublished.model_copy(update={"occurred": None, "recorded_at": time_of("2024-03-09")})
    assert reported_at(undated) == time_of("2024-03-09")


def test_an_instant_ends_when_it_begins() -> None:
    instant = occurred_at("10:00").model_copy(update={"until": time_of("10:00")})
    assert last_second_of(instant) == time_of("10:00")


def test_the_zero_time_of_other_languages_ends_when_it_begins_too() -> None:
    zero = datetime.min.replace(tzinfo=UTC)
    instant = occurred_at("10:00").model_copy(update={"from_": zero, "until": zero})
    assert last_second_of(instant) == zero


def test_an_event_without_any_time_is_not_dated_until_it_is_stamped() -> None:
    undated = an_attack().model_copy(update={"published_at": None, "occurred": None, "recorded_at": UNSTAMPED})
    assert dated(undated) is None
    assert dated(stamped(undated, time_of("10:05"))) == time_of("10:05")


@pytest.mark.parametrize(
    ("written", "happened", "at"),
    [
        ("2021-11", None, "2021-11-01"),
        ("2021", None, "2021-01-01"),
        ("2021-11", "2021-11-07", "2021-11-07T23:59:59+00:00"),
        ("2021-11", "2021-10-28", "2021-11-01"),
        ("2021-11", "2022-11-07", "2021-11-01"),
        ("2021-11-30", "2021-11-07", "2021-11-30T23:59:59+00:00"),
        (None, "2021-11-07", "2021-11-30T23:59:59+00:00"),
        (7, None, "2021-11-30T23:59:59+00:00"),
        ("2021-13", None, "2021-11-30T23:59:59+00:00"),
    ],
)
def test_a_month_of_publication_carries_the_clock_no_further_than_it_must(
    written: str | int | None, happened: str | None, at: str
) -> None:
    event = an_attack("2021-11-30T23:59:59+00:00").model_copy(
        update={
            "occurred": None if happened is None else occurred_at(happened, "day"),
            "extra": {} if written is None else {AS_PUBLISHED: written},
            "recorded_at": UNSTAMPED,
        }
    )
    assert dated(event) == time_of("2021-11-30T23:59:59+00:00")
    assert came_by(event) == time_of(at)


def test_what_has_no_time_does_not_move_the_clock() -> None:
    undated = an_attack().model_copy(update={"published_at": None, "occurred": None, "recorded_at": UNSTAMPED})
    assert came_by(undated) is None


def test_the_clock_never_goes_back_for_a_late_report() -> None:
    assert stamps("2021-11-05", "2021-11-07", "2021-11-06") == ["2021-11-05", "2021-11-07", "2021-11-07"]


@pytest.mark.parametrize("absurd", ["9999-12-31", "2201-01-01", "2022-11-07", "0025-11-07"])
def test_one_wrong_year_moves_no_clock(absurd: str) -> None:
    assert stamps("2021-11-05", absurd, "2021-11-06") == ["2021-11-05", "2021-11-05", "2021-11-06"]


def test_a_wrong_year_moves_no_clock_at_the_very_end() -> None:
    assert stamps("2021-11-05", "2022-11-07") == ["2021-11-05", "2021-11-05"]


def test_a_wrong_year_moves_no_clock_at_the_very_beginning() -> None:
    assert stamps("2022-11-07", "2021-11-06", "2021-11-07") == ["2021-11-06", "2021-11-06", "2021-11-07"]


def test_a_gap_of_months_is_believed_when_the_next_dated_report_lies_behind_it_too() -> None:
    assert stamps("2021-01-05", "2021-06-01", None, "2021-06-02") == [
        "2021-01-05",
        "2021-06-01",
        "2021-06-01",
        "2021-06-02",
    ]


def test_weeks_of_silence_need_no_witness() -> None:
    assert stamps("2021-01-05", "2021-03-01") == ["2021-01-05", "2021-03-01"]


def test_an_undated_report_comes_with_the_one_before_it_and_at_the_beginning_with_the_first_dated() -> None:
    assert stamps(None, None, "2021-11-05", None) == ["2021-11-05"] * 4


def test_reports_of_which_none_has_a_time_stay_unstamped() -> None:
    assert stamps(None, None) == ["-", "-"]


def test_a_thousand_undated_reports_at_the_beginning_are_not_all_held_in_memory() -> None:
    pulled = 0

    def items() -> object:
        nonlocal pulled
        for _ in range(1_000):
            pulled += 1
            yield None

    next(in_report_time(items(), lambda item: item))
    assert pulled <= 257


def test_only_a_leap_makes_the_stream_wait_for_the_next_item() -> None:
    pulled: list[str] = []

    def items() -> object:
        for text in ("2021-11-05", "2021-11-06", "2021-11-07"):
            pulled.append(text)
            yield time_of(text)

    stream = in_report_time(items(), lambda item: item)
    next(stream)
    next(stream)
    assert pulled == ["2021-11-05", "2021-11-06"]
