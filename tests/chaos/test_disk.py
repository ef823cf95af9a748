"""The worker keeps nothing on disk: one whose disk is full or gone goes on as if nothing had happened."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.settings import Settings
from tests.log_and_sink import append, assert_sink_equals_replay
from tests.tally_core import an_attack
from tests.tally_service import PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.broker

REGIONS = ("middle-east", "europe", "western-africa")


def fill_disk(worker: WorkerProcess, home: Path) -> None:
    """Every write to a file fails from now on. Its log goes through a pipe."""
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (0, 0))


def delete_state(worker: WorkerProcess, home: Path) -> None:
    assert list(home.rglob("*")) == [], "it keeps files"
    shutil.rmtree(home)


@pytest.mark.parametrize("disturb", [fill_disk, delete_state])
def test_a_worker_without_a_disk_is_undisturbed(
    disturb: Callable[[WorkerProcess, Path], None],
    settings: Settings,
    start_worker: Callable[..., WorkerProcess],
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    worker = start_worker(home=home)
    worker.wait_ready()
    count = 0
    for _ in range(2):
        reports = [(an_attack(f"fire{n // 30}", f"e{n}"), REGIONS[n % 3]) for n in range(count, count + 150)]
        count += append(settings, reports, PARTITIONS)
        wait_until(lambda: worker.applied() == count, what="the log applied")  # noqa: B023 - asked at once
        if home.exists():
            disturb(worker, home)
    # a rebalance makes it read its state again
    second = start_worker(home=tmp_path)
    second.wait_ready()
    assert worker.end() == 0
    wait_until(lambda: second.applied() == count, what="the takeover")
    assert [fact for fact in worker.facts() if fact["level"] in ("error", "warning")] == []
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=False)
