"""No command writes over what it reads, nor over its own output: whatever the names are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from timelines.outputs import PRINTED, overlap

_ROOT: Final = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reports with two names more, and links to where nothing is yet and in a circle."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "reports").write_bytes(b"{}")
    (tmp_path / "symbolic").symlink_to("in/reports")
    (tmp_path / "hard").hardlink_to("in/reports")
    (tmp_path / "later").symlink_to("in/made")
    (tmp_path / "circle").symlink_to("circle")
    return tmp_path


@pytest.mark.parametrize("name", ["in/reports", "in/../in/reports", "symbolic", "hard", Path("hard")])
@pytest.mark.parametrize("source", ["in/reports", "symbolic", "hard"])
def test_what_is_read_is_known_by_all_its_names(name: str | Path, source: str) -> None:
    assert overlap([("--out", name)], [("the source", source)]) == (
        f"--out: {name} is the source itself: give another file"
    )


@pytest.mark.parametrize(
    ("one", "other"), [("new", "./new"), ("later", "in/made"), ("symbolic", "hard"), ("/dev/tty", "/dev/tty")]
)
def test_two_outputs_are_two_files(one: str, other: str) -> None:
    assert overlap([("--out", one), ("--report", other)]) == (
        f"--out and --report are one file, {other}: give each its own"
    )


def test_what_keeps_nothing_and_what_is_not_given_is_in_nobodys_way() -> None:
    assert overlap([("--out", "/dev/null"), ("--report", "/dev/null")], [("the source", "/dev/null")]) is None
    assert overlap([("--out", None), ("--report", None)], [("the source", "in/reports"), ("the weights", None)]) is None
    assert overlap([("--out", "new"), ("--report", "in/new")], [("the source", "not-there")]) is None
    assert overlap([("--out", "circle"), ("--report", "a\0b")], [("the source", "in/reports")]) is None


def test_a_file_named_dash_is_no_stream() -> None:
    assert overlap([PRINTED, ("--svg", Path("-"))], [("the source", Path("./-"))]) == (
        "--svg: - is the source itself: give another file"
    )


def test_a_picture_does_not_replace_the_page_that_is_printed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "timelines", "watch", "--once", "--svg", "page"]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with (tmp_path / "page").open("wb") as page:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=page, stderr=subprocess.PIPE, text=True, check=False
        )
    said = "timelines watch: standard output and --svg are one file, page: give each its own\n"
    assert (done.returncode, done.stderr) == (2, said)
