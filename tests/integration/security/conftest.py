from __future__ import annotations

from collections.abc import Iterator

import pytest

from runtime.acl import Component, Operation, binding
from tests.integration.security.jobs import Outcome, in_process, rights_of
from tests.integration.security.secured import SecuredKafka


@pytest.fixture(scope="session")
def secured(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """One secured node for all tests of this folder, with the topics that its user `topics` made.

    Leave it running, and the passwords and rights of the components as they were.
    """
    kafka = SecuredKafka(tmp_path_factory.mktemp("secured"))
    with kafka.server:
        _make_topics(kafka)
        yield kafka


@pytest.fixture(scope="session")
def steps(secured: SecuredKafka) -> list[Outcome]:
    """How the topics were made: without any right to create, then after each further one."""
    return secured.steps


def _make_topics(kafka: SecuredKafka) -> None:
    rights = rights_of(Component.TOPICS)
    creating = [right for right in rights if right.operation is Operation.CREATE]
    kafka.allow({binding(right, "User:topics") for right in rights if right not in creating})
    kafka.steps = [in_process(kafka, "topics", "topics", "create")]
    for right in creating:
        kafka.allow({binding(right, "User:topics")})
        kafka.steps.append(in_process(kafka, "topics", "topics", "create"))
