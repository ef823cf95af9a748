"""Rows of a table that stand on several lines: none is lost, whatever is wrong with one of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from producers.feeds import Bad, Line, Parsed
from producers.feeds.acled import AcledFeed
from tests.database_rows import ACLED, table
from timelines.rejects import Rejects, raw_of

NOTES = "The first day.\nThe second day.\n\nThe third day."


def test_a_row_of_several_lines_has_the_bytes_of_all_of_them() -> None:
    header, *lines = table({**ACLED, "notes": NOTES})
    (row,) = AcledFeed().read([header, *lines])
    assert isinstance(row, Parsed)
    assert row.raw == b"\n".join(line.raw for line in lines)


@pytest.mark.parametrize(
    ("changed", "damage"),
    [
        ({"latitude": "999"}, (b"", b"")),
        ({}, (b"Tell Example", b"T\xeall Example")),
    ],
)
def test_a_rejected_row_of_several_lines_is_mended_in_the_rejects_file_and_sent_again(
    changed: dict[str, str], damage: tuple[bytes, bytes], tmp_path: Path
) -> None:
    header, *lines = table({**ACLED, "notes": NOTES})
    (whole,) = AcledFeed().read([header, *lines])
    given = table({**ACLED, "notes": NOTES, **changed})[1:]
    with Rejects(tmp_path / "rejects", "s.csv", keep=False, tell=lambda _: None) as rejects:
        for row in AcledFeed().read([header, *(Line(line.number, line.raw.replace(*damage)) for line in given)]):
            assert isinstance(row, Bad)
            rejects.take(row)
    (kept,) = [json.loads(line) for line in (tmp_path / "rejects").read_bytes().splitlines()]
    mended = raw_of(kept).replace(b"999", b"35.6").replace(*reversed(damage))
    (again,) = AcledFeed().read([header, *(Line(at, raw) for at, raw in enumerate(mended.split(b"\n"), 2))])
    assert again == whole
