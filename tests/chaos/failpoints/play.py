"""One run: a worker that dies at a point, another that finishes its work, and what both leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, Self

from processors.cores import real_cores
from tests.chaos.failpoints import scenario
from tests.chaos.failpoints.hits import Point, easier
from tests.chaos.failpoints.sites import ROOT
from tests.chaos.failpoints.stand import Stand
from tests.chaos.failpoints.verdict import Verdict, judge

PATIENCE_S: Final = 90.0
_PAUSE_S: Final = 0.01
#: small, so that a part of the story takes several transactions
_BATCH_RECORDS: Final = 3
_FROZEN_TRIES: Final = 3


class Scene(IntEnum):
    """What is played. The first five follow each other; the last two are played instead of what follows RUNNING."""

    BEGINNING = 0  # a first part stands in the log; the worker takes over and works it off
    RUNNING = 1  # the bridging reports and the corrections come in one by one
    JOINED = 2  # a second worker joins: all partitions change hands
    SHARING = 3  # decisions of people come in, and each worker has its partitions
    LEAVING = 4  # SIGTERM
    REFUSED = 5  # the broker refuses the updates: transactions are aborted until the worker gives up
    FROZEN = 6  # the worker was stopped until another had everything, and wakes up


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run went.

    status: of the first worker, -9: it died at the point (mark says at which); record: what a run to the end counted
    """

    status: int
    mark: str
    record: Mapping[str, Any]
    verdict: Verdict
    seconds: float


class Host:
    """`tests.chaos.failpoints.host`: forks workers that have been imported already."""

    def __init__(self, *, is_changed: bool) -> None:
        command = [sys.executable, "-m", "tests.chaos.failpoints.host", *(["--changed"] if is_changed else [])]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            process_group=0,  # Ctrl-C is for who plays: what is being played is played to its end
        )  # fmt: skip

    def wait_ready(self) -> None:
        """Until it has imported the worker."""
        self._answer()

    def ask(self, **command: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the host of the workers has ended"
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


@dataclass(slots=True)
class Worker:
    """One forked worker. status None: it has not been seen to end."""

    host: Host
    log: Path
    pid: int = 0
    status: int | None = None

    def is_gone(self) -> bool:
        if self.status is None:
            self.status = self.host.ask(wait=self.pid, seconds=0)["status"]
        return self.status is not None

    def signal(self, number: int) -> None:
        if not self.is_gone():
            os.kill(self.pid, number)

    def facts(self, event: str) -> list[dict[str, Any]]:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        wanted = f'"{event}"'
        found = []
        for line in lines:
            if wanted in line:
                with suppress(ValueError):  # half a line: it was killed as it wrote it
                    found.append(json.loads(line))
        return [fact for fact in found if fact.get("event") == event]

    def tail(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


class Gone(Exception):
    """The first worker has ended; the story is told to its end without it."""


@dataclass(slots=True)
class Theatre:
    """Plays runs one after another on one stand."""

    stand: Stand
    changed: Host
    plain: Host
    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _cores: Any = field(default_factory=real_cores)

    def play(self, point: Point | None, *, until: Scene = Scene.LEAVING) -> Ended:
        """point None: nobody dies, up to and with the scene `until`, and the hits are counted."""
        began = monotonic()
        number = next(self._numbers)
        run = _Run(self, f"failpoint-{os.getpid()}-{number}", self.folder / f"{number}", point)
        last = until if point is None else max(Scene.LEAVING, Scene(point.scene))
        self.stand.begin(run.app_id)
        try:
            with suppress(Gone):
                run.tell(last)
            run.finish()
            status = run.first.status
            assert status is not None
            record = json.loads(run.record.read_text()) if run.record.exists() else {}
            mark = run.mark.read_text(encoding="utf-8") if run.mark.exists() else ""
            verdict = judge(self._cores, self.stand.log(), self.stand.sink(), self.stand.states())
            return Ended(status, mark, record, verdict, monotonic() - began)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.stand.progress()}\n{run.told()}") from error
        finally:
            run.end()


class _Run:
    def __init__(self, theatre: Theatre, app_id: str, folder: Path, point: Point | None) -> None:
        folder.mkdir()
        self.app_id = app_id
        self.stand = theatre.stand
        self.first = Worker(theatre.changed, folder / "first.log")
        self.second = Worker(theatre.plain, folder / "second.log")
        self.mark, self.record, self._scene = folder / "mark", folder / "record", folder / "scene"
        self._scene.write_bytes(b"\0")
        self._point = point
        self._unsent = [list(scenario.part(number)) for number in range(4)]

    # --- the story ------------------------------------------------------------------------------------------

    def tell(self, last: Scene) -> None:
        """Raises Gone when the first worker ends."""
        self._send(scenario.OPENING)
        self._start(self.first)
        self._until(self.stand.is_applied, "the first part is applied")
        self._set(Scene.RUNNING)
        while self._unsent[scenario.BRIDGE]:
            self._send(scenario.BRIDGE, 4)
            self._until(lambda: True, "")
        self._until(self.stand.is_applied, "the second part is applied")
        if last is Scene.REFUSED:
            self._refuse()
        if last is Scene.FROZEN:
            self._freeze()
        self._set(Scene.JOINED)
        self._start(self.second)
        shared = "both workers have their partitions"
        self._until(lambda: self._restored(self.first) > 1 and self._restored(self.second) > 0, shared)
        self._set(Scene.SHARING)
        self._send(scenario.PEOPLE)
        self._until(self.stand.is_applied, "the third part is applied")
        self._set(Scene.LEAVING)
        self.first.signal(signal.SIGTERM)
        self._until(lambda: False, "the first worker ends")

    def _refuse(self) -> None:
        self._set(Scene.REFUSED)
        with self._refusing():
            self._send(scenario.PEOPLE)
            self._until(lambda: False, "the first worker gives up")

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        self.stand.refuse_updates(True)
        try:
            yield
        finally:
            self.stand.refuse_updates(False)

    def _freeze(self) -> None:
        self._send(scenario.PEOPLE)
        self.first.signal(signal.SIGSTOP)
        self._start(self.second)
        self._until(self.stand.is_applied, "the second worker has done the work of the frozen one")
        self._set(Scene.FROZEN)
        self.first.signal(signal.SIGCONT)
        # it notices that it has lost everything, joins anew, and shares; or it was in a transaction, and was fenced
        self._until(lambda: self._restored(self.first) > 1, "the woken worker has joined anew")
        self.first.signal(signal.SIGTERM)
        self._until(lambda: False, "the first worker ends")

    def finish(self) -> None:
        """Without the first worker: the rest of the story, and the end of the second."""
        if not self.second.pid:
            self._start(self.second)
        for number in range(4):
            self._send(number)
        self._until(self.stand.is_applied, "the second worker has applied everything", of=self.second)
        self.second.signal(signal.SIGTERM)
        self._wait(self.second.is_gone, "the second worker ends")
        assert self.second.status == 0, f"the second worker ended with {self.second.status}"

    def end(self) -> None:
        for worker in (self.first, self.second):
            if worker.pid and not worker.is_gone():
                worker.signal(signal.SIGKILL)
                self._wait(worker.is_gone, "a killed worker ends")

    def told(self) -> str:
        return f"the first worker:\n{self.first.tail()}\nthe second:\n{self.second.tail() if self.second.pid else '-'}"

    # --- its means ------------------------------------------------------------------------------------------

    def _send(self, number: int, most: int = 1_000) -> None:
        self.stand.send(self._unsent[number][:most])
        del self._unsent[number][:most]

    def _set(self, scene: Scene) -> None:
        with self._scene.open("r+b") as file:
            file.write(bytes([scene]))

    def _start(self, worker: Worker) -> None:
        settings = {
            "bootstrap_servers": self.stand.bootstrap_servers,
            "app_id": self.app_id,
            "log_format": "json",
            "log_level": "info",
            "session_timeout_s": 1,
            "batch_records": _BATCH_RECORDS,
            "coalesce_ms": 5,
        }
        given = {
            "environment": {f"TIMELINES_{name.upper()}": str(value) for name, value in settings.items()},
            "log": str(worker.log),
            "scene": str(self._scene),
            "point": str(self._point) if self._point else None,
            "mark": str(self.mark),
            "record": str(self.record),
        }
        worker.pid = worker.host.ask(start=given)["pid"]

    def _restored(self, worker: Worker) -> int:
        return len(worker.facts("restored"))

    def _until(self, is_so: Callable[[], bool], what: str, of: Worker | None = None) -> None:
        worker = of or self.first

        def is_over() -> bool:
            if worker.is_gone():
                if of is None:
                    raise Gone
                raise AssertionError(f"a worker ended with {worker.status} before {what}")
            return is_so()

        self._wait(is_over, what)

    @staticmethod
    def _wait(is_so: Callable[[], bool], what: str) -> None:
        end = monotonic() + PATIENCE_S
        while not is_so():
            assert monotonic() < end, f"not within {PATIENCE_S:.0f} s: {what}"
            sleep(_PAUSE_S)


def survive(stage: Theatre, point: Point) -> Ended | None:
    """Play a point until the worker has died there; None: it was not reached (again), and the runs ended well.

    Raises AssertionError for a run that did not end, that ended otherwise, or wrongly without a death.
    """
    tries = [point]
    while (earlier := easier(tries[-1])) is not None:  # how often something happens depends on the machine a little
        tries.append(earlier)
    if point.scene == Scene.FROZEN:  # what it has in hand when it is stopped is a matter of luck
        tries *= _FROZEN_TRIES
    for wanted in tries:
        ended = stage.play(wanted)
        if ended.mark == str(wanted):
            assert ended.status == -signal.SIGKILL, f"the worker was to die at the point, and ended with {ended.status}"
            return ended
        assert ended.verdict.is_right, f"without a death: {ended.verdict}"
    return None


@contextmanager
def theatre(bootstrap_servers: str, folder: Path) -> Iterator[Theatre]:
    """On an Apache Kafka that was started with `stand.SECURITY` and serves nobody else."""
    stand = Stand(bootstrap_servers)
    try:
        with Host(is_changed=True) as changed, Host(is_changed=False) as plain:
            changed.wait_ready()
            plain.wait_ready()
            yield Theatre(stand, changed, plain, folder)
    finally:
        stand.close()


__all__ = ["Ended", "Scene", "Theatre", "survive", "theatre"]
