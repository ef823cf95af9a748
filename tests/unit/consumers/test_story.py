"""Entries by day on the clock of the place, copies folded, the most telling kept."""

from __future__ import annotations

import pytest

from consumers.story import days_of, fold_copies, most_telling, speakers_of, zone_label, zone_of
from schemas.parts import Occurred
from schemas.timeline import Entry
from tests.builders import occurred_at
from tests.results import an_entry


def in_zone(name: str | None) -> Occurred:
    return occurred_at("10:00").model_copy(update={"timezone": name})


def laid_out(*entries: Entry, zone: str = "Asia/Baghdad") -> list[tuple[str, list[tuple[str, str]]]]:
    days = days_of([(entry, ()) for entry in entries], zone_of(in_zone(zone)))
    return [(day.label, [(line.clock, line.entry.event_id) for line in day.lines]) for day in days]


def test_a_day_is_that_of_the_place_and_the_clock_too() -> None:
    # 21:30 UTC on 6 November is half past midnight on the 7th in Baghdad
    assert laid_out(
        an_entry("a", at="2021-11-06T20:30Z"), an_entry("b", at="2021-11-06T21:30Z"),
    ) == [("Sat 6 November 2021", [("23:30", "a")]), ("Sun 7 November 2021", [("00:30", "b")])]  # fmt: skip


def test_a_whole_day_counts_in_its_own_zone_and_has_no_clock() -> None:
    washington = an_entry("us", at="2021-11-07T05:00Z", precision="day", zone="America/New_York")
    baghdad = an_entry("iq", at="2021-11-06T21:00Z", precision="day", zone="Asia/Baghdad")
    assert laid_out(baghdad, washington) == [("Sun 7 November 2021", [("", "iq"), ("", "us")])]


def test_each_day_stands_once_though_zones_differ() -> None:
    auckland = an_entry("nz", at="2021-11-06T11:00Z", precision="day", zone="Pacific/Auckland")  # the 7th there
    baghdad = an_entry("iq", at="2021-11-06T12:00Z")  # still the 6th in Baghdad
    later = an_entry("iq2", at="2021-11-07T12:00Z")
    assert laid_out(auckland, baghdad, later) == [
        ("Sat 6 November 2021", [("15:00", "iq")]),
        ("Sun 7 November 2021", [("", "nz"), ("15:00", "iq2")]),
    ]


def test_vaguer_times_stand_before_the_day_they_begin_on() -> None:
    days = laid_out(
        an_entry("year", at="2021-01-01T00:00Z", precision="year"),
        an_entry("month", at="2021-11-01T00:00Z", precision="month"),
        an_entry("week", at="2021-11-01T00:00Z", precision="week"),
        an_entry("day", at="2021-11-01T00:00Z", precision="day"),
        an_entry("hour", at="2021-11-01T05:00Z", precision="hour"),
        zone="UTC",
    )
    assert days == [
        ("2021", [("", "year")]),
        ("November 2021", [("", "month")]),
        ("week of 1 November 2021", [("", "week")]),
        ("Mon 1 November 2021", [("", "day"), ("05h", "hour")]),
    ]


def test_what_has_no_time_stands_under_the_day_of_its_report() -> None:
    assert laid_out(an_entry("a", at="2021-11-06T22:00Z", happened=None)) == [("Sun 7 November 2021", [("", "a")])]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Asia/Baghdad", "Asia/Baghdad"),
        ("+03:30", "UTC+03:30"),
        ("-0500", "UTC-05:00"),
        (None, "UTC"),
        ("Nowhere/Land", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("/etc/localtime", "UTC"),
        ("\x00", "UTC"),
        ("+99:99", "UTC"),
    ],
)
def test_a_zone_that_is_none_is_utc(name: str | None, label: str) -> None:
    assert zone_label(zone_of(in_zone(name))) == label


def test_the_first_and_last_hours_of_the_calendar_do_not_overflow() -> None:
    first = an_entry("first", at="0001-01-01T00:00Z")
    assert laid_out(first, zone="America/New_York") == [("Mon 1 January 1", [("00:00", "first")])]


def test_copies_are_folded_into_the_report_they_repeat() -> None:
    original = an_entry("a", publisher="AFP")
    copy = an_entry("b", publisher="Naharnet", copy_of="a", role="duplicate")
    copy_of_copy = an_entry("c", publisher="Digital Journal", copy_of="b", role="duplicate")
    orphan = an_entry("d", publisher="Elsewhere", copy_of="gone", role="duplicate")
    folded = fold_copies([original, copy, copy_of_copy, orphan])
    assert [(entry.event_id, copies) for entry, copies in folded] == [
        ("a", ("Naharnet", "Digital Journal")),
        ("d", ()),
    ]


def test_two_copies_of_each_other_are_both_seen() -> None:
    one = an_entry("a", copy_of="b", role="duplicate")
    other = an_entry("b", copy_of="a", role="duplicate")
    assert [entry.event_id for entry, _ in fold_copies([one, other])] == ["a", "b"]


def test_the_most_telling_are_kept_in_their_order_and_the_newest_with_them() -> None:
    entries = [
        (an_entry(f"e{number}", at=f"{10 + number}:00", significance=weight), ())
        for number, weight in enumerate([0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.0])
    ]
    kept = [entry.event_id for entry, _ in most_telling(entries, 4)]
    # a quarter, one, for the newest (e7); the rest by significance: e0, e2, e4
    assert kept == ["e0", "e2", "e4", "e7"]
    assert most_telling(entries, 0) == []
    assert most_telling(entries, 99) == entries


def test_a_body_speaks_where_no_speaker_is_named() -> None:
    assert speakers_of(an_entry(speaker="A minister", behalf="a ministry")) == ("A minister",)
    assert speakers_of(an_entry(behalf="a ministry")) == ("a ministry",)
    assert speakers_of(an_entry()) == ()
