"""CPU of an event, side by side: the worker, a loop written by hand, and what else one could run.

    python -m benchmarks.comparing [--rounds 5] [--events 60000] [--sides worker,bare,...]

All sides read one log on one broker, in processes of their own, one after the other, round after round. CPU is that of
all threads of the process, from the event in the middle of the run to the last one, as the core meets them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import rivals
from benchmarks.figures import Section, keep, ratios, spread
from benchmarks.filling import a_kafka, fill, fill_real, settings_for

ROUNDS: Final = 5
EVENTS: Final = 60_000
REAL_COPIES: Final = 3
_PATIENCE_S: Final = 240
_ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what is run, and what it is compared with."""

    side: str
    job: str
    core_us: float

    @property
    def name(self) -> str:
        return f"{self.side} {self.job} {self.core_us:g}"


SIDES: Final = ("worker", "bare", "stock_faust", "quix", "bytewax")
JOBS: Final = (("bytes", 0.0), ("bytes", 25.0), ("events", 0.0), ("events", 25.0))


def rows_for(sides: Sequence[str]) -> list[Row]:
    rows = [Row(side, job, us) for job, us in JOBS for side in sides if side in ("worker", "bare")]
    return rows + [Row(side, "events", us) for us in (0.0, 25.0) for side in sides if side not in ("worker", "bare")]


def command_of(side: str) -> tuple[list[str], dict[str, str]]:
    """How its process is started, and in what environment. Raises FileNotFoundError where it is not installed."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "TIMELINES_LOG_LEVEL": "error"}
    if side not in rivals.NAMES:
        return [sys.executable, "-m", f"benchmarks.sides.{side}"], environment
    python = rivals.python_of(side)
    if python is None:
        raise FileNotFoundError(f"{side} is not installed: make bench-rivals")
    return [str(python), "-m", f"benchmarks.sides.{side}"], environment


class SideFailed(Exception):
    """A side ended without a result; with the last lines it wrote."""


def start(row: Row, servers: str, app: str, events: int, *more: str) -> subprocess.Popen[str]:
    command, environment = command_of(row.side)
    command += ["--servers", servers, "--app", app, "--events", str(events)]
    command += ["--job", row.job, "--core-us", str(row.core_us), *more]
    return subprocess.Popen(
        command, env=environment, cwd=_ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def result_of(process: subprocess.Popen[str], what: str) -> dict[str, float]:
    """Waits for its end. Raises SideFailed."""
    try:
        out, err = process.communicate(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise SideFailed(f"{what} did not end within {_PATIENCE_S} s: {_tail(err)}") from None
    for line in reversed(out.splitlines()):
        if line.startswith("{") and "cpu_us" in line:
            found: dict[str, float] = json.loads(line)
            return found
    raise SideFailed(f"{what} ended with {process.returncode} and no result: {_tail(err)}")


def _tail(text: str) -> str:
    return " | ".join(text.strip().splitlines()[-4:])[-600:]


def saturation(rounds: int, events: int, sides: Sequence[str]) -> Section:
    """CPU of an event when there are always more."""
    rows = rows_for(sides)
    cpu: dict[str, list[float]] = {row.name: [] for row in rows}
    wall: dict[str, list[float]] = {row.name: [] for row in rows}
    failed: dict[str, str] = {}
    with a_kafka() as kafka:
        fill(settings_for(kafka.bootstrap_servers, "fill"), events)
        for turn in range(rounds):
            for row in rows:
                if row.side in failed:
                    continue
                app = f"cmp-{turn}-{row.name.replace(' ', '-').replace('.', '-')}"
                settings_for(kafka.bootstrap_servers, app)
                try:
                    result = result_of(start(row, kafka.bootstrap_servers, app, events), row.name)
                except (SideFailed, FileNotFoundError) as error:
                    failed[row.side] = str(error)
                    print(error, file=sys.stderr)
                    continue
                cpu[row.name].append(result["cpu_us"])
                wall[row.name].append(result["wall_us"])
                _told(turn, row.name, result)
    return _section(rows, cpu, wall, failed, {"events": events, "event_bytes": 1_000, "rounds": rounds})


def real_core(rounds: int, copies: int) -> Section:
    """The same with the real core over the coded reports of gold/, several years of them."""
    rows = [Row("worker", "real", 0.0), Row("bare", "real", 0.0)]
    cpu: dict[str, list[float]] = {row.name: [] for row in rows}
    wall: dict[str, list[float]] = {row.name: [] for row in rows}
    with a_kafka() as kafka:
        events = fill_real(settings_for(kafka.bootstrap_servers, "fill"), copies)
        for turn in range(rounds):
            for row in rows:
                app = f"real-{turn}-{row.side}"
                settings_for(kafka.bootstrap_servers, app)
                result = result_of(start(row, kafka.bootstrap_servers, app, events), row.name)
                cpu[row.name].append(result["cpu_us"])
                wall[row.name].append(result["wall_us"])
                _told(turn, row.name, result)
    return _section(rows, cpu, wall, {}, {"events": events, "rounds": rounds})


def _told(turn: int, name: str, result: dict[str, float]) -> None:
    print(f"{turn + 1}: {name:22} CPU {result['cpu_us']:8.2f} us/event, wall {result['wall_us']:8.2f}", flush=True)


def _section(
    rows: Sequence[Row],
    cpu: dict[str, list[float]],
    wall: dict[str, list[float]],
    failed: dict[str, str],
    facts: dict[str, Any],
) -> Section:
    found: list[dict[str, Any]] = []
    for row in rows:
        values = cpu[row.name]
        if not values:
            continue
        line: dict[str, Any] = {"side": row.side, "job": row.job, "core_us": row.core_us}
        line["cpu_us"], line["wall_us"] = spread(values), spread(wall[row.name])
        bare = cpu.get(Row("bare", row.job, row.core_us).name, [])
        if row.side != "bare" and len(bare) == len(values):
            line["to_bare"] = ratios(values, bare)
        found.append(line)
    return {**facts, "rows": found, "failed": failed, "load_before": round(os.getloadavg()[0], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--sides", default=",".join(SIDES))
    parser.add_argument("--real-copies", type=int, default=REAL_COPIES, help="0: without the real core")
    parser.add_argument("--keep", action="store_true", help="write into docs/benchmarks.json")
    given = parser.parse_args()
    began = time.monotonic()
    sections = {"saturation": saturation(given.rounds, given.events, given.sides.split(","))}
    if given.keep:
        keep(sections)  # whatever becomes of the rest
    if given.real_copies:
        sections["real_core"] = real_core(given.rounds, given.real_copies)
    for name, section in sections.items():
        for line in section["rows"]:
            ratio = line.get("to_bare", {}).get("median", "")
            print(
                f"{name} {line['side']:12} {line['job']:7} {line['core_us']:4g} {line['cpu_us']['median']:9.2f} {ratio}"
            )
    if given.keep:
        keep(sections)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
