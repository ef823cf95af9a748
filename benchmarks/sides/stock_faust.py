"""Stock Faust on aiokafka: an agent with noack_take, a table, its own producer. At least once, as Faust can."""

from __future__ import annotations

import os
from tempfile import mkdtemp
from typing import Any

import faust
import uvloop

from benchmarks.sides import asked
from benchmarks.stand_in import PARTITIONS, Marks, incident_of, say, step, written
from schemas.codec import decode_log_record
from schemas.topics import EVENTS, UPDATES

_TAKE = 500
_WITHIN_S = 0.02


def main() -> None:
    given = asked()
    uvloop.install()
    app = faust.App(
        given.app,
        broker=[f"kafka://{server}" for server in given.servers.split(",")],
        store="memory://",
        datadir=mkdtemp(prefix="bench-faust-"),
        web_enabled=False,
        topic_partitions=PARTITIONS,
        consumer_auto_offset_reset=given.start,
        producer_linger=0.005,
        autodiscover=False,
    )
    events = app.topic(EVENTS, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    updates = app.topic(UPDATES, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    kept = app.Table("kept", partitions=PARTITIONS, key_type=str, value_type=bytes)

    def end(result: dict[str, float]) -> None:
        say(result)
        os._exit(0)

    marks = Marks(given.events, end, begin=given.begin)

    async def correlate(stream: Any) -> None:
        async for batch in stream.noack_take(_TAKE, within=_WITHIN_S):
            for event in batch:
                message = event.message
                marks.add()
                headers = dict(message.headers)
                report: Any = decode_log_record(headers["ce_type"].decode(), event.value)
                region = event.key.decode()
                known = kept.data.get(f"{region}/{incident_of(report.event_id)}")
                cause = (message.partition, message.offset)
                incident_id, state, update = step(known, report, region, cause, given.core_us)
                stored = f"{region}/{incident_id}"
                kept.data[stored] = state
                kept.send_changelog(message.partition, stored, state)
                key, value, more = written(update)
                await updates.send(key=key, value=value, headers=more, partition=message.partition)
            for event in batch:
                event.ack()

    app.agent(events)(correlate)
    app.finalize()
    worker = faust.Worker(app, loglevel="ERROR")
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
