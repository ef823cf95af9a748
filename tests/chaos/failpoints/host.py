"""`python -m tests.chaos.failpoints.host [--changed]`: starts workers by forking, so that a start costs milliseconds.

It imports the worker once (with --changed: instrumented) and then, for each line of JSON on stdin, forks a process
that is a worker like any other: its own environment, its own Kafka clients, its own end. Commands and answers:
{"start": {"environment": {}, "log": file, "scene": file, "point": text or null, "mark": file, "record": file}} ->
{"pid": n}; {"wait": pid, "seconds": s} -> {"status": n or null}, negative for a signal.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

_PAUSE_S = 0.005


def _run(given: dict[str, Any], sites: dict[str, Any] | None, hits: Any) -> int:
    from processors.cores import real_cores
    from processors.service import run_worker
    from runtime.logging import set_up_logging
    from runtime.settings import load_settings

    if sites is not None:
        from tests.chaos.failpoints.hits import Hits, Point

        point = Point.parse(given["point"]) if given["point"] else None
        # the changed modules hold this stand-in; from here on it is the real one
        hits.__dict__.update(Hits(Path(given["scene"]), point, Path(given["mark"])).__dict__)
    settings = load_settings()
    set_up_logging(settings)
    status = run_worker(settings, real_cores())
    if sites is not None:
        record = {
            "counts": [[*key, count] for key, count in hits.counts.items()],
            "foreign": sorted(hits.foreign),
            "sites": [[site.name, site.line, site.is_await] for site in sites.values()],
        }
        Path(given["record"]).write_text(json.dumps(record), encoding="utf-8")
    return status


def _child(given: dict[str, Any], sites: dict[str, Any] | None, hits: Any) -> None:
    status = 70
    try:
        out = os.open(given["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.environ.update(given["environment"])
        status = _run(given, sites, hits)
    except BaseException:  # noqa: BLE001 - the end of the process, told in its log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait(pid: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            return None
        time.sleep(_PAUSE_S)


def main(arguments: list[str]) -> None:
    sites, hits = None, None
    if arguments == ["--changed"]:
        from tests.chaos.failpoints.hits import Hits
        from tests.chaos.failpoints.sites import instrument

        hits = Hits.__new__(Hits)
        sites = instrument(hits)
    core = ("correlator", "linking.linker", "linking.weights")
    for name in (*(f"processors.correlation.{part}" for part in core), "processors.cores", "processors.service"):
        import_module(name)
    for name in ("runtime.logging", "runtime.settings"):
        import_module(name)
    gc.freeze()
    threads = len(list(tasks.iterdir())) if (tasks := Path("/proc/self/task")).is_dir() else 1
    if threads != 1:
        raise RuntimeError(f"{threads} threads run already: a fork would lose them")
    running: set[int] = set()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    try:
        for line in sys.stdin:
            command = json.loads(line)
            if "start" in command:
                pid = os.fork()
                if pid == 0:
                    _child(command["start"], sites, hits)
                running.add(pid)
                answer: dict[str, Any] = {"pid": pid}
            else:
                status = _wait(command["wait"], command["seconds"])
                if status is not None:
                    running.discard(command["wait"])
                answer = {"status": status}
            print(json.dumps(answer), flush=True)
    finally:
        for pid in running:  # whoever gave the commands has gone
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
