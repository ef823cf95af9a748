"""A source in another format than was said: it is told which."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from producers.feeds import Bad, Line, Parsed
from schemas.codec import encode
from tests.builders import an_attack
from tests.database_rows import ACLED, GED, table
from tests.machine_rows import GDELT, ICEWS, POLECAT, gdelt_line
from timelines.log_file import first_line
from timelines.recognising import other_format
from timelines.sources import FEEDS, Source, read_rows

CODED = (Path(__file__).parents[3] / "gold" / "kad.jsonl").read_bytes().splitlines()


def header(row: dict[str, str], separator: str) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="").writerow(row)
    return written.getvalue().encode()


STARTS = {
    "coded": CODED[0],
    "events": encode(an_attack("10:00")),
    "acled": header(ACLED, ","),
    "ged": header(GED, ","),
    "gdelt": gdelt_line(GDELT).raw,
    "icews": header(ICEWS, "\t"),
    "polecat": header(POLECAT, "\t"),
}


@pytest.mark.parametrize("said", [*FEEDS, None])
@pytest.mark.parametrize("meant", FEEDS)
def test_what_every_feed_begins_with_is_known_to_it_alone(meant: str, said: str | None) -> None:
    told = other_format(Line(1, STARTS[meant]), FEEDS[said] if said else None, FEEDS)
    assert told == (None if said == meant else f"it begins as files of --feed {meant} do")


@pytest.mark.parametrize("said", FEEDS)
def test_a_dumped_log_is_known(said: str) -> None:
    told = other_format(Line(1, first_line(6)), FEEDS[said], FEEDS)
    assert told is not None
    assert "--feed log" in told


@pytest.mark.parametrize(
    "line", [b"{}", b"[1]", b"a,b,c", b"a\tb", b"# Title", b"\xff\xfe", b'{"incident_id": "i", "event_id": "e"}']
)
@pytest.mark.parametrize("said", [*FEEDS, None])
def test_of_what_is_none_of_them_nothing_is_said(said: str | None, line: bytes) -> None:
    assert other_format(Line(1, line), FEEDS[said] if said else None, FEEDS) is None


def test_the_first_bad_row_says_it_once(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"\n".join([b" ", *(line.raw for line in table(ACLED, ACLED))]))
    with Source(str(tmp_path / "s")) as source:
        rows = list(read_rows(source, FEEDS["coded"]))
    problems = [row.problem for row in rows if isinstance(row, Bad)]
    assert len(problems) == len(rows) == 3
    assert [problem.endswith("But it begins as files of --feed acled do") for problem in problems] == [
        True,
        False,
        False,
    ]


def test_nothing_is_said_where_the_feed_is_right_or_once_a_row_was_good(tmp_path: Path) -> None:
    for lines in ([CODED[0].replace(b'"kind"', b'"kid"'), CODED[1]], [CODED[1], header(ACLED, ",")]):
        (tmp_path / "s").write_bytes(b"\n".join(lines))
        with Source(str(tmp_path / "s")) as source:
            rows = list(read_rows(source, FEEDS["coded"]))
        assert {type(row) for row in rows} == {Bad, Parsed}
        assert not any("--feed" in row.problem for row in rows if isinstance(row, Bad))
