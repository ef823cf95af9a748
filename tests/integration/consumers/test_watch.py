"""The watcher against a broker: what it reads, what it filters, how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from typing import IO

import pytest
from click.testing import Result
from typer.testing import CliRunner

from consumers import watch as watch_module
from consumers.reader import CannotRead, SinkReader, Wanted
from consumers.watch import Watch, follow_as_json, follow_as_lines, read_board
from runtime.settings import Settings
from schemas.timeline import Merged
from schemas.topics import TIMELINES
from tests.results import Sink, a_head, an_entry, an_update, entry_added, opened
from timelines.cli import app

pytestmark = pytest.mark.broker

PATIENCE_S = 40.0
ROOT = Path(__file__).parents[3]


@pytest.fixture
def sink(settings: Settings) -> Sink:
    return Sink(settings)


def read_all(reader: SinkReader) -> list[tuple[str, int | None, bool]]:
    """Key, revision and whether the value was handed on, of everything up to the end."""
    found = []
    deadline = time.monotonic() + PATIENCE_S
    while not reader.caught_up:
        assert time.monotonic() < deadline, "the end of the topics was not reached"
        found += [(record.key, record.headers.revision, record.value is not None) for record in reader.poll(0.1)]
    return found


Follow = Callable[[Watch, Callable[[str], None], Callable[[], bool]], None]


def told(watch: Watch, follow: Follow, least: int) -> list[str]:
    """The lines that following gives, stopped once there are so many."""
    lines: list[str] = []
    deadline = time.monotonic() + PATIENCE_S

    def stop() -> bool:
        assert time.monotonic() < deadline, f"only {lines} came"
        return len(lines) >= least

    follow(watch, lines.append, stop)
    return lines


def test_of_an_incidents_heads_the_highest_revision_is_what_is_held(settings: Settings, sink: Sink) -> None:
    for revision in range(1, 30):
        sink.heads(a_head("inc-1", revision=revision, title=f"as of {revision}"))
    sink.heads(a_head("inc-2", title="another"), partition=3)
    sink.heads(a_head("inc-1", revision=7, title="written again"))
    board, unreadable = read_board(Watch(settings, Wanted()))
    assert {row.incident_id: row.title for row in board.rows()} == {"inc-1": "as of 29", "inc-2": "another"}
    assert unreadable == 0


def test_values_that_are_not_wanted_are_not_even_looked_at(settings: Settings, sink: Sink) -> None:
    sink.heads(a_head("inc-1", kind="attack", region="europe"))
    headers = [("ce_incidentkind", b"protest"), ("ce_region", b"europe"), ("ce_revision", b"1")]
    sink.raw(TIMELINES, "inc-2", b"\xff this cannot be decoded", headers)
    with SinkReader(settings, [TIMELINES], Wanted(kind="attack")) as reader:
        assert sorted(read_all(reader)) == [("inc-1", 1, True), ("inc-2", 1, False)]
    board, unreadable = read_board(Watch(settings, Wanted(kind="attack")))
    assert (len(board), unreadable) == (1, 0)
    board, unreadable = read_board(Watch(settings, Wanted(kind="protest")))
    assert (len(board), unreadable) == (0, 1)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), {"inc-a", "inc-b", "inc-c"}),
        (Wanted(region="europe"), {"inc-a", "inc-c"}),
        (Wanted(kind="protest"), {"inc-b", "inc-c"}),
        (Wanted(standing="contested"), {"inc-b"}),
        (Wanted(region="europe", kind="protest"), {"inc-c"}),
    ],
)
def test_filters_are_answered_by_headers(settings: Settings, sink: Sink, wanted: Wanted, names: set[str]) -> None:
    sink.heads(a_head("inc-a", region="europe"))
    sink.heads(a_head("inc-b", region="middle-east", kind="protest", standing="contested"))
    sink.heads(a_head("inc-c", region="europe", kind="protest"))
    board, _ = read_board(Watch(settings, wanted))
    assert {row.incident_id for row in board.rows()} == names


def test_an_incident_that_changes_its_standing_leaves_the_filter(settings: Settings, sink: Sink) -> None:
    sink.heads(a_head("inc-1", revision=1, standing="contested"), a_head("inc-2", standing="contested"))
    sink.heads(a_head("inc-1", revision=2, standing="corroborated"))
    board, _ = read_board(Watch(settings, Wanted(standing="contested")))
    assert [row.incident_id for row in board.rows()] == ["inc-2"]


def test_a_record_that_is_no_timeline_is_counted_and_the_rest_is_read(settings: Settings, sink: Sink) -> None:
    sink.raw(TIMELINES, "inc-0", b"{}")
    sink.heads(a_head("inc-1"))
    board, unreadable = read_board(Watch(settings, Wanted()))
    assert (len(board), unreadable) == (1, 1)


def test_an_empty_sink_is_an_empty_board(settings: Settings) -> None:
    board, _ = read_board(Watch(settings, Wanted()))
    assert len(board) == 0


def test_a_topic_that_is_not_there_is_named_with_the_remedy(settings: Settings) -> None:
    with pytest.raises(CannotRead, match=r"incidents\.nothing\.v1: it is not there: run `timelines topics create`"):
        SinkReader(settings, [TIMELINES, "incidents.nothing.v1"], Wanted())


def test_a_broker_that_falls_silent_before_the_end_is_given_up(
    settings: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.heads(a_head())
    monkeypatch.setattr(watch_module, "_SILENCE_S", 0.2)
    monkeypatch.setattr(SinkReader, "poll", lambda self, timeout_s: [])
    with pytest.raises(CannotRead, match="the end is not reached"):
        read_board(Watch(settings, Wanted()))


def test_lines_tell_the_story_entry_by_entry(settings: Settings, sink: Sink) -> None:
    sink.updates(an_update("inc-1", opened("e1", "A blast"), entry_added("e1"), at="18:02"))
    sink.updates(an_update("inc-1", entry_added("e2", "reaction"), revision=2, at="18:40"))
    sink.entries(an_entry("e1", headline="Blast heard", publisher="AFP"))
    sink.entries(an_entry("e2", headline="Words", publisher="CNN", speaker="A mayor", stances=[("condemn", None)]))
    sink.heads(a_head("inc-1", revision=2, title="A blast"))
    assert told(Watch(settings, Wanted(), from_beginning=True), follow_as_lines, 4) == [
        "-- Fri 1 March 2024, UTC",
        "> A blast [inc-1]",
        "18:02 * opened     attack: Blast heard (AFP)",
        "18:40 + reaction   A mayor -> condemns: Words (CNN)",
    ]


def test_json_gives_updates_as_they_stand_in_the_topic_and_in_ascii(settings: Settings, sink: Sink) -> None:
    hostile = "\x1b[2J \x9b31m \u202e"
    sink.updates(an_update("inc-1", opened("e1", hostile)))
    sink.updates(an_update("inc-1", entry_added("e1"), revision=2))
    lines = told(Watch(settings, Wanted(), from_beginning=True), follow_as_json, 2)
    assert [json.loads(line)["revision"] for line in lines] == [1, 2]
    assert json.loads(lines[0])["changes"][0]["title"] == hostile
    assert all(line.isascii() and line.isprintable() for line in lines)


def test_updates_are_filtered_by_the_heads_of_their_incidents(settings: Settings, sink: Sink) -> None:
    for number, kind in enumerate(("attack", "protest", "attack"), start=1):
        sink.updates(an_update(f"inc-{number}", opened(f"e{number}"), at=f"10:0{number}"))
        sink.heads(a_head(f"inc-{number}", kind=kind))
    lines = told(Watch(settings, Wanted(kind="attack"), from_beginning=True), follow_as_json, 2)
    assert [json.loads(line)["incident_id"] for line in lines] == ["inc-1", "inc-3"]


def test_one_incident_is_followed_through_a_merge(settings: Settings, sink: Sink) -> None:
    merged = Merged(into="inc-b", from_="inc-a")
    sink.updates(
        an_update("inc-c", opened(), at="10:00"),
        an_update("inc-a", merged, revision=2, at="10:01"),
        an_update("inc-b", merged, revision=5, at="10:01"),
    )
    lines = told(Watch(settings, Wanted(), incident="inc-a", from_beginning=True), follow_as_json, 2)
    assert [json.loads(line)["incident_id"] for line in lines] == ["inc-a", "inc-b"]


@contextmanager
def a_watcher(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`timelines watch` as a process, with pipes."""
    environment = {**os.environ, "TIMELINES_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers)}
    process = subprocess.Popen(
        [sys.executable, "-m", "timelines", "watch", *arguments], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def run(settings: Settings, *arguments: str) -> Result:
    """`timelines watch` in this process: for what ends by itself."""
    servers = str(settings.bootstrap_servers)
    return CliRunner().invoke(app, ["watch", *arguments, "--bootstrap-servers", servers], env={"COLUMNS": "100"})


def test_once_prints_list_and_timeline_and_draws_the_picture(settings: Settings, sink: Sink, tmp_path: Path) -> None:
    sink.heads(a_head("inc-1", title="A blast", sources=3, entries=(an_entry("e1"),)), a_head("inc-2"))
    result = run(settings, "--once", "--why", "--svg", str(tmp_path / "now.svg"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Incident timelines  2 incidents" in result.stdout
    assert "▸● A blast" in result.stdout
    assert "why +1.5" in result.stdout
    assert "\x1b" not in result.stdout
    assert (tmp_path / "now.svg").read_text(encoding="utf-8").startswith("<svg")


def test_once_with_json_prints_heads_the_most_active_first(settings: Settings, sink: Sink) -> None:
    sink.heads(a_head("inc-1"), a_head("inc-2", sources=4), a_head("inc-3", revision=2, into="inc-2"))
    lines = run(settings, "--once", "--json").stdout.splitlines()
    assert [json.loads(line)["incident_id"] for line in lines] == ["inc-2", "inc-1"]
    lines = run(settings, "--once", "--json", "--incident", "inc-3").stdout.splitlines()
    assert [json.loads(line)["incident_id"] for line in lines] == ["inc-2"]


def test_an_incident_that_is_not_there_fails_with_the_remedy(settings: Settings, sink: Sink) -> None:
    sink.heads(a_head("inc-1"))
    result = run(settings, "--once", "--incident", "inc-9", "--kind", "attack")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no incident inc-9 among attack: `timelines watch --once` lists those that there are" in result.stderr


def test_a_picture_that_cannot_be_written_fails_with_the_reason(settings: Settings, sink: Sink) -> None:
    result = run(settings, "--once", "--svg", "no/such/folder/x.svg")
    assert result.exit_code == 1
    assert "--svg no/such/folder/x.svg: No such file or directory" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--svg", "x.svg"],
        ["--width", "80"],
        ["--entries", "3"],
        ["--once", "--json", "--why"],
        ["--once", "--from-beginning"],
    ],
)
def test_options_that_do_not_go_together_are_wrong_use(settings: Settings, arguments: list[str]) -> None:
    assert run(settings, *arguments).exit_code == 2


def test_a_reader_that_has_seen_enough_is_no_error(settings: Settings, sink: Sink) -> None:
    sink.updates(an_update("inc-1", opened()))
    with a_watcher(settings, "--json", "--from-beginning") as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())["revision"] == 1
        process.stdout.close()
        sink.updates(an_update("inc-1", opened(), revision=2))  # it notices with the next line it writes
        assert (process.wait(PATIENCE_S), process.stderr.read()) == (0, "")


def test_one_page_that_cannot_be_printed_is_told_and_the_picture_is_for_whoever_looks_later(
    settings: Settings, sink: Sink, tmp_path: Path
) -> None:
    sink.heads(a_head("inc-1"))
    environment = {**os.environ, "TIMELINES_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers)}

    def ended(svg: Path, stdout: IO[bytes]) -> tuple[int, str]:
        command = [sys.executable, "-m", "timelines", "watch", "--once", "--svg", str(svg)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
        )
        return done.returncode, done.stderr

    with Path("/dev/full").open("wb", buffering=0) as full:
        assert ended(tmp_path / "a.svg", full) == (1, "timelines watch: standard output: No space left on device\n")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        assert ended(tmp_path / "b.svg", pipe) == (0, "")
    assert [path.name for path in tmp_path.glob("*.svg")] == ["b.svg"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to(settings: Settings, sink: Sink, number: signal.Signals) -> None:
    sink.updates(an_update("inc-1", opened("e1", "A blast"), at="18:02"))
    with a_watcher(settings, "--from-beginning") as process:
        assert process.stdout is not None and process.stderr is not None
        lines = [process.stdout.readline()]
        process.send_signal(number)
        lines += process.stdout.readlines()
        assert (process.wait(PATIENCE_S), process.stderr.read()) == (130, "")
    assert lines == ["-- Fri 1 March 2024, UTC\n", "> A blast [inc-1]\n", "18:02 * opened     attack: A blast\n"]


def test_the_live_screen_shows_what_comes_and_leaves_the_terminal_as_it_was(settings: Settings, sink: Sink) -> None:
    sink.heads(a_head("inc-1", title="A blast", entries=(an_entry("e1", headline="First report"),)))
    terminal, inside = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    environment = {
        **os.environ, "TIMELINES_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers), "TERM": "xterm-256color"
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "timelines", "watch"], env=environment, stdin=inside, stdout=inside, stderr=inside,
        cwd=ROOT,
    )  # fmt: skip
    os.close(inside)
    try:
        seen = _seen(terminal, "First report")
        assert "\x1b[?1049h" in seen  # a screen of its own
        sink.heads(a_head("inc-1", revision=2, title="A blast", entries=(an_entry("e2", headline="Second report"),)))
        _seen(terminal, "Second report")
        process.send_signal(signal.SIGINT)
        rest = _seen(terminal, "\x1b[?25h")  # the cursor is back
        rest += _seen(terminal, "\x1b[?1049l") if "\x1b[?1049l" not in rest else ""
        assert process.wait(PATIENCE_S) == 130
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def _seen(terminal: int, awaited: str) -> str:
    """All output of a terminal until the awaited text is in it."""
    deadline = time.monotonic() + PATIENCE_S
    seen = ""
    while awaited not in re.sub(r"\x1b\[[0-9;]*m", "", seen):
        assert time.monotonic() < deadline, f"{awaited!r} did not appear in {seen[-500:]!r}"
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65_536).decode("utf-8", "replace")
    return seen
