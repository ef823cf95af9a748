"""Headers: written in one order, read by whoever, whatever stands in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import AnyMessage, decode
from schemas.example_files import examples
from schemas.headers import Headers, headers_of, read_headers


def a_message(ce_type: str, **fields: Any) -> AnyMessage:
    return decode(ce_type, json.dumps(fields).encode())


def an_attack() -> AnyMessage:
    return a_message(
        "incidents.event.v1",
        event_id="e1",
        kind="attack",
        recorded_at="2021-11-07T11:00:00+03:00",
        headline="Drones hit a house",
        location={"name": "Baghdad", "country": "IQ", "precision": "city"},
        source={"publisher": "A paper"},
    )


def an_update() -> AnyMessage:
    return a_message(
        "incidents.update.v1",
        incident_id="i1",
        revision=7,
        region="middle-east",
        recorded_at="2021-11-07T08:00:00Z",
        cause={"record_id": "e1", "partition": 3, "offset": 12},
        changes=[],
        changes_total=0,
        core_version="1",
    )


def an_entry() -> AnyMessage:
    return a_message(
        "incidents.entry.v1",
        event_id="e1",
        incident_id="i1",
        kind="attack",
        reported_at="2021-11-07T08:00:00Z",
        recorded_at="2021-11-07T08:00:00Z",
        headline="Drones hit a house",
        source={"publisher": "A paper"},
        role="core",
        significance=0.5,
        link={"score": 1.0},
    )


def test_an_event_says_what_it_is_when_and_of_which_region() -> None:
    assert headers_of(an_attack()) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e1"),
        ("ce_source", b"/incidents/event"),
        ("ce_type", b"incidents.event.v1"),
        ("ce_time", b"2021-11-07T08:00:00Z"),
        ("content-type", b"application/json"),
        ("ce_region", b"middle-east"),
    ]


def test_a_producer_may_name_the_feed_as_the_source() -> None:
    assert read_headers(headers_of(an_attack(), source="/feeds/acled")).source == "/feeds/acled"


def test_an_update_carries_the_kind_and_standing_of_its_incident_where_the_writer_knows_them() -> None:
    bare = read_headers(headers_of(an_update()))
    assert (bare.id, bare.revision, bare.region) == ("i1/7", 7, "middle-east")
    assert (bare.incidentkind, bare.standing) == (None, None)
    full = read_headers(headers_of(an_update(), incident_kind="attack", standing="contested"))
    assert (full.incidentkind, full.standing) == ("attack", "contested")


def test_what_the_writer_gives_wins_over_what_the_message_says() -> None:
    moment = datetime(2022, 1, 1, tzinfo=UTC)
    given = read_headers(headers_of(an_attack(), region="europe", recorded_at=moment))
    assert (given.region, given.time) == ("europe", moment)


def test_a_head_carries_its_own_kind_standing_and_revision_and_the_time_of_the_record_that_brought_it() -> None:
    (head,) = [one.message for one in examples() if one.name == "timeline-drone-attack"]
    assert head is not None
    read = read_headers(headers_of(head))
    assert (read.incidentkind, read.standing, read.revision) == ("attack", "contested", 12)
    assert read.time == datetime(2021, 11, 8, 19, 5, 20, tzinfo=UTC)
    brought = datetime(2021, 11, 21, tzinfo=UTC)
    assert read_headers(headers_of(head, recorded_at=brought)).time == brought


def test_two_entries_of_one_event_differ_in_id_by_incident_and_revision() -> None:
    assert read_headers(headers_of(an_entry(), revision=3)).id == "e1/i1/3"
    assert read_headers(headers_of(an_entry(), revision=4)).id == "e1/i1/4"


def test_an_entry_without_the_revision_that_brought_it_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^revision: "):
        headers_of(an_entry())


def test_what_is_written_is_read_back() -> None:
    assert read_headers(headers_of(an_entry(), revision=3, region="europe", standing="refuted")) == Headers(
        specversion="1.0",
        id="e1/i1/3",
        source="/incidents/entry",
        type="incidents.entry.v1",
        time=datetime(2021, 11, 7, 8, tzinfo=UTC),
        content_type="application/json",
        region="europe",
        standing="refuted",
        revision=3,
    )


def test_names_in_any_case_are_read_and_of_doubles_the_last() -> None:
    headers = read_headers([("CE_Type", b"a"), ("ce_type", b"b"), ("Content-Type", "text/plain")])
    assert (headers.type, headers.content_type) == ("b", "text/plain")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_type", b"\xff\xfe"),
        ("ce_type", None),
        ("ce_type", b"x" * 4_097),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2021-11-07T08:00:00"),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("ce_revision", b"-1"),
        ("ce_revision", b"1e3"),
        ("ce_revision", "٣".encode()),
        ("ce_revision", b"9" * 19),
        ("unknown", b"x"),
    ],
)
def test_what_cannot_be_read_counts_as_absent(name: str, value: bytes | None) -> None:
    assert read_headers([(name, value)]) == Headers()


def test_no_headers_at_all_are_headers_too() -> None:
    assert read_headers(None) == read_headers([]) == Headers()


_NAMES = st.sampled_from(
    ["ce_type", "ce_time", "ce_id", "CE_ID", "ce_revision", "content-type", "ce_region"]
) | st.text(max_size=8)


@given(st.lists(st.tuples(_NAMES, st.none() | st.binary(max_size=40) | st.text(max_size=40)), max_size=12))
def test_reading_never_fails(headers: list[tuple[str, bytes | str | None]]) -> None:
    found = read_headers(headers)
    assert found.revision is None or found.revision >= 0
    assert found.time is None or found.time.tzinfo is UTC
