"""Lines and rejects: nothing of a source is lost or changed."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.feeds import Bad, Line
from producers.ledger import RowNumbers
from runtime.unpacking import Unreadable, check_start
from timelines import sources
from timelines.rejects import LongLine, Rejects, raw_of
from timelines.sources import Source


def begins_like_text(content: bytes) -> bool:
    try:
        check_start(content)
    except Unreadable:
        return False
    return not content.startswith(b"\x1f\x8b\x08")


@given(
    content=st.binary(max_size=200).filter(begins_like_text),
    is_packed=st.booleans(),
    chunk=st.integers(1, 64),
    longest=st.integers(0, 40),
)
def test_the_lines_of_a_source_join_to_the_source_however_it_is_read(
    content: bytes, is_packed: bool, chunk: int, longest: int
) -> None:
    stored = gzip.compress(content) if is_packed else content
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "_CHUNK_BYTES", chunk)
        patch.setattr(sources, "MAX_LINE_BYTES", longest)
        path = Path(folder) / "s"
        path.write_bytes(stored)
        found: list[bytes] = []
        with Source(str(path)) as source:
            for line in source.lines():
                if isinstance(line, Line):
                    assert len(line.raw) <= longest
                    found.append(line.raw)
                else:
                    with line.bytes_:
                        found.append(line.bytes_.read())
                    assert len(found[-1]) == line.size > longest
            assert source.whole
            assert source.bytes_read == len(stored)
    expected = content.split(b"\n")
    assert found == (expected if expected[-1] else expected[:-1])


@given(raws=st.lists(st.binary(max_size=80) | st.text(max_size=40).map(lambda t: t.encode(errors="surrogatepass"))))
def test_the_rejects_file_gives_back_any_bytes(raws: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r"
        path.touch()
        with Rejects(path, "s", keep=False, tell=lambda _: None) as rejects:
            for number, raw in enumerate(raws):
                if number % 2:
                    spilled = tempfile.TemporaryFile()  # noqa: SIM115 - `take` closes it
                    spilled.write(raw)
                    spilled.seek(0)
                    rejects.take(LongLine(number, len(raw), spilled))
                else:
                    rejects.take(Bad(number, "line", "is bad", raw))
        rows = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    assert [raw_of(row) for row in rows] == raws
    assert [row["line"] for row in rows] == list(range(len(raws)))


@given(numbers=st.lists(st.integers(1, 60)))
def test_row_numbers_read_back_are_the_same_set(numbers: list[int]) -> None:
    kept = RowNumbers(numbers)
    assert len(kept) == len(set(numbers))
    assert RowNumbers.read(str(kept), most=60) == kept
    assert {number for number in range(70) if number in kept} == set(numbers)
