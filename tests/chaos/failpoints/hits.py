"""What the hooks do: count, or kill this process at the hit that was asked for.

A moment is "before" and "after" an await or a call, and "during": an await that has suspended (the loop has turned), a
call of librdkafka that has been running for a moment in its thread.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import random
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

MOMENTS: Final = ("before", "during", "after")
_CLIENTS: Final = (Consumer, Producer, AdminClient)
#: a call that speaks to a broker takes a few milliseconds
_LONGEST_CALL_S: Final = 0.006


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """The count-th time (1, 2, ...) that a site is reached in a scene, or the first time after that scene."""

    site: str
    moment: str
    scene: int
    count: int = 1

    def __str__(self) -> str:
        return f"{self.site} | {self.moment} | {self.scene}#{self.count}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` gave. Raises ValueError."""
        site, moment, place = text.rsplit(" | ", 2)
        scene, _, count = place.partition("#")
        if moment not in MOMENTS:
            raise ValueError(f"{moment!r} is no moment: one of {', '.join(MOMENTS)}")
        return cls(site, moment, int(scene), int(count))


def easier(point: Point) -> Point | None:
    """What to try when a point was not reached: earlier in its scene. None: it was the first time already."""
    if point.count == 1:
        return None
    return Point(point.site, point.moment, point.scene, point.count // 2)


class Hits:
    """The hooks. scene_file: its first byte is the scene that is played now; whoever directs the play writes it."""

    def __init__(self, scene_file: Path, point: Point | None, mark: Path) -> None:
        with scene_file.open("r+b") as file:
            self._scene = mmap.mmap(file.fileno(), 1)
        self._point = point
        self._mark = mark
        self._lock = threading.Lock()
        #: (site, moment, scene) -> how often
        self.counts: dict[tuple[str, str, int], int] = {}
        #: sites whose receiver was something else than a Kafka client
        self.foreign: set[str] = set()

    # --- called by the changed modules ----------------------------------------------------------------------

    def before(self, site: str) -> None:
        self._hit(site, "before")
        if self._hit_is_due(site, "during"):
            # reached when the await has given way to the loop; one that need not wait may have gone by
            asyncio.get_running_loop().call_soon(self._die)

    def crossing(self, site: str) -> None:
        """As `before`, of what is no await: in whatever thread, and what goes on meanwhile goes on in others."""
        self._hit(site, "before")
        if self._hit_is_due(site, "during"):
            self._die_soon()

    def after(self, site: str, value: Any) -> Any:
        self._hit(site, "after")
        return value

    def method(self, site: str, receiver: Any, name: str) -> Callable[..., Any]:
        bound: Callable[..., Any] = getattr(receiver, name)
        if not isinstance(receiver, _CLIENTS):
            self.foreign.add(site)
            return bound

        def called(*arguments: Any, **named: Any) -> Any:
            self.crossing(site)
            try:
                return bound(*arguments, **named)
            finally:  # an exception is an answer too
                self._hit(site, "after")

        return called

    async def each(self, site: str, source: AsyncIterator[Any]) -> AsyncIterator[Any]:
        iterator = aiter(source)
        while True:
            self.before(site)
            try:
                value = await anext(iterator)
            except StopAsyncIteration:
                return
            yield self.after(site, value)

    # --- counting and dying ---------------------------------------------------------------------------------

    def _hit(self, site: str, moment: str) -> None:
        if self._hit_is_due(site, moment):
            self._die()

    def _hit_is_due(self, site: str, moment: str) -> bool:
        scene = self._scene[0]
        with self._lock:
            count = self.counts[site, moment, scene] = self.counts.get((site, moment, scene), 0) + 1
        point = self._point
        if point is None or (point.site, point.moment) != (site, moment) or scene < point.scene:
            return False
        return scene > point.scene or count >= point.count

    def _die_soon(self) -> None:
        threading.Timer(random.uniform(0.0, _LONGEST_CALL_S), self._die).start()

    def _die(self) -> None:
        with suppress(OSError):
            self._mark.write_text(str(self._point), encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


__all__ = ["MOMENTS", "Hits", "Point", "easier"]
