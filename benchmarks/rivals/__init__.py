"""The environments of the others: pinned, each apart from the project's own, made when asked for.

python -m benchmarks.rivals          or: make bench-rivals
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("quix", "bytewax")
_PINS: Final = Path(__file__).parent


def home(name: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "incident-timelines" / "rivals" / name


def python_of(name: str) -> Path | None:
    """Its interpreter; None where it was not installed."""
    python = home(name) / "bin" / "python"
    return python if (home(name) / ".ready").exists() else None


def install(name: str) -> str | None:
    """Makes its environment unless it is there. Answers why it could not, in one line."""
    if python_of(name) is not None:
        return None
    place = home(name)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = (
        [sys.executable, "-m", "venv", str(place)],
        [*pip, "--require-hashes", "--no-deps", "-r", str(_PINS / f"{name}.txt")],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            return f"{name} was not installed: {lines[-1][:200] if lines else 'no reason given'}"
    (place / ".ready").touch()
    return None
