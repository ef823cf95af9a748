"""docs/operations.md names only what there is: commands, settings, metrics, files. (Alerts: test_monitoring.py)"""

from __future__ import annotations

import re

import pytest
from click.testing import Result
from typer.testing import CliRunner

from faust_confluent.metrics import StatisticsCollector
from runtime.metrics import GateMetrics, WorkerMetrics
from runtime.settings import PREFIX, Settings
from schemas.topics import REGISTRY, changelog_topic
from tests.contract.compose.reading import COMPOSE, ROOT, read_compose
from timelines.cli import app

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SERVICES = read_compose(COMPOSE.read_text(encoding="utf-8"))["services"]


def test_the_metrics_are_all_there_and_no_others() -> None:
    librdkafka = StatisticsCollector(dict, prefix="librdkafka").describe()
    told = {
        metric.name.removeprefix("incident_timelines_") + ("_total" if metric.type == "counter" else "")
        for metrics in (WorkerMetrics().registry.collect(), GateMetrics().registry.collect(), librdkafka)
        for metric in metrics
    }
    section = PAGE.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == told


def test_the_settings_are_settings() -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", PAGE))
    assert named
    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}


def help_of(command: str) -> Result:
    return CliRunner().invoke(app, [*command.split(), "--help"], env={"TERM": "dumb", "COLUMNS": "120"})


@pytest.mark.parametrize("command", sorted(set(re.findall(r"timelines ((?:kafka|topics) \w+|worker|gate|dump)", PAGE))))
def test_the_commands_are_commands(command: str) -> None:
    asked = help_of(command)
    assert asked.exit_code == 0, asked.output


def test_the_options_are_options() -> None:
    for command, option in (("dump", "--rejected"), ("kafka start", "--nodes"), ("kafka start", "--data")):
        assert option in PAGE
        assert option in help_of(command).stdout


def test_the_services_profiles_and_ports_are_those_of_the_compose_file() -> None:
    for name in re.findall(r"docker compose (?:exec|logs|ps -a|stop) ([a-z-]+)", PAGE):
        assert name in SERVICES
    profiles = {profile for service in SERVICES.values() for profile in service.get("profiles", [])}
    assert set(re.findall(r"--profile (\w+)", PAGE)) == profiles
    published = {port.split(":")[1] for service in SERVICES.values() for port in service.get("ports", [])}
    said = PAGE.partition("All ports are on 127.0.0.1:")[2].partition("\n")[0]
    assert set(re.findall(r"\d{4}", said)) == published


def test_the_topics_to_be_deleted_are_all_that_the_worker_makes_and_not_the_log() -> None:
    section = PAGE.partition("**Timelines made anew from the log.**")[2].partition("docker compose up -d")[0]
    deleted = set(re.findall(r"(?<=[ \n])(incidents\.\w+\.v1|incident-timelines-[\w-]+)", section))
    made = {topic.name for topic in REGISTRY if topic.owner == "processors"}
    assert deleted == made | {changelog_topic("incident-timelines")}
