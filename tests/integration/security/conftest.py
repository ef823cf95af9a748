from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.security.secured import SecuredKafka


@pytest.fixture(scope="session")
def secured(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """One secured node for all tests of this folder: leave it running, and the passwords and rights as they were."""
    kafka = SecuredKafka(tmp_path_factory.mktemp("secured"))
    with kafka.server:
        yield kafka
