"""How far the workers have come, by what they committed: the offset in the partition's own state record.

What is heard may be seconds old where a broker is away, so the lag at a moment is told afterwards, from the times in
the records themselves: a record bears the time before its commit, so that lag is the least that it can have been.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from processors.handover import decode_partition_state, partition_key
from runtime.clients import ask_marks, is_end_of_partition, new_consumer
from runtime.settings import Settings
from schemas.topics import changelog_topic

_POLL_S: Final = 0.1
_ASK_S: Final = 2.0


class Progress:
    """Follows the changelog as a reader of committed records, directly at the brokers, in a thread of its own."""

    def __init__(self, settings: Settings, partitions: int) -> None:
        self._topic = changelog_topic(settings.app_id)
        self._settings = settings
        self._partitions = range(partitions)
        self._keys = {partition_key(number): number for number in self._partitions}
        #: by partition: last offset applied, and where in the changelog this stands
        self._applied = dict.fromkeys(self._partitions, -1)
        self._seen_to = dict.fromkeys(self._partitions, 0)
        #: by partition: when each offset was about to be committed, in ms, and the offsets
        self._times: dict[int, list[int]] = {number: [] for number in self._partitions}
        self._offsets: dict[int, list[int]] = {number: [] for number in self._partitions}
        self._asker: Consumer = new_consumer(settings, "progress-asker")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join(10)
        self._asker.close()

    def applied(self) -> dict[int, int]:
        """By partition the last offset applied, -1 for none; as far as was heard."""
        return dict(self._applied)

    def applied_at(self, moment_ms: int) -> dict[int, int]:
        """By partition the last offset that can have been applied at a moment, of all that was heard until now."""
        found = {}
        for number in self._partitions:
            at = bisect_right(self._times[number], moment_ms)
            found[number] = self._offsets[number][at - 1] if at else -1
        return found

    def now(self, within_s: float) -> dict[int, int]:
        """The same, of everything that was committed before the call. Raises AssertionError where nobody answers."""
        deadline = time.monotonic() + within_s
        for number in self._partitions:
            end = self._end(number, deadline)
            while self._seen_to[number] < end:
                assert time.monotonic() < deadline, f"{self._topic}[{number}] gives nothing more"
                time.sleep(0.01)
        return self.applied()

    def _end(self, number: int, deadline: float) -> int:
        while True:
            try:
                # of a reader of committed records this is the last stable offset
                return ask_marks(self._asker, TopicPartition(self._topic, number), _ASK_S)[1]
            except KafkaException as error:
                assert time.monotonic() < deadline, f"no broker says the end of {self._topic}[{number}]: {error}"
                time.sleep(0.05)

    def _run(self) -> None:
        consumer: Consumer = new_consumer(self._settings, "progress", reconnect_backoff_max_ms=250)
        consumer.assign([TopicPartition(self._topic, number, OFFSET_BEGINNING) for number in self._partitions])
        while not self._is_over.is_set():
            for message in consumer.consume(500, _POLL_S):
                number, offset = message.partition(), message.offset()
                if is_end_of_partition(message.error()):
                    self._seen_to[number] = max(self._seen_to[number], offset)
                elif message.error() is None:
                    if message.key() in self._keys:
                        self._applied[number] = decode_partition_state(message.value()).offset
                        # a new owner's clock never runs back here: all of them are on this machine
                        self._times[number].append(max([*self._times[number][-1:], message.timestamp()[1]]))
                        self._offsets[number].append(self._applied[number])
                    self._seen_to[number] = offset + 1
        consumer.close()


def lag(ends: dict[int, int], applied: dict[int, int]) -> int:
    """Records of the log that wait. ends: by partition, the offset after the last record."""
    return sum(max(0, end - (applied[number] + 1)) for number, end in ends.items())


__all__ = ["Progress", "lag"]
