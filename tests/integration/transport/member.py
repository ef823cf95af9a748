"""A worker in a process of its own: a table of counts, and a line of JSON for whatever happens to it.

python -m tests.integration.transport.member '{"app_id": ..., "settings": {...}, "source": ..., "out": ...}'
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faust

from faust_confluent import Options, configure
from tests.integration.transport.yard import RAW, Yard, is_ready

PATIENCE_S = 120.0


class Member:
    """Starts on entry, is killed on exit. lines: what it has written so far.

    consumer: librdkafka's settings of its consumer
    """

    def __init__(
        self, yard: Yard, name: str, source: str, *, consumer: Mapping[str, Any] | None = None, **settings: Any
    ) -> None:
        self.out = yard.data / f"{name}.json"
        self.log = yard.data / f"{name}.log"
        self._given = {
            "app_id": yard.app_id,
            "source": source,
            "out": str(self.out),
            "consumer": dict(consumer or {}),
            "settings": yard.settings(**{"datadir": str(yard.data / name), **settings}),
        }
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.integration.transport.member", json.dumps(self._given)],
                stdout=log, stderr=log, cwd=Path(__file__).parents[3],
            )  # fmt: skip

    def start_again(self) -> None:
        self.process = self._started()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def lines(self, kind: str) -> list[Mapping[str, Any]]:
        if not self.out.exists():
            return []
        whole = self.out.read_bytes().splitlines(keepends=True)
        return [line for text in whole if text.endswith(b"\n") and (line := json.loads(text))["kind"] == kind]

    def last(self, kind: str) -> Mapping[str, Any]:
        return found[-1] if (found := self.lines(kind)) else {}


@contextmanager
def members(*started: Member) -> Iterator[None]:
    """Whatever happens, none of them stays."""
    try:
        yield
    finally:
        for member in started:
            if member.process.poll() is None:
                member.kill()


def run(given: Mapping[str, Any]) -> None:
    app = faust.App(given["app_id"], **given["settings"])
    configure(app, Options(given["consumer"]))
    counts = app.Table("counts", key_type=str, value_type=int, default=int)
    out = os.open(given["out"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(kind: str, **more: Any) -> None:
        os.write(out, json.dumps({"kind": kind, "at": time.time(), **more}).encode() + b"\n")

    @app.agent(app.topic(given["source"], **RAW))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            counts[event.key.decode()] += 1
            tell("event", partition=event.message.partition, key=event.key.decode(), count=counts[event.key.decode()])

    @app.timer(0.1)
    async def state() -> None:
        sources = sorted(tp.partition for tp in app.consumer.assignment() if tp.topic == given["source"])
        recovery = app.tables.recovery
        tell(
            "state",
            ready=is_ready(app, len(sources)),
            generation=app.consumer_generation_id,
            sources=sources,
            counts=dict(counts),
            standbys={tp.partition: recovery.standby_offsets.get(tp) for tp in app.assignor.assigned_standbys()},
        )

    sys.argv = ["member", "worker", "--without-web", "--loglevel", "info"]
    app.main()


if __name__ == "__main__":
    run(json.loads(sys.argv[1]))
