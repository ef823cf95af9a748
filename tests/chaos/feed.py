"""The producer of a round: goes on sending, keeps the workers behind, and knows of each record what the broker said.

Its records are decided by the seed. It speaks to the brokers directly: what is in the log is what was sent.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from confluent_kafka import KafkaError, Message

from producers.feeds.coded import parse_coded
from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.arrival import stamped
from schemas.codec import LogMessage, encode
from schemas.decision import Tick
from schemas.event import AnyEvent
from schemas.headers import headers_of
from schemas.regions import partition_of, region_of
from schemas.topics import EVENTS
from tests.chaos.verdict import digest
from tests.tally_core import a_decision, an_attack

GOLD: Final = Path(__file__).parents[2] / "gold"
PARTITIONS: Final = 4
#: fill all four partitions, one of them with two regions
REGIONS: Final = ("western-africa", "europe", "middle-east", "oceania", "east-asia")
#: header that makes each record one of its own
NUMBER: Final = "chaos-number"
#: at least so many records a second, however far the workers are behind
_SLOWEST_PER_S: Final = 5
_STEP_S: Final = 0.05
_MOST_A_STEP: Final = 40
_FLUSH_S: Final = 300.0
_BEGIN: Final = datetime(2021, 11, 7, tzinfo=UTC)

#: partition, key, value, headers
Record = tuple[int, bytes | None, bytes, list[tuple[str, str | bytes | None]]]


def record(seed: int, number: int, core: str) -> Record:
    """The `number`-th record of a seed, from 0. One in thirty or so cannot be taken, each for another reason."""
    chooser = random.Random(f"{seed} {number}")
    luck = chooser.random()
    message, region = _gold(number) if core == "real" else _tally(number, chooser)
    if luck < 0.005:
        message = Tick(tick_id=f"t{number}", region=region, recorded_at=message.recorded_at)
    elif luck < 0.010:
        message = a_decision(f"{region}:none{number}", command_id=f"c{number}", minute=number)
    partition, key, value = partition_of(region, PARTITIONS), region.encode(), encode(message)
    headers: list[tuple[str, str | bytes | None]] = [*headers_of(message, region=region)]
    if luck > 0.997:
        partition = (partition + 1) % PARTITIONS  # a producer with another idea of partitions
    elif luck > 0.987:
        value = value[: len(value) // 2] + chooser.randbytes(8)
    elif luck > 0.983:
        headers = [(name, text) for name, text in headers if name != "ce_type"]
    elif luck > 0.981:
        key = None
    return partition, key, value, [*headers, (NUMBER, str(number).encode())]


def _tally(number: int, chooser: random.Random) -> tuple[LogMessage, str]:
    """For the tests' small core: incidents of some dozen reports, some of two incidents, some that make it raise."""
    region = chooser.choice(REGIONS)
    if chooser.random() < 0.02 and number > 200:
        known = f"{region}:fire{(number - 100) // 50}"
        return a_decision(known, command_id=f"k{number}", minute=number), region
    words = f"fire{number // 50}" if number % 3 else f"fire{number // 50}+flood{number // 80}"
    if number % 20 == 7:
        words = f"brief{number // 60}"
    if number % 300 == 11:
        words = "boom"
    return an_attack(f"{words} somewhere", f"e{number}", minute=number), region


def _gold(number: int) -> tuple[LogMessage, str]:
    """For the real core: the reports of gold/, again and again under new ids, as if they came now."""
    event = _gold_events()[number % len(_gold_events())]
    again = number // len(_gold_events())
    names: dict[str, Any] = {"event_id": f"{event.event_id}~{again}"}
    fresh = stamped(event.model_copy(update=names), _BEGIN + timedelta(seconds=number))
    return fresh, region_of(fresh)


@lru_cache(maxsize=1)
def _gold_events() -> list[AnyEvent]:
    rows = [line for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_bytes().splitlines()]
    random.Random("gold").shuffle(rows)
    return [parse_coded(row)[0] for row in rows]


class Feed:
    """Sends until told to stop. behind: how many records the workers have yet to apply; most_behind: where it pauses.

    acknowledged: (partition, offset) -> number of the record, as the broker said it
    """

    def __init__(
        self, settings: Settings, seed: int, core: str, *, behind: Callable[[], int], most_behind: int
    ) -> None:
        self._seed = seed
        self._core = core
        self._behind = behind
        self._most_behind = most_behind
        self._producer = new_producer(
            settings, "feed", message_timeout_ms=0, retries=2_147_483_647, reconnect_backoff_max_ms=500
        )
        self.sent = 0
        self.acknowledged: dict[tuple[int, int], int] = {}
        #: digests of what was sent, with the numbers
        self.number_of: dict[bytes, int] = {}
        #: by partition, the offset after the last one acknowledged
        self.ends = dict.fromkeys(range(PARTITIONS), 0)
        self.failure: BaseException | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Until every record was answered. Raises AssertionError."""
        self._is_over.set()
        self._thread.join(_FLUSH_S + 10)
        assert self.failure is None, f"the producer failed: {self.failure!r}"
        assert not self._thread.is_alive(), "the producer does not end"
        assert len(self.acknowledged) == self.sent, f"{self.sent - len(self.acknowledged)} records were not answered"

    def _run(self) -> None:
        try:
            owed = 0.0
            while not self._is_over.is_set():
                owed = min(owed + _SLOWEST_PER_S * _STEP_S, 2.0)
                unanswered = self.sent - len(self.acknowledged)  # while a broker is away, these would grow unseen
                room = min(self._most_behind - self._behind() - unanswered, _MOST_A_STEP)
                for _ in range(max(room, int(owed))):
                    self._send()
                owed -= int(owed)
                self._producer.poll(0)
                time.sleep(_STEP_S)
            self._producer.flush(_FLUSH_S)
        except BaseException as error:  # noqa: BLE001 - told by `stop`
            self.failure = error

    def _send(self) -> None:
        partition, key, value, headers = record(self._seed, self.sent, self._core)
        as_read = tuple((name, text.encode() if isinstance(text, str) else text) for name, text in headers)
        self.number_of[digest(key, value, as_read)] = self.sent
        self._producer.produce(
            EVENTS, value, key, partition, headers=headers, on_delivery=partial(self._answered, self.sent)
        )
        self.sent += 1

    def _answered(self, number: int, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            raise AssertionError(f"record {number} was not taken: {error}")
        partition, offset = message.partition(), message.offset()
        assert partition is not None
        assert offset is not None
        self.acknowledged[partition, offset] = number
        self.ends[partition] = max(self.ends[partition], offset + 1)


__all__ = ["NUMBER", "PARTITIONS", "Feed", "record"]
