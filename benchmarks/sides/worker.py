"""Our side: the service's worker as it is, with the stand-in or the real core; or, for bytes, without any router."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.phases import Phases, lane_of
from benchmarks.sides import asked
from benchmarks.stand_in import Marks, say, think
from benchmarks.stand_in_core import cores_of
from processors import service, worker
from processors.handover import ConsumerRecord, Handover, Outgoing
from processors.restore import StoredState
from runtime.logging import set_up_logging
from runtime.settings import load_settings
from schemas.topics import TIMELINES


class BytesRouter:
    """In the place of the router: nothing is decoded, the newest value of each tenth of the run is its result."""

    def __init__(self, partition: int, marks: Marks, core_us: float) -> None:
        self.partition = partition
        self.offset = -1
        self.restored_version = None
        self.working_on: int | None = None
        self._marks = marks
        self._core_us = core_us

    def incidents(self) -> dict[str, int]:
        return {}

    def process(self, records: Sequence[ConsumerRecord]) -> Handover:
        newest = {}
        for record in records:
            self._marks.add()
            think(self._core_us)
            newest[record.offset % 64] = record.value
        self.offset = records[-1].offset
        outgoing = tuple(Outgoing(TIMELINES, b"key-%d" % key, value, ()) for key, value in newest.items())
        state = ((b"_partition/%d" % self.partition, b"%d" % self.offset),)
        return Handover(outgoing, state, self.offset, taken=len(records))


def main() -> int:
    given = asked()
    settings = load_settings({}, bootstrap_servers=given.servers, app_id=given.app, coalesce_ms=given.coalesce_ms)
    set_up_logging(settings)

    phases = Phases()
    if given.phases:
        worker.Lane = lane_of(phases)  # type: ignore[attr-defined]  # what the worker makes for each partition
        phases.watch_collector()

    def end(result: dict[str, float]) -> None:
        say({**result, **({"phases": phases.told()} if given.phases else {})})
        os.kill(os.getpid(), signal.SIGTERM)

    marks = Marks(given.events, end, begin=given.begin)
    if given.job == "bytes":

        class BytesWorker(worker.Worker):
            def _restored(self, partition: int, state: StoredState) -> Any:  # noqa: ARG002 - the worker's signature
                return BytesRouter(partition, marks, given.core_us)

        worker.Worker = BytesWorker  # type: ignore[misc]  # what build_worker makes
    return service.run_worker(settings, cores_of("events" if given.job == "bytes" else given.job, given.core_us, marks))


if __name__ == "__main__":
    sys.exit(main())
