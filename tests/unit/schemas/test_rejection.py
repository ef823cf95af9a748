"""The headers of a rejected record: why, where, and what it came with; always small enough to send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.rejection import (
    DROPPED,
    MAX_KEPT_BYTES,
    MAX_KEPT_HEADERS,
    PREFIX,
    REASON,
    Rejection,
    read_rejection,
    rejected_headers,
)

_WHY = Rejection(
    reason="must be one of: A, B", field="source.reliability", topic="incidents.events.v1", partition=3, offset=41
)


def test_the_reason_stands_beside_what_the_record_came_with() -> None:
    headers = rejected_headers([("ce_type", b"incidents.event.v1"), ("trace", None)], _WHY)
    assert headers[:2] == [("ce_type", b"incidents.event.v1"), ("trace", None)]
    assert dict(headers[2:]) == {
        PREFIX + "reason": b"must be one of: A, B",
        PREFIX + "field": b"source.reliability",
        PREFIX + "topic": b"incidents.events.v1",
        PREFIX + "partition": b"3",
        PREFIX + "offset": b"41",
    }
    assert read_rejection(headers) == _WHY


def test_a_record_rejected_twice_says_why_the_last_time() -> None:
    first = rejected_headers([("ce_id", b"e1")], Rejection("old", "old", "t", 0, 0, traceback="old"))
    again = rejected_headers(first, _WHY)
    assert [name for name, _ in again].count(REASON) == 1
    assert read_rejection(again) == _WHY
    assert again[0] == ("ce_id", b"e1")


def test_a_flood_of_headers_is_cut_and_counted() -> None:
    headers = rejected_headers([("n", b"v")] * 250, _WHY)
    assert [name for name, _ in headers].count("n") == MAX_KEPT_HEADERS
    assert dict(headers)[DROPPED] == b"150"


def test_one_huge_header_is_left_out_and_the_small_ones_behind_it_stay() -> None:
    headers = rejected_headers([("huge", b"v" * MAX_KEPT_BYTES), ("small", b"v")], _WHY)
    assert next(name for name, _ in headers) == "small"
    assert dict(headers)[DROPPED] == b"1"


def test_many_middling_headers_are_cut_by_their_weight() -> None:
    headers = rejected_headers([(f"h{n}", b"v" * 3_998) for n in range(10)], _WHY)  # 4,000 bytes each with its name
    assert [name for name, _ in headers if not name.startswith(PREFIX)] == [f"h{n}" for n in range(8)]
    assert dict(headers)[DROPPED] == b"2"


def test_a_reason_in_another_script_is_cut_by_bytes_between_characters() -> None:
    reason = dict(rejected_headers(None, Rejection("ب" * 1_999 + "x", "f", "t", 0, 0)))[REASON]
    assert reason == "ب".encode() * 1_000


def test_control_characters_of_a_hostile_field_are_escaped() -> None:
    headers = dict(rejected_headers(None, Rejection("\x1b[2Jgone", "a\x00b\ud800", "t", 0, 0)))
    assert headers[PREFIX + "reason"] == rb"\x1b[2Jgone"
    assert headers[PREFIX + "field"] == rb"a\x00b\ud800"


def test_of_a_long_traceback_the_end_is_kept() -> None:
    headers = rejected_headers(None, Rejection("r", "f", "t", 0, 0, traceback="x\n" * 9_000 + "ValueError: here"))
    kept = read_rejection(headers)
    assert kept is not None and kept.traceback is not None
    assert kept.traceback.endswith("x\nx\nValueError: here")
    assert len(kept.traceback) == 8_000


def test_records_that_nobody_rejected_have_no_rejection() -> None:
    assert read_rejection(None) is None
    assert read_rejection([("ce_type", b"incidents.event.v1")]) is None
    spoilt = [(n, b"many" if n.endswith("offset") else v) for n, v in rejected_headers(None, _WHY)]
    assert read_rejection(spoilt) is None


@given(
    st.lists(st.tuples(st.text(max_size=50), st.none() | st.binary(max_size=2_000) | st.text(max_size=200))),
    st.text(max_size=5_000),
    st.text(max_size=5_000),
)
def test_what_is_added_to_a_record_is_bounded(
    original: list[tuple[str, bytes | str | None]], reason: str, traceback: str
) -> None:
    headers = rejected_headers(original, Rejection(reason, reason, "t", 0, 2**62, traceback=traceback))
    assert sum(len(n.encode(errors="backslashreplace")) + len(v or b"") for n, v in headers) < 45_000
    assert read_rejection(headers) is not None
