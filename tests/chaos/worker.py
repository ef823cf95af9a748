"""`python -m tests.chaos.worker`: the real worker process, with a core that is slow enough to be met in its work.

CHAOS_CORE: tally or real. CHAOS_DELAY_MS: what each record costs beyond that core's own work.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator

from processors.cores import Cores, real_cores
from processors.correlation import Changes, LogRecord, RegionCore, StateRecord
from processors.service import run_worker
from runtime.clients import BrokerUnreachable
from runtime.logging import set_up_logging
from runtime.settings import load_settings
from runtime.topic_admin import TopicsError
from schemas.timeline import IncidentTimeline
from tests.tally_core import VERSION, TallyCore


class Slowed:
    """Another core, later. Its answers are the other's."""

    def __init__(self, core: RegionCore, delay_s: float) -> None:
        self._core = core
        self._delay_s = delay_s

    def apply(self, record: LogRecord) -> Changes:
        time.sleep(self._delay_s)
        return self._core.apply(record)

    def head(self, incident_id: str) -> IncidentTimeline:
        return self._core.head(incident_id)

    def labels(self, incident_id: str) -> tuple[str, str]:
        return self._core.labels(incident_id)

    def drain_state(self) -> list[StateRecord]:
        return self._core.drain_state()

    def dump(self) -> Iterator[StateRecord]:
        return self._core.dump()

    def restore(self, records: Iterable[StateRecord]) -> None:
        self._core.restore(records)


def cores_named(name: str) -> Cores:
    return real_cores() if name == "real" else Cores(TallyCore, VERSION)


def main() -> int:
    faulthandler.register(signal.SIGUSR1)  # where does it hang?
    settings = load_settings()
    set_up_logging(settings)
    cores = cores_named(os.environ["CHAOS_CORE"])
    delay_s = int(os.environ["CHAOS_DELAY_MS"]) / 1000
    try:
        return run_worker(settings, Cores(lambda region: Slowed(cores.core_for(region), delay_s), cores.version))
    except (BrokerUnreachable, TopicsError) as error:
        print(f"ended before it began: {error}", flush=True)  # as `timelines worker` says it
        return 1


if __name__ == "__main__":
    sys.exit(main())
