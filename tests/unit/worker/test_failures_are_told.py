from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from faust_confluent.transactions import Interrupted
from processors.worker import build_worker
from runtime.settings import load_settings
from tests.log_and_sink import CORES


@pytest.mark.parametrize(
    ("error", "is_traced"), [(Interrupted("app-3: gave up: timed out"), False), (KeyError("surprise"), True)]
)
def test_a_worker_that_gives_up_on_a_broker_says_so_in_one_line(error: Exception, is_traced: bool) -> None:
    """Met in chaos: told to end while the broker was away, it wrote a traceback as if it had failed on its own."""
    settings = load_settings({}, bootstrap_servers="127.0.0.1:9", app_id="app")
    worker = build_worker(settings, CORES)
    with capture_logs() as told:
        worker.fail(error)
    worker.close()
    (fact,) = [fact for fact in told if fact["event"] == "stopping"]
    assert ("exc_info" in fact) == is_traced
    if not is_traced:
        assert fact["reason"] == "app-3: gave up: timed out"
