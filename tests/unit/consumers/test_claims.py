"""Who says which number, side by side; who is said to have done it, by whom."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from consumers.claims import Voice, parties_of, topics_of, value_text
from tests.results import a_claim


def test_disputed_numbers_stand_side_by_side_with_their_speakers() -> None:
    disputed = [
        a_claim(value=10, speaker="Sabereen", state="disputed"),
        a_claim(value=2, speaker="a security source", via="Rudaw", state="disputed", reports=3),
        a_claim(value=2, speaker="AFP", state="disputed", at="11:00"),
    ]
    (topic,) = topics_of(disputed)
    assert topic.disputed
    assert [(side.value, side.reports) for side in topic.sides] == [("2", 4), ("10", 1)]
    (topic,) = topics_of([*disputed, a_claim(value=5, speaker="nobody disputes", qualifier="at least", reports=9)])
    assert [side.value for side in topic.sides] == ["2", "10", "at least 5"]
    assert topic.sides[0].voices == (Voice("a security source", "Rudaw"), Voice("AFP", None))


def test_a_number_that_one_source_raised_is_past_and_not_disputed() -> None:
    (topic,) = topics_of([a_claim(value=2, state="superseded"), a_claim(value=6, at="12:00")])
    assert not topic.disputed
    assert [side.value for side in topic.sides] == ["6"]
    assert [side.value for side in topic.past] == ["2"]


def test_numbers_come_before_means_and_an_undisputed_place_is_no_news() -> None:
    claims = [
        a_claim("means", "drone", qualifier="count 3"),
        a_claim("place", "Baghdad", qualifier="city"),
        a_claim("killed", 0),
        a_claim("occurrence", "doubtful", qualifier="doubts"),
    ]
    assert [topic.about for topic in topics_of(claims)] == ["occurrence", "killed", "means"]
    disputed = a_claim("place", "Mosul", qualifier="city", state="disputed")
    assert [topic.about for topic in topics_of([*claims, disputed])][-1] == "place"


@pytest.mark.parametrize(
    ("about", "value", "qualifier", "read"),
    [
        ("killed", 12_500, None, "12,500"),
        ("killed", 3, "at least", "at least 3"),
        ("participants", 550, "500 to 600", "550 (500 to 600)"),
        ("means", "drone", "count 3", "3 × drone"),
        ("means", "rocket", None, "rocket"),
        ("place", "Baghdad", "city", "Baghdad (city)"),
        ("time", "2020-01-08T01:45Z/2020-01-08T01:46Z", "minute", "8 January 2020 04:45"),
        ("time", "2020-01-07T21:00Z/2020-01-08T21:00Z", "day", "8 January 2020"),
        ("time", "2020-01-08T01:00Z/2020-01-08T02:00Z", "hour", "8 January 2020 04h"),
        ("time", "2020-01-05T21:00Z/2020-01-12T21:00Z", "week", "week of 6 January 2020"),
        ("time", "2019-12-31T21:00Z/2020-01-31T21:00Z", "month", "January 2020"),
        ("time", "2019-12-31T21:00Z/2020-12-31T21:00Z", "year", "2020"),
        ("time", "2019-12-31T21:00Z/2020-01-31T21:00Z", "season", "1 January 2020 to 1 February 2020"),
        ("time", "after the prayer", None, "after the prayer"),
        ("time", "2020-01-08T01:00/2020-01-08T02:00", "hour", "2020-01-08T01:00/2020-01-08T02:00"),
    ],
)
def test_values_are_read_as_people_write_them(about: str, value: int | str, qualifier: str | None, read: str) -> None:
    assert value_text(a_claim(about, value, qualifier=qualifier), ZoneInfo("Asia/Baghdad")) == read


def test_who_accuses_whom_and_who_denies() -> None:
    parties, staged = parties_of(
        [
            a_claim("attribution", "a militia", "the militia's foe", qualifier="accuse", at="09:00"),
            a_claim("attribution", "a militia", "a ministry", qualifier="accuse", at="10:00"),
            a_claim("attribution", "a militia", "a militia", qualifier="deny_responsibility", at="11:00"),
            a_claim("attribution", "a neighbour", "a neighbour", qualifier="deny_responsibility"),
            a_claim("attribution", "a neighbour", "the neighbour's friend", qualifier="deny_responsibility"),
            a_claim("attribution", "a party", "somebody", qualifier="accuse"),
            a_claim("attribution", "the attack", "a cleric", qualifier="alleges_false_flag"),
            a_claim("attribution", "a bystander", "nobody now", qualifier="accuse", state="withdrawn"),
        ]
    )
    # the party most spoken of first; the one of whom there is only a denial last
    assert [party.name for party in parties] == ["a militia", "a party", "a neighbour"]
    assert [(stance, [voice.speaker for voice in voices]) for stance, voices in parties[0].voices] == [
        ("accuse", ["the militia's foe", "a ministry"]),
        ("deny_responsibility", ["a militia"]),
    ]
    assert [voice.speaker for voice in staged] == ["a cleric"]


def test_a_time_is_utc_where_no_zone_is_told() -> None:
    claim = a_claim("time", "2020-01-08T01:45Z/2020-01-08T01:46Z", qualifier="minute")
    assert value_text(claim) == value_text(claim, UTC) == "8 January 2020 01:45"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Baghdad", "America/Bogota", "Asia/Tokyo"])
def test_a_whole_day_and_what_is_vaguer_read_the_same_in_a_zone_that_is_not_theirs(zone: str) -> None:
    # claims do not name their zone: "7 November" in Baghdad begins on the 6th in UTC, and February in January
    for value, precision, read in [
        ("2021-11-06T21:00Z/2021-11-07T21:00Z", "day", "7 November 2021"),
        ("2021-01-31T21:00Z/2021-02-28T21:00Z", "month", "February 2021"),
        ("2020-12-31T21:00Z/2021-12-31T21:00Z", "year", "2021"),
    ]:
        assert value_text(a_claim("time", value, qualifier=precision), ZoneInfo(zone)) == read


@pytest.mark.parametrize("value", ["9999-12-31T00:00Z/9999-12-31T00:01Z", "0001-01-01T00:01Z/0001-01-01T00:00Z"])
def test_the_first_and_the_last_day_of_the_calendar_are_read(value: str) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        assert value_text(a_claim("time", value, qualifier="day"), ZoneInfo(zone))
