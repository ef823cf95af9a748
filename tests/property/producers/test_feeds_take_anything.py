"""Whatever stands in a line: a feed answers with an event or with what is wrong, and never fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.feeds import Bad, Feed, Line, Parsed
from producers.feeds.coded import parse_coded
from schemas.arrival import UNSTAMPED, in_report_time
from schemas.codec import encode, parse_event
from schemas.errors import MalformedRecord
from schemas.regions import ALL_REGIONS, region_of
from tests.builders import a_statement, an_attack
from timelines.sources import FEEDS

ROOT = Path(__file__).parents[3]
GOLD_ROWS = [
    json.loads(line) for file in sorted((ROOT / "gold").glob("*.jsonl")) for line in file.read_bytes().splitlines()
][::17]
EVENT_ROWS = [
    json.loads(encode(an_attack(killed="500 to 600", weapons="3 drone", by="ISIS", corrects="x"))),
    json.loads(encode(a_statement(stance=[("accuse", "ISIS"), "condemn"]))),
]
ROWS = {"coded": GOLD_ROWS, "events": EVENT_ROWS}
WORDS = ["2021-11-07", "2021-11-07T02:30+03:00", "9999", "attack", "minute", "week", "x" * 3_000, "", " ", "\x00", "#"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def rows_of(feed: Feed, raw: bytes) -> list[Parsed | Bad]:
    return list(feed.read([Line(1, raw)]))


def check(feed: Feed, raw: bytes) -> None:
    rows = rows_of(feed, raw)
    assert len(rows) == (1 if raw.strip() else 0)
    for row in rows:
        assert (row.number, row.raw) == (1, raw)
        if isinstance(row, Parsed):
            assert parse_event(encode(row.event)) == row.event
            assert region_of(row.event) in ALL_REGIONS
        else:
            assert row.field
            assert row.problem


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


@st.composite
def damaged_rows(draw: st.DrawFn, name: str) -> bytes:
    """A real row with one to three of its values replaced by anything."""
    row = json.loads(json.dumps(draw(st.sampled_from(ROWS[name]))))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(paths(row))))
        here = row
        for key in way:
            here = here[key]
        here[last] = draw(JSON)
    return json.dumps(row, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")


@pytest.mark.parametrize("name", list(FEEDS))
@given(raw=st.binary(max_size=300).filter(lambda raw: b"\n" not in raw))
def test_any_bytes_give_a_row_or_none(name: str, raw: bytes) -> None:
    check(FEEDS[name], raw)


@pytest.mark.parametrize("name", list(FEEDS))
@given(value=JSON)
def test_any_json_gives_a_row(name: str, value: Any) -> None:
    check(FEEDS[name], json.dumps(value).encode())


@pytest.mark.parametrize("name", list(ROWS))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_any_damage_to_a_real_row_gives_an_event_or_a_complaint(name: str, data: st.DataObject) -> None:
    check(FEEDS[name], data.draw(damaged_rows(name)))


@settings(deadline=None)
@given(
    row=st.sampled_from(GOLD_ROWS),
    incident=JSON,
    note=JSON,
    label=st.from_regex(r"gold_[a-z]{0,9}", fullmatch=True),
)
def test_no_label_changes_a_message(row: dict[str, Any], incident: Any, note: Any, label: str) -> None:
    relabelled = {**row, "gold_incident": incident, label: incident, "note": note}
    assert parse_coded(json.dumps(relabelled).encode()) == parse_coded(json.dumps(row).encode())


@given(field=st.from_regex(r"[^\W\d]\w{0,7}", fullmatch=True), value=JSON)
def test_what_a_feed_does_not_read_it_names(field: str, value: Any) -> None:
    row = {**GOLD_ROWS[0], f"x_{field}": value}
    try:
        _, unread = parse_coded(json.dumps(row).encode())
    except MalformedRecord as error:
        assert error.field == "line"  # the value itself cannot be JSON: a lone surrogate
    else:
        assert unread == (f"x_{field}",)


@given(times=st.lists(st.none() | st.datetimes(timezones=st.just(UNSTAMPED.tzinfo)), max_size=40))
def test_stamps_never_go_back_and_depend_on_nothing_but_the_sequence(times: list[Any]) -> None:
    found = list(in_report_time(times, lambda at: at))
    stamps = [at for _, at in found if at != UNSTAMPED]
    assert [item for item, _ in found] == times
    assert stamps == sorted(stamps)
    assert found == list(in_report_time(iter(times), lambda at: at))
    assert set(stamps) <= set(times)
