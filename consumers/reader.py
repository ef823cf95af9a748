"""Reads the sink's topics as they grow: only committed records, filtered by headers before any value is parsed.

It assigns all partitions itself and commits nothing: a watcher leaves no trace on the broker, and any
number of them see everything. For services that share the work among instances, use a consumer group.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition

from runtime.clients import headers_in, is_end_of_partition, is_of_no_concern, new_consumer
from runtime.passing import is_passing
from runtime.refusals import hint, why_missing
from runtime.settings import Settings
from schemas.headers import Headers, read_headers
from schemas.topics import TIMELINES

_FETCHED_AT_ONCE: Final = 500
#: what comes within so long of a first record is one batch; librdkafka gives single records where it may not wait
_TOGETHER_S: Final = 0.02
_QUEUE_KILOBYTES: Final = 16_384
_METADATA_TIMEOUT_S: Final = 15.0
#: revisions remembered; beyond, the longest unseen are forgotten and an older head could be shown again
_MOST_REVISIONS: Final = 500_000


class CannotRead(Exception):
    """The sink cannot be read; says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents a watcher wants, by what headers say; None: any.

    An update's headers say kind and standing as they were with its record; its incident's head, what they are now.
    """

    region: str | None = None
    kind: str | None = None
    standing: str | None = None

    def takes(self, headers: Headers) -> bool:
        """False only where a header is there and says something else."""
        asked = (
            (self.region, headers.region),
            (self.kind, headers.incidentkind),
            (self.standing, headers.standing),
        )
        return all(wanted is None or said is None or wanted == said for wanted, said in asked)

    @property
    def needs_head(self) -> bool:
        """Whether an update can be judged only with its incident's head."""
        return self.kind is not None or self.standing is not None


class Record(NamedTuple):
    """A record of the sink. value: None for a head that is not wanted (any more): its value was not looked at."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    value: bytes | None


class SinkReader:
    """Records of some of the sink's topics, batch by batch. Use as a context manager.

    Of one incident's heads only the highest revision of a batch is handed on, and never a lower one later.
    trouble: what keeps the broker from answering, as long as it lasts; None: nothing
    heard: whether the last poll brought anything, if only the end of a partition
    """

    def __init__(
        self, settings: Settings, topics: Sequence[str], wanted: Wanted, *, new_only: Sequence[str] = ()
    ) -> None:
        """topics: read from the beginning, those in `new_only` from their end. Raises CannotRead, SettingsError."""
        self.trouble: str | None = None
        self.heard = False
        self._wanted = wanted
        self._revisions: OrderedDict[str, int] = OrderedDict()
        self._consumer: Consumer = new_consumer(settings, "watch", queued_max_messages_kbytes=_QUEUE_KILOBYTES)
        try:
            partitions = self._partitions(topics)
            self._behind = {(topic, number) for topic, count in partitions.items() for number in range(count)}
            self._consumer.assign(
                [
                    TopicPartition(topic, number, OFFSET_END if topic in new_only else OFFSET_BEGINNING)
                    for topic, number in sorted(self._behind)
                ]
            )
        except BaseException:
            self._consumer.close()
            raise

    @property
    def caught_up(self) -> bool:
        """Whether every partition has been read to its end at least once."""
        return not self._behind

    def poll(self, timeout_s: float) -> list[Record]:
        """The next records, after at most `timeout_s`; empty where nothing came. Raises CannotRead."""
        first = self._consumer.poll(timeout_s)
        self.heard = False
        if first is None:
            return []
        records: list[Record] = []
        for message in [first, *self._consumer.consume(_FETCHED_AT_ONCE - 1, timeout=_TOGETHER_S)]:
            error = message.error()
            if error is not None:
                self._note(message, error)
                continue
            self.trouble, self.heard = None, True
            record = self._record(message)
            if record is not None:
                records.append(record)
        return _newest_heads(records)

    def close(self) -> None:
        self._consumer.close()

    def __enter__(self) -> SinkReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _partitions(self, topics: Sequence[str]) -> Mapping[str, int]:
        try:
            there = self._consumer.list_topics(timeout=_METADATA_TIMEOUT_S).topics
        except KafkaException as error:
            raise CannotRead(f"the broker does not tell its topics: {error.args[0].str()}") from error
        missing = [topic for topic in topics if topic not in there or there[topic].error is not None]
        if missing:
            told = "; ".join(f"{topic}: {why}" for topic, why in why_missing(self._consumer, missing).items())
            raise CannotRead(f"the sink cannot be read: {told}")
        return {topic: len(there[topic].partitions) for topic in topics}

    def _note(self, message: Message, error: KafkaError) -> None:
        if is_end_of_partition(error):
            self._behind.discard(_place(message)[:2])
            self.trouble, self.heard = None, True
        elif is_of_no_concern(error):
            return
        elif is_passing(error):
            self.trouble = str(error.str())
        else:
            raise CannotRead(f"{message.topic() or 'the broker'}: {error.str()}{hint(error)}")

    def _record(self, message: Message) -> Record | None:
        key, value = message.key(), message.value()
        if key is None or value is None:
            return None  # the service writes neither; compaction of a foreign null is nothing to show
        topic, partition, offset = _place(message)
        name = (key if isinstance(key, bytes) else key.encode()).decode("utf-8", "replace")
        raw = value if isinstance(value, bytes) else value.encode()
        headers = read_headers(headers_in(message))
        wanted = self._wanted.takes(headers)
        if topic == TIMELINES:
            revision = headers.revision or 0
            if revision < self._revisions.get(name, 0):
                return None
            self._revisions[name] = revision
            self._revisions.move_to_end(name)
            if len(self._revisions) > _MOST_REVISIONS:
                self._revisions.popitem(last=False)
        elif not wanted:
            return None
        return Record(topic, partition, offset, name, headers, raw if wanted else None)


def _place(message: Message) -> tuple[str, int, int]:
    """Topic, partition and offset of a message that has come from a broker."""
    return message.topic() or "", message.partition() or 0, message.offset() or 0


def _newest_heads(records: list[Record]) -> list[Record]:
    """Without the heads that a later one in the same batch replaces."""
    newest = {record.key: index for index, record in enumerate(records) if record.topic == TIMELINES}
    return [record for index, record in enumerate(records) if record.topic != TIMELINES or newest[record.key] == index]
