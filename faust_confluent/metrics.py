"""librdkafka's own figures for Prometheus. Needs prometheus_client; nothing else of this folder does.

configure(app, Options(consumer={"statistics.interval.ms": 5000}))
registry.register(StatisticsCollector(lambda: {"worker": app.consumer.statistics}))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

#: what librdkafka last reported (the JSON of its `stats_cb`, read), by a name of the client's; empty: nothing yet
Statistics = Callable[[], Mapping[str, Mapping[str, Any]]]

_MICROSECONDS: Final = 1e-6
#: librdkafka's broker states that mean: requests can be sent
_UP: Final = frozenset({"UP"})


class StatisticsCollector(Collector):
    """Lag, queues, round trips and broker states of any number of librdkafka clients.

    statistics: asked at each scrape, so a client that comes or goes needs no registration
    prefix: of the metrics' names
    """

    def __init__(self, statistics: Statistics, *, prefix: str = "librdkafka") -> None:
        self._statistics = statistics
        self._prefix = prefix

    def describe(self) -> Iterable[Metric]:
        """Names without values: a registry asks for them when it is given the collector."""
        return self._families().values()

    def collect(self) -> Iterable[Metric]:
        families = self._families()
        for client, statistics in self._statistics().items():
            if statistics:
                _add_client(families, client, statistics)
                _add_brokers(families, client, statistics.get("brokers", {}))
                _add_partitions(families, client, statistics.get("topics", {}))
        return families.values()

    def _families(self) -> dict[str, GaugeMetricFamily]:
        wanted = (
            ("queued_operations", "Operations that wait for the application to poll.", ("client",)),
            ("queued_records", "Records that wait to be sent.", ("client",)),
            ("queued_bytes", "Bytes of records that wait to be sent.", ("client",)),
            ("fetched_records", "Records that were fetched and not yet polled.", ("client", "topic", "partition")),
            ("consumer_lag_records", "Records behind the end of the log (the last stable one).",
             ("client", "topic", "partition")),
            ("broker_up", "1 where there is a connection that takes requests.", ("client", "broker")),
            ("broker_rtt_seconds", "Round trip of requests to a broker.", ("client", "broker", "quantile")),
            ("broker_waiting_requests", "Requests that were not sent or not yet answered.", ("client", "broker")),
        )  # fmt: skip
        return {name: GaugeMetricFamily(f"{self._prefix}_{name}", text, labels=labels) for name, text, labels in wanted}


def _add_client(families: Mapping[str, GaugeMetricFamily], client: str, statistics: Mapping[str, Any]) -> None:
    families["queued_operations"].add_metric([client], statistics.get("replyq", 0))
    families["queued_records"].add_metric([client], statistics.get("msg_cnt", 0))
    families["queued_bytes"].add_metric([client], statistics.get("msg_size", 0))


def _add_brokers(families: Mapping[str, GaugeMetricFamily], client: str, brokers: Mapping[str, Any]) -> None:
    for broker in brokers.values():
        if broker.get("nodeid", -1) < 0:
            continue  # a bootstrap address or the coordinator's alias: the same broker is there under its number
        number = str(broker["nodeid"])
        families["broker_up"].add_metric([client, number], float(broker.get("state") in _UP))
        waiting = broker.get("outbuf_cnt", 0) + broker.get("waitresp_cnt", 0)
        families["broker_waiting_requests"].add_metric([client, number], waiting)
        trip = broker.get("rtt") or {}
        if trip.get("cnt"):
            for quantile, name in (("0.5", "p50"), ("0.99", "p99")):
                families["broker_rtt_seconds"].add_metric([client, number, quantile], trip[name] * _MICROSECONDS)


def _add_partitions(families: Mapping[str, GaugeMetricFamily], client: str, topics: Mapping[str, Any]) -> None:
    for topic, told in topics.items():
        for number, partition in told.get("partitions", {}).items():
            if number == "-1":
                continue  # librdkafka's place for records that have no partition yet
            lag = partition.get("consumer_lag_stored", -1)
            lag = lag if lag >= 0 else partition.get("consumer_lag", -1)
            if lag >= 0:
                families["consumer_lag_records"].add_metric([client, topic, number], lag)
            if partition.get("fetch_state") == "active":
                families["fetched_records"].add_metric([client, topic, number], partition.get("fetchq_cnt", 0))


__all__ = ["Statistics", "StatisticsCollector"]
