"""The demo as a user runs it: on the Baghdad reports, on another file, on none."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "timelines", "demo", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.broker
def test_it_ends_with_the_attack_its_disputes_and_the_clashes_before_it_as_related(tmp_path: Path) -> None:
    done = demo(tmp_path, str(ROOT / "gold" / "kad.jsonl"), "--duration", "4s")
    assert done.returncode == 0, done.stderr
    _, _, ending = done.stdout.partition("kad.jsonl: delivered 164 + rejected 0 + unsent 0 == read 164")
    opened = " ".join(ending.partition("who did it")[2].split())
    assert opened.startswith("contested")
    assert "accused by" in opened
    assert "injured disputed" in opened
    assert "came before this" in opened
    assert "denies responsibility" in opened


@pytest.mark.long  # the demo above, on another file
@pytest.mark.broker
def test_any_coded_file_will_do(tmp_path: Path) -> None:
    done = demo(tmp_path, str(ROOT / "gold" / "sol.jsonl"), "--duration", "3s")
    assert done.returncode == 0, done.stderr
    assert "sol.jsonl: delivered 137 + rejected 0 + unsent 0 == read 137" in done.stdout


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = demo(tmp_path, "nothing.jsonl")
    assert done.returncode == 2
    assert "SOURCE: nothing.jsonl is no file" in done.stderr


def test_help_takes_less_than_half_a_second_of_the_processor() -> None:
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "timelines", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.5
