"""The embedded broker: librdkafka's mock cluster, which speaks the Kafka protocol in this process.

For a first look and fast tests: nothing to install, nothing on disk. What it cannot do is said here and
nowhere else: see LIMITS.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import confluent_kafka

from schemas.topics import DEFAULT_PARTITIONS, REGISTRY, changelog_topic

from .settings import Settings

LIMITS: Final = (
    "everything is in memory and gone when it stops; about 5 MB are kept per partition, older records are dropped "
    "when there are more; no topic creation by clients, no compaction, no retention; transactions are accepted "
    "but not isolated: what an aborted one wrote stays visible, and a former owner is not fenced; no security; one node"
)


class EmbeddedBroker:
    """A Kafka-protocol broker on loopback. Use as a context manager.

    topics: names to create, each with `partitions` partitions; the project's own are always there
    """

    def __init__(self, topics: Iterable[str] = (), *, partitions: int = DEFAULT_PARTITIONS) -> None:
        library = _librdkafka()
        reason = ctypes.create_string_buffer(512)
        self._library = library
        configuration = library.rd_kafka_conf_new()
        library.rd_kafka_conf_set(configuration, b"log_level", b"0", reason, len(reason))
        self._handle = library.rd_kafka_new(0, configuration, reason, len(reason))
        if not self._handle:
            raise RuntimeError(f"librdkafka gave no handle: {reason.value.decode()}")
        self._cluster = library.rd_kafka_mock_cluster_new(self._handle, 1)
        if not self._cluster:
            raise RuntimeError("librdkafka's mock cluster did not start")
        self.bootstrap_servers: str = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self._rebalance_at_once()
        state = changelog_topic(str(Settings.model_fields["app_id"].default))
        for topic in dict.fromkeys([*(topic.name for topic in REGISTRY), state, *topics]):
            self.create_topic(topic, partitions)

    def create_topic(self, name: str, partitions: int) -> None:
        """Raises RuntimeError where the topic exists already."""
        code = self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)
        if code != 0:
            raise RuntimeError(f"topic {name} was not created (librdkafka error {code}): it exists already")

    def _rebalance_at_once(self) -> None:
        # waiting 3 s for more members, the default, is for clusters where many workers start together
        setter = getattr(self._library, "rd_kafka_mock_group_initial_rebalance_delay_ms", None)
        if setter is not None:
            setter.argtypes = [ctypes.c_void_p, ctypes.c_int32]
            setter(self._cluster, 100)

    def stop(self) -> None:
        """End the broker; what it held is gone. Safe to call twice."""
        if self._cluster:
            self._library.rd_kafka_mock_cluster_destroy(self._cluster)
            self._cluster = None
            self._library.rd_kafka_destroy(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _librdkafka() -> ctypes.CDLL:
    """The library inside confluent-kafka's wheel: confluent_kafka.libs on Linux, .dylibs on macOS."""
    package = Path(confluent_kafka.__file__).parent
    found = [
        *sorted(package.parent.glob("confluent_kafka.libs/librdkafka*.so*")),
        *sorted(package.glob(".dylibs/librdkafka*.dylib")),
    ]
    if not found:
        raise RuntimeError(
            "confluent-kafka was installed without its own librdkafka: install its wheel, "
            "or use Apache Kafka (`timelines kafka start`)"
        )
    library = ctypes.CDLL(str(found[0]))
    library.rd_kafka_conf_new.restype = ctypes.c_void_p
    library.rd_kafka_conf_set.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_size_t,
    ]
    library.rd_kafka_new.restype = ctypes.c_void_p
    library.rd_kafka_new.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.rd_kafka_destroy.argtypes = [ctypes.c_void_p]
    library.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.rd_kafka_mock_cluster_destroy.argtypes = [ctypes.c_void_p]
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    library.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]
    library.rd_kafka_mock_topic_create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    return library


def main(arguments: list[str]) -> int:
    """`python -m runtime.embedded [PARTITIONS [TOPIC ...]]`: prints the address, serves until it is told to end."""
    if arguments and not (arguments[0].isdecimal() and int(arguments[0])):
        sys.stderr.write("use: python -m runtime.embedded [PARTITIONS [TOPIC ...]]\n")
        return 2
    partitions = int(arguments[0]) if arguments else DEFAULT_PARTITIONS
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with EmbeddedBroker(arguments[1:], partitions=partitions) as broker:
        sys.stdout.write(broker.bootstrap_servers + "\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
