"""Nothing is signalled on the word of a pid file alone."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.own_process import OwnProcess, load_process, own_process

MARK = "--mark-of-this-test"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", MARK])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def ours(child: subprocess.Popen[bytes]) -> OwnProcess:
    found = own_process(child.pid, MARK)
    assert found is not None
    return found


def test_a_process_that_runs_is_ours_and_hears_us(child: subprocess.Popen[bytes], ours: OwnProcess) -> None:
    assert ours.alive()
    assert ours.send(signal.SIGTERM)
    assert child.wait(10) == -signal.SIGTERM
    assert ours.gone()
    assert not ours.send(signal.SIGTERM)


def test_a_process_id_used_again_is_left_alone(child: subprocess.Popen[bytes], ours: OwnProcess) -> None:
    for other in (dataclasses.replace(ours, started="0"), dataclasses.replace(ours, mark="--another")):
        assert not other.send(signal.SIGKILL)
    assert child.poll() is None


def test_a_process_that_ended_is_gone_before_its_parent_asks(child: subprocess.Popen[bytes], ours: OwnProcess) -> None:
    child.kill()
    assert ours.wait_gone(10)
    assert own_process(child.pid, MARK) is None


def test_one_that_goes_on_is_not_said_to_be_gone(ours: OwnProcess) -> None:
    assert not ours.wait_gone(0)


def test_it_is_the_same_when_read_from_its_file(ours: OwnProcess, tmp_path: Path) -> None:
    ours.save(tmp_path / "process.json")
    assert load_process(tmp_path / "process.json") == ours


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": "x", "started": "", "mark": ""}', "\xff"])
def test_a_file_that_is_not_ours_names_no_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "process.json").write_bytes(text.encode("latin-1"))
    assert load_process(tmp_path / "process.json") is None
