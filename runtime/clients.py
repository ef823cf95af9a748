"""The Kafka clients of this project: one place for addresses, security and the settings that matter.

All clients are confluent-kafka (librdkafka). Consumers read only committed records.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress
from operator import methodcaller
from pathlib import Path
from typing import Any, Final

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but imported there without `as`
    AdminClient,
    OffsetSpec,
)

from .refusals import bad_files, hung_up, refused_login
from .settings import PREFIX, Settings, SettingsError

#: what one message may weigh with its headers and envelope; above schemas.codec.MAX_RECORD_BYTES
_MESSAGE_MAX_BYTES: Final = 1_048_576
#: how long a question may wait before it is looked whether the broker has refused us meanwhile
_SLICE_S: Final = 0.5
_LEARN_S: Final = 1.0
#: what librdkafka says of partitions out of its memory alone
_KEPT_TOO_LONG: Final = frozenset(
    {KafkaError._UNKNOWN_PARTITION, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE}
)
#: what librdkafka says around its reasons: which of its connections it was, and how long in which of its states
_ITS_OWN: Final = re.compile(r"^\S+/(?:bootstrap|\d+): | \(after \d+ms in state .*\)$")
_headers: Final[Callable[[Message], list[tuple[str, bytes | None]] | None]] = methodcaller("headers")


class BrokerUnreachable(Exception):
    """No broker answered. Says which address was tried and what to do."""

    def __init__(self, servers: str, why: str) -> None:
        super().__init__(
            f"no Kafka broker answers at {servers} ({_ITS_OWN.sub('', why)}): start one (`timelines kafka start`), "
            f"or set {PREFIX}BOOTSTRAP_SERVERS or --bootstrap-servers to one that runs"
        )


def client_config(settings: Settings, client_id: str) -> dict[str, Any]:
    """Address and security, as librdkafka names them. Raises SettingsError without an address."""
    if settings.bootstrap_servers is None:
        raise SettingsError(
            f"{PREFIX}BOOTSTRAP_SERVERS",
            'is not set: set it, or give --bootstrap-servers, for example "127.0.0.1:9092", where '
            "`timelines kafka start` starts a broker",
        )
    config: dict[str, Any] = {
        "bootstrap.servers": settings.bootstrap_servers,
        "client.id": f"{settings.app_id}-{client_id}",
        "security.protocol": settings.security_protocol,
        "log_level": 0,  # librdkafka would write a line to stderr every 50 ms; the reasons reach us as errors
        "reconnect.backoff.max.ms": 2_000,
        "socket.keepalive.enable": True,
        "broker.address.family": "any",
    }
    if settings.security_protocol.startswith("SASL"):
        config["sasl.mechanism"] = settings.sasl_mechanism
        config["sasl.username"] = settings.sasl_username
        config["sasl.password"] = settings.sasl_password.get_secret_value() if settings.sasl_password else ""
    if settings.security_protocol.endswith("SSL"):
        for name in ("ssl_ca_location", "ssl_certificate_location", "ssl_key_location"):
            if (path := getattr(settings, name)) is not None:
                config[name.replace("_", ".")] = _readable(f"{PREFIX}{name.upper()}", path)
        if settings.ssl_key_password is not None:
            config["ssl.key.password"] = settings.ssl_key_password.get_secret_value()
    return config


def _readable(variable: str, path: Path) -> str:
    """librdkafka says of a file that is not there that its contents are wrong. Raises SettingsError."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise SettingsError(variable, f"{path} cannot be read ({error.strerror}): name a PEM file") from error
    return str(path)


def new_producer(settings: Settings, client_id: str, **extra: Any) -> Producer:
    """An idempotent producer. `extra`: further librdkafka settings, underscores for dots."""
    return Producer(
        {
            **client_config(settings, client_id),
            "enable.idempotence": True,
            "acks": "all",
            "partitioner": "murmur2_random",  # as Java's, so that every producer of every language agrees
            "compression.type": "zstd",
            "linger.ms": 5,
            "message.max.bytes": _MESSAGE_MAX_BYTES,
            **_dotted(extra),
        }
    )


def new_consumer(settings: Settings, client_id: str, group: str | None = None, **extra: Any) -> Consumer:
    """A consumer of committed records that starts at the beginning. group None: it only assigns partitions."""
    return Consumer(
        {
            **client_config(settings, client_id),
            "group.id": group or f"{settings.app_id}-{client_id}",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.message.max.bytes": _MESSAGE_MAX_BYTES,
            "fetch.wait.max.ms": 100,
            **_dotted(extra),
        }
    )


def new_admin(settings: Settings, client_id: str = "admin") -> AdminClient:
    return AdminClient(client_config(settings, client_id))


def check_reachable(settings: Settings, timeout_s: float = 10.0) -> None:
    """Raises BrokerUnreachable unless a broker answers within the time.

    SettingsError without an address, and as soon as a broker refuses the login or a certificate is wrong: librdkafka
    itself would try for ever.
    """
    told: list[KafkaError] = []
    config = client_config(settings, "probe")
    config["error_cb"] = told.append
    try:
        probe = AdminClient(config)
    except KafkaException as error:
        raise bad_files(error.args[0]) or error from error
    end = time.monotonic() + timeout_s
    while True:
        left = end - time.monotonic()
        try:
            probe.list_topics(timeout=max(0.1, min(left, _SLICE_S)))
        except KafkaException as error:
            probe.poll(0)  # serves error_cb: what librdkafka itself says of the failure
            for reason in told:
                if (refused := refused_login(reason, settings)) is not None:
                    raise refused from error
            if left <= _SLICE_S:
                if (refused := hung_up(settings)) is not None:
                    raise refused from error
                why = told[0].str() if told else error.args[0].str()
                raise BrokerUnreachable(config["bootstrap.servers"], why) from error
        else:
            return


def ask_marks(consumer: Consumer, place: TopicPartition, timeout_s: float) -> tuple[int, int]:
    """(first offset, offset after the last committed record) of a partition. Raises KafkaException.

    A broker that has just come back says for a moment that nobody leads its partitions. Of topics that it does not read
    librdkafka (2.16) remembers that as "unknown partition" or "not leader", and asks no more for minutes: so we do.
    """
    try:
        return consumer.get_watermark_offsets(place, timeout=timeout_s)
    except KafkaException as error:
        if error.args[0].code() not in _KEPT_TOO_LONG:
            raise
        topic = consumer.list_topics(place.topic, timeout=timeout_s).topics.get(place.topic)
        if topic is None or place.partition not in topic.partitions:
            raise
    try:
        return consumer.get_watermark_offsets(place, timeout=timeout_s)
    except KafkaException as error:
        if error.args[0].code() != KafkaError._UNKNOWN_PARTITION:
            raise
        # it is there, as we have just heard
        raise KafkaException(KafkaError(KafkaError.LEADER_NOT_AVAILABLE, f"nobody leads {place.topic}")) from error


def ask_ends(
    admin: AdminClient, topic: str, partitions: Collection[int], level: IsolationLevel, timeout_s: float
) -> dict[int, Future[Any]]:
    """The offset that the next record of each partition will get, as `.result(seconds).offset`.

    level: READ_COMMITTED: of what readers can see, which may be less. The futures raise KafkaException, or their result
    is below 0: librdkafka (2.16) gives that for an answer where the broker gave none in time. Before it is asked again
    after a failure, `learn_leaders`.
    """
    wanted = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in partitions}  # type: ignore[no-untyped-call]  # its stub lacks one
    answers = admin.list_offsets(wanted, isolation_level=level, request_timeout=timeout_s)
    return {place.partition: answer for place, answer in answers.items()}


def learn_leaders(admin: AdminClient, topic: str) -> None:
    """As far as it can be done in a second.

    For `ask_ends` librdkafka (2.16) goes by the leaders that it was told of first. After a restart the broker refuses
    the question as one of an older epoch, and is asked the same again for minutes.
    """
    with suppress(KafkaException):
        admin.list_topics(topic, timeout=_LEARN_S)


def is_end_of_partition(error: KafkaError | None) -> bool:
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def is_of_no_concern(error: KafkaError | None) -> bool:
    """For a consumer that assigns its partitions itself: librdkafka looks for its group's coordinator all the same.

    It needs no answer, so its user needs no right on that group.
    """
    return error is not None and error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED


def headers_in(message: Message) -> list[tuple[str, bytes | None]]:
    """Headers as they stand in the record: in order, names repeated. None at all where the name of one is no UTF-8.

    Of such a record confluent-kafka (2.16) gives pairs with nothing at all in the place of names, and whoever looks at
    one ends with the process: so they are taken out. The error that it leaves with its first answer is looked for
    where C calls C; Python (3.11) itself, once a line has run often, meets it somewhere behind.
    """
    try:
        return _headers(message) or []
    except SystemError:
        message.set_headers([])
        return []


def raw_headers(message: Message) -> tuple[tuple[str, bytes | None], ...]:
    """The same, for keeping."""
    return tuple((name, raw_bytes(value)) for name, value in headers_in(message))


def raw_bytes(value: bytes | str | None) -> bytes | None:
    """A key or a value; the client's types allow for text, which raw clients never give."""
    return value.encode() if isinstance(value, str) else value


def _dotted(extra: Mapping[str, Any]) -> dict[str, Any]:
    # callbacks (error_cb, stats_cb) are the client's own names, not librdkafka's
    return {name if name.endswith("_cb") else name.replace("_", "."): value for name, value in extra.items()}
