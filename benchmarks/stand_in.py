"""What every side of the comparison does with an event: the same few lines, so that the rest is what is compared.

An event is decoded by the contract's codec, costs so many microseconds of thinking, raises the revision of one of 256
incidents, and brings one update of it. Imports nothing but `schemas`: it runs in the environments of the others too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from schemas.codec import encode
from schemas.event import AnyEvent, AttackEvent, Source
from schemas.headers import KafkaHeaders, headers_of
from schemas.parts import Place
from schemas.regions import ALL_REGIONS, partition_of
from schemas.timeline import Cause, EntryAdded, TimelineUpdate
from schemas.vocabulary import EntryRole

PARTITIONS: Final = 4
INCIDENTS: Final = 256
EVENT_BYTES: Final = 1_000
VERSION: Final = "stand-in-1"
_SENT_AT: Final = datetime(2001, 1, 1, 1, 1, 1, 111_111, tzinfo=UTC)
_SENT_TEXT: Final = b"2001-01-01T01:01:01.111111Z"
_WORDS: Final = [
    "attack",
    "protest",
    "statement",
    "market",
    "convoy",
    "governor",
    "denied",
    "wounded",
    "drone",
    "square",
]


def regions() -> tuple[str, ...]:
    """One region for each partition, in the order of the partitions."""
    found: dict[int, str] = {}
    for region in ALL_REGIONS:
        found.setdefault(partition_of(region, PARTITIONS), region)
    return tuple(found[partition] for partition in range(PARTITIONS))


def step(
    kept: bytes | None, event: AnyEvent, region: str, cause: tuple[int, int], core_us: float
) -> tuple[str, bytes, TimelineUpdate]:
    """(incident_id, what is to be kept of it, update). kept: what was kept of it; cause: partition and offset."""
    think(core_us)
    incident_id = incident_of(event.event_id)
    revision = 1 + (json.loads(kept)["revision"] if kept else 0)
    update = TimelineUpdate(
        incident_id=incident_id,
        revision=revision,
        region=region,
        recorded_at=event.recorded_at,
        cause=Cause(record_id=event.event_id, partition=cause[0], offset=cause[1]),
        changes=(EntryAdded(event_id=event.event_id, role=EntryRole.CORE, score=1.0),),
        changes_total=1,
        core_version=VERSION,
    )
    state = {"v": 1, "incident_id": incident_id, "revision": revision, "newest": event.event_id}
    return incident_id, json.dumps(state, separators=(",", ":")).encode(), update


def incident_of(event_id: str) -> str:
    return f"inc-{int(event_id[2:]) % INCIDENTS:03d}"


def written(update: TimelineUpdate) -> tuple[bytes, bytes, KafkaHeaders]:
    """Key, value and headers of an update, as the service writes it."""
    return update.incident_id.encode(), encode(update), headers_of(update, incident_kind="attack")


def think(core_us: float) -> None:
    """So much CPU of this thread."""
    if core_us:
        end = time.thread_time() + core_us / 1e6
        while time.thread_time() < end:
            pass


class Templates:
    """Events of 1 kB, encoded beforehand but for the time of sending."""

    def __init__(self) -> None:
        self._regions = regions()
        self._made: list[tuple[bytes, list[tuple[str, bytes]]]] = []
        for region in self._regions:
            text = " ".join(_WORDS[(number * 7) % len(_WORDS)] for number in range(200))
            event = AttackEvent(
                event_id="e-000000000",
                recorded_at=_SENT_AT,
                headline="Convoy hit on the road to the market",
                source=Source(publisher="Gazette", url="https://gazette.example/1"),
                location=Place(name="Market square", country="IQ", lat=33.3, lon=44.4, precision="city"),
                text=text,
            )
            text = text[: EVENT_BYTES - (len(encode(event)) - len(text))]
            event = event.model_copy(update={"text": text})
            self._made.append((encode(event), headers_of(event, region=region)))

    def event(self, number: int, at: datetime) -> tuple[bytes, bytes, list[tuple[str, bytes]], int]:
        """Key, value, headers and partition of one event that is sent now."""
        partition = number % PARTITIONS
        value, headers = self._made[partition]
        sent = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z".encode()
        value = value.replace(b"e-000000000", b"e-%09d" % number, 1).replace(_SENT_TEXT, sent, 1)
        return self._regions[partition].encode(), value, headers, partition


class Marks:
    """CPU of all threads of this process between two events, as its core meets them; called from any thread."""

    def __init__(self, events: int, on_end: Callable[[dict[str, float]], None], *, begin: float = 0.5) -> None:
        """events: how many there will be; begin: the share of them that only warms up."""
        self._events = events
        self._first = int(events * begin)
        self._counter = count(1)
        self._on_end = on_end
        self._began = (0.0, 0.0)

    def add(self) -> None:
        number = next(self._counter)
        if number == self._first:
            self._began = (time.process_time(), time.monotonic())
        elif number == self._events:
            cpu, wall = time.process_time() - self._began[0], time.monotonic() - self._began[1]
            events = number - self._first
            self._on_end({"cpu_us": 1e6 * cpu / events, "wall_us": 1e6 * wall / events, "events": events})


def say(result: Mapping[str, Any]) -> None:
    """How a side tells its result: the last line of its output."""
    print(json.dumps(result), flush=True, file=sys.__stdout__)  # Faust takes sys.stdout for its log
