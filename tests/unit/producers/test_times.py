"""Dates and times as reports write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from producers.feeds.times import NotATime, ReportedTime
from producers.feeds.zones import load_zone
from schemas.vocabulary import TimePrecision

BAGHDAD = load_zone("Asia/Baghdad")


def interval(text: str, precision: str, zone: object = UTC) -> tuple[str, str, str]:
    first, end, effective = ReportedTime.read(text).interval(TimePrecision(precision), zone)
    return f"{first:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}", str(effective)


@pytest.mark.parametrize(
    ("text", "precision", "first", "end", "effective"),
    [
        ("2021", "year", "2021-01-01T00:00", "2022-01-01T00:00", "year"),
        ("2021-11", "month", "2021-11-01T00:00", "2021-12-01T00:00", "month"),
        ("2021-12", "month", "2021-12-01T00:00", "2022-01-01T00:00", "month"),
        ("2021-11-07", "day", "2021-11-07T00:00", "2021-11-08T00:00", "day"),
        ("2021-11-07", "week", "2021-11-07T00:00", "2021-11-14T00:00", "week"),
        ("2021-11-07T02:30Z", "minute", "2021-11-07T02:30", "2021-11-07T02:31", "minute"),
        ("2021-11-07T02:30:59Z", "hour", "2021-11-07T02:00", "2021-11-07T03:00", "hour"),
    ],
)
def test_a_date_is_the_interval_that_its_precision_says(
    text: str, precision: str, first: str, end: str, effective: str
) -> None:
    assert interval(text, precision) == (first, end, effective)


def test_a_date_is_never_finer_than_it_was_written_nor_than_the_report_says() -> None:
    assert interval("2021-11", "minute") == ("2021-11-01T00:00", "2021-12-01T00:00", "month")
    assert interval("2021-11-07T02:30Z", "day") == ("2021-11-07T00:00", "2021-11-08T00:00", "day")


def test_the_seventh_of_november_in_baghdad_begins_on_the_sixth_in_utc() -> None:
    assert interval("2021-11-07", "day", BAGHDAD) == ("2021-11-06T21:00", "2021-11-07T21:00", "day")


def test_an_offset_that_was_written_counts_before_the_zone_of_the_place() -> None:
    assert interval("2020-01-07T17:30-05:00", "minute", BAGHDAD)[0] == "2020-01-07T22:30"


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    first, end, _ = ReportedTime.read("2021-10-31").interval(TimePrecision.DAY, load_zone("Europe/Berlin"))
    assert end - first == timedelta(hours=25)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2021", "2021-12-31T23:59:59"),
        ("2021-11", "2021-11-30T23:59:59"),
        ("2021-11-07", "2021-11-07T23:59:59"),
        ("2021-11-07T07:42", "2021-11-07T07:42:00"),
        ("2021-11-07T23:43+05:30", "2021-11-07T18:13:00"),
        ("2021-11-28T13:59:43+00:00", "2021-11-28T13:59:43"),
        ("2021-11-28 13:59:43.25Z", "2021-11-28T13:59:43"),
    ],
)
def test_in_the_order_of_reports_a_bare_date_counts_to_its_last_second(text: str, at: str) -> None:
    assert f"{ReportedTime.read(text).at(UTC):%Y-%m-%dT%H:%M:%S}" == at


def test_the_year_9999_ends_with_the_calendar() -> None:
    first, end, _ = ReportedTime.read("9999-12-31").interval(TimePrecision.DAY, UTC)
    assert (first, end) == (datetime(9999, 12, 31, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    west = timezone(timedelta(hours=-6))
    assert ReportedTime.read("9999").interval(TimePrecision.YEAR, west)[1].year == 9999


@pytest.mark.parametrize(
    "text",
    ["", "7 November", "07/11/2021", "2021-13", "2021-02-30", "2021-11-07T25:00", "20211107", "2021-11-07+03:00",
     "2021-11-07T02:30+99:00", "2021-11-07T02:30+03:75", "0000", "２０２１", "2021-11-07T02:30" + "0" * 100],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotATime, match=r"must be a date|no day or hour"):
        ReportedTime.read(text)


def test_the_first_day_of_the_calendar_in_the_east_cannot_be_told_in_utc() -> None:
    with pytest.raises(NotATime, match="years 1 to 9999"):
        ReportedTime.read("0001-01-01").interval(TimePrecision.DAY, BAGHDAD)
