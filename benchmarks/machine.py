"""On what the figures were measured: no names of machines, no paths."""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

import confluent_kafka

from runtime.kafka_jars import KAFKA_VERSION

_PACKAGES: Final = ("confluent-kafka", "faust-streaming", "aiokafka", "pydantic", "uvloop")
#: of a fixed loop, on the machine that the documents' figures were made on, when it had nothing else to do
UNIT_AT_REST_MS: Final = 13.5


def unit_ms() -> float:
    """What this machine is worth at the moment: the middle of several runs of one loop."""
    times = []
    table = {at: at for at in range(1_000)}
    for _ in range(5):
        began, total = time.thread_time(), 0
        for at in range(300_000):
            total += table[at % 1_000]
        times.append(1e3 * (time.thread_time() - began))
    return round(median(times), 1)


def facts() -> dict[str, Any]:
    """Cores, memory and model of the processor; versions of what takes part."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = {name: version(name) for name in _PACKAGES}
    versions["librdkafka"] = confluent_kafka.libversion()[0]
    versions["Apache Kafka"] = KAFKA_VERSION
    versions["Python"] = platform.python_version()
    for name, package in (("quix", "quixstreams"), ("bytewax", "bytewax")):
        pins = (Path(__file__).parent / "rivals" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        versions[package] = next(pin.split("==")[1].split()[0] for pin in pins if pin.startswith(f"{package}=="))
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "processor": _processor(),
        "system": f"{sys.platform} {platform.machine()}",
        "versions": versions,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
