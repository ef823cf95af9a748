"""An hour of work with something happening all the time: nothing lost, nothing doubled, memory flat.

    python -m benchmarks.soak [--minutes 60]          or: make soak MINUTES=60

Two workers, events at a steady pace. Every 40 s a worker is killed, restarted in order, or stopped for longer than its
session and woken again, by a seeded choice. Each minute: updates, lag, latencies, resident memory of each worker.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.figures import Section, keep, percentiles
from benchmarks.filling import Pacing, a_kafka, settings_for, until
from benchmarks.running import SinkReader, WorkerProcess

RATE: Final = 200
_BLOW_EVERY_S: Final = 40.0
_FROZEN_S: Final = 12.0
_PATIENCE_S: Final = 180.0
#: Python gives memory back late: so much more in the last third than in the second is still flat
_MOST_GROWTH: Final = 1.15
_BLOWS: Final = ("kill", "restart", "freeze")


class Soak:
    """One run. Raises TimeoutError where a worker does not come back."""

    def __init__(self, servers: str, folder: Path, seed: int) -> None:
        self.settings = settings_for(servers, "soak")
        self.chance = random.Random(seed)
        self.workers = [WorkerProcess(self.settings, f"soak-{letter}", folder, session_timeout_s=8) for letter in "ab"]
        self.reader = SinkReader(self.settings)
        self.pacing = Pacing(self.settings, RATE, None)
        self.blows: list[str] = []
        self.minutes: list[dict[str, Any]] = []
        self._looked = 0

    def run(self, minutes: float) -> None:
        until(lambda: all(worker.is_ready() for worker in self.workers), _PATIENCE_S, "readiness")
        self.reader.start()
        self.pacing.start()
        began = time.monotonic()
        next_minute, next_blow, blow = began + 60, began + _BLOW_EVERY_S, ""
        while (now := time.monotonic()) < began + 60 * minutes:
            if now >= next_blow:
                blow = f"{blow} {self._blow()}".strip()
                next_blow = max(next_blow + _BLOW_EVERY_S, time.monotonic() + 5)
            if now >= next_minute:
                self._tell(blow)
                next_minute, blow = next_minute + 60, ""
            time.sleep(0.2)

    def settle(self) -> None:
        """No more events; wait until all that were sent have come through."""
        self.pacing.end()
        until(lambda: len(self.reader.seen) + self.reader.lost >= self.pacing.sent, _PATIENCE_S, "the last update")
        time.sleep(2)  # what would come twice comes now

    def _blow(self) -> str:
        blow, worker = self.chance.choice(_BLOWS), self.chance.choice(self.workers)
        self.blows.append(blow)
        if blow == "kill":
            worker.send(signal.SIGKILL)
            worker.process.wait(10)
            worker.start()
        elif blow == "restart":
            worker.end()
            worker.start()
        else:
            worker.send(signal.SIGSTOP)
            time.sleep(_FROZEN_S)
            worker.send(signal.SIGCONT)
            time.sleep(5)  # one that was fenced ends by itself, loudly: whoever runs it starts it again
            if worker.process.poll() is not None:
                worker.start()
        until(lambda: _is_back(worker), _PATIENCE_S, f"readiness after {blow}")
        return f"{blow} {worker.name[-1]}"

    def _tell(self, blow: str) -> None:
        seen = self.reader.seen[self._looked :]
        self._looked += len(seen)
        line = {
            "minute": len(self.minutes) + 1,
            "blow": blow,
            "events": len(seen),
            "lag": self.pacing.sent - len(self.reader.seen),
            "resident_mb": [worker.resident_mb() for worker in self.workers],
            **(percentiles([waited for _, _, waited in seen]) if seen else {"p50": 0.0, "p99": 0.0, "p999": 0.0}),
        }
        self.minutes.append(line)
        print(line, flush=True)

    def end(self) -> None:
        self.pacing.end() if self.pacing.is_alive() else None
        self.reader.end() if self.reader.is_alive() else None
        for worker in self.workers:
            worker.end()


def _is_back(worker: WorkerProcess) -> bool:
    if worker.process.poll() is not None:  # as an orchestrator would
        worker.start()
    return worker.is_ready()


def growth(minutes: list[dict[str, Any]]) -> float:
    """Memory of all workers in the last third of the run, by that in the second; 1.0 where it was too short to say."""
    sums = [sum(minute["resident_mb"]) for minute in minutes if all(minute["resident_mb"])]
    third = len(sums) // 3
    return round(median(sums[-third:]) / median(sums[third : 2 * third]), 2) if third else 1.0


def verdict(soak: Soak, minutes: float) -> tuple[bool, str]:
    grown = growth(soak.minutes)
    missing = soak.pacing.sent - len(soak.reader.seen) + soak.reader.doubled
    lost = max(missing, soak.reader.lost)
    is_well = lost == 0 and soak.reader.doubled == 0 and grown <= _MOST_GROWTH
    told = (
        f"{'PASSED' if is_well else 'FAILED'}: {minutes:g} minutes, {soak.pacing.sent:,} events, {len(soak.blows)} "
        f"disturbances survived, {lost} lost, {soak.reader.doubled} doubled, "
        f"memory x{grown} from the second third to the last"
    )
    return is_well, told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write into docs/benchmarks.json")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"seed {given.seed}")
    with a_kafka() as kafka, TemporaryDirectory(prefix="bench-soak-") as folder:
        soak = Soak(kafka.bootstrap_servers, Path(folder), given.seed)
        try:
            soak.run(given.minutes)
            soak.settle()
        finally:
            soak.end()
    is_well, told = verdict(soak, given.minutes)
    section: Section = {
        "minutes": given.minutes,
        "rate": RATE,
        "seed": given.seed,
        "verdict": told,
        "per_minute": soak.minutes,
        "load_before": round(load, 2),
    }
    if given.keep:
        keep({"soak": section})
    print(told)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
