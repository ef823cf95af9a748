"""docker-compose.yml and the Dockerfile, read as this project needs them: what each service runs, with what, and how
its health is asked. A test holds this reading to that of docker-compose itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[3]
COMPOSE: Final = ROOT / "docker-compose.yml"
DOCKERFILE: Final = ROOT / "Dockerfile"

_VARIABLE: Final = re.compile(r"\$\$|\$\{(?P<name>[A-Za-z_]\w*)(?:(?P<kind>:-|:\?)(?P<rest>[^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Service:
    """command: with its entrypoint. environment: of the compose file alone. health: the probe, None where disabled."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: list[str] | None
    raw: Mapping[str, Any]


def read_compose(text: str, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file with its variables filled in (defaults where `variables` has none) and its anchors resolved."""
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    filled = _filled(loaded, variables or {})
    assert isinstance(filled, dict)
    return filled


def services(compose: Mapping[str, Any], entrypoint: list[str]) -> dict[str, Service]:
    """entrypoint: of the image, for services that name none."""
    found = {}
    for name, raw in compose["services"].items():
        health = raw.get("healthcheck", {})
        found[name] = Service(
            name=name,
            command=[*_words(raw.get("entrypoint", entrypoint)), *_words(raw.get("command", []))],
            environment={key: _text(value) for key, value in raw.get("environment", {}).items()},
            health=None if health.get("disable", not health) else list(health["test"]),
            raw=raw,
        )
    return found


def dockerfile_environment(text: str) -> dict[str, str]:
    """The ENV lines of the last stage, PATH left out."""
    found: dict[str, str] = {}
    last = _joined(text).rpartition("\nFROM ")[2]
    for line in last.splitlines():
        if line.startswith("ENV "):
            found.update(pair.split("=", 1) for pair in line.removeprefix("ENV ").split())
    return {name: value for name, value in found.items() if name != "PATH"}


def dockerfile_instruction(text: str, instruction: str) -> list[str]:
    """The JSON list behind the last such instruction (ENTRYPOINT, CMD, HEALTHCHECK ... CMD)."""
    lines = [line for line in _joined(text).splitlines() if line.startswith(instruction + " ")]
    found = json.loads(lines[-1][lines[-1].index("[") :])
    assert isinstance(found, list)
    return found


def _joined(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return re.sub(r"\\\n\s*", "", "\n".join(lines))


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, variables) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, variables) for each in value]
    return _VARIABLE.sub(lambda match: _value(match, variables), value) if isinstance(value, str) else value


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    given = variables.get(match["name"], "")
    return given or (match["rest"] if match["kind"] == ":-" else "")


def _words(value: str | list[str]) -> list[str]:
    assert isinstance(value, list), f"{value}: write commands as lists, so that no shell splits them"
    return [str(word) for word in value]


def _text(value: Any) -> str:
    assert isinstance(value, str), f"{value!r}: write it in quotes, YAML would read a number or a truth value"
    return value
