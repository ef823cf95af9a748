"""Is the process with this id still the one that we started?

Process ids are used again; the mark in its arguments together with its start time is not.

Nothing is ever signalled on the word of a pid file alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class OwnProcess:
    """A process that we started. started: its start time as this system counts it; mark: stands in its arguments."""

    pid: int
    started: str
    mark: str

    def alive(self) -> bool:
        """False too where the process id belongs to somebody else by now, or only its exit status is left."""
        found = _looked_up(self.pid)
        if found is None or found.ended or found.started != self.started:
            return False
        arguments = _arguments(self.pid)
        return not arguments or self.mark in arguments  # while it starts or ends a process has none

    def gone(self) -> bool:
        """It has ended, and so has its last thread: only then are its ports and files free again."""
        found = _looked_up(self.pid)
        return found is None or found.started != self.started or (found.ended and found.threads <= 1)

    def send(self, number: signal.Signals) -> bool:
        """False: it was gone already, nothing was signalled."""
        if not self.alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def wait_gone(self, timeout_s: float) -> bool:
        """True once it is gone; False when the time is over."""
        end = time.monotonic() + timeout_s
        while not self.gone():
            if time.monotonic() >= end:
                return False
            time.sleep(_POLL_S)
        return True

    def save(self, file: Path) -> None:
        """Whole or not at all."""
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self)), encoding="utf-8")
        fresh.replace(file)


def load_process(file: Path) -> OwnProcess | None:
    """None where there is no such file, or it is not one of ours."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return OwnProcess(pid=int(values["pid"]), started=str(values["started"]), mark=str(values["mark"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def own_process(pid: int, mark: str) -> OwnProcess | None:
    """The running process `pid` as one of ours; None when it has ended already."""
    found = _looked_up(pid)
    return None if found is None or found.ended else OwnProcess(pid, found.started, mark)


@dataclass(frozen=True, slots=True)
class _Found:
    """started: equal only for the same process. ended: it waits for its parent to take its exit status.

    threads: those that have not ended; a killed process has "ended" while some may still hold its sockets.
    """

    started: str
    ended: bool
    threads: int


def _looked_up(pid: int) -> _Found | None:
    """None: there is no such process."""
    if not _PROC.joinpath("self").exists():
        state, _, started = _ps(pid, "stat=,lstart=").partition(" ")
        return _Found(started.strip(), state.startswith("Z"), 0) if state else None
    try:
        # the name in parentheses may hold anything: what follows the last ")" is numbers
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        threads = sum(1 for _ in (_PROC / str(pid) / "task").iterdir())
    except OSError:
        return None
    return _Found(f"{_boot()}/{fields[19]}", fields[0] in "ZX", threads)


def _arguments(pid: int) -> str:
    if _PROC.joinpath("self").exists():
        try:
            raw = (_PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace")
    return _ps(pid, "command=")


def _boot() -> str:
    """Start times count from the boot: the same number after a restart of the machine is another process."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _ps(pid: int, columns: str) -> str:
    """Where there is no /proc (macOS)."""
    said = subprocess.run(  # noqa: S603 - a fixed command, a number
        ["ps", "-ww", "-o", columns, "-p", str(pid)],  # noqa: S607 - ps is where the system has it
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return said.stdout.strip()
