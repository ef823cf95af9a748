"""What goes into a partition's router and what comes out: raw bytes on both sides, no client's types.

The worker fills these from Kafka, the replay from a file; both do with the results what they like.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

#: headers as they travel; a value may be null
RawHeaders = tuple[tuple[str, bytes | None], ...]

#: version of the partition's own state record
STATE_VERSION: Final = 1
#: no region is called so (a region begins with a letter), hence no key of a region's state is like it
_PARTITION_PREFIX: Final = b"_partition/"


class ConsumerRecord(Protocol):
    """A record of the log, for who reads it: a `RawRecord`, or one that a client still holds (`received.Received`)."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class RawRecord(NamedTuple):
    """A record of the log, whole. timestamp_ms: Kafka's, since 1970; the core never sees it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders = ()
    timestamp_ms: int = 0


class Outgoing(NamedTuple):
    """A record to be written, into the partition of that topic which has the number of the input's."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: RawHeaders


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one record was rejected, for the log of the shell. traceback: only where the core itself failed."""

    offset: int
    field: str
    reason: str
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """All that one batch brought about; written whole, in one transaction, or not at all.

    outgoing: updates in the order of the log, entries (the newest of each event), heads (of each incident
        touched), rejects in the order of the log, then those of heads that could not be made
    state: keyed state of the regions, then the partition's own record with the offset; None: the key is gone
    offset: the last one applied, -1 where nothing was applied yet
    taken, skipped: records applied or rejected; records that had been before
    kinds: applied records by kind: attack, statement, protest, decision, tick
    changes: changes in the updates by type: opened, entry_added, merged ...
    faults: one for each reject
    newest_recorded_at: clock of the batch in seconds since 1970; None where nothing was applied
    candidates: of each event whose place was looked for, how many incidents were looked at
    incidents: of the whole partition, by activity: active, quiet, closed; empty where the core does not tell
    """

    outgoing: tuple[Outgoing, ...]
    state: tuple[tuple[bytes, bytes | None], ...]
    offset: int
    taken: int = 0
    skipped: int = 0
    kinds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    changes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[Fault, ...] = ()
    newest_recorded_at: float | None = None
    candidates: tuple[int, ...] = ()
    incidents: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_empty(self) -> bool:
        """Nothing to write: every record had been before."""
        return self.taken == 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What readers have of records that come once more: the last offset whose updates, whose reject; -1: nothing."""

    updates: int = -1
    rejects: int = -1


NOTHING_SEEN: Final = Seen()


class GapInLog(Exception):
    """Records of the log are missing between what was applied and what came. Going on would be wrong timelines."""

    def __init__(self, topic: str, partition: int, expected: int, found: int) -> None:
        super().__init__(
            f"{topic}[{partition}]: offset {expected} was to come next and {found} came: records are missing. "
            "Were they deleted (retention, `kafka-delete-records`), was the topic made anew, or was it written in "
            "transactions? Restore the topic, or begin with an empty state (new TIMELINES_APP_ID)"
        )
        self.expected = expected
        self.found = found


class UnreadableState(Exception):
    """Stored state that this version cannot take up. Says what to do."""


@dataclass(frozen=True, slots=True)
class PartitionState:
    """How far a partition's state reaches, and which core made it."""

    offset: int
    core_version: str


def partition_key(partition: int) -> bytes:
    """Key of the partition's own state record."""
    return _PARTITION_PREFIX + b"%d" % partition


def is_partition_key(key: bytes) -> bool:
    return key.startswith(_PARTITION_PREFIX)


def encode_partition_state(state: PartitionState) -> bytes:
    fields = {"v": STATE_VERSION, "offset": state.offset, "core_version": state.core_version}
    return json.dumps(fields, separators=(",", ":")).encode()


def decode_partition_state(raw: bytes) -> PartitionState:
    """Raises UnreadableState."""
    try:
        fields = json.loads(raw)
        version, offset, core_version = fields["v"], fields["offset"], fields["core_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableState(f"the partition's state record cannot be read: {raw[:100]!r}") from error
    if version != STATE_VERSION or not isinstance(offset, int) or not isinstance(core_version, str):
        raise UnreadableState(
            f"the partition's state record is of version {str(version)[:20]!r}, this program reads {STATE_VERSION}: "
            "run the version that wrote it, or begin with an empty state (new TIMELINES_APP_ID)"
        )
    return PartitionState(offset, core_version)
