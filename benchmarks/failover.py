"""How long partitions stand still when a worker dies, comes back, or is restarted on purpose.

    python -m benchmarks.failover [--rounds 3]

Two workers share four partitions of a log that goes on at 400 events a second. One is hit; what counts is the longest
time between two committed updates, of its partitions and of the other's.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.figures import Section, keep, spread
from benchmarks.filling import Pacing, a_kafka, settings_for, until
from benchmarks.running import SinkReader, WorkerProcess
from benchmarks.stand_in import PARTITIONS

ROUNDS: Final = 3
RATE: Final = 400
_SETTLE_S: Final = 3.0
_PATIENCE_S: Final = 120.0
_LOOK_S: Final = 0.05  # at the workers: a look costs them 1.2 ms of CPU


@dataclass(frozen=True, slots=True)
class Blow:
    """What is done to one of two workers. named: whether they have lasting names in the group."""

    name: str
    named: bool
    act: Callable[[WorkerProcess], None]


def _kill(worker: WorkerProcess) -> None:
    worker.send(signal.SIGKILL)
    worker.process.wait(10)


def _kill_and_start(worker: WorkerProcess) -> None:
    _kill(worker)
    worker.start()


def _restart(worker: WorkerProcess) -> None:
    worker.end()
    worker.start()


BLOWS: Final = (
    Blow("kill -9, not started again", False, _kill),
    Blow("kill -9, started at once", True, _kill_and_start),
    Blow("kill -9, started at once, no lasting name", False, _kill_and_start),
    Blow("planned restart", False, _restart),
    Blow("planned restart, lasting names", True, _restart),
)


def measure(servers: str, blow: Blow, app: str, folder: Path) -> dict[str, float]:
    """Seconds: `away` of the partitions of the one that was hit, `others` of the rest, `usual` of all, before it."""
    settings = settings_for(servers, app)
    names = [f"{app}-{letter}" for letter in "ab"]
    more = [{"instance_id": name} if blow.named else {} for name in names]
    reader, pacing = SinkReader(settings), None
    workers: list[WorkerProcess] = []
    try:
        for name, each in zip(names, more, strict=True):
            workers.append(WorkerProcess(settings, name, folder, session_timeout_s=8, **each))
        until(lambda: all(worker.is_ready() for worker in workers), _PATIENCE_S, "readiness", every_s=_LOOK_S)
        until(lambda: all(len(worker.partitions()) == 2 for worker in workers), _PATIENCE_S, "two partitions each")
        reader.start()
        pacing = Pacing(settings, RATE, None)
        pacing.start()
        until(lambda: all(reader.last_seen(number) for number in range(PARTITIONS)), _PATIENCE_S, "updates of each")
        time.sleep(_SETTLE_S)
        quiet_since = time.monotonic() - _SETTLE_S + 1
        hit = workers[0]
        theirs = hit.partitions()
        at = time.monotonic()
        usual = max(reader.gaps(quiet_since, at).values())
        blow.act(hit)
        acted = time.monotonic()
        if hit.process.poll() is None:
            until(hit.is_ready, _PATIENCE_S, "readiness of the one that was started again", every_s=_LOOK_S)
        until(lambda: all(reader.last_seen(each) > acted for each in range(PARTITIONS)), _PATIENCE_S, "updates again")
        time.sleep(_SETTLE_S)
        gaps = reader.gaps(at - 0.1, time.monotonic())
        return {
            "away": max(gaps[number] for number in theirs),
            "others": max(gap for number, gap in gaps.items() if number not in theirs),
            "usual": usual,
            "lost": reader.lost,
            "doubled": reader.doubled,
        }
    finally:
        if pacing is not None:
            pacing.end()
        if reader.is_alive():
            reader.end()
        for worker in workers:
            worker.end()


def run(rounds: int, only: str = "") -> Section:
    found: dict[str, list[dict[str, float]]] = {blow.name: [] for blow in BLOWS if only in blow.name}
    load = os.getloadavg()[0]
    with a_kafka() as kafka, TemporaryDirectory(prefix="bench-failover-") as folder:
        for turn in range(rounds):
            for number, blow in enumerate(BLOWS):
                if blow.name not in found:
                    continue
                result = measure(kafka.bootstrap_servers, blow, f"fo-{turn}-{number}", Path(folder))
                found[blow.name].append(result)
                times = ", ".join(f"{what} {result[what]:.2f} s" for what in ("away", "others", "usual"))
                print(
                    f"{turn + 1}: {blow.name:42} {times}, lost {result['lost']}, doubled {result['doubled']}",
                    flush=True,
                )
    rows = [
        {
            "blow": name,
            **{what: spread([result[what] for result in results]) for what in ("away", "others", "usual")},
            "lost": sum(int(result["lost"]) for result in results),
            "doubled": sum(int(result["doubled"]) for result in results),
        }
        for name, results in found.items()
    ]
    return {"rows": rows, "rate": RATE, "session_s": 8, "rounds": rounds, "load_before": round(load, 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="part of the name of what is to be done")
    parser.add_argument("--keep", action="store_true", help="write into docs/benchmarks.json")
    given = parser.parse_args()
    section = run(given.rounds, given.only)
    if given.keep:
        keep({"failover": section})
    return 1 if any(row["lost"] or row["doubled"] for row in section["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
