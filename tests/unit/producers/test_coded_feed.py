"""Feed `coded`: what reaches the message, what never does, and what is said about a bad row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from producers.feeds import Bad, Line, Parsed
from producers.feeds.coded import CodedFeed, parse_coded
from schemas.codec import encode, parse_event
from schemas.errors import MalformedRecord
from schemas.event import AttackEvent, ProtestEvent, StatementEvent
from schemas.parts import Estimate
from schemas.vocabulary import SourceKind
from tests.builders import time_of

GOLD = Path(__file__).parents[3] / "gold"
BAGHDAD = {"name": "Baghdad", "country": "IQ", "lat": 33.3, "lon": 44.4, "precision": "city"}


def coded(kind: str = "attack", **fields: Any) -> bytes:
    return json.dumps({"id": "x-1", "kind": kind, "headline": "Something happened", **fields}).encode()


def event_of(kind: str = "attack", **fields: Any) -> Any:
    return parse_coded(coded(kind, **fields))[0]


def fault_of(raw: bytes) -> tuple[str, str]:
    with pytest.raises(MalformedRecord) as caught:
        parse_coded(raw)
    return caught.value.field, caught.value.problem


@pytest.mark.parametrize("name", ["kad", "sol", "kaz", "nga"])
def test_every_row_of_the_gold_sets_is_an_event(name: str) -> None:
    raws = (GOLD / f"{name}.jsonl").read_bytes().splitlines()
    rows = list(CodedFeed().read(Line(number, raw) for number, raw in enumerate(raws, 1)))
    assert [row for row in rows if isinstance(row, Bad)] == []
    assert [row.number for row in rows] == list(range(1, len(raws) + 1))
    for row, raw in zip(rows, raws, strict=True):
        assert isinstance(row, Parsed)
        given = json.loads(raw)
        event = row.event
        assert row.unread == ()
        assert (event.event_id, event.kind, event.headline) == (given["id"], given["kind"], given["headline"])
        assert parse_event(encode(event)) == event
        for field in ("killed", "injured", "participants", "arrested"):
            number = given["reported"][field]
            found = getattr(event, field, None)
            found = found.best if isinstance(found, Estimate) else found
            assert found == number or event.extra[f"reported_{field}"] == number


def test_labels_never_reach_a_message() -> None:
    for file in sorted(GOLD.glob("*.jsonl")):
        for raw in file.read_bytes().splitlines():
            given = json.loads(raw)
            without = {name: value for name, value in given.items() if not name.startswith("gold_") and name != "note"}
            assert len(without) < len(given)
            assert parse_coded(raw) == parse_coded(json.dumps(without).encode())


def test_a_label_is_dropped_even_inside_an_object_and_is_no_unread_field() -> None:
    place = {**BAGHDAD, "gold_place": "the label", "note": "the label"}
    event, unread = parse_coded(coded(place=place, gold_anything=["the label"], note="the label"))
    assert unread == ()
    assert b"the label" not in encode(event)


def test_the_sets_of_the_project_hold_541_rows() -> None:
    assert sum(len(file.read_bytes().splitlines()) for file in GOLD.glob("*.jsonl")) == 541


def test_a_report_may_say_very_little() -> None:
    event = event_of(text="All that is known.", published_at="2021-11-07")
    assert event.source.publisher == "unknown"
    assert event.published_at == time_of("2021-11-07T23:59:59Z")
    assert (event.location, event.occurred, event.actors) == (None, None, ())


def test_the_host_of_the_url_publishes_what_names_no_publisher() -> None:
    assert event_of(url="https://www.example.org/a").source.publisher == "example.org"
    assert event_of(url="http://[broken").source.publisher == "unknown"


def test_a_day_is_that_of_the_place() -> None:
    event = event_of(place=BAGHDAD, occurred_at="2021-11-07", occurred_precision="day")
    assert event.occurred.from_ == time_of("2021-11-06T21:00Z")
    assert event.occurred.until == time_of("2021-11-07T21:00Z")
    assert (event.occurred.precision, event.occurred.timezone) == ("day", "Asia/Baghdad")
    assert event.occurred.as_reported == "2021-11-07"


def test_a_statement_is_made_on_the_day_of_the_place_where_it_is_made() -> None:
    lagos = {"name": "Lagos", "country": "NG", "lat": 6.5, "lon": 3.4, "precision": "city"}
    event = event_of("statement", place=BAGHDAD, said_in=lagos, occurred_at="2021-11-07", occurred_precision="day")
    assert event.occurred.from_ == time_of("2021-11-06T23:00Z")
    assert (event.location.name, event.said_in.name) == ("Baghdad", "Lagos")


def test_a_day_of_no_place_is_that_of_utc() -> None:
    event = event_of(occurred_at="2021-11", occurred_precision="month")
    assert event.occurred.from_ == time_of("2021-11-01T00:00Z")
    assert event.occurred.timezone is None


@pytest.mark.parametrize(
    ("written", "at", "kept"),
    [
        ("2021-11-07", "2021-11-07T23:59:59Z", True),
        ("2021-11", "2021-11-30T23:59:59Z", True),
        ("2021-11-07T07:42", "2021-11-07T07:42Z", True),
        ("2021-11-07T04:04+03:00", "2021-11-07T01:04Z", False),
    ],
)
def test_what_was_written_of_the_publication_is_kept_where_the_time_is_our_reading(
    written: str, at: str, kept: bool
) -> None:
    event = event_of(published_at=written)
    assert event.published_at == time_of(at)
    assert event.extra.get("published_as_reported") == (written if kept else None)


def test_the_parts_of_one_article_are_one_report() -> None:
    parts = [event_of(url=f"https://example.org/a?page=1{fragment}").source for fragment in ("", "#1", "#2")]
    assert len({source.report_id for source in parts}) == 1
    assert [source.url[-2:] for source in parts] == ["=1", "#1", "#2"]
    assert event_of(url="https://example.org/b#1").source.report_id != parts[0].report_id
    assert event_of().source.report_id is None


@pytest.mark.parametrize("publisher", ["ACLED", "UCDP GED 23.1", "ACLED (2022)", "Mass Mobilization dataset v5"])
def test_a_row_of_a_database_is_a_report_of_its_own_whatever_release_it_is_of(publisher: str) -> None:
    source = event_of(publisher=publisher, url="https://example.org/all-rows").source
    assert (source.kind, source.report_id) == (SourceKind.DATASET, "x-1")
    paper = event_of(publisher=f"The {publisher} Post", url="https://example.org/all-rows").source
    assert paper.kind is None
    assert paper.report_id not in (None, "x-1")


def test_a_statement_has_its_stance_its_principal_and_the_numbers_it_gives() -> None:
    event = event_of(
        "statement",
        stance="accuse",
        stance_target="the militia",
        on_behalf_of="the ministry",
        reported={"killed": 3, "injured": None, "participants": 200, "arrested": 4},
    )
    assert isinstance(event, StatementEvent)
    assert [(taken.stance, taken.target) for taken in event.stances] == [("accuse", "the militia")]
    assert event.on_behalf_of == "the ministry"
    assert (event.killed, event.injured) == (Estimate(best=3), None)
    assert (event.participants, event.arrested) == (Estimate(best=200), 4)


def test_a_number_that_an_attack_has_no_field_for_is_not_lost() -> None:
    event = event_of(reported={"participants": 300, "killed": 0})
    assert isinstance(event, AttackEvent)
    assert event.extra["reported_participants"] == 300
    assert event.killed == Estimate(best=0)


def test_a_protest_has_its_participants() -> None:
    event = event_of("protest", reported={"participants": 300, "arrested": 2}, weapons=[{"type": "stones"}])
    assert isinstance(event, ProtestEvent)
    assert (event.participants, event.arrested, event.weapons[0].type) == (Estimate(best=300), 2, "stones")


def test_what_belongs_to_statements_is_kept_out_of_the_way_in_another_kind() -> None:
    event = event_of("attack", stance="condemn", on_behalf_of="somebody", said_in=BAGHDAD)
    assert event.extra == {"stance": "condemn", "on_behalf_of": "somebody", "said_in": "Baghdad"}


def test_people_keep_their_roles() -> None:
    event = event_of(
        actors=[{"name": "ISIS", "role": "alleged_perpetrator", "country": None, "sector": "rebel"}],
        targets=[{"name": "a judge", "role": "victim", "country": "IQ", "sector": None}],
    )
    assert [(actor.name, actor.role, actor.sector) for actor in event.actors] == [
        ("ISIS", "alleged_perpetrator", "rebel")
    ]
    assert [(target.role, target.country) for target in event.targets] == [("victim", "IQ")]


def test_a_language_tag_that_nobody_can_read_is_kept_beside_the_event() -> None:
    event = event_of(lang="English (UK)")
    assert event.language is None
    assert event.extra["lang_as_reported"] == "English (UK)"
    assert event_of(lang="pcm").language == "pcm"


def test_an_unknown_field_is_passed_over_and_named() -> None:
    event, unread = parse_coded(coded(colour="red", place={**BAGHDAD, "street": "x"}, actors=[]))
    assert set(unread) == {"colour", "place.street"}
    assert event.location is not None


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"kind": "rumour"}, "kind", "must be one of attack, statement, protest"),
        ({"kind": None}, "kind", "is missing"),
        ({"id": None}, "id", "is missing"),
        ({"id": "two words"}, "id", "blanks"),
        ({"headline": None}, "headline", "is missing"),
        ({"kind": "statement", "stance": "shrugs"}, "stance", "must be one of condemn, deny_responsibility"),
        ({"actors": [{"name": "X", "role": "boss"}]}, "actors.0.role", "must be one of perpetrator"),
        ({"actors": "X"}, "actors", "must be a list"),
        ({"targets": [7]}, "targets.0", "must be an object"),
        ({"place": {"name": "X", "lat": 95, "lon": 1}}, "place.lat", "less than or equal to 90"),
        ({"place": {"name": "X", "lat": 9}}, "place.lon", "both or neither"),
        ({"place": {"name": "X", "country": "Iraq"}}, "place.country", "alpha-2"),
        ({"place": "Baghdad"}, "place", "must be an object"),
        ({"reported": {"killed": "3"}}, "reported.killed", "whole number"),
        ({"reported": {"killed": -3}}, "reported.killed", "greater than or equal to 0"),
        ({"reported": {"arrested": -3}}, "reported.arrested", "greater than or equal to 0"),
        ({"reported": {"participants": "many"}}, "reported.participants", "whole number"),
        ({"occurred_at": "last week"}, "occurred_at", "ISO 8601"),
        ({"occurred_at": 1636243200}, "occurred_at", "must be text"),
        ({"occurred_at": "2021", "occurred_precision": "decade"}, "occurred_precision", "must be one of minute"),
        ({"published_at": "2021-02-30"}, "published_at", "no day or hour of the calendar"),
        ({"url": 7}, "url", "must be text"),
        ({"weapons": [{"count": 2}]}, "weapons.0.type", "is missing"),
    ],
)
def test_a_bad_row_is_told_by_the_name_of_its_own_field_with_the_remedy(
    fields: dict[str, Any], field: str, problem: str
) -> None:
    found_field, found_problem = fault_of(coded(**fields))
    assert found_field == field
    assert problem in found_problem


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[1]", b"7", b'{"id": "\\ud800"}', b'{"x": NaN}', b"[" * 9_999])
def test_what_is_no_json_object_is_a_bad_line(raw: bytes) -> None:
    field, problem = fault_of(raw)
    assert field == "line"
    assert "JSON" in problem


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert parse_coded(b"\xef\xbb\xbf" + coded() + b"\r")[0].event_id == "x-1"


def test_blank_lines_give_no_row_and_numbers_stay_those_of_the_lines() -> None:
    lines = [Line(1, b""), Line(2, coded()), Line(3, b" \r"), Line(4, b"{")]
    assert [(type(row), row.number) for row in CodedFeed().read(lines)] == [(Parsed, 2), (Bad, 4)]


def test_a_bad_row_keeps_its_bytes() -> None:
    (row,) = CodedFeed().read([Line(1, b"\xff{")])
    assert row.raw == b"\xff{"
