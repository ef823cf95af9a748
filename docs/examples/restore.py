"""Writes a log that `timelines dump --log` made into an empty topic: the same partitions, order, keys and headers.

Needs confluent-kafka.
"""

import base64
import json
import sys
from pathlib import Path

from confluent_kafka import Producer


def told(row: dict, name: str) -> bytes | None:
    """A field of a dumped record: text, or base64 of what is no text."""
    if f"{name}_base64" in row:
        return base64.b64decode(row[f"{name}_base64"])
    return None if row[name] is None else row[name].encode()


# python restore.py HOST:PORT LOG; with a login also sasl.username, ssl.ca.location ...
producer = Producer({"bootstrap.servers": sys.argv[1], "enable.idempotence": True})
failed = []
with Path(sys.argv[2]).open(encoding="utf-8") as log:
    first = json.loads(next(log))
    topic, partitions = first["topic"], first["partitions"]
    found = len(producer.list_topics(topic, 30).topics[topic].partitions)
    if found != partitions:
        sys.exit(f"{topic} has {found} partitions, and the log is of {partitions}")
    for row in map(json.loads, log):
        headers = [
            (name, base64.b64decode(raw["base64"]) if type(raw) is dict else raw) for name, raw in row["headers"]
        ]
        while len(producer) > 10_000:  # so many may be on their way
            producer.poll(0.1)
        producer.produce(
            topic,
            told(row, "value"),
            told(row, "key"),
            row["partition"],
            headers=headers,
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
if producer.flush(60) or failed:
    sys.exit(f"not all is written: {failed[:1] or 'no broker took the rest within 60 s'}")
