"""The jars of Apache Kafka: brought by this machine's Maven, held to the checked-in lock, cached for the user.

No address is written here: Maven knows where its artifacts come from. What it brings counts only when every
jar has the size and sha256 of the lock; the class path names locked jars and nothing else.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .kafka_java import Java, KafkaUnavailable

KAFKA_VERSION: Final = "4.3.1"
LOCK: Final = Path(__file__).with_name(f"kafka-{KAFKA_VERSION}.lock")
_LOCK_HEADER: Final = (
    f"# The jars of Apache Kafka {KAFKA_VERSION} with a logger, as Maven brings them: "
    "path in a Maven repository, sha256, bytes.\n"
    "# Made by `python -m runtime.kafka_jars lock DIRECTORY`; one line a jar, in the order of the class path.\n"
)
#: with no logger of its own the broker would log nothing
_ROOTS: Final = (
    ("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4"),
)
_COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_MAVEN_TIMEOUT_S: Final = 900
_LOCK_LINE: Final = re.compile(r"(?P<path>[A-Za-z0-9_][A-Za-z0-9_./+-]*\.jar) (?P<sha256>[0-9a-f]{64}) (?P<size>\d+)")


class JarDiffers(KafkaUnavailable):
    """A jar is not the one of the lock. jar: its path in the cache."""

    def __init__(self, jar: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{jar}: {problem}: {remedy}")
        self.jar = jar


@dataclass(frozen=True, slots=True)
class LockedJar:
    """One line of the lock. path: relative, as in a Maven repository; size in bytes."""

    path: str
    sha256: str
    size: int


def default_cache() -> Path:
    """Where the jars are kept: the user's cache folder (XDG_CACHE_HOME), outside of any repository."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "incident-timelines" / f"kafka-{KAFKA_VERSION}"


def read_lock(lock: Path = LOCK) -> tuple[LockedJar, ...]:
    """Raises KafkaUnavailable when a line is not `path sha256 size`, with the line's number."""
    jars: list[LockedJar] = []
    for number, line in enumerate(lock.read_text(encoding="ascii").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        match = _LOCK_LINE.fullmatch(line)
        if match is None or ".." in match["path"]:
            raise KafkaUnavailable(f"{lock}, line {number}: must be `path sha256 size`; restore the file")
        jars.append(LockedJar(match["path"], match["sha256"], int(match["size"])))
    if not jars:
        raise KafkaUnavailable(f"{lock}: names no jar; restore the file")
    return tuple(jars)


def class_path(
    java: Java, cache: Path | None = None, lock: Path = LOCK, say: Callable[[str], None] = lambda _: None
) -> str:
    """The verified jars as a class path; brings them first where the cache has none.

    say: called with a line when something takes long. Raises JarDiffers, KafkaUnavailable (no Maven).
    """
    cache = cache or default_cache()
    jars = read_lock(lock)
    with _alone(cache):
        if not (cache / "jars").is_dir():
            say(f"bringing the {len(jars)} jars of Apache Kafka {KAFKA_VERSION} by Maven, once, into {cache}")
            _bring(java, cache, jars)
        _verify(
            cache / "jars",
            jars,
            f"remove the folder {cache} and start again: Maven brings the jars anew",
        )
    return os.pathsep.join(str(cache / "jars" / jar.path) for jar in jars)


def _bring(java: Java, cache: Path, jars: tuple[LockedJar, ...]) -> None:
    """Into a folder beside the final one, which appears only when all of it was verified."""
    with tempfile.TemporaryDirectory(dir=cache, prefix="bringing-") as work:
        pom = Path(work) / "pom.xml"
        pom.write_text(_pom(), encoding="utf-8")
        brought = Path(work) / "jars"
        _run_maven(java, pom, brought)
        _verify(
            brought,
            jars,
            "this machine's Maven serves another file than the one locked: remove it from Maven's local repository "
            f"({Path.home() / '.m2' / 'repository'} by default), check which mirror Maven is told to use, start again",
        )
        brought.rename(cache / "jars")


def _run_maven(java: Java, pom: Path, into: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable(
            "Apache Kafka's jars are not in the cache yet and Maven, which brings them, is not on the PATH: "
            "install Maven (Debian: maven), start once, and it is needed no more"
        )
    command = [
        maven, "-B", "-q", "-f", str(pom), _COPY,
        "-DincludeScope=runtime", f"-DoutputDirectory={into}", "-Dmdep.useRepositoryLayout=true",
    ]  # fmt: skip
    environment = {**os.environ, "JAVA_HOME": str(java.home)} if java.home is not None else dict(os.environ)
    try:
        ended = subprocess.run(  # noqa: S603 - Maven by its found path; the arguments are ours
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=_MAVEN_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise KafkaUnavailable(
            f"Maven did not bring Apache Kafka's jars in {_MAVEN_TIMEOUT_S} s: check its network and start again"
        ) from error
    if ended.returncode != 0:
        said = [line for line in (ended.stdout + ended.stderr).splitlines() if "ERROR" in line] or ["(nothing)"]
        raise KafkaUnavailable(
            f"Maven did not bring Apache Kafka's jars (exit {ended.returncode}); it said: {said[0][:500]}\n"
            "check that Maven can reach its repository on this machine, then start again"
        )


def _pom() -> str:
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        "</dependency>"
        for group, artifact, version in _ROOTS
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>incident-timelines</groupId>"
        f"<artifactId>kafka</artifactId><version>{KAFKA_VERSION}</version><packaging>pom</packaging>"
        f"<dependencies>{dependencies}</dependencies></project>\n"
    )


def _verify(folder: Path, jars: tuple[LockedJar, ...], remedy: str) -> None:
    """Every jar, every time: 44 MB take a fifth of a second, and a broker runs whatever stands there."""
    for jar in jars:
        file = folder / jar.path
        if not file.is_file():
            raise JarDiffers(file, "is missing", remedy)
        if (size := file.stat().st_size) != jar.size:
            raise JarDiffers(file, f"has {size} bytes where the lock says {jar.size}", remedy)
        if (digest := _sha256(file)) != jar.sha256:
            raise JarDiffers(file, f"has sha256 {digest} where the lock says {jar.sha256}", remedy)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """One process at a time fills the cache; another waits."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """`python -m runtime.kafka_jars lock DIRECTORY`: prints the lock of the jars that stand in it."""
    if len(arguments) != 2 or arguments[0] != "lock" or not Path(arguments[1]).is_dir():
        sys.stderr.write("use: python -m runtime.kafka_jars lock DIRECTORY\n")
        return 2
    root = Path(arguments[1])
    sys.stdout.write(_LOCK_HEADER)
    for path in sorted(jar.relative_to(root).as_posix() for jar in root.rglob("*.jar")):
        sys.stdout.write(f"{path} {_sha256(root / path)} {(root / path).stat().st_size}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
