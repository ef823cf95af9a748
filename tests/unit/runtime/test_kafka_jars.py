"""The lock of Apache Kafka's jars, and what happens to a jar that is not the one locked. No Maven, no Java here."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from runtime.kafka_jars import LOCK, JarDiffers, class_path, main, read_lock
from runtime.kafka_java import Java, KafkaUnavailable

JAVA = Java(Path("/nowhere/bin/java"), 17)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    content = b"a jar"
    file = tmp_path / "small.lock"
    file.write_text(f"# comment\norg/a/1/a-1.jar {hashlib.sha256(content).hexdigest()} {len(content)}\n")
    return file


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    jar = tmp_path / "cache" / "jars" / "org/a/1/a-1.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"a jar")
    return tmp_path / "cache"


def test_the_lock_names_kafka_its_logger_and_no_address() -> None:
    paths = [jar.path for jar in read_lock()]
    assert len(paths) == len(set(paths)) == 46
    assert any(path.endswith("/kafka_2.13-4.3.1.jar") for path in paths)
    assert any("log4j-core" in path for path in paths)
    assert not re.search(r"https?:|www\.", LOCK.read_text())


def test_jars_like_the_lock_become_the_class_path(lock: Path, cache: Path) -> None:
    (cache / "jars" / "stranger.jar").write_bytes(b"not in the lock")
    assert class_path(JAVA, cache, lock) == str(cache / "jars" / "org/a/1/a-1.jar")


@pytest.mark.parametrize(
    ("content", "problem"), [(b"A jar", "sha256"), (b"a jar and more", "14 bytes"), (None, "missing")]
)
def test_a_jar_that_differs_is_named_with_the_remedy(
    lock: Path, cache: Path, content: bytes | None, problem: str
) -> None:
    jar = cache / "jars" / "org/a/1/a-1.jar"
    jar.unlink()
    if content is not None:
        jar.write_bytes(content)
    with pytest.raises(JarDiffers, match=problem) as raised:
        class_path(JAVA, cache, lock)
    assert raised.value.jar == jar
    assert str(jar) in str(raised.value)
    assert f"remove the folder {cache}" in str(raised.value)


def test_without_maven_an_empty_cache_is_explained(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KafkaUnavailable, match="Maven, which brings them, is not on the PATH: install Maven"):
        class_path(JAVA, tmp_path / "empty", lock)


def _fake_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text("#!/bin/sh\n" + script)
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{maven.parent}:/usr/bin:/bin")


#: finds the folder that it is told to fill among its arguments
_INTO = 'for a in "$@"; do case "$a" in -DoutputDirectory=*) d="${a#-DoutputDirectory=}";; esac; done\n'


def test_what_maven_brings_is_verified_before_it_is_kept(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_maven(tmp_path, monkeypatch, _INTO + 'mkdir -p "$d/org/a/1" && printf "a yar" > "$d/org/a/1/a-1.jar"\n')
    cache = tmp_path / "empty"
    with pytest.raises(JarDiffers, match="Maven serves another file than the one locked"):
        class_path(JAVA, cache, lock)
    assert not (cache / "jars").exists()


def test_what_maven_brings_is_kept_and_maven_is_not_asked_again(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_maven(tmp_path, monkeypatch, _INTO + 'mkdir -p "$d/org/a/1" && printf "a jar" > "$d/org/a/1/a-1.jar"\n')
    said: list[str] = []
    first = class_path(JAVA, tmp_path / "empty", lock, said.append)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert class_path(JAVA, tmp_path / "empty", lock, said.append) == first
    assert len(said) == 1
    assert [file.name for file in (tmp_path / "empty").iterdir() if file.name.startswith("bringing")] == []


def test_what_maven_says_when_it_fails_is_passed_on(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_maven(tmp_path, monkeypatch, 'echo "[ERROR] no route to the repository"; exit 1\n')
    with pytest.raises(KafkaUnavailable, match="no route to the repository"):
        class_path(JAVA, tmp_path / "empty", lock)


@pytest.mark.parametrize(
    "line",
    [
        "a.jar deadbeef 3",
        "../a.jar " + "0" * 64 + " 3",
        "a/../../b.jar " + "0" * 64 + " 3",
        "/a.jar " + "0" * 64 + " 3",
    ],
)
def test_a_damaged_lock_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "damaged.lock"
    file.write_text(f"# first\n{line}\n")
    with pytest.raises(KafkaUnavailable, match="line 2"):
        read_lock(file)


def test_the_lock_is_written_from_a_folder_of_jars(cache: Path, lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock", str(cache / "jars")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == lock.read_text().splitlines()[-1]
