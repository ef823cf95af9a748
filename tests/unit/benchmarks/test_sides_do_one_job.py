"""The worker's side and the loop by hand write the same records; that is what makes their ratio mean something."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.filling import real_reports
from benchmarks.sides.bare import Bare
from benchmarks.stand_in import EVENT_BYTES, PARTITIONS, Marks, Templates
from benchmarks.stand_in_core import cores_of
from processors.handover import RawRecord
from processors.router import PartitionRouter
from schemas.codec import encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.topics import EVENTS

Written = list[tuple[Any, ...]]


class Recorder:
    """In the place of a producer: keeps what is written."""

    def __init__(self) -> None:
        self.written: Written = []

    def begin_transaction(self) -> None: ...
    def commit_transaction(self, timeout: float) -> None: ...

    def produce(self, topic: str, value: Any, key: Any, partition: int, headers: Any = ()) -> None:
        self.written.append((topic, key, value, tuple(headers)))


class Received:
    """A record as confluent-kafka gives it."""

    def __init__(self, record: RawRecord) -> None:
        self._record = record

    def offset(self) -> int:
        return self._record.offset

    def key(self) -> bytes | None:
        return self._record.key

    def value(self) -> bytes | None:
        return self._record.value

    def headers(self) -> list[tuple[str, bytes | None]]:
        return list(self._record.headers)


def by_hand(job: str, records: list[RawRecord]) -> Written:
    recorder, marks = Recorder(), Marks(1_000_000, lambda result: None)
    given = argparse.Namespace(job=job, core_us=0.0)
    Bare(0, recorder, "changelog", given, marks).take([Received(record) for record in records])
    return recorder.written


def by_the_router(job: str, records: list[RawRecord], partitions: int) -> Written:
    cores = cores_of(job, 0.0)
    router = PartitionRouter(0, cores.core_for, core_version=cores.version, partitions=partitions)
    handed = router.process(records)
    sent = [(out.topic, out.key, out.value, tuple(out.headers)) for out in handed.outgoing]
    return sent + [("changelog", key, value, ()) for key, value in handed.state]


def test_with_the_stand_in_both_write_the_same() -> None:
    made = [Templates().event(number * PARTITIONS, datetime.now(UTC)) for number in range(40)]
    records = [RawRecord(EVENTS, 0, at, key, value, tuple(headers)) for at, (key, value, headers, _) in enumerate(made)]
    written = by_hand("events", records)
    assert written == by_the_router("events", records, PARTITIONS)
    assert len(written) > 40


def test_with_the_real_core_both_write_the_same() -> None:
    mine = [(event, region) for event, region in real_reports(1) if partition_of(region, 1) == 0][:40]
    records = [
        RawRecord(EVENTS, 0, at, region.encode(), encode(event), tuple(headers_of(event, region=region)))
        for at, (event, region) in enumerate(mine)
    ]
    # the regions' order in the changelog is the only thing that may differ
    assert sorted(by_hand("real", records), key=repr) == sorted(by_the_router("real", records, 1), key=repr)


def test_an_event_weighs_what_the_report_says() -> None:
    _, value, _, _ = Templates().event(7, datetime.now(UTC))
    assert len(value) == pytest.approx(EVENT_BYTES, abs=5)


def test_cpu_is_taken_from_the_first_mark_to_the_last() -> None:
    told: list[dict[str, float]] = []
    marks = Marks(10, told.append, begin=0.5)
    for _ in range(10):
        marks.add()
    assert [result["events"] for result in told] == [5]
