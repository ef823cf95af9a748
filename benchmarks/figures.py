"""Figures with their spread, and where they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from .machine import unit_ms

STORE: Final = Path("docs/benchmarks.json")
#: what one benchmark found: JSON values only
Section = dict[str, Any]


def spread(values: Sequence[float], digits: int = 2) -> dict[str, float | int]:
    """Median, least and greatest of repeated measurements."""
    return {
        "median": round(median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "runs": len(values),
    }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float | int]:
    """Run by run: what ran side by side is compared, so that a busier minute weighs on both."""
    return spread([one / other for one, other in zip(ours, theirs, strict=True)])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and p999, nearest rank."""
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50": at(0.5), "p99": at(0.99), "p999": at(0.999)}


def load(path: Path = STORE) -> dict[str, Any]:
    """What has been measured so far; empty where nothing was."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def keep(sections: Mapping[str, Section], path: Path = STORE) -> None:
    """Puts these sections in the place of older ones of the same names, with what the fixed loop takes by now."""
    now = unit_ms()
    timed = {name: {**section, "unit_ms": now} for name, section in sections.items()}
    text = json.dumps({**load(path), **timed}, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
