"""A consumer leaves its group, and its process does not wait for ever for that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from confluent_kafka import Consumer

_LEAVING_S: Final = 5.0
_CLOSING_S: Final = 10.0
_TURN_S: Final = 0.1
#: turns in which nothing is told, after which nothing more is expected
_QUIET_TURNS: Final = 2


class DidNotLeave(Exception):
    """The client does not come back from its close. The group misses the member when its session ends."""

    def __init__(self) -> None:
        super().__init__(f"the client did not close within {_CLOSING_S:.0f} s")


def leave(consumer: Consumer, holds: Callable[[], bool], *, closing_s: float = _CLOSING_S) -> None:
    """Unsubscribe, hear what the group still says, close. Raises DidNotLeave, KafkaException.

    librdkafka (2.16; its issue 4884) never returns from a close in which it tells of a rebalance whose answer nobody
    takes any more: two of 27 runs in which gates come and go. So it tells all it has before it closes; and should
    it still hang, it does so in a thread that the process does not wait for.

    holds: whether partitions are assigned that were not yet revoked
    """
    try:
        consumer.unsubscribe()
    except RuntimeError:  # it is closed: whoever stops twice has left once
        return
    until, quiet = monotonic() + _LEAVING_S, 0
    while monotonic() < until and quiet < _QUIET_TURNS:
        held = holds()
        consumer.consume(1, timeout=_TURN_S)  # whoever has the partition next reads it again
        quiet = 0 if held or holds() else quiet + 1

    failed: list[BaseException] = []

    def close() -> None:
        try:
            consumer.close()
        except BaseException as error:  # noqa: BLE001 - raised below, where somebody hears it
            failed.append(error)

    closing = threading.Thread(target=close, daemon=True, name="closing-consumer")
    closing.start()
    closing.join(closing_s)
    if closing.is_alive():
        raise DidNotLeave
    if failed:
        raise failed[0]
