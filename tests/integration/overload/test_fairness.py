"""A region that is flooded does not hold up another one that the same worker has: each partition waits for itself."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.codec import encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from tests.log_and_sink import assert_sink_equals_replay, send
from tests.tally_core import an_attack
from tests.tally_service import PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.broker

FLOODED, CALM = "europe", "western-africa"
MODULE = "tests.integration.poison.troubled_worker"
#: of a record of the calm region, from its sending to its commit, while the other region has seconds of work waiting
MOST_LATE_S = 2.0


def lateness(
    settings: Settings, start_worker: Callable[..., WorkerProcess], *, flood: int, letters: int, core_ms: int
) -> list[float]:
    """Seconds from the sending of each of six records of the calm region to its commit.

    flood: records of the other region that wait meanwhile; letters: of text in each; core_ms: what one costs the core
    """
    worker = start_worker(module=MODULE, environment={"CORE_MS": str(core_ms)})
    worker.wait_ready()
    producer = new_producer(settings, "flood")

    def add(region: str, event_id: str, words: str, text: str | None = None) -> None:
        event = an_attack(words, event_id).model_copy(update={"text": text})
        send(producer, region, encode(event), headers_of(event, region=region), partition_of(region, PARTITIONS))

    def applied(region: str) -> float:
        return worker.metric("applied_offset").get(f'partition="{partition_of(region, PARTITIONS)}"', -1.0)

    text = "".join(chr(97 + number * number % 26) for number in range(letters)) or None
    for number in range(flood):
        add(FLOODED, f"f{number}", f"slow{number // 20} somewhere", text)
    assert producer.flush(60) == 0
    wait_until(lambda: applied(FLOODED) >= 0, what="the flood begun")
    late = []
    for number in range(6):
        began = time.monotonic()
        add(CALM, f"c{number}", f"calm{number} somewhere")
        producer.flush(10)
        wait_until(lambda wanted=number: applied(CALM) >= wanted, what="the calm region's record")
        late.append(time.monotonic() - began)
        time.sleep(max(0.0, 0.5 - late[-1]))
    waiting = flood - 1 - applied(FLOODED)
    print(f"late {[round(value, 2) for value in late]}, {waiting:.0f} of {flood} still wait")
    assert waiting > flood / 10, "the flood was over before: it held up nobody"
    wait_until(lambda: applied(FLOODED) == flood - 1, what="the flood worked off")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
    assert worker.end() == 0
    return late


@pytest.mark.parametrize(
    ("flood", "letters", "core_ms"),
    [
        pytest.param(2_500, 0, 3, id="many records"),
        pytest.param(120, 800_000, 50, id="large records", marks=pytest.mark.long),
    ],
)
def test_a_flooded_region_keeps_no_other_one_waiting(
    flood: int, letters: int, core_ms: int, settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    late = lateness(settings, start_worker, flood=flood, letters=letters, core_ms=core_ms)
    assert max(late) < MOST_LATE_S, late
