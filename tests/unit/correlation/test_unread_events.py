"""Restored events wait until somebody asks for them."""

from __future__ import annotations

import json

import pytest

from processors.correlation.unread import EventTable, Unread


def a_record(**more: object) -> bytes:
    fields = {"v": 1, "event_id": "e1", "seq": 7, "incident_id": "inc-1", "headline": "fire", **more}
    return json.dumps(fields, separators=(",", ":")).encode()


def never(raw: bytes) -> object:
    raise AssertionError(f"{raw!r} was read though nobody asked")


def test_what_the_tables_go_by_is_known_without_reading_the_record() -> None:
    unread = Unread.of(a_record(), never)
    assert unread is not None
    assert (unread.event_id, unread.seq, unread.incident_id) == ("e1", 7, "inc-1")


def test_both_tables_read_a_record_once_and_hold_one_event() -> None:
    read: list[bytes] = []

    def reading(raw: bytes) -> object:
        read.append(raw)
        return object()

    unread = Unread.of(a_record(), reading)
    assert unread is not None
    by_id, by_seq = EventTable[str](), EventTable[int]()
    by_id.put_unread("e1", unread)
    by_seq.put_unread(7, unread)
    assert "e1" in by_id and not read
    assert by_id.get("e1") is by_seq[7] is by_id["e1"]
    assert read == [a_record()]
    assert by_id.get("e2") is None
    with pytest.raises(KeyError):
        by_seq[8]


@pytest.mark.parametrize(
    "raw",
    [
        a_record(copy_of="e0"),
        a_record(background=["inc-2"]),
        a_record(v=2),
        a_record(event_id='a "quoted" id'),
        a_record()[:-3],
        b'{"seq":7,"v":1}',
    ],
)
def test_a_record_that_says_more_to_the_tables_or_is_not_as_written_here_is_read_at_once(raw: bytes) -> None:
    assert Unread.of(raw, never) is None


def test_a_headline_that_looks_like_a_field_does_not_make_it_one() -> None:
    assert Unread.of(a_record(headline='x,"copy_of":"e0"'), never) is not None
