from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.embedded import EmbeddedBroker
from runtime.settings import Settings
from schemas.topics import changelog_topic
from tests.log_and_sink import settings_of
from tests.worker_process import WorkerProcess, workers

APP_ID = "tally"
PARTITIONS = 3


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker([changelog_topic(APP_ID)], partitions=PARTITIONS) as running:
        yield running


@pytest.fixture
def settings(broker: EmbeddedBroker) -> Settings:
    return settings_of(broker.bootstrap_servers, APP_ID)


@pytest.fixture
def start_worker(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    with workers(broker.bootstrap_servers, APP_ID, tmp_path) as start:
        yield start
