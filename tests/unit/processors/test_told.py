"""Which record a result tells of is read from results as they stand in the topics; anything else tells of none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.told import told_of
from schemas.rejection import Rejection, rejected_headers
from schemas.topics import COMMANDS, EVENTS, REJECTED, UPDATES


class Message:
    def __init__(self, topic: str, value: bytes | None, headers: Any = None) -> None:
        self._topic, self._value, self._headers = topic, value, headers

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return 2

    def offset(self) -> int:
        return 7

    def key(self) -> bytes | None:
        return None

    def value(self) -> bytes | None:
        return self._value

    def headers(self) -> Any:
        return self._headers

    def timestamp(self) -> tuple[int, int]:
        return 1, 0


def an_update(**cause: Any) -> Any:
    return Message(UPDATES, json.dumps({"cause": cause}).encode())


def a_reject(topic: str, partition: int) -> Any:
    return Message(REJECTED, b"?", rejected_headers((), Rejection("no", "value", topic, partition, 41)))


def test_an_update_tells_of_its_cause_and_a_reject_of_what_was_rejected() -> None:
    assert told_of(an_update(partition=2, offset=0)) == 0
    assert told_of(a_reject(EVENTS, 2)) == 41


@pytest.mark.parametrize(
    "message",
    [
        an_update(partition=3, offset=5),
        an_update(partition=2),
        an_update(partition=2, offset=None),
        an_update(partition=2, offset=float("inf")),
        Message(UPDATES, None),
        Message(UPDATES, b"\xff"),
        Message(UPDATES, b"[" * 100_000),
        a_reject(COMMANDS, 2),
        a_reject(EVENTS, 1),
        Message(REJECTED, b"?"),
    ],
)
def test_anything_else_tells_of_none(message: Any) -> None:
    assert told_of(message) is None
