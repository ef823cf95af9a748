"""The worker as operators run it: a process with an environment, a health port, and an end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from tests import forked

PATIENCE_S = 120.0  # far more than it takes, for machines that do other work
#: between two looks, and of the time waited so far: a look costs the worker an answer, and others wait for a processor
_LEAST_PAUSE_S, _MOST_PAUSE_S, _PAUSE_SHARE = 0.02, 0.2, 0.05


def wait_until(is_so: Callable[[], bool], *, within_s: float = PATIENCE_S, what: str = "it") -> float:
    """Look again and again until it is so; answers how long it took, in seconds."""
    began = time.monotonic()
    while not is_so():
        waited = time.monotonic() - began
        if waited > within_s:
            raise AssertionError(f"{what} was not so within {within_s:.0f} s")
        time.sleep(min(max(_LEAST_PAUSE_S, _PAUSE_SHARE * waited), _MOST_PAUSE_S))
    return time.monotonic() - began


def a_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class WorkerProcess:
    """`python -m tests.tally_worker`, or another module that runs a worker.

    home: its home, working directory and place of temporary files; it writes its log to this process then, which keeps
        it in log_file
    environment: further variables
    is_forked: from a process that has imported the worker already (tests.forked), which saves a second of CPU
    """

    def __init__(
        self,
        bootstrap_servers: str,
        app_id: str,
        log_file: Path,
        *,
        module: str = "tests.tally_worker",
        home: Path | None = None,
        environment: Mapping[str, str] | None = None,
        is_forked: bool = False,
        **settings: Any,
    ) -> None:
        self.port = a_free_port()
        self.log_file = log_file
        given = {
            "bootstrap_servers": bootstrap_servers,
            "app_id": app_id,
            "health_port": self.port,
            "log_format": "json",
            "log_level": "debug",
            "session_timeout_s": 6,
            **settings,
        }
        root = Path(__file__).parent.parent
        variables = {
            **os.environ,
            **{f"TIMELINES_{name.upper()}": str(value) for name, value in given.items()},
            **(environment or {}),
        }
        if home is not None:
            variables |= {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
        self.process: subprocess.Popen[bytes] | forked.Forked
        with ExitStack() as ours:
            if home is None:
                output: IO[bytes] = ours.enter_context(log_file.open("ab"))
            else:
                reading, writing = os.pipe()
                output = ours.enter_context(os.fdopen(writing, "wb"))
                lines = os.fdopen(reading, "rb")
                threading.Thread(target=self._keep_log, args=(lines,), name=log_file.name, daemon=True).start()
            if is_forked:
                self.process = forked.start(module, environment=variables, cwd=home or root, output=output)
            else:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", module], env=variables, stdin=subprocess.DEVNULL, cwd=home or root,
                    stdout=output, stderr=output,
                )  # fmt: skip

    def _keep_log(self, lines: IO[bytes]) -> None:
        with lines, self.log_file.open("ab", buffering=0) as kept:
            for line in lines:
                kept.write(line)

    def get(self, page: str) -> tuple[int, str]:
        """Status and text of a health page; (0, reason) where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=3) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def is_ready(self) -> bool:
        self._check_runs()
        return self.get("/ready")[0] == 200

    def _check_runs(self) -> None:
        if self.process.poll() is not None:
            told = [fact.get("reason") for fact in self.facts("stopping")]
            raise AssertionError(f"the worker ended with {self.process.returncode}: {told}\n{self.tail()}")

    def wait_ready(self) -> float:
        return wait_until(self.is_ready, what="the worker's readiness")

    def problems(self) -> dict[str, str]:
        text = self.get("/ready")[1]
        return json.loads(text)["problems"] if text.startswith("{") else {"http": text}

    def metric(self, name: str) -> dict[str, float]:
        """Values of a metric by its labels, as Prometheus prints them."""
        found = {}
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith((f"incident_timelines_{name}{{", f"incident_timelines_{name} ")):
                head, _, value = line.rpartition(" ")
                found[head.partition("{")[2].rstrip("}")] = float(value)
        return found

    def applied(self) -> int:
        """Records of the log applied, of the partitions this worker has now."""
        self._check_runs()
        return int(sum(value + 1 for value in self.metric("applied_offset").values()))

    def facts(self, event: str | None = None) -> list[dict[str, Any]]:
        """What the worker logged."""
        lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        facts = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [fact for fact in facts if event in (None, fact["event"])]

    def tail(self) -> str:
        return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])

    def end(self, number: int = signal.SIGTERM, *, within_s: float = 40.0) -> int:
        """Send a signal; answers the exit status."""
        self.process.send_signal(number)
        return self.wait(within_s)

    def wait(self, within_s: float = PATIENCE_S) -> int:
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker still runs after {within_s} s:\n{self.tail()}") from None


@contextmanager
def workers(
    bootstrap_servers: str, app_id: str, folder: Path, *, is_forked: bool = False
) -> Iterator[Callable[..., WorkerProcess]]:
    """Gives a function that starts workers; whatever still runs at the end is killed."""
    started: list[WorkerProcess] = []

    def start(**settings: Any) -> WorkerProcess:
        log_file = folder / f"worker-{len(started)}.log"
        started.append(WorkerProcess(bootstrap_servers, app_id, log_file, **{"is_forked": is_forked, **settings}))
        return started[-1]

    try:
        yield start
    finally:
        for worker in started:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGCONT)
                worker.process.kill()
            worker.process.wait(10)
