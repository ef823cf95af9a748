"""`timelines replay` as a user runs it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files as files_of
from pathlib import Path

import pytest
from typer.testing import CliRunner

from timelines.cli import app
from timelines.log_file import first_line, log_line

GOLD = Path(__file__).parents[2] / "gold" / "nga.jsonl"
NAMES = ("timelines", "entries", "updates", "assignments")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty coded reports, one line that is none, and one that is no JSON."""
    lines = GOLD.read_bytes().splitlines()[:40]
    path = tmp_path_factory.mktemp("source") / "reports.jsonl"
    path.write_bytes(b"\n".join([*lines[:20], b'{"id": "x", "kind": "flood"}', *lines[20:], b"{", b""]))
    return path


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: bytes
    stderr: bytes


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """The command in this process, which saves the second that a process takes to start; in the test's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMELINES_BOOTSTRAP_SERVERS", "127.0.0.1:1")

    def in_process(*arguments: str | Path) -> Ended:
        done = CliRunner().invoke(app, ["replay", *map(str, arguments)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ended(done.exit_code, done.stdout_bytes, done.stderr_bytes)

    return in_process


def a_process(folder: Path, *arguments: str | Path, seed: str, zone: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "TIMELINES_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    command = [sys.executable, "-m", "timelines", "replay", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)


def files(folder: Path) -> list[str]:
    return [part for name in NAMES for part in (f"--{name}", str(folder / name))]


def test_the_bytes_are_the_same_whatever_the_hash_seed_the_zone_and_the_folder(source: Path, tmp_path: Path) -> None:
    results = []
    for number, (seed, zone) in enumerate([("4242", "Asia/Kathmandu"), ("77", "America/St_Johns")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = a_process(folder, source, *files(folder), "--rejects", folder / "bad", seed=seed, zone=zone)
        assert done.returncode == 3, done.stderr
        results.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert results[0] == results[1]
    assert set(results[0]) == {*NAMES, "bad"}
    assert all(results[0].values())


def test_every_event_has_one_home_and_every_home_a_timeline(
    source: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    assert run(source, *files(tmp_path)).returncode == 3
    rows = {name: [json.loads(line) for line in (tmp_path / name).read_bytes().splitlines()] for name in NAMES}
    ids = [json.loads(line)["id"] for line in source.read_bytes().splitlines() if b'"published_at"' in line]
    assert len(ids) == 40
    assert [row["event_id"] for row in rows["assignments"]] == sorted(ids)
    assert {row["incident_id"] for row in rows["assignments"]} <= {row["incident_id"] for row in rows["timelines"]}
    for name, key in [("timelines", "incident_id"), ("entries", "event_id")]:
        assert [row[key] for row in rows[name]] == sorted({row[key] for row in rows[name]})
    revisions = [(row["incident_id"], row["revision"]) for row in rows["updates"]]
    assert revisions == sorted(set(revisions))
    for head in rows["timelines"]:
        assert revisions.count((head["incident_id"], head["revision"])) == 1


def test_bad_lines_are_told_kept_and_do_not_stop_the_rest(
    source: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    done = run(source, "--assignments", "-")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 40
    assert b"reports.jsonl, line 21: kind" in done.stderr
    assert b"2 bad lines in reports.jsonl.rejects.jsonl" in done.stderr
    kept = [json.loads(line) for line in (tmp_path / "reports.jsonl.rejects.jsonl").read_bytes().splitlines()]
    assert [(row["line"], row["raw"]) for row in kept] == [(21, '{"id": "x", "kind": "flood"}'), (42, "{")]


def test_partitions_show_in_causes_alone(source: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    def told(partitions: int) -> tuple[bytes, list[dict[str, object]]]:
        folder = tmp_path / str(partitions)
        folder.mkdir()
        assert run(source, *files(folder), "--partitions", str(partitions)).returncode == 3
        updates = [json.loads(line) for line in (folder / "updates").read_bytes().splitlines()]
        return b"".join((folder / name).read_bytes() for name in NAMES if name != "updates"), updates

    one, of_one = told(1)
    many, of_many = told(64)
    assert one == many
    assert of_one != of_many
    for update in [*of_one, *of_many]:
        update.pop("cause")
    assert of_one == of_many


def test_standard_input_is_a_source(source: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    assert run(source, "--timelines", tmp_path / "by-name").returncode == 3
    command = [sys.executable, "-m", "timelines", "replay", "-", "--timelines", "by-pipe", "--rejects", os.devnull]
    with source.open("rb") as file:
        done = subprocess.run(command, cwd=tmp_path, stdin=file, capture_output=True, timeout=120, check=False)
    assert done.returncode == 3, done.stderr
    assert (tmp_path / "by-pipe").read_bytes() == (tmp_path / "by-name").read_bytes()


def test_a_source_that_is_packed_by_gzip_gives_the_same_bytes_from_a_file_and_from_a_pipe(
    source: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    assert run(source, "--timelines", tmp_path / "plain").returncode == 3
    (tmp_path / "packed.gz").write_bytes(gzip.compress(source.read_bytes()))
    done = run("packed.gz", "--timelines", tmp_path / "unpacked")
    assert (done.returncode, b"packed.gz, line 21: kind" in done.stderr) == (3, True)
    command = [sys.executable, "-m", "timelines", "replay", "-", "--timelines", "piped", "--rejects", os.devnull]
    with (tmp_path / "packed.gz").open("rb") as file, subprocess.Popen(["cat"], stdin=file, stdout=-1) as cat:
        done = subprocess.run(command, cwd=tmp_path, stdin=cat.stdout, capture_output=True, timeout=120, check=False)
    assert done.returncode == 3, done.stderr
    assert (
        (tmp_path / "plain").read_bytes() == (tmp_path / "unpacked").read_bytes() == (tmp_path / "piped").read_bytes()
    )


def test_a_packed_source_that_was_cut_off_is_told_and_no_result_is_written(
    source: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(source.read_bytes())[:-300])
    done = run("cut.gz", "--timelines", "t", "--rejects", os.devnull)
    assert done.returncode == 2
    assert b"timelines replay: cut.gz ends in the middle of what gzip packed" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"cut.gz"}


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["no-such-file", "--timelines", "t"], 2, "SOURCE: no-such-file cannot be read"),
        ([".", "--timelines", "t"], 2, "is a folder"),
        (["reports", "--timelines", "-", "--entries", "-"], 2, "takes one file"),
        (["reports"], 2, "nothing to write"),
        (["reports", "--timelines", "no/where/t"], 2, "is no folder"),
        (["reports", "--timelines", "t", "--weights", "reports"], 2, "weights"),
        (["reports", "--timelines", "t", "--weights", "none"], 2, "cannot be read"),
        (["reports", "--timelines", "t", "--partitions", "0"], 2, "partitions"),
        (["reports", "--feed", "log", "--timelines", "t"], 1, "line 1 is no line of a dumped log"),
    ],
)
def test_wrong_use_and_wrong_files_are_told_and_nothing_is_written(
    arguments: list[str], status: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reports").write_bytes(GOLD.read_bytes().splitlines()[0] + b"\n")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["replay", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"reports"}


@pytest.mark.parametrize("name", ["reports", "symbolic", "hard"])
@pytest.mark.parametrize(
    "option", ["--timelines", "--entries", "--updates", "--assignments", "--rejected", "--rejects"]
)
def test_no_output_is_the_source_by_whatever_name(
    option: str, name: str, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    reports = GOLD.read_bytes().splitlines()[0] + b"\n{\n"
    (tmp_path / "reports").write_bytes(reports)
    (tmp_path / "symbolic").symlink_to("reports")
    (tmp_path / "hard").hardlink_to(tmp_path / "reports")
    done = run("reports", *([] if option == "--timelines" else ["--timelines", "t"]), option, name)
    assert done.returncode == 2
    assert done.stderr.decode() == f"timelines replay: {option}: {name} is the source itself: give another file\n"
    assert (tmp_path / "reports").read_bytes() == reports
    assert {path.name for path in tmp_path.iterdir()} == {"reports", "symbolic", "hard"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--timelines", "t", "--entries", "./t"], "--timelines and --entries are one file, ./t: give each its own"),
        (["--timelines", "t", "--rejects", "t"], "--timelines and --rejects are one file, t: give each its own"),
        (["--timelines", "reports.rejects.jsonl"], "--timelines and --rejects are one file"),
        (["--timelines", "w", "--weights", "w"], "--timelines: w is the file of --weights itself: give another file"),
        (["--timelines", "t", "--weights", "w", "--rejects", "w"], "--rejects: w is the file of --weights itself"),
    ],
)
def test_each_output_has_a_file_of_its_own(
    arguments: list[str], says: str, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    (tmp_path / "reports").write_bytes(GOLD.read_bytes().splitlines()[0] + b"\n{\n")
    weights = (files_of("processors.correlation.linking") / "weights.json").read_bytes()
    (tmp_path / "w").write_bytes(weights)
    done = run("reports", *arguments)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert {path.name for path in tmp_path.iterdir()} == {"reports", "w"}
    assert (tmp_path / "w").read_bytes() == weights


def test_standard_streams_are_the_files_that_the_shell_made_of_them(tmp_path: Path) -> None:
    reports = GOLD.read_bytes().splitlines()[0] + b"\n"
    (tmp_path / "reports").write_bytes(reports)
    for arguments in ["- --timelines reports <reports", "reports --timelines - >>reports"]:
        command = f"'{sys.executable}' -m timelines replay {arguments}"
        environment = {**os.environ, "PYTHONPATH": str(GOLD.parents[1])}
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, check=False)
        assert done.returncode == 2, done.stderr
        assert b"is the source itself: give another file" in done.stderr
        assert (tmp_path / "reports").read_bytes() == reports


def test_a_hole_in_a_log_is_told(tmp_path: Path, run: Callable[..., Ended]) -> None:
    lines = [first_line(1), log_line(0, 1, 0, b"world", b"{}", [])]
    (tmp_path / "log").write_bytes(b"\n".join(lines))
    done = run("log", "--feed", "log", "--timelines", "t")
    assert done.returncode == 1
    assert b"offset 0 was to come next and 1 came" in done.stderr
    assert b"`timelines dump --log FILE`" in done.stderr
    assert b"state" not in done.stderr  # a worker's remedy: who replays a file has none
    assert not (tmp_path / "t").exists()


def test_reports_given_as_a_log_are_told_for_what_they_are(run: Callable[..., Ended]) -> None:
    done = run(str(GOLD), "--feed", "log", "--timelines", "t")
    assert done.returncode == 1
    assert b"no line of a dumped log" in done.stderr
    assert b"begins as files of --feed coded do" in done.stderr


def test_a_record_that_was_rejected_when_the_log_was_live_is_rejected_again_and_is_no_failure(
    tmp_path: Path, run: Callable[..., Ended]
) -> None:
    lines = [first_line(1), log_line(0, 0, 0, b"nowhere", b"{}", [("ce_type", b"x")])]
    (tmp_path / "log").write_bytes(b"\n".join(lines))
    done = run("log", "--feed", "log", "--timelines", "t", "--rejected", "r")
    assert done.returncode == 0, done.stderr
    (row,) = (json.loads(line) for line in (tmp_path / "r").read_bytes().splitlines())
    assert (row["offset"], row["field"], row["key"]) == (0, "key", "nowhere")


def test_ctrl_c_ends_it_and_writes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "timelines", "replay", "-", "--timelines", "t", "--rejects", os.devnull]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        running.stdin.write(b"{\n")
        running.stdin.flush()
        assert b"line 1" in running.stderr.readline()  # it reads by now
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        assert time.monotonic() - began < 5
        assert b"stopped; no result was written" in running.stderr.read()
    assert list(tmp_path.iterdir()) == []
