"""Liveness and readiness tell the truth: each way to stand still is forced, and seen within its time."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.settings import Settings
from tests.log_and_sink import append, assert_sink_equals_replay
from tests.tally_core import an_attack
from tests.tally_service import PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.broker

Start = Callable[..., WorkerProcess]


def live_problems(worker: WorkerProcess) -> dict[str, str]:
    text = worker.get("/live")[1]
    return json.loads(text)["problems"] if text.startswith("{") else {}


def reports(*headlines: str) -> list[tuple[object, str]]:
    events = [an_attack(words, f"e-{words}-{number}".replace(" ", "-")) for number, words in enumerate(headlines)]
    return [(event, "europe") for event in events]


def begun(start: Start, settings: Settings, **given: object) -> WorkerProcess:
    worker = start(**given)
    worker.wait_ready()
    append(settings, reports("fire"), PARTITIONS)
    wait_until(lambda: worker.applied() == 1, what="the first report applied")
    return worker


def test_a_core_that_never_comes_back_ends_the_worker_which_names_the_record(
    settings: Settings, start_troubled: Start
) -> None:
    worker = begun(start_troubled, settings, stuck_after_s=2)
    append(settings, reports("hang on", "fire behind it"), PARTITIONS)
    began = time.monotonic()
    assert worker.wait() == 1
    assert 1.5 < time.monotonic() - began < 40
    (failure,) = worker.facts("stopping")
    assert "has not come back from the record at offset 1 of partition 2" in failure["reason"]
    assert "TIMELINES_STUCK_AFTER_S" in failure["reason"]
    assert "exception" not in failure
    # nothing of the batch was written, and whoever is mended goes on exactly there
    mended = start_troubled(module="tests.tally_worker")
    mended.wait_ready()
    wait_until(lambda: mended.applied() == 3, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=False)


def test_liveness_says_which_record_holds_up_the_core(settings: Settings, start_troubled: Start) -> None:
    worker = begun(start_troubled, settings, stuck_after_s=2)
    append(settings, reports("hang on"), PARTITIONS)
    wait_until(lambda: "core" in live_problems(worker), what="the stuck core in /live")
    assert "the record at offset 1 of partition 2" in live_problems(worker)["core"]


def test_a_core_that_lets_no_thread_run_is_ended_by_a_timer_of_the_kernel(
    settings: Settings, start_troubled: Start
) -> None:
    worker = begun(start_troubled, settings, stuck_after_s=1, environment={"LOOP_S": "2"})
    append(settings, reports("hog all"), PARTITIONS)
    # a status, not a death by signal: that does not happen to the first process of a container
    assert worker.wait() == signal.SIGPROF
    assert "troubled_worker.py" in worker.log_file.read_text(), "no stack tells where it stood"


def test_a_worker_whose_core_is_stuck_and_whose_loop_hangs_is_ended_by_the_watchdog(
    settings: Settings, start_troubled: Start
) -> None:
    worker = begun(start_troubled, settings, stuck_after_s=1, environment={"LOOP_S": "2"})
    append(settings, reports("seize all"), PARTITIONS)
    assert worker.wait() == 1
    (failure,) = worker.facts("stopped_hard")
    assert "has not come back from the record at offset 1 of partition 2" in failure["reason"]
    assert "troubled_worker.py" in worker.log_file.read_text(), "no stack tells where it stood"


def test_a_worker_that_was_frozen_for_longer_than_a_record_may_take_goes_on(
    settings: Settings, start_troubled: Start
) -> None:
    worker = begun(start_troubled, settings, stuck_after_s=1, environment={"LOOP_S": "1"})
    worker.process.send_signal(signal.SIGSTOP)
    time.sleep(5)  # within its session, and longer than all that ends a worker whose core hangs
    worker.process.send_signal(signal.SIGCONT)
    append(settings, reports("fire", "flood"), PARTITIONS)
    wait_until(lambda: worker.applied() >= 3, what="the log applied")
    assert "most recent call first" not in worker.log_file.read_text()
    assert worker.end() == 0, worker.tail()


def test_a_consumer_that_silently_gets_nothing_more_shows_in_lag_readiness_and_liveness(
    settings: Settings, start_troubled: Start, tmp_path: Path
) -> None:
    worker = begun(start_troubled, settings)
    (tmp_path / "trouble").write_text("pause")
    time.sleep(0.2)  # the pause itself shows nowhere: that is the point
    append(settings, reports(*["flood"] * 7), PARTITIONS)
    wait_until(lambda: worker.metric("lag_records").get('partition="2"') == 7, what="the true lag")
    assert worker.metric("lag_age_seconds")[""] < 10
    wait_until(lambda: "progress" in worker.problems(), what="the halt in /ready")
    assert "records wait behind offset 0 of partition 2" in worker.problems()["progress"]
    wait_until(lambda: worker.get("/live")[0] == 503, what="the halt in /live")
    assert set(live_problems(worker)) == {"progress"}


@pytest.mark.parametrize(("trouble", "check"), [("block-poll", "poll"), ("block-loop", "loop")])
def test_a_thread_that_stands_still_shows_in_liveness(
    trouble: str, check: str, settings: Settings, start_troubled: Start, tmp_path: Path
) -> None:
    worker = begun(start_troubled, settings)
    assert worker.get("/live")[0] == 200
    (tmp_path / "trouble").write_text(trouble)
    wait_until(lambda: worker.get("/live")[0] == 503, what="the halt in /live")
    assert check in live_problems(worker)
    assert worker.get("/ready")[0] == 503


def test_health_answers_and_the_loop_turns_while_the_core_computes_in_all_partitions(
    settings: Settings, start_troubled: Start
) -> None:
    """Three lanes compute at once, and want the interpreter's lock all the time."""
    worker = start_troubled(environment={"CORE_MS": "7"}, batch_records=100)
    worker.wait_ready()
    for number, region in enumerate(("middle-east", "europe", "western-africa")):
        batch = [(an_attack(f"slow {n}", f"s{number}-{n}", minute=n), region) for n in range(60)]
        append(settings, batch, PARTITIONS)
    answers: list[float] = []
    while worker.applied() < 180:
        began = time.monotonic()
        assert worker.get("/live")[0] == 200
        answers.append(time.monotonic() - began)
    assert len(answers) > 3
    assert sorted(answers)[len(answers) // 2] < 0.5, answers
    assert worker.metric("loop_late_seconds")[""] < 2.0


def test_a_transaction_that_is_never_answered_ends_the_worker_also_while_a_rebalance_waits_for_it(
    settings: Settings, start_troubled: Start, tmp_path: Path
) -> None:
    """Met with brokers that were frozen. Faust's rebalance waits for what is in work, and no other worker can begin."""
    worker, trouble = begun(start_troubled, settings), tmp_path / "trouble"
    trouble.write_text("mute")
    wait_until(lambda: trouble.read_text() == "done", what="the trouble")
    append(settings, reports("fire again"), PARTITIONS)
    other = start_troubled(module="tests.tally_worker")
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert "tally-2: a transaction has had no answer for" in failure["reason"]
    assert "exception" not in failure
    other.wait_ready()
    wait_until(lambda: other.applied() == 2, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=False)
