"""The services of a demonstration as child processes: started in order, watched, ended in reverse order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from runtime.settings import PREFIX

_GRACE_S: Final = 15.0
_PR_SET_PDEATHSIG: Final = 1


class ServiceFailed(Exception):
    """A service ended, or did not get ready, before it was told to end. Carries the tail of what it printed."""

    def __init__(self, name: str, what: str, output: str) -> None:
        super().__init__(f"{name} {what}" + (f"; it said:\n{output}" if output else ""))


@dataclass(slots=True)
class Service:
    name: str
    process: subprocess.Popen[bytes]
    output: Path | None

    def tail(self, lines: int = 15) -> str:
        """The last lines of what the service printed."""
        if self.output is None or not self.output.exists():
            return ""
        return "\n".join(self.output.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def wait(self, timeout_s: float) -> int:
        """Exit status. Raises ServiceFailed when it runs on."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ServiceFailed(self.name, f"did not end within {timeout_s:.0f} s", self.tail()) from None


class Stack:
    """Child processes that live as long as the `with` block. Their output goes to files in `folder`.

    They get a session of their own: Ctrl-C at the terminal reaches only us, and we end them in order.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        # what the user has set for a broker of their own must not reach services that are to use ours
        own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = {**own, **environment}
        self._services: list[Service] = []

    def set(self, variable: str, value: str) -> None:
        """An environment variable of the services that are started from now on."""
        self._environment[variable] = value

    def start(self, name: str, arguments: Sequence[str], *, to_terminal: bool = False) -> Service:
        """Start `python -m ARGUMENTS`."""
        output = None if to_terminal else self._folder / f"{name}.log"
        command = [sys.executable, "-m", *arguments]
        if output is None:
            process = subprocess.Popen(command, env=self._environment, preexec_fn=_end_with_parent)  # noqa: S603 - our own modules
        else:
            with output.open("wb") as file:
                process = subprocess.Popen(  # noqa: S603 - as above
                    command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_end_with_parent,
                )
        service = Service(name, process, output)
        self._services.append(service)
        return service

    def wait_until(self, service: Service, ready: Callable[[], bool], timeout_s: float) -> None:
        """Raises ServiceFailed when any service ends, or `ready` stays false for so long."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ServiceFailed(service.name, f"is not ready after {timeout_s:.0f} s", service.tail())
            time.sleep(0.05)

    def check(self) -> None:
        """Raises ServiceFailed if a service failed."""
        for service in self._services:
            status = service.process.poll()
            if status not in (None, 0):
                raise ServiceFailed(service.name, f"ended with status {status}", service.tail())

    def end(self, service: Service, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell one service to end, and wait; after the grace period it is killed."""
        if service in self._services:
            self._services.remove(service)
        if service.process.poll() is None:
            service.process.send_signal(number)
            try:
                service.process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                service.process.kill()
        return service.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for service in reversed(list(self._services)):
            self.end(service)


def _end_with_parent() -> None:
    """In the child, before it becomes the service: when we are killed, the kernel ends it too (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
