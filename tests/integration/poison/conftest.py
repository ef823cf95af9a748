from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.embedded import EmbeddedBroker
from runtime.settings import Settings
from schemas.topics import changelog_topic
from tests.log_and_sink import settings_of
from tests.worker_process import WorkerProcess, workers

APP_ID = "tally"
PARTITIONS = 3
MODULE = "tests.integration.poison.troubled_worker"


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker([changelog_topic(APP_ID)], partitions=PARTITIONS) as running:
        yield running


@pytest.fixture
def settings(broker: EmbeddedBroker) -> Settings:
    return settings_of(broker.bootstrap_servers, APP_ID)


@pytest.fixture
def start_troubled(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts workers whose core, or whose process, gets into trouble; see troubled_worker.py."""
    with workers(broker.bootstrap_servers, APP_ID, tmp_path) as start:

        def start_one(*, environment: dict[str, str] | None = None, **given: Any) -> WorkerProcess:
            quick = {"QUICK": "1", "TROUBLE": str(tmp_path / "trouble"), **(environment or {})}
            return start(**{"module": MODULE, "environment": quick, **given})

        yield start_one
