"""The login of docker-compose.external-kafka.yml, with the rights that docs/security.md gives its user, suffices."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from runtime.acl import Component
from runtime.settings import Settings
from tests.contract.compose.reading import ROOT, read_compose
from tests.integration.security.jobs import in_process
from tests.integration.security.secured import ADMIN, SecuredKafka, health, service, wait_ready
from tests.worker_process import a_free_port, wait_until

pytestmark = pytest.mark.kafka

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
USER = "everything"


def _login(kafka: SecuredKafka) -> dict[str, str]:
    text = (ROOT / "docker-compose.external-kafka.yml").read_text(encoding="utf-8")
    compose = read_compose(
        re.sub(r"!(reset|override)\b", "", text),
        {
            "EXTERNAL_BOOTSTRAP_SERVERS": kafka.login,
            "EXTERNAL_SASL_USERNAME": USER,
            "EXTERNAL_SASL_PASSWORD_FILE": str(kafka.password_file(USER)),
            "EXTERNAL_SSL_CA_FILE": str(kafka.authority.certificate),
        },
    )
    # where Docker shows a secret, and the file that it is made of
    mounted = {f"/run/secrets/{name}": secret["file"] for name, secret in compose["secrets"].items()}
    return {name: mounted.get(value, value) for name, value in compose["x-login"].items()}


@pytest.mark.long
def test_one_user_with_the_rights_of_the_page_runs_all_services_of_the_compose_file(
    secured: SecuredKafka, tmp_path: Path
) -> None:
    loop = re.search(r"for component in ([\w ]+); do", PAGE)
    assert loop is not None
    components = loop.group(1).split()
    assert set(components) <= set(Component)
    for component in components:
        told = in_process(
            secured, ADMIN, "topics", "acl", "--component", component, "--principal", f"User:{USER}", "--apply"
        )
        assert told.status == 0, told.text
    given = {**_login(secured), "TIMELINES_PARTITIONS": "2", "TIMELINES_SESSION_TIMEOUT_S": "6"}
    for step in ("create", "check"):
        told = in_process(secured, ADMIN, "topics", step, environment=given)
        assert told.status == 0, told.text
    ports = {name: a_free_port() for name in ("worker", "gate")}
    logs = {name: tmp_path / f"{name}.log" for name in ports}
    lines = (ROOT / "gold" / "kad.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "reports.jsonl").write_text("".join(lines[:3]), encoding="utf-8")
    worker, gate = (
        service({**given, "TIMELINES_HEALTH_PORT": str(ports[name])}, name, output=logs[name], folder=tmp_path)
        for name in ports
    )
    with worker as working, gate as answering:
        told = in_process(
            secured, ADMIN, "produce", str(tmp_path / "reports.jsonl"), "--rejects", str(tmp_path / "rejects"),
            environment=given,
        )  # fmt: skip
        assert told.status == 0, told.text
        wait_ready(working, ports["worker"], logs["worker"])
        wait_ready(answering, ports["gate"], logs["gate"])
        wait_until(lambda: _applied(ports["worker"]) >= 3, what="three reports applied")
        for process in (working, answering):
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def _applied(port: int) -> float:
    lines = health(port, "/metrics")[1].splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("incident_timelines_events_total{"))


def test_the_page_names_what_there_is() -> None:
    settings = {f"TIMELINES_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"TIMELINES_[A-Z_]*[A-Z]", PAGE))
    assert {name.removesuffix("_FILE") for name in named} <= settings
    table = PAGE.partition("| component | who |")[2].partition("\n\n")[0]
    first = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[1:]
    assert {name for cell in first for name in re.findall(r"`(\w+)`", cell)} == set(Component)
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", PAGE) if not (ROOT / "docs" / link).exists()] == []
