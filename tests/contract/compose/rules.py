"""What must hold of docker-compose.yml beyond its grammar. Each rule names the service and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from runtime.settings import PREFIX, Settings

OURS: Final = ("topics", "worker", "gate", "producer")
ONE_SHOT: Final = ("topics", "producer")
LOOPBACK: Final = "127.0.0.1:"
_SECRET_WORDS: Final = ("PASSWORD", "SECRET", "TOKEN")


def faults(compose: Mapping[str, Any]) -> list[str]:
    """Every rule that is broken, as text; empty when the file is as it must be. compose: variables filled in."""
    return [
        f"{name}: {fault}"
        for name, service in compose["services"].items()
        for rule in (_image, _rights, _exposed, _lifetime, _bounded, _secrets, _settings, _order)
        for fault in rule(name, service, compose["services"])
    ]


def _image(name: str, service: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[str]:
    image, _, tag = service.get("image", "").rpartition(":")
    if not image or tag == "latest":
        yield "its image has no fixed tag"
    if name in OURS and "build" not in service:
        yield "is ours and is not built from this repository"


def _rights(name: str, service: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[str]:
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        yield "keeps capabilities that it does not need"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if service.get("privileged"):
        yield "is privileged"
    if name in OURS:
        if str(service.get("user", "0")).split(":")[0] in ("", "0", "root"):
            yield "runs as root"
        if not service.get("read_only"):
            yield "may write to its own file system"


def _exposed(_: str, service: Mapping[str, Any], __: Mapping[str, Any]) -> Iterator[str]:
    for port in service.get("ports", []):
        if not (isinstance(port, str) and port.startswith(LOOPBACK)):
            yield f"publishes {port} beyond loopback"
    if service.get("network_mode"):
        yield "leaves the network of the stack"


def _lifetime(name: str, service: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[str]:
    wanted = "no" if name in ONE_SHOT else "unless-stopped"
    if service.get("restart") != wanted:
        yield f"restart must be {wanted}"
    if name not in ONE_SHOT and not service.get("healthcheck", {}).get("test"):
        yield "has no health check"
    if name not in ("topics", "kafka-ui") and not service.get("stop_grace_period"):
        yield "has no time to end in order"


def _bounded(_: str, service: Mapping[str, Any], __: Mapping[str, Any]) -> Iterator[str]:
    if not service.get("mem_limit"):
        yield "its memory has no bound"
    if "max-size" not in service.get("logging", {}).get("options", {}):
        yield "its log has no bound"


def _secrets(_: str, service: Mapping[str, Any], __: Mapping[str, Any]) -> Iterator[str]:
    for variable in service.get("environment", {}):
        if any(word in variable for word in _SECRET_WORDS) and not variable.endswith("_FILE"):
            yield f"{variable}: a secret must come from a file"
    if any(word in str(part).upper() for part in service.get("command", []) for word in _SECRET_WORDS):
        yield "a secret stands in its arguments"


def _settings(_: str, service: Mapping[str, Any], __: Mapping[str, Any]) -> Iterator[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in service.get("environment", {}):
        if variable.startswith(PREFIX) and variable.removesuffix("_FILE") not in known:
            yield f"{variable} is no setting of runtime/settings.py"


def _order(name: str, service: Mapping[str, Any], others: Mapping[str, Any]) -> Iterator[str]:
    conditions = {other: how.get("condition") for other, how in service.get("depends_on", {}).items()}
    for other, condition in conditions.items():
        one_shot = other in ONE_SHOT
        if condition != ("service_completed_successfully" if one_shot else "service_healthy"):
            yield f"waits for {other}, but not until it is {'done' if one_shot else 'healthy'}"
        if other not in others:
            yield f"waits for {other}, which there is not"
    if name == "topics" and "kafka" not in conditions:
        yield "does not wait for kafka"
    if name in ("worker", "gate", "producer") and "topics" not in conditions:
        yield "does not wait for the topics"
