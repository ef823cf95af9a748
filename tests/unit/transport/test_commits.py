"""What is said of a commit that failed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from faust.types import TP

from faust_confluent import Options
from faust_confluent.offsets import Offsets


class Refused(Offsets):
    """A consumer whose commits the group refuses."""

    def __init__(self, code: int, options: Options) -> None:
        self.code, self._given = code, options
        self.said: list[int] = []

    @property
    def options(self) -> Options:
        return self._given

    async def _in_poller(self, command: Callable[..., Any]) -> Any:
        raise KafkaException(KafkaError(self.code, "scripted"))

    def _log(self, level: int, text: str, *args: object) -> None:
        self.said.append(level)


Refused.__abstractmethods__ = frozenset()  # what is left open is not asked for here


@pytest.mark.parametrize(
    ("code", "is_kept_elsewhere", "level"),
    [
        (KafkaError.REBALANCE_IN_PROGRESS, True, logging.INFO),
        (KafkaError.REBALANCE_IN_PROGRESS, False, logging.WARNING),
        (KafkaError.UNKNOWN_MEMBER_ID, True, logging.WARNING),
    ],
)
async def test_a_commit_that_a_rebalance_refuses_is_no_warning_to_who_keeps_the_offsets_elsewhere(
    code: int, is_kept_elsewhere: bool, level: int
) -> None:
    options = Options(start_offsets=(lambda _: {}) if is_kept_elsewhere else None)
    consumer = Refused(code, options)
    assert await consumer._commit({TP("log", 0): 7}) is False
    assert consumer.said == [level]
