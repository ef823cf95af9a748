"""Quix Streams, stateful, exactly once, in an environment of its own (benchmarks/rivals)."""

from __future__ import annotations

import os
from tempfile import mkdtemp
from typing import Any

from quixstreams import Application, message_context
from quixstreams.models import Serializer

from benchmarks.sides import asked
from benchmarks.stand_in import Marks, incident_of, say, step, written
from schemas.codec import decode_log_record
from schemas.topics import EVENTS, UPDATES

_COMMIT_S = 0.02  # as our coalescing: results appear when the transaction ends


class _Value(Serializer):  # type: ignore[misc]  # not installed here
    """Of (key, value, headers), the value."""

    def __call__(self, value: Any, ctx: Any) -> bytes:  # noqa: ARG002 - Quix's signature
        made: bytes = value[1]
        return made


def main() -> None:
    given = asked()
    app = Application(
        broker_address=given.servers,
        consumer_group=given.app,
        state_dir=mkdtemp(prefix="bench-quix-"),
        processing_guarantee="exactly-once",
        commit_interval=_COMMIT_S,
        commit_every=500,
        auto_offset_reset=given.start,
        auto_create_topics=True,
        loglevel="ERROR",
        producer_extra_config={"linger.ms": 5, "compression.type": "zstd"},
    )

    def end(result: dict[str, float]) -> None:
        say(result)
        os._exit(0)

    marks = Marks(given.events, end, begin=given.begin)
    log = app.topic(EVENTS, key_deserializer="bytes", value_deserializer="bytes")
    updates = app.topic(UPDATES, key_serializer="bytes", value_serializer=_Value())

    def work(value: bytes, key: bytes, timestamp: int, headers: Any, state: Any) -> Any:  # noqa: ARG001 - Quix's
        marks.add()
        report: Any = decode_log_record(dict(headers)["ce_type"].decode(), value)
        region = key.decode()
        place = message_context()
        name = incident_of(report.event_id)
        known = state.get(name)
        cause = (place.partition, place.offset)
        incident_id, kept, update = step(known.encode() if known else None, report, region, cause, given.core_us)
        state.set(incident_id, kept.decode())
        return written(update)

    frame = app.dataframe(log).apply(work, stateful=True, metadata=True)
    frame = frame.set_headers(lambda made, key, timestamp, headers: made[2])  # noqa: ARG005 - Quix's signature
    frame.to_topic(updates, key=lambda made: made[0])
    app.run()


if __name__ == "__main__":
    main()
