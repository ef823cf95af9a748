"""On Apache Kafka: ten times too much, a broker that hangs, an incident of thousands, a core that raises."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from processors.cores import real_cores
from runtime.clients import new_producer
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings
from schemas.codec import LogMessage, encode
from schemas.rejection import read_rejection
from schemas.timeline import IncidentTimeline
from schemas.topics import REJECTED, TIMELINES, changelog_topic
from tests.builders import a_statement
from tests.builders import an_attack as a_real_attack
from tests.integration.overload.flood import MODULE, PARTITIONS, REGIONS, flood, rss_mb
from tests.integration.overload.giant import REGION as GIANT_REGION
from tests.integration.overload.giant import reports
from tests.integration.poison.faulty_core import CALLS, FAULTY
from tests.log_and_sink import append, assert_sink_equals_replay, read_topic, send
from tests.tally_core import an_attack
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.kafka

Start = Callable[..., WorkerProcess]
#: of a worker whose broker stands still: it holds what it had fetched
MOST_WHILE_HALTED_MB = 60


@pytest.mark.parametrize(("seconds", "most_mb"), [(5, 60), pytest.param(300, 40, marks=pytest.mark.long)])
def test_ten_times_what_it_can_do_waits_in_the_log_and_leaves_memory_flat(
    seconds: int, most_mb: int, on_kafka: Settings, start_on_kafka: Start
) -> None:
    """most_mb: of growth after the warm-up, which in five seconds is short."""
    done = flood(on_kafka, start_on_kafka, seconds, tell=print)
    print(done.told())
    assert done.sent_per_s > 5 * done.per_s, f"it was no flood: {done.told()}"
    lag = done.curve.lag[:-1]
    assert lag == sorted(lag), f"the worker kept up: {lag}"
    assert lag[-1] > done.sent / 2, done.told()
    assert done.curve.most_mb - done.curve.warm_mb < most_mb, (done.told(), done.curve.rss_mb)


def test_a_broker_that_hangs_is_waited_for_with_bounded_memory_and_truthful_readiness(
    own_kafka: KafkaServer, on_kafka: Settings, start_on_kafka: Start
) -> None:
    worker = start_on_kafka(module=MODULE, environment={"CORE_MS": "2"}, batch_records=40)
    worker.wait_ready()

    def some(first: int) -> Iterator[tuple[LogMessage, str]]:
        for number in range(first, first + 900):
            yield an_attack(f"slow{number // 30} somewhere", f"e{number}"), REGIONS[number % len(REGIONS)]

    append(on_kafka, some(0), PARTITIONS)
    wait_until(lambda: worker.applied() > 200, what="a part of it applied")
    assert worker.is_ready()
    before = rss_mb(worker)
    most, is_over = [before], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            most.append(rss_mb(worker))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    own_kafka.signal_node(1, signal.SIGSTOP)
    try:
        wait_until(lambda: not worker.is_ready(), what="unreadiness")
        told = worker.problems()
        assert set(told) & {"transactions", "broker", "assignment", "poll"}, told
        assert worker.get("/live")[0] == 200, "a broker's halt is nothing that a restart would mend"
        halted = worker.applied()
        time.sleep(6)  # longer than the session: the group may have given the partitions away
        assert worker.applied() == halted
    finally:
        own_kafka.signal_node(1, signal.SIGCONT)
    wait_until(worker.is_ready, what="readiness again")
    append(on_kafka, some(900), PARTITIONS)
    wait_until(lambda: worker.applied() == 1_800, what="the log applied")
    is_over.set()
    watching.join()
    print(f"unready: {told}; RSS {before:.0f} MB before, at most {max(most):.0f}")
    assert max(most) - before < MOST_WHILE_HALTED_MB, most
    assert_sink_equals_replay(on_kafka, PARTITIONS, is_isolated=True)
    assert worker.end() == 0


def test_a_state_that_ends_in_an_open_transaction_is_not_taken_for_all_there_is(
    on_kafka: Settings, start_on_kafka: Start
) -> None:
    """A broker that was frozen left such ones behind; here somebody else leaves one, and ends it."""
    count = append(on_kafka, [(an_attack(f"fire{n} somewhere", f"e{n}"), REGIONS[n % 3]) for n in range(9)], PARTITIONS)
    other = new_producer(on_kafka, "other", transactional_id="somebody-else")
    other.init_transactions(30)
    other.begin_transaction()
    send(other, "europe/fire", b"never committed", [], 2, changelog_topic(on_kafka.app_id))
    assert other.flush(30) == 0
    worker = start_on_kafka()
    wait_until(lambda: worker.facts("open_transactions") != [], what="the open transaction told")
    assert worker.facts("open_transactions")[0]["partitions"] == [2]
    assert "assignment" in worker.problems()
    assert worker.facts("restored") == []
    other.abort_transaction(30)
    worker.wait_ready()
    wait_until(lambda: worker.applied() == count, what="the log applied")
    assert_sink_equals_replay(on_kafka, PARTITIONS, is_isolated=True)
    assert len(worker.facts("open_transactions")) == 1
    assert worker.end() == 0


@pytest.mark.parametrize("count", [150, pytest.param(2_000, marks=pytest.mark.long)])
def test_an_incident_of_thousands_and_its_neighbours_survive_a_restart_in_the_middle(
    count: int, on_kafka: Settings, start_on_kafka: Start
) -> None:
    def log() -> Iterator[tuple[LogMessage, str]]:
        for number, report in enumerate(reports(count)):
            yield report, GIANT_REGION
            if number % 10 == 0:  # a small one beside it, that nobody else reports
                small = a_real_attack("10:00", f"Town {number}", event_id=f"small-{number}", happened="09:00")
                yield small.model_copy(update={"recorded_at": report.recorded_at}), "western-africa"

    total = append(on_kafka, log(), PARTITIONS)
    first = start_on_kafka(module=MODULE, environment={"CORE": "real"}, batch_records=20)
    first.wait_ready()
    wait_until(lambda: first.applied() > total / 3, what="a third of it applied")
    first.end(signal.SIGKILL)
    second = start_on_kafka(module=MODULE, environment={"CORE": "real"}, batch_records=20)
    second.wait_ready()
    assert second.applied() < total, "there was no middle"
    wait_until(lambda: second.applied() == total, within_s=600, what="the log applied")
    sink = assert_sink_equals_replay(on_kafka, PARTITIONS, is_isolated=True, cores=real_cores())
    heads = [
        IncidentTimeline.model_validate_json(value) for (topic, _), (value, _) in sink.newest.items()
        if topic == TIMELINES and value is not None
    ]  # fmt: skip
    assert max(head.entries_total for head in heads) > 0.9 * count
    assert second.end() == 0


def _story() -> Iterator[LogMessage]:
    for number in range(12):
        place = "Kherson market" if number % 2 else "Kyiv"
        yield a_real_attack(
            f"10:{number:02d}", place, event_id=f"e{number}", killed=number % 5, happened="09:00",
            headline=f"Blast at {place} kills people {number}", publisher=f"Outlet {number}",
        )  # fmt: skip


def test_a_core_that_raises_before_and_after_it_has_changed_something_costs_its_record_alone(
    on_kafka: Settings, start_on_kafka: Start
) -> None:
    def poison(call: str) -> LogMessage:
        words = f"poison {call} at Kyiv"
        return a_real_attack("10:30", "Kyiv", event_id=f"poison-{call}", headline=words, happened="09:00")

    def behind(first: int) -> list[tuple[LogMessage, str]]:
        return [
            (
                a_statement(
                    f"11:{number:02d}", "Kyiv", event_id=f"s{number}", speaker="Mayor", stance="condemn",
                    refers_to=["e0"], publisher=f"Outlet {number}",
                ),
                "europe",
            )
            for number in range(first, first + 4)
        ]  # fmt: skip

    poisons = [poison(call) for call in CALLS]
    log = [*((report, "europe") for report in _story()), *((bad, "europe") for bad in poisons), *behind(0)]
    count = append(on_kafka, log, PARTITIONS)
    first = start_on_kafka(module=MODULE, environment={"CORE": "faulty"}, batch_records=5)
    first.wait_ready()
    wait_until(lambda: first.applied() == count, what="the log applied")
    assert len(first.facts("core_failed")) == len(poisons)
    first.end(signal.SIGKILL)

    again = [(poison("hold").model_copy(update={"event_id": "later"}), "europe"), *behind(4)]
    count += append(on_kafka, again, PARTITIONS)
    second = start_on_kafka(module=MODULE, environment={"CORE": "faulty"}, batch_records=5)
    second.wait_ready()
    wait_until(lambda: second.applied() == count, what="the log applied")
    assert second.facts("stopping") == []
    assert len(second.facts("core_failed")) == 1, "what was rejected came again"
    rejected = read_topic(on_kafka, REJECTED, PARTITIONS)
    assert [record.value for record in rejected] == [encode(bad) for bad in [*poisons, again[0][0]]]
    why = [read_rejection(record.headers) for record in rejected]
    assert {told.field for told in why if told} == {"value"}
    assert all(told is not None and "RuntimeError" in told.reason and " at 0x" not in told.reason for told in why)
    assert_sink_equals_replay(on_kafka, PARTITIONS, is_isolated=True, cores=FAULTY)
    assert second.end() == 0
