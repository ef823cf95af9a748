"""A dumped log and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.router import RawRecord
from schemas.topics import EVENTS
from timelines.log_file import BadLogLine, Holes, first_line, log_line, read_log, without_holes

_RECORDS = st.builds(
    RawRecord,
    topic=st.just(EVENTS),
    partition=st.integers(0, 999),
    offset=st.integers(0, 2**62),
    key=st.none() | st.binary(max_size=20),
    value=st.none() | st.binary(max_size=50) | st.text(max_size=50).map(str.encode),
    headers=st.lists(st.tuples(st.text(max_size=9), st.none() | st.binary(max_size=9)), max_size=4).map(tuple),
    timestamp_ms=st.integers(0, 2**45),
)


def line_of(record: RawRecord) -> bytes:
    return log_line(record.partition, record.offset, record.timestamp_ms, record.key, record.value, record.headers)


@given(st.lists(_RECORDS, max_size=5))
def test_any_record_comes_back_as_it_was(records: list[RawRecord]) -> None:
    lines = [first_line(1_000), *map(line_of, records)]
    assert not any(b"\n" in line for line in lines)
    partitions, read = read_log(enumerate(lines, 1))
    assert partitions == 1_000
    assert list(read) == records


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"partition":-1,"offset":0,"timestamp_ms":0,"key":null,"value":null,"headers":[]}',
        b'{"partition":0,"offset":true,"timestamp_ms":0,"key":null,"value":null,"headers":[]}',
        b'{"partition":0,"offset":0,"timestamp_ms":0,"key":1,"value":null,"headers":[]}',
        b'{"partition":0,"offset":0,"timestamp_ms":0,"key_base64":"*","value":null,"headers":[]}',
        b'{"partition":0,"offset":0,"timestamp_ms":0,"key":null,"value":null,"headers":[1]}',
        b'{"partition":0,"offset":0,"timestamp_ms":0,"key":null,"value":null,"headers":[[1,"a"]]}',
        b'{"partition":2,"offset":0,"timestamp_ms":0,"key":null,"value":null,"headers":[]}',
        b"\xff",
    ],
)
def test_a_line_that_is_no_record_is_told_with_its_number(line: bytes) -> None:
    good = line_of(RawRecord(EVENTS, 0, 0, b"world", b"{}"))
    _, records = read_log([(1, first_line(2)), (2, good), (3, b" "), (4, line)])
    with pytest.raises(BadLogLine, match=r"^line 4 is no line of a dumped log .*timelines dump --log FILE"):
        list(records)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b""],
        [b"{}"],
        [b'{"topic":"incidents.updates.v1","partitions":6}'],
        [b'{"topic":"incidents.events.v1","partitions":0}'],
        [b'{"topic":"incidents.events.v1","partitions":"6"}'],
        [b'{"event_id":"e1"}'],
    ],
)
def test_a_file_that_is_no_dumped_log_is_told_at_once(lines: list[bytes]) -> None:
    with pytest.raises(BadLogLine, match=r"^line 1 is no line of a dumped log"):
        read_log(enumerate(lines, 1))


def records_at(*places: tuple[int, int]) -> list[RawRecord]:
    """places: partition and offset of each."""
    return [RawRecord(EVENTS, partition, offset, b"world", b"{}") for partition, offset in places]


def test_a_log_without_a_hole_comes_as_it_is_whichever_partitions_alternate_and_whatever_comes_twice() -> None:
    whole = records_at((0, 0), (2, 0), (0, 1), (0, 0), (0, 2), (2, 1))
    assert list(without_holes(whole)) == whole


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([(0, 0), (1, 0), (0, 2)], r"\[0\]: offset 1 was to come next and 2 came"),
        ([(0, 0), (1, 40)], r"\[1\]: offset 0 was to come next and 40 came"),
        ([(3, 0), (3, 1), (3, 0), (3, 3)], r"\[3\]: offset 2 was to come next and 3 came"),
    ],
)
def test_a_hole_is_told_behind_what_stands_before_it_with_what_mends_a_file(
    places: list[tuple[int, int]], said: str
) -> None:
    *before, behind = records_at(*places)
    read = without_holes([*before, behind])
    assert [next(read) for _ in before] == before
    with pytest.raises(BadLogLine, match=said) as told:
        next(read)
    assert "timelines dump --log FILE" in str(told.value)


def test_holes_are_named_wherever_they_are() -> None:
    holes = Holes()
    for partition, offset in [(0, 0), (0, 1), (0, 4), (1, 2), (1, 3)]:
        holes.see(partition, offset)
    for partition, end in [(0, 5), (1, 6), (2, 0), (3, 9)]:
        holes.end(partition, end)
    assert holes.told == [
        f"{EVENTS}[0]: offsets 2 to 3 are missing",
        f"{EVENTS}[1]: offsets 0 to 1 are missing",
        f"{EVENTS}[1]: offsets 4 to 5 are missing",
        f"{EVENTS}[3]: offsets 0 to 8 are missing",
    ]
    assert holes.count == 4


def test_of_many_holes_the_first_are_told_and_all_are_counted() -> None:
    holes = Holes()
    for offset in range(1, 2_001, 2):
        holes.see(0, offset)
    assert holes.count == 1_000
    assert len(holes.told) == 20
