"""Prints each attack as it develops. Needs confluent-kafka and incident-timelines-schemas."""

import sys

from confluent_kafka import Consumer
from incident_timelines_schemas.codec import decode

consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "my-desk", "auto.offset.reset": "earliest"})
consumer.subscribe(["incidents.timelines.v1"])
newest: dict[str, int] = {}
while record := consumer.poll(10.0):
    headers = dict(record.headers() or [])
    if record.error() or headers.get("ce_incidentkind") != b"attack":  # filtered without decoding
        continue
    timeline = decode(headers["ce_type"].decode(), record.value())
    if timeline.revision > newest.get(timeline.incident_id, 0):  # readers keep the highest revision
        newest[timeline.incident_id] = timeline.revision
        print(timeline.merged_into or timeline.standing, timeline.incident_id, timeline.title, flush=True)
