"""What commands do where standard output takes no more, and where nobody reads on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "gold" / "nga.jsonl"
#: few: each test is a process that correlates them
REPORTS = 20
COMMANDS = (
    ["replay", "reports", "--timelines", "-"],
    ["explain", "reports", "nga-001"],
    ["evaluate", "assignments", "reports"],
    ["topics", "acl"],
    ["explain", "--help"],
    ["--help"],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Reports, and an answer to them: each has a home of its own."""
    lines = GOLD.read_bytes().splitlines(keepends=True)[:REPORTS]
    (tmp_path / "reports").write_bytes(b"".join(lines))
    home = '{{"event_id":"nga-{0:03}","incident_id":"{0}","role":"core","score":1.0}}\n'
    (tmp_path / "assignments").write_text("".join(home.format(number) for number in range(1, len(lines) + 1)))
    return tmp_path


@contextmanager
def a_pipe_that_nobody_reads() -> Iterator[IO[bytes]]:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        yield pipe


def run(folder: Path, arguments: list[str], stdout: IO[bytes] | int, **environment: str) -> tuple[int, str]:
    """Exit status and what stood on stderr."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-m", "timelines", *arguments], cwd=folder, stdout=stdout, stderr=subprocess.PIPE, text=True,
        env={**own, **environment, "PYTHONPATH": str(ROOT)}, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_is_told_in_one_line(arguments: list[str], folder: Path) -> None:
    command = " ".join(["timelines", *arguments[:1]]) if arguments[0] != "--help" else "timelines"
    with Path("/dev/full").open("wb", buffering=0) as full:
        assert run(folder, arguments, full) == (1, f"{command}: standard output: No space left on device\n")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_that_has_seen_enough_is_no_error(arguments: list[str], folder: Path) -> None:
    with a_pipe_that_nobody_reads() as pipe:
        status, told = run(folder, arguments, pipe)
    assert status == 0, told
    assert [line for line in told.splitlines() if not line.startswith(f"replay: {REPORTS} events in ")] == []


def test_output_that_python_does_not_buffer_is_no_other(folder: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        status, told = run(folder, COMMANDS[1], full, PYTHONUNBUFFERED="1")
    assert (status, told) == (1, "timelines explain: standard output: No space left on device\n")
    with a_pipe_that_nobody_reads() as pipe:
        assert run(folder, COMMANDS[1], pipe, PYTHONUNBUFFERED="1") == (0, "")


def test_what_a_command_found_wrong_stays_wrong_where_nobody_reads_on(folder: Path) -> None:
    with (folder / "reports").open("ab") as reports:
        reports.write(b"{\n")
    with a_pipe_that_nobody_reads() as pipe:
        assert run(folder, ["replay", "reports", "--timelines", "-"], pipe)[0] == 3


def test_the_other_files_are_whole_where_nobody_reads_on_and_unchanged_where_it_failed(folder: Path) -> None:
    arguments = ["replay", "reports", "--entries", "e", "--updates", "-", "--assignments", "a"]
    with Path("/dev/full").open("wb", buffering=0) as full:
        assert run(folder, arguments, full)[0] == 1
    assert {path.name for path in folder.iterdir()} == {"reports", "assignments"}
    with a_pipe_that_nobody_reads() as pipe:
        assert run(folder, arguments, pipe)[0] == 0
    assert len((folder / "a").read_bytes().splitlines()) == len((folder / "e").read_bytes().splitlines()) == REPORTS


def test_a_closed_standard_output_is_told(folder: Path) -> None:
    command = f"'{sys.executable}' -m timelines replay reports --timelines - >&-"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "timelines replay: standard output: Bad file descriptor\n")


def test_a_file_that_cannot_be_written_is_named_as_it_was_given(folder: Path) -> None:
    assert run(folder, ["replay", "reports", "--timelines", "/dev/full"], subprocess.DEVNULL) == (
        1, "timelines replay: /dev/full: No space left on device\n"
    )  # fmt: skip
