"""Retention that deletes what the worker has not read: it says so and ends, instead of going on with a hole."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from typer.testing import CliRunner

from runtime.clients import new_admin
from runtime.settings import Settings
from schemas.topics import EVENTS
from tests.log_and_sink import append
from tests.tally_core import an_attack
from tests.tally_service import PARTITIONS
from tests.worker_process import WorkerProcess, wait_until
from timelines.cli import app

pytestmark = pytest.mark.kafka

REGION, PARTITION = "europe", 2


def reports(settings: Settings, first: int, count: int, *, letters: int = 0) -> None:
    """letters: of text in each, which cannot be compressed to less than half of it"""
    events = [an_attack("fire", f"e{number}") for number in range(first, first + count)]
    if letters:
        chooser = random.Random(first)
        events = [event.model_copy(update={"text": chooser.randbytes(letters // 2).hex()}) for event in events]
    append(settings, ((event, REGION) for event in events), PARTITIONS)


def delete_before(settings: Settings, offset: int) -> None:
    """As retention does, or `kafka-delete-records`."""
    admin = new_admin(settings)  # kept while it works: its futures end with it
    place = TopicPartition(EVENTS, PARTITION, offset)
    for future in admin.delete_records([place], request_timeout=60).values():
        future.result(120)


def the_reason(worker: WorkerProcess) -> str:
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert "exception" not in failure
    return str(failure["reason"])


def dumped_log(settings: Settings, folder: Path) -> tuple[int, str, int]:
    """Exit status of `dump --log`, what it told, and how many lines it wrote."""
    log = folder / "log.jsonl"
    arguments = ["dump", "--bootstrap-servers", str(settings.bootstrap_servers), "--log", str(log)]
    ended = CliRunner().invoke(app, arguments)
    return ended.exit_code, ended.stderr, len(log.read_bytes().splitlines())


def test_records_deleted_unread_stop_the_worker_and_it_names_the_gap(
    on_kafka: Settings, start_on_kafka: Callable[..., WorkerProcess], tmp_path: Path
) -> None:
    """While no worker runs, and while one runs that has not come so far."""
    worker = start_on_kafka()
    worker.wait_ready()
    reports(on_kafka, 0, 40)
    wait_until(lambda: worker.applied() == 40, what="the log applied")

    # It is frozen, so that it has not fetched them either, but for what the broker answered a fetch that was under
    # way: a MiB at most, ten of these.
    worker.process.send_signal(signal.SIGSTOP)
    reports(on_kafka, 40, 40, letters=200_000)
    delete_before(on_kafka, 60)
    worker.process.send_signal(signal.SIGCONT)
    reason = the_reason(worker)
    assert f"{EVENTS}[{PARTITION}]" in reason
    named = re.search(r"does not hold offset (\d+)", reason)
    assert named is not None, reason
    reached = int(named[1])
    assert 40 <= reached < 60

    # and one that is started afterwards ends in the same way, each time
    for _ in range(2):
        told = the_reason(start_on_kafka())
        assert f"{EVENTS}[{PARTITION}]: offset {reached} was to come next and 60 came" in told

    # who keeps the log as a file is told as well, and has what is left
    status, told, lines = dumped_log(on_kafka, tmp_path)
    assert (status, lines) == (3, 1 + 20), told
    assert f"timelines dump: {EVENTS}[{PARTITION}]: offsets 0 to 59 are missing\n" in told
    delete_before(on_kafka, 80)
    status, told, lines = dumped_log(on_kafka, tmp_path)
    assert (status, lines) == (3, 1), told
    assert f"timelines dump: {EVENTS}[{PARTITION}]: offsets 0 to 79 are missing\n" in told
