"""docker-compose.yml: docker-compose accepts it, our rules hold, and faults put into it are found."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.contract.compose.reading import COMPOSE, DOCKERFILE, ROOT, dockerfile_instruction, read_compose, services
from tests.contract.compose.rules import faults

EXTERNAL = ROOT / "docker-compose.external-kafka.yml"
TEXT = COMPOSE.read_text(encoding="utf-8")


def _config(
    command: list[str], *arguments: str, folder: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [*command, "--project-directory", str(folder), "--env-file", "/dev/null", *arguments],
        capture_output=True, text=True, timeout=60, env={**kept, **variables},
    )  # fmt: skip


@pytest.mark.parametrize("profiles", [(), ("replay", "ui")])
def test_docker_compose_accepts_the_file(compose_command: list[str], profiles: tuple[str, ...]) -> None:
    chosen = [word for profile in profiles for word in ("--profile", profile)]
    checked = _config(compose_command, "-f", str(COMPOSE), *chosen, "config", "-q")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_our_reading_of_the_file_is_that_of_docker_compose(compose_command: list[str]) -> None:
    said = _config(compose_command, "-f", str(COMPOSE), "--profile", "*", "config", "--format", "json")
    assert said.returncode == 0, said.stderr
    theirs = json.loads(said.stdout)["services"]
    ours = services(read_compose(TEXT), [])
    assert set(theirs) == set(ours)
    for name, service in ours.items():
        assert service.environment == theirs[name].get("environment", {}), name
        assert service.command == [*(theirs[name].get("entrypoint") or []), *(theirs[name].get("command") or [])], name
        assert service.health == theirs[name].get("healthcheck", {}).get("test"), name


def test_our_rules_hold() -> None:
    assert faults(read_compose(TEXT)) == []


def test_the_services_are_those_that_operators_need() -> None:
    compose = read_compose(TEXT)["services"]
    always = {name for name, service in compose.items() if "profiles" not in service}
    assert always == {"kafka", "topics", "worker", "gate", "prometheus"}
    assert {name: service["profiles"] for name, service in compose.items() if "profiles" in service} == {
        "producer": ["replay"],
        "kafka-ui": ["ui"],
    }


def test_every_variable_of_the_file_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", TEXT)) | set(re.findall(r"\$\{(\w+)", EXTERNAL.read_text(encoding="utf-8")))
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert {line.removeprefix("#").split("=")[0] for line in lines if re.match(r"#?[A-Z_]+=", line)} == asked


def test_the_defaults_in_the_example_are_those_of_the_file() -> None:
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        name, found, value = line.removeprefix("#").partition("=")
        if found and name in defaults:
            assert value == defaults[name], name


Fault = tuple[str, str]  # what is replaced, by what

GRAMMAR: dict[str, Fault] = {
    "a misspelled key": ("    stop_grace_period: 60s\n", "    stop_grace_perod: 60s\n"),
    "a dependency that there is not": ("      topics:\n        cond", "      topcis:\n        cond"),
    "a condition that there is not": ("condition: service_healthy", "condition: service_is_healthy"),
    "a volume that is not declared": ("      - kafka-data:/var", "      - kafka-dat:/var"),
    "an anchor that there is not": ("healthcheck: *ready", "healthcheck: *raedy"),
    "a duration without a unit": ("  interval: 10s", "  interval: 10"),
    "a port that is none": ("{KAFKA_PORT:-9092}:9092", "{KAFKA_PORT:-9092}:90920"),
    "a mapping in a list": ("      <<: *environment\n    healthcheck", "      - *environment\n    healthcheck"),
}

#: with what is said of it
RULES: dict[str, tuple[str, str, str]] = {
    "a port open to the world": ('"127.0.0.1:${PROM', '"${PROM', "prometheus: publishes 9090:9090 beyond loopback"),
    "an image without a tag": ("apache/kafka:4.3.1", "apache/kafka", "kafka: its image has no fixed tag"),
    "the newest image": ("prometheus:v3.13.4", "prometheus:latest", "prometheus: its image has no fixed tag"),
    "root": ('user: "10001:10001"', 'user: "0:0"', "worker: runs as root"),
    "a writable file system": ("  read_only: true\n  tmpfs", "  tmpfs", "gate: may write to its own file system"),
    "capabilities kept": ("  cap_drop: [ALL]\n", "", "kafka: keeps capabilities"),
    "new privileges": ('  security_opt: ["no-new-privileges:true"]\n', "", "kafka-ui: may gain privileges"),
    "an unbounded log": ("    max-size: 10m\n", "", "topics: its log has no bound"),
    "unbounded memory": ("    mem_limit: ${KAFKA_MEMORY:-1g}\n", "", "kafka: its memory has no bound"),
    "not started again": ("ready\n    restart: unless-stopped", 'ready\n    restart: "no"', "worker: restart must be"),
    "no health check": ("    healthcheck: *ready\n", "", "worker: has no health check"),
    "killed at once": ("    stop_grace_period: 20s\n", "", "worker: has no time to end in order"),
    "topics not waited for": (
        "      topics:\n        condition: service_completed_successfully\n\n  gate",
        "\n  gate",
        "worker: does not wait for the topics",
    ),
    "topics not waited for to the end": (
        "condition: service_completed_successfully",
        "condition: service_started",
        "worker: waits for topics, but not until it is done",
    ),
    "a broker that does not answer yet": (
        "condition: service_healthy",
        "condition: service_started",
        "topics: waits for kafka, but not until it is healthy",
    ),
    "a setting that there is not": (
        "TIMELINES_COALESCE_MS:",
        "TIMELINES_COALESCE:",
        "worker: TIMELINES_COALESCE is no setting",
    ),
    "a password in the environment": (
        "      TIMELINES_TICK_SECONDS:",
        "      TIMELINES_SASL_PASSWORD: hush\n      TIMELINES_TICK_SECONDS:",
        "gate: TIMELINES_SASL_PASSWORD: a secret must come from a file",
    ),
    "a password in the arguments": (
        'command: ["gate"]',
        'command: ["gate", "--password", "hush"]',
        "gate: a secret stands in its arguments",
    ),
}


def _with_fault(found: str, put: str) -> str:
    assert found in TEXT, "the fault does not fit the file any more"
    return TEXT.replace(found, put, 1)


@pytest.mark.parametrize("fault", GRAMMAR)
def test_docker_compose_finds_a_fault_of_grammar(fault: str, compose_command: list[str], tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(_with_fault(*GRAMMAR[fault]))
    checked = _config(compose_command, "-f", str(tmp_path / "docker-compose.yml"), "--profile", "*", "config", "-q")
    assert checked.returncode != 0


@pytest.mark.parametrize("fault", RULES)
def test_our_rules_find_what_docker_compose_lets_through(fault: str) -> None:
    found, put, said = RULES[fault]
    assert any(each.startswith(said) for each in faults(read_compose(_with_fault(found, put))))


def test_the_overlay_for_another_kafka_is_accepted_and_starts_none(compose_command: list[str], tmp_path: Path) -> None:
    for name in ("password", "ca.pem"):
        (tmp_path / name).write_text("x")
    given = {
        "EXTERNAL_BOOTSTRAP_SERVERS": "kafka-1.example.org:9093",
        "EXTERNAL_SASL_USERNAME": "timelines",
        "EXTERNAL_SASL_PASSWORD_FILE": str(tmp_path / "password"),
        "EXTERNAL_SSL_CA_FILE": str(tmp_path / "ca.pem"),
    }
    files = ("-f", str(COMPOSE), "-f", str(EXTERNAL))
    said = _config(compose_command, *files, "--profile", "replay", "config", "--format", "json", **given)
    assert said.returncode == 0, said.stderr
    compose: dict[str, Any] = json.loads(said.stdout)
    assert set(compose["services"]) == {"topics", "worker", "gate", "producer", "prometheus"}
    read = {name: _in_short_form(service) for name, service in compose["services"].items()}
    assert faults({"services": read}) == ["topics: does not wait for kafka"]
    for name in ("topics", "worker", "gate", "producer"):
        environment = compose["services"][name]["environment"]
        assert environment["TIMELINES_BOOTSTRAP_SERVERS"] == "kafka-1.example.org:9093"
        assert environment["TIMELINES_SASL_PASSWORD_FILE"] == "/run/secrets/kafka_password"
        assert {secret["source"] for secret in compose["services"][name]["secrets"]} == {"kafka_password", "kafka_ca"}
        assert "kafka" not in compose["services"][name].get("depends_on", {})


@pytest.mark.parametrize("missing", ["EXTERNAL_BOOTSTRAP_SERVERS", "EXTERNAL_SASL_USERNAME"])
def test_the_overlay_without_an_address_or_a_user_is_refused_by_name(compose_command: list[str], missing: str) -> None:
    given = {
        "EXTERNAL_BOOTSTRAP_SERVERS": "a:1",
        "EXTERNAL_SASL_USERNAME": "u",
        "EXTERNAL_SASL_PASSWORD_FILE": "/dev/null",
        "EXTERNAL_SSL_CA_FILE": "/dev/null",
    }
    del given[missing]
    said = _config(compose_command, "-f", str(COMPOSE), "-f", str(EXTERNAL), "config", "-q", **given)
    assert said.returncode != 0
    assert missing in said.stderr


def _in_short_form(service: dict[str, Any]) -> dict[str, Any]:
    """docker-compose writes ports in its long form: back to the short one that the rules read."""
    ports = [f"{port.get('host_ip', '')}:{port['published']}:{port['target']}" for port in service.get("ports", [])]
    return {**service, "ports": ports}


def test_the_image_asks_for_health_as_the_compose_file_does() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    probe = ["CMD", *dockerfile_instruction(text, "HEALTHCHECK")]
    read = services(read_compose(TEXT), dockerfile_instruction(text, "ENTRYPOINT"))
    assert [read[name].health for name in ("worker", "gate")] == [probe, probe]
