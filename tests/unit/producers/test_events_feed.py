"""Feed `events`: our own Event, line by line."""

from __future__ import annotations

import json

from producers.feeds import Bad, Line, Parsed
from producers.feeds.events import EventsFeed
from schemas.arrival import UNSTAMPED
from schemas.codec import MAX_RECORD_BYTES, encode
from tests.builders import an_attack


def row_of(raw: bytes) -> Parsed | Bad:
    (row,) = EventsFeed().read([Line(1, raw)])
    return row


def test_an_event_comes_back_as_it_was() -> None:
    event = an_attack(killed="at least 3", weapons="2 drone")
    row = row_of(encode(event))
    assert isinstance(row, Parsed)
    assert row.event == event


def test_an_event_without_recorded_at_waits_to_be_stamped() -> None:
    given = json.loads(encode(an_attack()))
    del given["recorded_at"]
    row = row_of(json.dumps(given).encode())
    assert isinstance(row, Parsed)
    assert row.event.recorded_at == UNSTAMPED


def test_a_field_that_is_not_ours_is_named() -> None:
    row = row_of(encode(an_attack())[:-1] + b',"gold_incident":"x"}')
    assert isinstance(row, Bad)
    assert row.field == "gold_incident"


def test_an_article_whose_letters_are_written_as_escapes_still_fits() -> None:
    event = an_attack(text="ش" * 300_000)
    escaped = json.dumps(json.loads(encode(event)), ensure_ascii=True).encode()
    assert len(escaped) > MAX_RECORD_BYTES
    row = row_of(escaped)
    assert isinstance(row, Parsed)
    assert row.event == event


def test_what_is_no_object_is_a_bad_line_with_its_bytes() -> None:
    for raw in (b"7", b"{", b"\xff"):
        row = row_of(raw)
        assert isinstance(row, Bad)
        assert (row.field, row.raw) == ("line", raw)


def test_a_blank_line_is_no_event_and_no_fault() -> None:
    raws = [b"", encode(an_attack()), b" \r"]
    rows = list(EventsFeed().read(Line(number, raw) for number, raw in enumerate(raws, 1)))
    assert [(type(row), row.number) for row in rows] == [(Parsed, 2)]
