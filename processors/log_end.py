"""Where the log ends, asked of the broker: what a client has heard with its fetches is old when it fetches no more.

Back-pressure stops fetching, and so does a consumer that hangs: just when lag matters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from confluent_kafka import IsolationLevel, KafkaException

from processors.restore import RestoreFailed, made_anew
from runtime.clients import ask_ends, learn_leaders, new_admin
from runtime.settings import Settings
from schemas.topics import EVENTS

_EVERY_S: Final = 2.0
_ANSWER_S: Final = 4.0


class LogEnd(threading.Thread):
    """Asks every two seconds for the ends of the partitions of which `reached` tells the next offset, until `end`.

    on_short: called, in this thread, where a log was seen twice to end before that: it is another one. Who read the
        former is told nothing, and would wait for ever, or go on in the middle of the new one
    """

    def __init__(
        self,
        settings: Settings,
        reached: Callable[[], Mapping[int, int]],
        on_short: Callable[[RestoreFailed], None] = lambda _: None,
    ) -> None:
        super().__init__(daemon=True, name="log-end")
        self._admin = new_admin(settings, "log-end")
        self._reached = reached
        self._on_short = on_short
        self._known: dict[int, tuple[int, float]] = {}
        self._short: set[int] = set()
        self._ending = threading.Event()

    def of(self, partition: int) -> tuple[int, float] | None:
        """(offset that the next record will get, seconds since the broker said so); None: it has not yet."""
        known = self._known.get(partition)
        return None if known is None else (known[0], monotonic() - known[1])

    def end(self) -> None:
        self._ending.set()

    def run(self) -> None:
        while not self._ending.wait(_EVERY_S):
            self.ask()

    def ask(self) -> None:
        """Ask once. What is not answered stays as it was, and grows old."""
        reached = self._reached()  # before the ends, which only grow
        if not reached:
            return
        answers = ask_ends(self._admin, EVENTS, reached.keys(), IsolationLevel.READ_COMMITTED, _ANSWER_S)
        failed = False
        for partition, answer in answers.items():
            try:
                end = answer.result(_ANSWER_S).offset
            except (KafkaException, TimeoutError):
                failed = True
                continue
            if end >= 0:
                self._known[partition] = (end, monotonic())
                self._compare(partition, end, reached[partition])
        if failed:
            learn_leaders(self._admin, EVENTS)

    def _compare(self, partition: int, end: int, reached: int) -> None:
        if end >= reached:
            self._short.discard(partition)
        elif partition not in self._short:
            self._short.add(partition)
        else:
            self._on_short(made_anew(partition, end, reached))


__all__ = ["LogEnd"]
