"""Prometheus' configuration and alerts: promtool accepts them, their tests pass, and every metric exists."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry

from runtime.metrics import GateMetrics, WorkerMetrics
from tests.contract.compose.reading import COMPOSE, ROOT, read_compose

MONITORING = ROOT / "monitoring"
ALERTS = (MONITORING / "alerts.yml").read_text(encoding="utf-8")
RULES = [rule for group in yaml.safe_load(ALERTS)["groups"] for rule in group["rules"]]
NAMED = [rule["alert"] for rule in RULES if "alert" in rule]
#: what prometheus_client makes of a metric, by its type
SUFFIXES = {
    "counter": ("_total", "_created"),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum", "_created"),
}


def _run(promtool: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([promtool, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)


def _samples() -> Iterator[str]:
    registries: tuple[CollectorRegistry, ...] = (WorkerMetrics().registry, GateMetrics().registry)
    for registry in registries:
        for metric in registry.collect():
            yield from (metric.name + suffix for suffix in SUFFIXES[metric.type])


def test_promtool_accepts_configuration_and_rules(promtool: str) -> None:
    for arguments in (("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml")):
        checked = _run(promtool, MONITORING, *arguments)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_when_it_must_and_is_silent_when_all_is_well(promtool: str) -> None:
    checked = _run(promtool, MONITORING, "test", "rules", "alerts_test.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    cases = [
        case
        for group in yaml.safe_load((MONITORING / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]
        for case in group.get("alert_rule_test", [])
    ]
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == set(NAMED)
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == set(NAMED)


@pytest.mark.parametrize(
    ("alert", "found", "put"),
    [
        ("LagGrows", "> 1000 and deriv", "> 1000 or deriv"),
        ("LagGrows", "sum[10m]) > 0", "sum[10m]) < 0"),
        ("LagGrows", "for: 10m", "for: 0m"),
        ("WorkerNotReady", "incident_timelines_ready == 0", "incident_timelines_ready == 1"),
        ("WorkerDown", 'or absent(up{job="worker"})', ""),
        ("NobodyWorks", "assigned_partitions:sum == 0", "assigned_partitions:sum < 1000"),
        ("NoProgress", "incident_timelines_lag_records > 0 and", ""),
        ("LagUnknown", "lag_age_seconds > 60", "lag_age_seconds > 6000"),
        ("LoopLate", "loop_late_seconds > 5", "loop_late_seconds > 500"),
        ("RejectsRise", "> 0.05 *", "> 0.5 *"),
        ("RejectsRise", "[5m])) > 10", "[5m])) > 0"),
        ("WorkerRestarts", "_created[30m]) >= 3", "_created[30m]) >= 1"),
        ("AssignmentsChange", "assignments_total[30m]) > 6", "assignments_total[30m]) > 0"),
        ("TransactionsSlow", "histogram_quantile(0.99", "histogram_quantile(0.5"),
        ("RestoreSlow", "_count[30m]) > 0) > 15", "_count[30m]) > 0) > 50"),
        ("GateDown", 'up{job="gate"} == 0 or', ""),
        ("GateNotReady", "incident_timelines_gate_ready == 0", "incident_timelines_gate_ready == 1"),
    ],
)
def test_an_alert_that_was_changed_fails_its_test(
    promtool: str, tmp_path: Path, alert: str, found: str, put: str
) -> None:
    assert found in ALERTS, "the change does not fit the rules any more"
    tests = yaml.safe_load((MONITORING / "alerts_test.yml").read_text(encoding="utf-8"))
    # those of this alert: all of them, for each change, would take a minute
    tests["tests"] = [
        {**group, "alert_rule_test": [case for case in group["alert_rule_test"] if case["alertname"] == alert]}
        for group in tests["tests"]
    ]
    tests["tests"] = [group for group in tests["tests"] if group["alert_rule_test"]]
    (tmp_path / "alerts_test.yml").write_text(yaml.safe_dump(tests))
    for text, healthy in ((ALERTS, True), (ALERTS.replace(found, put), False)):
        (tmp_path / "alerts.yml").write_text(text)
        checked = _run(promtool, tmp_path, "test", "rules", "alerts_test.yml")
        assert (checked.returncode == 0) is healthy, checked.stdout


def test_every_metric_of_the_rules_is_one_that_a_service_tells() -> None:
    asked = {name for rule in RULES for name in re.findall(r"\bincident_timelines_\w+", rule["expr"])}
    assert asked
    assert asked <= set(_samples())


def test_what_a_rule_takes_the_rise_of_is_there_at_0_from_the_start() -> None:
    """A series that begins with its first count has not risen, to Prometheus: the first burst would call nobody."""
    asked = {name for rule in RULES for name in re.findall(r"\b(?:increase|i?rate|i?delta)\((\w+)", rule["expr"])}
    assert {"incident_timelines_rejected_total", "incident_timelines_events_total"} <= asked
    told: dict[str, set[float]] = {}
    for registry in (WorkerMetrics().registry, GateMetrics().registry):
        for metric in registry.collect():
            for sample in metric.samples:
                told.setdefault(sample.name, set()).add(sample.value)
    assert {name: told.get(name) for name in asked} == {name: {0.0} for name in asked}


def test_every_record_that_a_rule_uses_is_made_before_it_in_the_same_group() -> None:
    """Groups are evaluated side by side: a record of another group may be of this round or of the last."""
    for group in yaml.safe_load(ALERTS)["groups"]:
        made: set[str] = set()
        for rule in group["rules"]:
            assert set(re.findall(r"\bincident_timelines:[\w:]+", rule["expr"])) <= made
            made.add(rule.get("record", ""))


def test_every_alert_says_what_is_wrong_and_the_operations_page_what_to_do() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for rule in RULES:
        if "alert" in rule:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert set(rule["annotations"]) == {"summary", "description"}
            assert f"`{rule['alert']}`" in page, f"docs/operations.md does not name {rule['alert']}"


def test_prometheus_is_given_the_files_it_reads_and_asks_services_that_there_are() -> None:
    configuration = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    compose = read_compose(COMPOSE.read_text(encoding="utf-8"))["services"]
    mounted = {volume.split(":")[0] for volume in compose["prometheus"]["volumes"] if volume.startswith("./")}
    assert {f"./monitoring/{file}" for file in configuration["rule_files"]} <= mounted
    assert all((ROOT / file).is_file() for file in mounted)
    for job in configuration["scrape_configs"]:
        for source in job.get("dns_sd_configs", []):
            port = str(source["port"])
            for name in source["names"]:
                assert compose[name]["environment"]["TIMELINES_HEALTH_PORT"] == port
                assert compose[name]["environment"]["TIMELINES_HEALTH_HOST"] == "0.0.0.0"
