"""Processes forked from one that has imported the service already: a start costs milliseconds, not a second of CPU.

    process = start("tests.tally_worker", environment=environment, cwd=folder, output=file)
    ended = run("timelines", "dump", "--log", "-", environment=environment)

Each is `python -m MODULE` in all that a test can see: its own process, environment, working directory, signals and end,
through the interpreter's own finalization. What differs: all of one run of pytest have one hash seed, and what a module
reads of the environment as it is imported is the host's. Other tests start processes as operators do (compose, demo,
watch, produce, replay with hash seeds, the services of decide, `make chaos`).

Run as a module it is the host. It forks for each line of JSON on its socket, and ends with whoever started it.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final, NoReturn

_ROOT: Final = Path(__file__).parent.parent
#: what workers and commands import; never the modules that are run
_PRELOADED: Final = (
    "processors.service",
    "processors.cores",
    "processors.correlation.linking.linker",
    "runtime.logging",
    "runtime.settings",
    "tests.tally_core",
    "timelines.cli",
    *(
        f"timelines.commands.{name}"
        for name in ("decide", "dump", "gate", "kafka", "produce", "replay", "topics", "worker")
    ),
)
_PAUSE_S: Final = 0.01
_MOST_BYTES: Final = 1 << 20


class Forked:
    """A process of the host, with the methods of subprocess.Popen that the tests use."""

    def __init__(self, host: _Host, pid: int) -> None:
        self.pid: Final = pid
        self.returncode: int | None = None
        self._host = host

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._host.ask(status_of=self.pid)["status"]
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Raises subprocess.TimeoutExpired."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(_PAUSE_S)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # until its status was asked for its number is nobody else's
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    module: str,
    *arguments: str,
    environment: Mapping[str, str],
    cwd: Path,
    output: IO[bytes],
    errors: IO[bytes] | None = None,
) -> Forked:
    """Fork `python -m module arguments`, whose stdin is empty. errors: for its stderr; None: the same as stdout."""
    host = _the_host()
    files = (output.fileno(), (errors or output).fileno())
    given = {"module": module, "arguments": arguments, "environment": dict(environment), "cwd": str(cwd)}
    return Forked(host, host.ask(*files, **given)["pid"])


def run(
    module: str, *arguments: str, environment: Mapping[str, str], cwd: Path = _ROOT, timeout_s: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """To its end, with what it said. Raises subprocess.TimeoutExpired, and it is killed."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = start(module, *arguments, environment=environment, cwd=cwd, output=output, errors=errors)
        try:
            status = process.wait(timeout_s)
        finally:
            process.kill()
        for file in (output, errors):
            file.seek(0)
        said = (output.read().decode(), errors.read().decode())
    return subprocess.CompletedProcess([module, *arguments], status, *said)


class _Host:
    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
                cwd=_ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def ask(self, *files: int, **command: Any) -> Any:
        socket.send_fds(self._socket, [json.dumps(command).encode() + b"\n"], files)
        answer = b""
        while not answer.endswith(b"\n"):
            more = self._socket.recv(_MOST_BYTES)
            assert more, "the host of the forked processes has ended"
            answer += more
        return json.loads(answer)

    def close(self) -> None:
        self._socket.close()
        self._process.wait(20)


@cache
def _the_host() -> _Host:
    """One of this run of pytest, made by the first test that needs it."""
    host = _Host()
    atexit.register(host.close)
    return host


# --- the host -----------------------------------------------------------------------------------------------------


def _serve(commands: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Answers commands until nobody gives any (None). In a forked process: what is to run, its stdout and stderr."""
    running: set[int] = set()
    received, files = b"", list[int]()
    while True:
        more, handed, _, _ = socket.recv_fds(commands, _MOST_BYTES, 2)
        received, files = received + more, files + list(handed)
        if not more:
            break
        if not received.endswith(b"\n"):
            continue
        command = json.loads(received)
        if "status_of" in command:
            done, status = os.waitpid(command["status_of"], os.WNOHANG)
            running -= {done}
            answer = {"status": os.waitstatus_to_exitcode(status) if done else None}
        else:
            pid = os.fork()
            if pid == 0:
                return command, files
            for file in files:
                os.close(file)
            running.add(pid)
            answer = {"pid": pid}
        commands.sendall(json.dumps(answer).encode() + b"\n")
        received, files = b"", []
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None


def _become(given: Mapping[str, Any], files: list[int]) -> NoReturn:
    """Run the module as Python would have."""
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(given["environment"])
    if "PYTHONUNBUFFERED" in os.environ:
        sys.stdout.reconfigure(line_buffering=True)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(given["cwd"])
    sys.argv = [given["module"], *given["arguments"]]
    runpy.run_module(given["module"], run_name="__main__", alter_sys=True)
    sys.exit(0)


def main(number: int) -> None:
    for name in _PRELOADED:
        import_module(name)
    tasks = Path("/proc/self/task")
    if tasks.is_dir() and len(list(tasks.iterdir())) != 1:
        raise RuntimeError("other threads run already: a fork would lose them")
    gc.collect()
    gc.freeze()
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever runs the tests
    with socket.socket(fileno=number) as commands:
        asked = _serve(commands)
    if asked is not None:
        signal.signal(signal.SIGINT, on_interrupt)
        _become(*asked)


if __name__ == "__main__":
    main(int(sys.argv[1]))
