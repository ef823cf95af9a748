"""How the worker begins, fails and ends: exit status, one clear line, truthful health."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.topics import changelog_topic
from tests.log_and_sink import append, send, settings_of
from tests.tally_core import an_attack
from tests.tally_service import APP_ID, PARTITIONS
from tests.worker_process import WorkerProcess, wait_until, workers
from timelines.cli import app

pytestmark = pytest.mark.broker


@contextmanager
def a_broker_process() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The embedded broker in a process of its own, so that it can be killed."""
    command = [sys.executable, "-m", "runtime.embedded", str(PARTITIONS), changelog_topic(APP_ID)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    try:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip(), process
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_no_broker_at_the_start_gives_one_clear_line_and_status_1() -> None:
    began = time.monotonic()
    result = CliRunner().invoke(app, ["worker", "--bootstrap-servers", "127.0.0.1:9"])
    assert result.exit_code == 1
    assert "no Kafka broker answers at 127.0.0.1:9" in result.output
    assert "timelines kafka start" in result.output
    assert time.monotonic() - began < 15


def test_missing_topics_are_named_with_the_command_that_creates_them(broker: object, settings: Settings) -> None:
    environment = {"TIMELINES_APP_ID": "another"}
    result = CliRunner().invoke(
        app, ["worker", "--bootstrap-servers", str(settings.bootstrap_servers)], env=environment
    )
    assert result.exit_code == 1
    assert "missing: another-state-changelog" in result.output
    assert "timelines topics create" in result.output


def test_a_broker_that_is_lost_shows_in_readiness_and_the_worker_still_ends_within_seconds(tmp_path: Path) -> None:
    with a_broker_process() as (servers, broker), workers(servers, APP_ID, tmp_path) as start:
        worker = start()
        worker.wait_ready()
        append(settings_of(servers, APP_ID), [(an_attack("fire", "e1"), "europe")], PARTITIONS)
        wait_until(lambda: worker.applied() == 1, what="the log applied")
        broker.kill()
        wait_until(lambda: "broker" in worker.problems(), what="the loss in readiness")
        assert worker.get("/live")[0] == 200
        assert worker.metric("ready") == {"": 0}
        began = time.monotonic()
        assert worker.end(signal.SIGTERM) == 0, worker.tail()
        assert time.monotonic() - began < 10


def test_a_worker_that_loses_its_partitions_with_its_broker_has_none_and_its_lag_grows_old(tmp_path: Path) -> None:
    with a_broker_process() as (servers, broker), workers(servers, APP_ID, tmp_path) as start:
        worker = start()
        worker.wait_ready()
        assert worker.metric("assigned_partitions") == {"": PARTITIONS}
        broker.kill()
        wait_until(lambda: worker.metric("assigned_partitions") == {"": 0}, what="the loss of the partitions")
        assert worker.metric("lag_records") == {}
        wait_until(lambda: worker.metric("lag_age_seconds")[""] > 5, within_s=20, what="the age of a lag nobody knows")


def test_a_failure_of_the_shell_itself_is_told_with_its_traceback(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    worker = start_worker()
    worker.wait_ready()
    # no record is at fault, so none can be rejected for it
    append(settings, [(an_attack("leak", "e1"), "europe")], PARTITIONS)
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert failure["reason"].startswith("RuntimeError: no way to tell the state of a leak")
    assert "Traceback" in failure["exception"]


def test_a_flood_of_rejects_stops_the_worker_before_it_is_passed_on(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    worker = start_worker(max_rejected_per_minute=50, batch_records=20)
    worker.wait_ready()
    producer = new_producer(settings, "test")
    for number in range(200):
        send(producer, "europe", b"{%d" % number, [], 2)
    producer.flush(10)
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert "more than 50 records were rejected within a minute" in failure["reason"]
    assert "TIMELINES_MAX_REJECTED_PER_MINUTE" in failure["reason"]
    written = sum(fact["records"] for fact in worker.facts("committed"))
    assert written <= 50


def test_state_that_reaches_beyond_the_log_stops_the_worker(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    producer = new_producer(settings, "test")
    state = b'{"v":1,"offset":41,"core_version":"tally-1"}'
    send(producer, "_partition/2", state, [], 2, topic=changelog_topic(APP_ID))
    producer.flush(10)
    worker = start_worker()
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert "incidents.events.v1[2] ends at offset 0, and the state reaches 41" in failure["reason"]
    assert "TIMELINES_APP_ID" in failure["reason"]
