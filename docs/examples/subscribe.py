"""Prints each attack as it develops. Needs confluent-kafka and incident-timelines-schemas."""

import re
import sys
from pathlib import Path

from confluent_kafka import Consumer
from incident_timelines_schemas.codec import decode

# python subscribe.py HOST:PORT [FILE]; a login stands in the file, a line each: sasl.username=..., ssl.ca.location=...
lines = [line for name in sys.argv[2:] for line in Path(name).read_text().splitlines()]
login = dict(line.split("=", 1) for line in lines if "=" in line)
consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "my-desk", "auto.offset.reset": "earliest", **login})
consumer.subscribe(["incidents.timelines.v1"])
newest: dict[str, int] = {}
while True:
    if (record := consumer.poll(10.0)) is None:
        continue  # nothing new
    if (error := record.error()) and re.search("authori[sz]ation|SASL|SSL", error.str()):
        sys.exit(error.str())  # a login or a right is refused: waiting does not help
    headers = dict(record.headers() or [])
    if error or headers.get("ce_incidentkind") != b"attack":  # filtered without decoding
        continue
    timeline = decode(headers["ce_type"].decode(), record.value())
    if timeline.revision > newest.get(timeline.incident_id, 0):  # readers keep the highest revision
        newest[timeline.incident_id] = timeline.revision
        print(timeline.merged_into or timeline.standing, timeline.incident_id, timeline.title, flush=True)
