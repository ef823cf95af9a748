from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from faust_confluent.metrics import StatisticsCollector

REPORT = {
    "replyq": 3,
    "msg_cnt": 7,
    "msg_size": 900,
    "brokers": {
        "h:1/1": {
            "nodeid": 1, "state": "UP", "outbuf_cnt": 1, "waitresp_cnt": 2,
            "rtt": {"cnt": 4, "p50": 1_500, "p99": 20_000},
        },
        "h:2/2": {"nodeid": 2, "state": "TRY_CONNECT", "rtt": {"cnt": 0, "p50": 0, "p99": 0}},
        "h:1/bootstrap": {"nodeid": -1, "state": "UP"},
    },
    "topics": {
        "clicks": {
            "partitions": {
                "0": {"consumer_lag": 12, "consumer_lag_stored": -1, "fetch_state": "active", "fetchq_cnt": 5},
                "1": {"consumer_lag": 12, "consumer_lag_stored": 4, "fetch_state": "none", "fetchq_cnt": 0},
                "2": {"consumer_lag": -1, "consumer_lag_stored": -1, "fetch_state": "none"},
                "-1": {"consumer_lag": 99, "fetch_state": "active"},
            }
        }
    },
}  # fmt: skip


def a_registry(reports: dict[str, dict[str, object]], prefix: str = "librdkafka") -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StatisticsCollector(lambda: reports, prefix=prefix))
    return registry


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("queued_operations", {}, 3),
        ("queued_records", {}, 7),
        ("queued_bytes", {}, 900),
        ("broker_up", {"broker": "1"}, 1),
        ("broker_up", {"broker": "2"}, 0),
        ("broker_up", {"broker": "-1"}, None),
        ("broker_rtt_seconds", {"broker": "1", "quantile": "0.5"}, 0.0015),
        ("broker_rtt_seconds", {"broker": "1", "quantile": "0.99"}, 0.02),
        ("broker_rtt_seconds", {"broker": "2", "quantile": "0.5"}, None),
        ("broker_waiting_requests", {"broker": "1"}, 3),
        ("consumer_lag_records", {"topic": "clicks", "partition": "0"}, 12),
        ("consumer_lag_records", {"topic": "clicks", "partition": "1"}, 4),
        ("consumer_lag_records", {"topic": "clicks", "partition": "2"}, None),
        ("consumer_lag_records", {"topic": "clicks", "partition": "-1"}, None),
        ("fetched_records", {"topic": "clicks", "partition": "0"}, 5),
        ("fetched_records", {"topic": "clicks", "partition": "1"}, None),
    ],
)
def test_a_report_of_librdkafka_becomes_figures(name: str, labels: dict[str, str], value: float | None) -> None:
    found = a_registry({"worker": REPORT}).get_sample_value(f"librdkafka_{name}", {"client": "worker", **labels})
    assert found == (None if value is None else pytest.approx(value))


def test_a_client_without_a_report_yet_has_no_figures_and_one_that_comes_later_has() -> None:
    reports: dict[str, dict[str, object]] = {"worker": {}}
    registry = a_registry(reports, prefix="kafka")
    assert registry.get_sample_value("kafka_queued_records", {"client": "worker"}) is None
    reports["other"] = REPORT
    assert registry.get_sample_value("kafka_queued_records", {"client": "other"}) == 7
