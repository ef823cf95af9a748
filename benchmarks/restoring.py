"""How long a worker needs to read the state of 100,000 incidents and to be ready.

    python -m benchmarks.restoring [--incidents 100000] [--rounds 3]

The state is made by benchmarks/stored_state.py: every incident is alive, with the evidence of a real report. (Of the
state of years most would be digests, with the evidence of three reports at most.)
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.figures import Section, keep, spread
from benchmarks.filling import a_kafka, send, settings_for, until
from benchmarks.running import WorkerProcess
from benchmarks.stand_in import PARTITIONS
from benchmarks.stored_state import state_of
from runtime.clients import new_producer
from schemas.topics import changelog_topic

ROUNDS: Final = 3
INCIDENTS: Final = 100_000
_PATIENCE_S: Final = 300.0
#: a hundred looks a second, as elsewhere, made it a tenth slower. The worker itself tells how long it took
_LOOK_S: Final = 0.25


def run(rounds: int, incidents: int) -> Section:
    load = os.getloadavg()[0]
    seconds, whole, resident = [], [], []
    with a_kafka() as kafka, TemporaryDirectory(prefix="bench-restore-") as folder:
        settings = settings_for(kafka.bootstrap_servers, "restoring")
        producer = new_producer(settings, "state", linger_ms=50)
        records = size = 0
        for partition, key, value in state_of(incidents, PARTITIONS):
            send(producer, key, value, [], partition, topic=changelog_topic(settings.app_id))
            records, size = records + 1, size + len(key) + len(value)
        assert producer.flush(120) == 0
        for turn in range(rounds):
            began = time.monotonic()
            worker = WorkerProcess(settings, f"restoring-{turn}", Path(folder), job="real")
            try:
                until(worker.is_ready, _PATIENCE_S, "readiness", every_s=_LOOK_S)
                whole.append(time.monotonic() - began)
                told = worker.facts("restored")[-1]
                assert told["records"] == records, f"{told['records']} records of {records} were read"
                seconds.append(float(told["seconds"]))
                resident.append(worker.resident_mb())
                print(
                    f"{turn + 1}: {records} records, {size / 1e6:.0f} MB: {seconds[-1]} s, of {whole[-1]:.1f} s",
                    flush=True,
                )
            finally:
                worker.end()
    return {
        "incidents": incidents,
        "records": records,
        "bytes": size,
        "seconds": spread(seconds, 1),
        "from_start_s": spread(whole, 1),
        "resident_mb": spread(resident, 0),
        "rounds": rounds,
        "load_before": round(load, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, default=INCIDENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", action="store_true", help="write into docs/benchmarks.json")
    given = parser.parse_args()
    section = run(given.rounds, given.incidents)
    if given.keep:
        keep({"restore": section})


if __name__ == "__main__":
    main()
