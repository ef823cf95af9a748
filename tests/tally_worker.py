"""`python -m tests.tally_worker`: the real worker process with the tests' small core."""

from __future__ import annotations

import faulthandler
import signal
import sys

from processors.cores import Cores
from processors.service import run_worker
from runtime.logging import set_up_logging
from runtime.settings import load_settings
from tests.tally_core import VERSION, TallyCore

if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1)  # where does it hang?
    settings = load_settings()
    set_up_logging(settings)
    sys.exit(run_worker(settings, Cores(TallyCore, VERSION)))
