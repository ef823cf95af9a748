"""A record that cannot be taken, as it goes to the topic of rejects: its own bytes, and why in headers."""

from __future__ import annotations

from typing import Final

from processors.handover import ConsumerRecord, Outgoing
from schemas.rejection import Rejection, rejected_headers
from schemas.topics import REJECTED, REJECTED_MAX_BYTES

#: a rejected record must fit its topic beside its key and up to 50 kB of headers. What is larger can only be in a log
#: that takes records eight times as large as its registry says; there the whole stays
_MAX_VALUE: Final = REJECTED_MAX_BYTES - 100_000
_MAX_KEY: Final = 10_000


def dead_letter(record: ConsumerRecord, field: str, problem: str) -> Outgoing:
    """The rejected record. Above the bounds it is cut, and the reason says so."""
    key, value, reason = record.key, record.value, problem
    if value is not None and len(value) > _MAX_VALUE:
        reason = f"{reason} [cut here from {len(value)} bytes; the whole stands in {record.topic}]"
        value = value[:_MAX_VALUE]
    if key is not None and len(key) > _MAX_KEY:
        reason = f"{reason} [key cut from {len(key)} bytes]"
        key = key[:_MAX_KEY]
    rejection = Rejection(reason, field, record.topic, record.partition, record.offset)
    return Outgoing(REJECTED, key, value, tuple(rejected_headers(record.headers, rejection)))
