"""Appends one report to the log. Needs confluent-kafka and incident-timelines-schemas."""

import json
import sys
from datetime import UTC, datetime

from confluent_kafka import Producer
from incident_timelines_schemas.codec import encode, parse_event
from incident_timelines_schemas.headers import headers_of
from incident_timelines_schemas.regions import region_of

# python publish.py HOST:PORT; with a login also sasl.username, ssl.ca.location ... Without the partitioner: rejected
producer = Producer({"bootstrap.servers": sys.argv[1], "partitioner": "murmur2_random", "enable.idempotence": True})
report = {
    "event_id": "my-desk-4711",  # the same when it is sent again; what changed is an event that `corrects` this one
    "kind": "attack",
    "recorded_at": datetime.now(UTC).isoformat(),
    "headline": "Shells hit a market in Kherson, two killed",
    "location": {"name": "Kherson", "country": "UA", "lat": 46.64, "lon": 32.62, "precision": "city"},
    "killed": {"best": 2},
    "source": {"publisher": "My Desk"},
}
event = parse_event(json.dumps(report).encode())  # MalformedRecord: the field that is wrong, and the remedy
failed = []
producer.produce(
    "incidents.events.v1",
    key=region_of(event),  # Ukraine: europe
    value=encode(event),
    headers=headers_of(event),
    on_delivery=lambda error, _: failed.append(error) if error else None,
)
if producer.flush(30) or failed:
    sys.exit(f"not delivered: {failed or 'no broker took it within 30 s'}")
