"""A dumped log and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.router import RawRecord
from schemas.topics import EVENTS
from timelines.log_file import BadLogLine, log_line, read_log

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
    lines = [line_of(record) for record in records]
    assert not any(b"\n" in line for line in lines)
    assert list(read_log(enumerate(lines, 1))) == records


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
        b"\xff",
    ],
)
def test_a_line_that_is_no_record_is_told_with_its_number(line: bytes) -> None:
    good = line_of(RawRecord(EVENTS, 0, 0, b"world", b"{}"))
    with pytest.raises(BadLogLine, match=r"^line 3 is no record of a dumped log .*timelines dump --log FILE"):
        list(read_log([(1, good), (2, b" "), (3, line)]))
