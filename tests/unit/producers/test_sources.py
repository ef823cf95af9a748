"""Sources and rejects: what `produce` and `replay` read alike."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from producers.feeds import MAX_LINE_BYTES, Bad, Line, Parsed
from schemas.codec import MAX_RECORD_BYTES
from tests.database_rows import ACLED, table
from timelines import sources
from timelines.rejects import TOLD_ONE_BY_ONE, LongLine, Rejects, RejectsError, raw_of
from timelines.sources import FEEDS, Source, SourceChanged, SourceError, Stopped, past_events, read_rows, rejects_path

GOOD = b'{"id": "%s", "kind": "attack", "headline": "h", "published_at": "2021-11-07"}'
LONG = b"x" * (MAX_LINE_BYTES + 1)


def a_file(folder: Path, *lines: bytes, name: str = "s.jsonl", end: bytes = b"\n") -> str:
    path = folder / name
    path.write_bytes(b"\n".join(lines) + (end if lines else b""))
    return str(path)


def lines_of(source: str) -> list[bytes | int]:
    """Bytes of lines, and the sizes of those that are too long."""
    with Source(source) as opened:
        found = list(opened.lines())
        assert (
            [line.number for line in found] == list(range(1, len(found) + 1)) == list(range(1, opened.lines_read + 1))
        )
        for line in found:
            if isinstance(line, LongLine):
                line.bytes_.close()
        return [line.raw if isinstance(line, Line) else line.size for line in found]


@pytest.mark.parametrize("end", [b"\n", b""])
def test_lines_come_without_their_feed_whether_the_last_has_one_or_not(tmp_path: Path, end: bytes) -> None:
    assert lines_of(a_file(tmp_path, b"a", b"", b"c\r", end=end)) == [b"a", b"", b"c\r"]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert lines_of(a_file(tmp_path)) == []


def test_a_line_at_the_bound_is_a_line_and_one_above_it_is_not_held_in_memory(tmp_path: Path) -> None:
    source = a_file(tmp_path, b"a", LONG, LONG[:-1], b"b", LONG, end=b"")
    assert lines_of(source) == [b"a", len(LONG), LONG[:-1], b"b", len(LONG)]


def test_a_long_line_is_a_bad_row_in_its_place_and_its_bytes_come_back(tmp_path: Path) -> None:
    source = a_file(tmp_path, GOOD % b"1", LONG, GOOD % b"2", LONG + b"\xff", LONG)
    told: list[str] = []
    path = tmp_path / "rejects"
    with Source(source) as opened, Rejects(path, "s.jsonl", keep=False, tell=told.append) as rejects:
        rows = list(read_rows(opened, FEEDS["coded"]))
        for row in rows:
            if not isinstance(row, Parsed):
                rejects.take(row)
    assert [(type(row), row.number) for row in rows] == [
        (Parsed, 1),
        (LongLine, 2),
        (Parsed, 3),
        (LongLine, 4),
        (LongLine, 5),
    ]
    assert "line 2: line: is 8,388,609 bytes long" in told[0]
    assert [raw_of(json.loads(line)) for line in path.read_bytes().splitlines()] == [LONG, LONG + b"\xff", LONG]


def test_an_event_that_no_topic_takes_is_a_bad_row(tmp_path: Path) -> None:
    headroom = MAX_RECORD_BYTES - 300
    fits = GOOD[:-1] % b"1" + b', "text": "' + "ش".encode() * (headroom // 2) + b'"}'
    large = GOOD[:-1] % b"2" + b', "text": "' + "ش".encode() * (MAX_RECORD_BYTES // 2) + b'"}'
    with Source(a_file(tmp_path, fits, large)) as opened:
        rows = list(read_rows(opened, FEEDS["coded"]))
    assert [type(row) for row in rows] == [Parsed, Bad]
    assert isinstance(rows[1], Bad)
    assert "shorten the text" in rows[1].problem


def test_so_is_a_row_of_which_json_makes_six_times_as_much(tmp_path: Path) -> None:
    """`produce` ended with a traceback, each time that it was started again."""
    rows = table({**ACLED, "notes": "\x01" * 200_000}, {**ACLED, "event_id_cnty": "SYR2"})
    with Source(a_file(tmp_path, *(line.raw for line in rows))) as opened:
        assert [type(row) for row in read_rows(opened, FEEDS["acled"])] == [Bad, Parsed]


def test_the_digest_is_that_of_the_lines_given_out(tmp_path: Path) -> None:
    first, same, other = (
        Source(a_file(tmp_path, *lines, name=name))
        for name, lines in (("1", (b"a", b"b")), ("2", (b"a", b"b", b"c")), ("3", (b"ab", b"")))
    )
    with first, same, other:
        list(first.lines())
        lines = same.lines()
        next(lines), next(lines)
        list(other.lines())
        assert first.digest() == same.digest() != other.digest()
        assert (first.whole, same.whole) == (True, False)


def test_a_source_that_has_grown_is_still_the_source_of_the_interrupted_run(tmp_path: Path) -> None:
    with Source(a_file(tmp_path, b"a", b"b")) as before:
        list(before.lines())
    with Source(a_file(tmp_path, b"a", b"b", b"c")) as now:
        now.expect(2, before.digest())
        lines = now.lines()
        next(lines)
        assert now.is_unverified
        next(lines)
        assert not now.is_unverified
        assert len(list(lines)) == 1


@pytest.mark.parametrize(
    ("lines", "said"), [((b"a", b"X", b"c"), "its first 2 lines differ"), ((b"a",), "has 1 lines")]
)
def test_another_source_is_told_apart_before_more_is_read(tmp_path: Path, lines: tuple[bytes, ...], said: str) -> None:
    with Source(a_file(tmp_path, b"a", b"b")) as before:
        list(before.lines())
    given: list[object] = []
    with Source(a_file(tmp_path, *lines)) as now, pytest.raises(SourceChanged, match=said):
        now.expect(2, before.digest())
        given.extend(now.lines())  # what came before the fault stays
    assert len(given) == 1


@pytest.mark.parametrize("name", ["not there", "."])
def test_a_source_that_cannot_be_read_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"SOURCE: .* name a file"):
        Source(str(tmp_path / name))


def test_reading_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with Source(a_file(tmp_path, b"a"), stopped=lambda: True) as source, pytest.raises(Stopped):
        list(source.lines())


def test_the_rejects_hold_every_bad_line_exactly(tmp_path: Path) -> None:
    raws = [b"{", b"\xff\xfe\x00", "ش \x1b[31m \u2028".encode(), b'"\\ud800"', b"\r", b""]
    path = tmp_path / "r.jsonl"
    with Rejects(path, "s", keep=False, tell=lambda _: None) as rejects:
        for number, raw in enumerate(raws, start=1):
            rejects.take(Bad(number, "line", "is no JSON", raw))
    rows = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    assert [raw_of(row) for row in rows] == raws
    assert rows[1] == {
        "line": 2,
        "field": "line",
        "problem": "is no JSON",
        "raw_base64": base64.b64encode(raws[1]).decode(),
    }
    assert rows[0]["raw"] == "{"


def test_a_bad_line_is_told_by_source_number_field_and_remedy_without_acting_on_the_terminal(tmp_path: Path) -> None:
    told: list[str] = []
    with Rejects(tmp_path / "r", "s.jsonl", keep=False, tell=told.append) as rejects:
        rejects.take(Bad(17, "place.lat", "must be \x1b[2J less", b""))
    assert told == ["s.jsonl, line 17: place.lat: must be ␛[2J less"]


def test_a_thousand_bad_lines_do_not_fill_the_terminal(tmp_path: Path) -> None:
    told: list[str] = []
    with Rejects(tmp_path / "r", "s", keep=False, tell=told.append) as rejects:
        for number in range(1_000):
            rejects.take(Bad(number, "line", "is bad", b""))
    assert len(told) == TOLD_ONE_BY_ONE + 1
    assert rejects.count == 1_000
    assert len((tmp_path / "r").read_bytes().splitlines()) == 1_000


def test_without_bad_lines_there_is_no_rejects_file(tmp_path: Path) -> None:
    with Rejects(tmp_path / "r", "s", keep=False, tell=print):
        pass
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(("keep", "lines"), [(False, 1), (True, 2)])
def test_a_new_run_replaces_the_rejects_of_the_last_and_a_resumed_one_adds(
    tmp_path: Path, keep: bool, lines: int
) -> None:
    for kept in (False, keep):
        with Rejects(tmp_path / "r", "s", keep=kept, tell=lambda _: None) as rejects:
            rejects.take(Bad(1, "line", "is bad", b"x"))
    assert len((tmp_path / "r").read_bytes().splitlines()) == lines


def test_a_bad_line_that_cannot_be_kept_stops_the_run(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "no folder" / "r", "s", keep=False, tell=print)
    with pytest.raises(RejectsError, match="--rejects"):
        rejects.take(Bad(1, "line", "is bad", b"x"))
    assert rejects.count == 0


def test_rejects_stand_in_the_working_folder_and_never_replace_the_source(tmp_path: Path) -> None:
    with Source(a_file(tmp_path, b"a")) as source:
        assert rejects_path(source, None) == Path("s.jsonl.rejects.jsonl")
        assert rejects_path(source, tmp_path / "r") == tmp_path / "r"
        with pytest.raises(SourceError, match="is the source itself"):
            rejects_path(source, tmp_path / ".." / tmp_path.name / "s.jsonl")


def test_a_replay_reads_past_events_in_file_order_stamped_and_keeps_the_bad_lines(tmp_path: Path) -> None:
    source = a_file(tmp_path, GOOD % b"1", b"{", (GOOD % b"2").replace(b"11-07", b"11-05"))
    with Source(source) as opened, Rejects(tmp_path / "r", "s", keep=False, tell=lambda _: None) as rejects:
        events = list(past_events(opened, FEEDS["coded"], rejects))
    assert [(event.event_id, f"{event.recorded_at:%m-%d}") for event in events] == [("1", "11-07"), ("2", "11-07")]
    assert rejects.count == 1


@pytest.mark.parametrize("longest", [1, 100])
def test_a_run_that_is_stopped_in_the_middle_of_a_line_goes_on_from_the_lines_before(
    longest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_CHUNK_BYTES", 9)
    monkeypatch.setattr(sources, "MAX_LINE_BYTES", longest)
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1

    source = a_file(tmp_path, b"one", b"two", b"three")
    with Source(source, stopped=stopped) as before, pytest.raises(Stopped):
        for line in before.lines():
            drop(line)
    assert before.lines_read == 2
    with Source(source) as now:
        now.expect(2, before.digest())
        for line in now.lines():
            drop(line)
        assert (now.lines_read, now.is_unverified) == (3, False)


def drop(line: Line | LongLine) -> None:
    if isinstance(line, LongLine):
        line.bytes_.close()
