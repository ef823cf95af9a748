"""Kafka's classes as Java keeps them once it has read them: a node that finds them is ready in a third less time.

Nobody needs them: without the file, or with one of another Java or other jars, Java reads the jars as ever. To make it
takes half a minute, so it is made by whoever starts many nodes (the tests), once per machine.
"""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path

from .kafka_jars import default_cache
from .kafka_java import Java, find_java


def class_archive(java: Java) -> Path:
    """Where the classes are kept, whether they are there or not."""
    return default_cache() / f"classes-{java.major}.jsa"


def keep_classes() -> None:
    """Make the file where there is none. Raises KafkaUnavailable."""
    from .kafka_server import KafkaServer  # which looks for the file itself

    archive = class_archive(find_java())
    archive.parent.mkdir(parents=True, exist_ok=True)
    with (archive.parent / ".classes.lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if archive.exists():
            return
        with tempfile.TemporaryDirectory(dir=archive.parent, prefix="classes-") as folder:
            made = Path(folder) / "made.jsa"
            # Java writes it as it ends, which takes longer than Kafka's own end
            server = KafkaServer(
                nodes=1, data=Path(folder) / "kafka", java_options=(f"-XX:ArchiveClassesAtExit={made}",)
            )
            server.start()
            server.stop(timeout_s=120)
            if made.exists():
                made.rename(archive)
