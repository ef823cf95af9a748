"""Apache Kafka brings more, and larger, than the worker can take: bounded memory, nothing lost, nothing stuck."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from runtime.clients import client_config, new_admin
from runtime.settings import Settings
from schemas.codec import MAX_RECORD_BYTES, TYPE_EVENT, encode
from schemas.event import AnyEvent
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.rejection import read_rejection
from schemas.topics import EVENTS, REJECTED
from tests.integration.overload.flood import MODULE, PARTITIONS, REGIONS, rss_mb
from tests.log_and_sink import assert_sink_equals_replay, read_topic, send
from tests.tally_core import an_attack
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.kafka

#: a producer that takes what ours would not
LARGE = 6_000_000
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#: of a worker that has taken a first batch of largest records: 64 MiB held, and what two stages before have ready
MOST_GROWTH_MB = 200


@pytest.fixture
def settings(on_kafka: Settings) -> Settings:
    """The log takes five times what its registry says."""
    admin = new_admin(on_kafka)
    larger = ConfigEntry("max.message.bytes", str(LARGE), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, EVENTS, incremental_configs=[larger])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(30)
    return on_kafka


@pytest.fixture
def start_worker(settings: Settings, start_on_kafka: Callable[..., WorkerProcess]) -> Callable[..., WorkerProcess]:
    return start_on_kafka


def a_producer(settings: Settings, **given: Any) -> Producer:
    return Producer({**client_config(settings, "flood"), "message.max.bytes": LARGE, "linger.ms": 5, **given})


def random_text(length: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(_LETTERS, k=length))


def of_size(size: int, headline: str, event_id: str) -> AnyEvent:
    """An event that the codec writes with exactly so many bytes."""
    event = an_attack(headline, event_id)
    text = random_text(890_000, size)  # an article may have 900,000 characters
    filled = event.model_copy(update={"text": text})
    rest = size - len(encode(filled))
    extra = {f"k{number}": "x" * 1_900 for number in range(rest // 2_000)}
    filled = filled.model_copy(update={"extra": extra})
    rest = size - len(filled.model_dump_json(exclude_none=True).encode())
    return filled.model_copy(update={"text": text + "y" * rest})


def flood(settings: Settings, start_worker: Callable[..., WorkerProcess], count: int, core_ms: int) -> str:
    """Largest records into all partitions, faster than they are worked off. Answers a line of figures."""
    worker = start_worker(module=MODULE, environment={"CORE_MS": str(core_ms)})
    worker.wait_ready()
    producer = a_producer(settings)
    text = random_text(890_000, 1)

    def add(number: int) -> None:
        region = REGIONS[number % len(REGIONS)]
        event = an_attack(f"slow{number // 20} somewhere", f"f{number}").model_copy(
            update={"text": text[number % 5_000 :]}
        )
        send(producer, region, encode(event), headers_of(event, region=region), partition_of(region, PARTITIONS))

    for number in range(6):
        add(number)
    producer.flush(60)
    wait_until(lambda: worker.applied() == 6, what="the first ones applied")
    warm = rss_mb(worker)
    curve: list[float] = []
    began = time.monotonic()
    for number in range(6, count):
        add(number)
        if number % 10 == 0:
            curve.append(rss_mb(worker))
    producer.flush(120)
    lag = count - worker.applied()
    while worker.applied() < count:
        curve.append(rss_mb(worker))
        time.sleep(0.1)
    assert lag > count / 4, f"only {lag} of {count} waited: it was no flood"
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
    assert worker.end() == 0
    grown = max(curve) - warm
    figures = (
        f"{count} records of 0.89 MB in {time.monotonic() - began:.0f} s, {lag} waited when the last was sent; "
        f"RSS {warm:.0f} MB, at most {max(curve):.0f} MB (+{grown:.0f}), curve "
        f"{[round(value) for value in curve[:: max(1, len(curve) // 20)]]}"
    )
    print(figures)
    assert grown < MOST_GROWTH_MB, figures
    return figures


@pytest.mark.parametrize("count", [300, pytest.param(1_500, marks=pytest.mark.long)])
def test_a_flood_of_the_largest_records_leaves_memory_bounded_and_loses_nothing(
    count: int, settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    # slow enough that even a machine that is busy otherwise sends faster
    flood(settings, start_worker, count, 40)


def test_records_of_the_largest_size_are_taken_and_above_it_rejected_with_all_their_bytes(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    largest = of_size(MAX_RECORD_BYTES, "fire at the edge", "largest")
    assert len(encode(largest)) == MAX_RECORD_BYTES
    above = encode(largest).replace(b'"largest"', b'"largest1"')
    huge = random_text(5_000_000, 3).encode()
    many_headers = [(f"h{number}", b"v" * 100) for number in range(500)]
    good = headers_of(largest, region="europe")
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        producer = a_producer(settings, **{"compression.type": codec})
        event = an_attack(f"{codec} burns", f"codec-{codec}")
        send(producer, "europe", encode(event), headers_of(event, region="europe"), partition_of("europe", PARTITIONS))
        assert producer.flush(60) == 0
    producer = a_producer(settings)
    at = partition_of("europe", PARTITIONS)
    send(producer, "europe", encode(largest), good, at)
    send(producer, "europe", above, good, at)
    send(producer, "europe", huge, [*good, *many_headers], at)
    send(producer, "europe", encode(an_attack("flood", "behind")), [("ce_type", TYPE_EVENT.encode())], at)
    assert producer.flush(120) == 0
    worker = start_worker()
    worker.wait_ready()
    wait_until(lambda: worker.applied() == 9, what="the log applied")
    rejected = read_topic(settings, REJECTED, PARTITIONS)
    assert [record.value for record in rejected] == [above, huge]
    why = [read_rejection(record.headers) for record in rejected]
    assert [(told.field, told.offset) for told in why if told] == [("value", 6), ("value", 7)]
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
    assert worker.end() == 0


def test_a_limit_on_rejects_stops_the_worker_and_a_higher_one_goes_on_where_it_stopped(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    producer = a_producer(settings)
    for number in range(300):
        good = an_attack(f"fire{number // 20}", f"e{number}")
        value = encode(good) if number % 3 else b"{%d" % number
        at = partition_of("europe", PARTITIONS)
        send(producer, "europe", value, headers_of(good, region="europe"), at)
    assert producer.flush(60) == 0
    first = start_worker(max_rejected_per_minute=40, batch_records=30)
    assert first.wait() == 1
    (failure,) = first.facts("stopping")
    assert "more than 40 records were rejected within a minute" in failure["reason"]
    assert "value:" in failure["reason"]
    assert "TIMELINES_MAX_REJECTED_PER_MINUTE" in failure["reason"]
    assert "exception" not in failure
    before = len(read_topic(settings, REJECTED, PARTITIONS))
    assert 0 < before <= 40
    second = start_worker(max_rejected_per_minute=1_000, batch_records=30)
    second.wait_ready()
    wait_until(lambda: second.applied() == 300, what="the log applied")
    assert len(assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True).rejects) == 100
