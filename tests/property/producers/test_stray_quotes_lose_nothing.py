"""Wherever stray quotes stand in a table: each line is in one row that is given out or refused, as it stands there."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.feeds import Bad, Feed, Line, Parsed
from producers.feeds.acled import AcledFeed
from producers.feeds.ged import GedFeed
from tests.database_rows import ACLED, GED, table

NOTES = ["plain", "a, b; c\td", "two\nlines", 'said "no"', "end\n\n", 'he "said\nno', "\r\n", "é\rf"]
STRAY = [b'"', b'""', b'\\"', b',"', b'",', b"\n", b'"\n', b"\r", b"\xff", b"\t"]


@st.composite
def tables(draw: st.DrawFn, row: dict[str, str], text: str) -> tuple[str, list[bytes]]:
    """Separator and lines of a table of up to a dozen rows, with up to eight things put where they do not belong."""
    separator = draw(st.sampled_from(",;\t"))
    notes = draw(st.lists(st.sampled_from(NOTES), min_size=1, max_size=12))
    first = next(iter(row))
    rows = [{**row, first: f"{row[first]}{at}", text: note} for at, note in enumerate(notes)]
    header, *lines = [line.raw for line in table(*rows, separator=separator)]
    content = b"\n".join(lines)
    for stray in draw(st.lists(st.sampled_from(STRAY), max_size=8)):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + stray + content[at:]
    return separator, [header, *content.split(b"\n")]


def rows_in(raw: bytes, separator: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=separator, strict=True) if row]


@pytest.mark.parametrize(("feed", "row", "text"), [(AcledFeed(), ACLED, "notes"), (GedFeed(), GED, "source_headline")])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_every_line_is_in_exactly_one_row(feed: Feed, row: dict[str, str], text: str, data: st.DataObject) -> None:
    separator, raws = data.draw(tables(row, text))
    times = [0] * len(raws)
    for found in feed.read([Line(at, raw) for at, raw in enumerate(raws, 1)]):
        begins, ends = found.number - 1, found.number + found.raw.count(b"\n")
        assert found.raw == b"\n".join(raws[begins:ends])
        if isinstance(found, Parsed):
            cells = rows_in(found.raw, separator)
            assert len(cells) == 1 and len(cells[0]) >= len(row)
            assert not any(map(str.strip, cells[0][len(row) :]))  # empty cells behind the last column are read over
        for at in range(begins, ends):
            times[at] += 1
    assert times[0] == 0
    for raw, in_rows in zip(raws[1:], times[1:], strict=True):
        assert in_rows == 1 or (in_rows == 0 and not raw.strip())


@pytest.mark.parametrize(("feed", "row"), [(AcledFeed(), ACLED), (GedFeed(), GED)])
@settings(max_examples=100, deadline=None)
@given(quoted=st.lists(st.booleans(), min_size=1, max_size=30), where=st.integers(0, 10_000))
def test_a_row_without_a_stray_quote_is_read_whatever_stands_around_it(
    feed: Feed, row: dict[str, str], quoted: list[bool], where: int
) -> None:
    first = next(iter(row))
    header, *lines = [line.raw for line in table(*({**row, first: str(at)} for at in range(len(quoted))))]
    damaged = [
        raw[: where % len(raw)] + b'"' + raw[where % len(raw) :] if stray else raw
        for raw, stray in zip(lines, quoted, strict=True)
    ]
    rows = list(feed.read([Line(at, raw) for at, raw in enumerate([header, *damaged], 1)]))
    assert [isinstance(found, Bad) for found in rows] == quoted
