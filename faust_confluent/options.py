"""What Faust's settings say to librdkafka, and what they cannot say: the options of this transport."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from faust.exceptions import ImproperlyConfigured
from faust.types import TP, AppT
from faust.types.auth import CredentialsT
from yarl import URL

DEFAULT_PORT: Final = 9092
#: a fetch for which so much is there is answered at once
_GATHERED_BYTES: Final = 512 * 1024
#: half a second, the default, at the end of each changelog would be most of a short recovery
_IDLE_FETCH_MS: Final = 100
_FULL_QUEUE_MS: Final = 20
#: librdkafka's own log lines, where the application wants them
librdkafka_log: Final = logging.getLogger("faust_confluent.librdkafka")

#: the offsets to read next, by partition; a partition left out goes on from the group's committed offset
StartOffsets = Callable[[Collection[TP]], Mapping[TP, int]]


@dataclass(frozen=True, slots=True)
class Options:
    """Beyond Faust's settings. Give them with `configure(app, Options(...))` before the app starts.

    consumer, producer: further librdkafka settings, by librdkafka's names; they go before Faust's
    coalesce_s: seconds for which the broker gathers records before it answers a fetch; 0: none. It does not wait where
        512 KB are there. Fewer, larger batches: at 1,000 records/s 50 ms cost a quarter of the CPU per record of 5 ms
    start_offsets: for applications that keep the reached offset in their own state. Asked on the event loop after
        each assignment, when recovery is done
    most_held_bytes: of batch-first topics: while values of so many bytes are delivered and neither acknowledged nor
        dropped, nothing more is delivered, and then nothing more is fetched. A partition of which nothing is held
        gets one fetch all the same. Buffers count batches, and a batch of 500 records may weigh 50 kB or 500 MB.
        None: no bound
    """

    consumer: Mapping[str, Any] = field(default_factory=dict, repr=False)  # a password may stand in them
    producer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    coalesce_s: float = 0.0
    start_offsets: StartOffsets | None = None
    most_held_bytes: int | None = None


def servers(urls: Collection[URL]) -> str:
    """`bootstrap.servers` of Faust's broker URLs."""
    return ",".join(f"{url.host or '127.0.0.1'}:{url.port or DEFAULT_PORT}" for url in urls)


def consumer_config(app: AppT, urls: Collection[URL], options: Options) -> dict[str, Any]:
    """Settings of the librdkafka consumer of a Faust app. Raises ImproperlyConfigured."""
    conf = app.conf
    session_ms = int(conf.broker_session_timeout * 1000)
    config: dict[str, Any] = {
        **_common_config(app, urls),
        "group.id": conf.id,
        "session.timeout.ms": session_ms,
        "heartbeat.interval.ms": int(conf.broker_heartbeat_interval * 1000),
        # librdkafka refuses an interval below the session timeout
        "max.poll.interval.ms": max(int((conf.broker_max_poll_interval or 0) * 1000), session_ms),
        "auto.offset.reset": conf.consumer_auto_offset_reset,
        "max.partition.fetch.bytes": conf.consumer_max_fetch_size,
        # "range" gives the same numbers of co-partitioned topics to the same member, as tables need
        "partition.assignment.strategy": "range",
        # with read_uncommitted an aborted batch was restored with its offset, and its input skipped for ever
        "isolation.level": "read_committed",
        **gathering(options.coalesce_s, conf.consumer_max_fetch_size),
        # fetched and not yet polled: the default of 64 MB and 100,000 records is for clients with nothing else in
        # memory
        "queued.max.messages.kbytes": 32_768,
        # A full queue is looked at again after a second by default, and so small a one is empty long before (measured:
        # a backlog of 20,000 records of 1 kB through a queue of 256 kB in 20 s instead of .45; the service with nothing
        # to do for a record 28,000 records/s instead of 90,000)
        "fetch.queue.backoff.ms": _FULL_QUEUE_MS,
        **_static_membership(app),
        **options.consumer,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        # the end of a changelog must be seen: behind the last record there may be markers and aborted batches
        "enable.partition.eof": True,
    }
    if app.client_only:
        config["group.id"] = f"{conf.id}-client"
    return config


def producer_config(app: AppT, urls: Collection[URL], options: Options) -> dict[str, Any]:
    """Settings of the librdkafka producer of a Faust app. Raises ImproperlyConfigured."""
    conf = app.conf
    all_replicas = conf.producer_acks in (-1, "all")
    return {
        **_common_config(app, urls),
        "linger.ms": int(conf.producer_linger * 1000),
        "batch.size": conf.producer_max_batch_size,
        "acks": conf.producer_acks,
        "enable.idempotence": all_replicas,
        "message.max.bytes": conf.producer_max_request_size,
        "compression.type": conf.producer_compression_type or "none",
        "message.timeout.ms": max(int(conf.producer_request_timeout * 1000), int(conf.producer_linger * 1000) + 1),
        # as Java's and Faust's, so that tables are co-partitioned whoever produces
        "partitioner": "murmur2_random",
        **options.producer,
    }


def admin_config(app: AppT, urls: Collection[URL], options: Options) -> dict[str, Any]:
    """Settings of an admin client; librdkafka makes one of a producer's settings."""
    return {**_common_config(app, urls), **options.producer}


def _common_config(app: AppT, urls: Collection[URL]) -> dict[str, Any]:
    return {
        "bootstrap.servers": servers(urls),
        "client.id": app.conf.broker_client_id,
        "socket.keepalive.enable": True,
        **security_config(app.conf.broker_credentials),
    }


def gathering(coalesce_s: float, most_of_a_partition: int) -> dict[str, Any]:
    """How the broker answers fetches, in librdkafka's words.

    coalesce_s: as in `Options`
    most_of_a_partition: bytes that one fetch takes of one partition, whatever lies behind it. To wait for more than
        those would slow down the reading of a single backlog
    """
    if coalesce_s <= 0:
        return {"fetch.wait.max.ms": _IDLE_FETCH_MS}
    return {
        "fetch.wait.max.ms": max(round(coalesce_s * 1000), 1),
        "fetch.min.bytes": max(min(_GATHERED_BYTES, most_of_a_partition // 2), 1),
    }


def _static_membership(app: AppT) -> dict[str, Any]:
    instance = app.conf.consumer_group_instance_id
    return {"group.instance.id": instance} if instance else {}


def security_config(credentials: CredentialsT | None) -> dict[str, Any]:
    """Faust's credentials in librdkafka's words. Raises ImproperlyConfigured for what cannot be translated.

    An `ssl.SSLContext` does not tell which files it was made from: those go into Options (`ssl.ca.location` ...).
    """
    if credentials is None:
        return {}
    config: dict[str, Any] = {"security.protocol": credentials.protocol.value}
    if not credentials.protocol.value.startswith("SASL"):
        return config
    mechanism = credentials.mechanism.value  # type: ignore[attr-defined]  # CredentialsT does not declare it
    config["sasl.mechanism"] = mechanism
    if mechanism == "GSSAPI":
        config["sasl.kerberos.service.name"] = credentials.kerberos_service_name  # type: ignore[attr-defined]  # same
    elif mechanism == "OAUTHBEARER":
        raise ImproperlyConfigured(
            "Faust's OAuthCredentials hold a token provider of aiokafka: give librdkafka's own `oauth_cb` or "
            "`sasl.oauthbearer.*` in faust_confluent.Options(consumer=..., producer=...) instead"
        )
    else:
        config["sasl.username"] = credentials.username  # type: ignore[attr-defined]  # same
        config["sasl.password"] = credentials.password  # type: ignore[attr-defined]  # same
    return config
