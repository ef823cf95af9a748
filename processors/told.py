"""Which record of the log a result tells of, as far as it stands in the result itself."""

from __future__ import annotations

import json

from confluent_kafka import Message

from processors.received import raw_record
from schemas.rejection import read_rejection
from schemas.topics import EVENTS, REJECTED, UPDATES


def told_of(message: Message) -> int | None:
    """Offset of the record that an update or a reject tells of; None where it is none of the message's partition."""
    return _AMONG[str(message.topic())](message)


def _cause_of(update: Message) -> int | None:
    try:
        cause = json.loads(update.value() or b"")["cause"]
        return int(cause["offset"]) if cause["partition"] == update.partition() else None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _rejected_at(reject: Message) -> int | None:
    why = read_rejection(raw_record(reject).headers)
    if why is None or (why.topic, why.partition) != (EVENTS, reject.partition()):
        return None  # a command, which the gate rejected
    return why.offset


_AMONG = {UPDATES: _cause_of, REJECTED: _rejected_at}
#: topics of which every record tells of one of the log
TELLING = tuple(_AMONG)

__all__ = ["TELLING", "told_of"]
