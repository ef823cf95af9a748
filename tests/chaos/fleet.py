"""The workers of a round, and what an orchestrator does for them: whoever ends unasked is started again."""

from __future__ import annotations

import resource
import shutil
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Final

from tests.chaos.schedule import MOST_WORKERS
from tests.worker_process import WorkerProcess

APP_ID: Final = "chaos"
SESSION_S: Final = 6
#: a worker that was told to end has so long: it gives up on brokers after 3 s, and leaves whatever hangs after 12 s
_END_S: Final = 90.0
#: by turns. Smaller than by default, so that much of the time is spent in transactions; not so small that one partition
#: would be read before the next one is begun
_BATCHES: Final = (10, 30, 100)
_RESTART_S: Final = 0.5
#: reasons for which a worker may end by itself when its brokers, its network or its rivals are disturbed
_FAIR: Final = (
    "another worker has opened the transactional id",
    "what became of the last transaction of",
)
#: and where it was told to end while the brokers could not be reached
_FAIR_WHEN_TOLD: Final = ": gave up"


class Member:
    """One worker of the fleet and what was done to it."""

    def __init__(self, number: int, worker: WorkerProcess, home: Path) -> None:
        self.number = number
        self.worker = worker
        self.home = home
        self.is_frozen = False
        #: monotonic time until which it must have ended, where it was told to
        self.must_end_by: float | None = None
        self.expected: int | None = None
        self._transactions = (0.0, 0.0)

    def is_working(self) -> bool:
        """Whether it has committed something in its life and since the last look."""
        if self.is_frozen or self.must_end_by is not None or self.worker.process.poll() is not None:
            return False
        count = sum(self.worker.metric("transactions_total").values())
        before, self._transactions = self._transactions, (time.monotonic(), count)
        return count > before[1] > 0


class Fleet:
    """core: tally or real. delay_ms: what a record costs a worker. is_forked: as those of tests.worker_process."""

    def __init__(
        self, bootstrap_servers: str, folder: Path, *, core: str, delay_ms: int, is_forked: bool = False
    ) -> None:
        self._servers = bootstrap_servers
        self._folder = folder
        self._environment = {"CHAOS_CORE": core, "CHAOS_DELAY_MS": str(delay_ms)}
        self._is_forked = is_forked
        self.members: list[Member] = []
        self._due: list[float] = []
        self._started = 0
        #: how workers ended: what was asked -> status or reason
        self.ends: Counter[str] = Counter()
        #: ends that nothing explains
        self.faults: list[str] = []

    def start_later(self, seconds: float) -> None:
        self._due.append(time.monotonic() + seconds)

    def start(self) -> None:
        number = self._started
        self._started += 1
        home = self._folder / f"home-{number}"
        home.mkdir()
        worker = WorkerProcess(
            self._servers, APP_ID, self._folder / f"worker-{number}.log",
            module="tests.chaos.worker", home=home, environment=self._environment, log_level="info",
            session_timeout_s=SESSION_S, batch_records=_BATCHES[number % len(_BATCHES)],
            max_rejected_per_minute=100_000, is_forked=self._is_forked,
        )  # fmt: skip
        self.members.append(Member(number, worker, home))

    def working(self) -> list[Member]:
        return [member for member in self.members if member.is_working()]

    @property
    def size(self) -> int:
        """Workers that run or are about to, without those that were told to end."""
        return sum(member.must_end_by is None for member in self.members) + len(self._due)

    def tend(self) -> None:
        """Start who is due, take note of who has ended."""
        now = time.monotonic()
        due = [at for at in self._due if at <= now]
        self._due = [at for at in self._due if at > now]
        for _ in due[: max(0, MOST_WORKERS + 1 - len(self.members))]:
            self.start()
        for member in list(self.members):
            status = member.worker.process.poll()
            if status is not None:
                self.members.remove(member)
                self._note_end(member, status)
            elif member.must_end_by is not None and now > member.must_end_by:
                self.faults.append(f"worker {member.number} still ran {_END_S:.0f} s after it was told to end")
                member.must_end_by = None
                member.expected = -signal.SIGKILL
                member.worker.process.send_signal(signal.SIGUSR1)  # says where it hangs
                time.sleep(0.5)
                self.kill(member)

    def _note_end(self, member: Member, status: int) -> None:
        told = {None: "by itself", 0: "told SIGTERM"}.get(member.expected, "told SIGKILL")
        if status == member.expected:
            self.ends[f"{told}: {status}"] += 1
            return
        if status == -signal.SIGTERM and member.expected == 0 and not member.worker.facts("starting"):
            self.ends[f"{told} before it had begun: {status}"] += 1
            return
        reason = self._reason(member)
        self.ends[f"{told}: {status}, {reason[:90]}"] += 1
        if status not in (0, 1) or "cannot be explained" in reason:
            self.faults.append(f"worker {member.number}, {told}, ended with {status}: {reason}")
        if member.expected is None:
            self.start_later(_RESTART_S)

    @staticmethod
    def _reason(member: Member) -> str:
        told = member.worker.facts("stopping")
        if told:
            reason = str(told[-1]["reason"])
            fair = _FAIR if member.expected is None else (*_FAIR, _FAIR_WHEN_TOLD)
            if "exception" in told[-1] or not any(text in reason for text in fair):
                return f"cannot be explained: {reason}"
            return reason
        if member.worker.facts("stopped_hard"):
            return "stopped hard"
        lines = member.worker.tail().splitlines()
        before = [line for line in lines if line.startswith("ended before it began: ")]
        return before[-1] if before else f"cannot be explained: {lines[-1] if lines else 'it wrote nothing'}"

    # --- what is done to them -------------------------------------------------------------------------------

    def kill(self, member: Member) -> None:
        member.expected = -signal.SIGKILL
        member.worker.process.kill()
        member.worker.process.wait(10)

    def term(self, member: Member) -> None:
        member.expected = 0
        member.must_end_by = time.monotonic() + _END_S
        member.worker.process.terminate()

    def freeze(self, member: Member) -> None:
        member.is_frozen = True
        member.worker.process.send_signal(signal.SIGSTOP)

    def wake(self, member: Member) -> None:
        member.is_frozen = False
        if member.worker.process.poll() is None:
            member.worker.process.send_signal(signal.SIGCONT)

    def fill_disk(self, member: Member) -> None:
        """From now on every write of this process to a file fails, as on a disk that is full."""
        resource.prlimit(member.worker.process.pid, resource.RLIMIT_FSIZE, (0, 0))

    def delete_state(self, member: Member) -> None:
        """Its home, temporary files and working directory go, and everything it may have kept there."""
        kept = [str(path.relative_to(member.home)) for path in member.home.rglob("*")]
        if kept:
            self.faults.append(f"worker {member.number} keeps files: {kept[:10]}")
        shutil.rmtree(member.home, ignore_errors=True)

    def end(self) -> None:
        """SIGTERM to all; answers when the last has ended."""
        self._due.clear()
        for member in self.members:
            self.wake(member)
            if member.must_end_by is None:
                self.term(member)
        while self.members:
            self.tend()
            time.sleep(0.05)

    def clean_up(self) -> None:
        for member in self.members:
            if member.worker.process.poll() is None:
                member.worker.process.kill()
            member.worker.process.wait(10)


__all__ = ["APP_ID", "Fleet", "Member"]
