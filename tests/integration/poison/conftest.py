from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.embedded import EmbeddedBroker
from tests.tally_service import APP_ID, broker, settings
from tests.worker_process import WorkerProcess, workers

__all__ = ["broker", "settings", "start_troubled"]

MODULE = "tests.integration.poison.troubled_worker"


@pytest.fixture
def start_troubled(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts workers whose core, or whose process, gets into trouble; see troubled_worker.py."""
    with workers(broker.bootstrap_servers, APP_ID, tmp_path, is_forked=True) as start:

        def start_one(*, environment: dict[str, str] | None = None, **given: Any) -> WorkerProcess:
            quick = {"QUICK": "1", "TROUBLE": str(tmp_path / "trouble"), **(environment or {})}
            return start(**{"module": MODULE, "environment": quick, **given})

        yield start_one
