"""What one run needs of Kafka: the log begun anew, the records of the scenario, how far the state has come, the sink.

One server serves all runs. The log topic is emptied (its offsets go on), the sink is read from where it ended before
the run, and each run has an app id, hence a group, transactional ids and a state of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Final, TypeVar

from confluent_kafka import OFFSET_END, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from processors.handover import RawRecord, decode_partition_state, is_partition_key
from processors.received import raw_record
from processors.restore import StoredState, read_states
from runtime.clients import is_end_of_partition, new_consumer, new_producer
from runtime.kafka_layout import Security
from runtime.settings import Settings, load_settings
from runtime.topic_admin import Outcome, create_topics, wanted_config
from schemas.topics import BY_NAME, EVENTS, UPDATES, changelog_topic
from tests.chaos.failpoints.scenario import PARTITIONS, Record
from tests.log_and_sink import SINK, send

#: so that a dead worker is missed after a second
SECURITY: Final = Security(properties={"group.min.session.timeout.ms": "1000"})
_WAIT_S: Final = 30.0
T = TypeVar("T")


class Stand:
    """On one Apache Kafka, which nobody else uses. One run at a time."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.settings = self._settings_of("failpoints")
        self._admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
        self._producer = new_producer(self.settings, "test", linger_ms=0)
        self._reader = new_consumer(self.settings, "test-reader")
        self._sink_starts: dict[tuple[str, int], int] = {}
        self._sent = [0] * PARTITIONS
        self._log_starts = [0] * PARTITIONS
        self._reached: dict[int, int] = {}

    def _settings_of(self, app_id: str) -> Settings:
        return load_settings({}, bootstrap_servers=self.bootstrap_servers, app_id=app_id, partitions=PARTITIONS)

    def close(self) -> None:
        self._reader.close()

    def begin(self, app_id: str) -> None:
        """An empty log, an empty state, a sink that is read from here on."""
        former = self.settings.app_id
        self.settings = self._settings_of(app_id)
        made = create_topics(self._admin, self.settings)
        assert all(one.outcome is not Outcome.FAILED for one in made), made
        self._empty_log()
        self._sent = list(self._log_starts)
        self._sink_starts = {
            (topic, number): self._end(topic, number) for topic in SINK for number in range(PARTITIONS)
        }
        self._follow_state()
        if changelog_topic(former) in self._admin.list_topics(timeout=_WAIT_S).topics:
            self._admin.delete_topics([changelog_topic(former)])[changelog_topic(former)].result(_WAIT_S)

    def send(self, records: Iterable[Record]) -> None:
        for record in records:
            send(self._producer, record.region, record.value, record.headers, record.partition)
            self._sent[record.partition] += 1
        assert self._producer.flush(_WAIT_S) == 0

    def is_applied(self) -> bool:
        """Whether the committed state has reached the end of the log in each partition."""
        while (message := self._reader.poll(0.005)) is not None:
            if message.error() is not None:
                continue
            record = raw_record(message)
            if record.key is not None and record.value is not None and is_partition_key(record.key):
                self._reached[record.partition] = decode_partition_state(record.value).offset
        return all(self._reached.get(number, -1) + 1 == self._sent[number] for number in range(PARTITIONS))

    def progress(self) -> str:
        return f"log {self._log_starts} to {self._sent}, state at {dict(sorted(self._reached.items()))}"

    def refuse_updates(self, refuse: bool) -> None:
        """Make the broker refuse what the worker writes (or take it again): every transaction must be aborted."""
        # Too little for an update, enough for the marker that ends a transaction (78 bytes): without a marker the
        # broker would keep the transaction, and the transactional id, until it is started anew.
        size = "150" if refuse else wanted_config(BY_NAME[UPDATES], self.settings)["max.message.bytes"]
        entry = ConfigEntry("max.message.bytes", size, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, UPDATES, incremental_configs=[entry])
        self._admin.incremental_alter_configs([resource])[resource].result(_WAIT_S)

    def log(self) -> list[RawRecord]:
        return self._read({(EVENTS, number): self._log_starts[number] for number in range(PARTITIONS)})

    def sink(self) -> list[RawRecord]:
        """What a read_committed reader of the sink topics sees of this run."""
        return self._read(self._sink_starts)

    def states(self) -> dict[int, StoredState]:
        return read_states(self.settings, range(PARTITIONS), is_wanted=lambda: True)

    def _empty_log(self) -> None:
        for number in range(PARTITIONS):
            self._log_starts[number] = _when_led(partial(self._emptied, number))

    def _emptied(self, partition: int) -> int:
        """Where the partition of the log begins, now that what it held is gone."""
        place = TopicPartition(EVENTS, partition, OFFSET_END)
        return int(self._admin.delete_records([place])[place].result(_WAIT_S).low_watermark)

    def _end(self, topic: str, partition: int) -> int:
        place = TopicPartition(topic, partition)
        low_and_end = _when_led(lambda: self._reader.get_watermark_offsets(place, timeout=_WAIT_S))
        assert low_and_end is not None
        return low_and_end[1]

    def _follow_state(self) -> None:
        topic = changelog_topic(self.settings.app_id)
        self._reached = {}
        self._reader.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
        self._end(topic, 0)  # any answer from the network makes librdkafka begin to fetch

    def _read(self, starts: dict[tuple[str, int], int]) -> list[RawRecord]:
        self._reader.assign([TopicPartition(*place, start) for place, start in starts.items()])
        self._end(EVENTS, 0)
        found: dict[tuple[str, int], list[RawRecord]] = {place: [] for place in starts}
        unfinished = set(found)
        until = monotonic() + _WAIT_S
        while unfinished:
            message = self._reader.poll(1)
            assert monotonic() < until, f"{unfinished} do not end"
            if message is None:
                continue
            place = (str(message.topic()), int(message.partition() or 0))
            if is_end_of_partition(message.error()):
                unfinished.discard(place)
            else:
                assert message.error() is None, message.error()
                found[place].append(raw_record(message))
        return [record for place in sorted(found) for record in found[place]]


def _when_led(ask: Callable[[], T]) -> T:
    """A topic that was made a moment ago has no leader yet."""
    until = monotonic() + _WAIT_S
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.NOT_LEADER_FOR_PARTITION or monotonic() > until:
                raise


__all__ = ["SECURITY", "Stand"]
