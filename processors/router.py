"""The one path from the raw records of one partition to raw results; the worker and the replay share it.

Rules: the log's order is the only truth. What comes out, newest record of each key, depends on the records alone:
not on how they were cut into batches, nor on the number of partitions, nor on the process that does it.
A record that cannot be taken never stops the others: it goes to the topic of rejects with its own bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Final

from processors.batch import Batch, last_of_the_traceback
from processors.correlation import CannotApply, LogRecord, RegionCore, StateRecord
from processors.correlation import UnreadableState as UnreadableCoreState
from processors.handover import (
    NOTHING_SEEN,
    ConsumerRecord,
    Fault,
    GapInLog,
    Handover,
    Outgoing,
    PartitionState,
    RawRecord,
    Seen,
    UnreadableState,
    decode_partition_state,
    encode_partition_state,
    is_partition_key,
    partition_key,
)
from schemas.codec import TYPE_DECISION, TYPE_EVENT, TYPE_TICK, decode_log_record
from schemas.decision import Tick
from schemas.errors import MalformedRecord
from schemas.headers import read_headers
from schemas.regions import ALL_REGIONS, partition_of
from schemas.topics import DEFAULT_PARTITIONS, EVENTS

_REGIONS: Final = frozenset(ALL_REGIONS)
#: what nearly every record says of itself: one look instead of a reading of all headers
_TYPES: Final[dict[bytes | None, str]] = {name.encode(): name for name in (TYPE_EVENT, TYPE_DECISION, TYPE_TICK)}
_TYPE_LENGTH: Final = len("ce_type")


class PartitionRouter:
    """Keeps one core per region of one partition, feeds them in order, and gathers what they answer.

    Not to be used after `process` raised, or after what it handed over could not be written: it is ahead of the
    stored state then. Make a new one and restore it.
    """

    def __init__(
        self,
        partition: int,
        core_for: Callable[[str], RegionCore],
        *,
        core_version: str,
        partitions: int = DEFAULT_PARTITIONS,
        topic: str = EVENTS,
        log_start: int = 0,
    ) -> None:
        """core_for: makes the empty core of a region.

        partitions: how many the log has; a record that stands in another partition than its key says is rejected
        log_start: the first offset that the log still holds; counts only where no state is restored
        """
        self.partition = partition
        self._core_for = core_for
        self._core_version = core_version
        self._partitions = partitions
        self._topic = topic
        self._offset = log_start - 1
        self._cores: dict[str, RegionCore] = {}
        #: keys that were looked at and belong here: no more than there are regions
        self._region_of_key: dict[bytes | None, str] = {}
        self._restored_version: str | None = None
        self._seen = NOTHING_SEEN
        #: offset of the record that is being taken; None between batches. For a watchdog: read from other threads
        self.working_on: int | None = None

    @property
    def offset(self) -> int:
        """The last offset applied; reading goes on at the next. -1 at the very beginning."""
        return self._offset

    @property
    def restored_version(self) -> str | None:
        """The core that made the state which was restored; None where there was none."""
        return self._restored_version

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that were heard of, sorted."""
        return tuple(sorted(self._cores))

    def process(self, records: Sequence[ConsumerRecord]) -> Handover:
        """Apply the next records, in order. Those at or below `offset` are passed over.

        Raises GapInLog, and then has changed nothing; ValueError for records of another topic or partition.
        """
        fresh = self._fresh(records)
        batch = Batch(self._seen)
        for record in fresh:
            self.working_on = record.offset
            self._take(record, batch)
        self.working_on = None
        if not fresh:
            return Handover((), (), self._offset, skipped=len(records))
        outgoing = batch.outgoing(self._cores)  # before the faults are read: a head may turn out to be one
        self._offset = fresh[-1].offset
        return Handover(
            outgoing=outgoing,
            state=tuple(self._drained()),
            offset=self._offset,
            taken=len(fresh),
            skipped=len(records) - len(fresh),
            kinds=MappingProxyType(dict(batch.kinds)),
            changes=MappingProxyType(dict(batch.changes)),
            faults=tuple(batch.faults),
            newest_recorded_at=batch.clock.timestamp() if batch.clock else None,
            candidates=tuple(batch.candidates),
            incidents=MappingProxyType(self.incidents()),
        )

    def incidents(self) -> dict[str, int]:
        """Incidents of the partition by activity, as far as the cores tell."""
        total: Counter[str] = Counter()
        for core in self._cores.values():
            if (tell := getattr(core, "activities", None)) is not None:
                total.update(tell())
        return dict(total)

    def restore(self, pairs: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up the state that earlier hand-overs wrote: in the order written, older records of a key allowed.

        Raises UnreadableState; ValueError once records have been processed.
        """
        if self._cores:
            raise ValueError("restore comes before the first record, into a new router")
        newest: dict[bytes, bytes] = {}
        for key, value in pairs:
            if value is not None:
                newest[key] = value
            else:
                newest.pop(key, None)
        by_region: dict[str, list[StateRecord]] = {}
        region = ""
        records: list[StateRecord] = []
        for key in sorted(newest):
            text = key.decode(errors="replace")
            if not records or not text.startswith(region):  # sorted: a region's keys come together
                if is_partition_key(key):
                    self._restore_partition(key, newest[key])
                    continue
                name, slash, _ = text.partition("/")
                region = name + slash
                self._check_holds(name, text)
                records = by_region.setdefault(name, [])
            records.append(StateRecord(text, newest[key]))
        if by_region and self._restored_version is None:
            raise UnreadableState(
                f"the state of partition {self.partition} says no offset: {partition_key(self.partition)!r}"
            )
        for region, state in by_region.items():
            try:
                self._core(region).restore(state)
            except UnreadableCoreState as error:
                raise UnreadableState(f"the state of {region}: {error}") from error

    def pass_over(self, seen: Seen) -> None:
        """Of records that readers have updates or rejects of, write these no second time."""
        self._seen = seen

    def dump(self) -> Iterator[tuple[bytes, bytes]]:
        """The whole state, as `restore` takes it: what the hand-overs' states fold to."""
        for region in self.regions:
            for piece in self._cores[region].dump():
                if piece.value is not None:
                    yield piece.key.encode(), piece.value
        if self._offset >= 0:
            yield self._own_state()

    def _check_holds(self, region: str, key: str) -> None:
        if region not in _REGIONS or partition_of(region, self._partitions) != self.partition:
            raise UnreadableState(
                f"the state of partition {self.partition} holds {key[:100]!r}, which does not belong there: was "
                "the number of partitions changed? Begin with an empty state (new TIMELINES_APP_ID)"
            )

    def _restore_partition(self, key: bytes, value: bytes) -> None:
        if key != partition_key(self.partition):
            raise UnreadableState(f"the state of partition {self.partition} holds that of another: {key[:100]!r}")
        stored = decode_partition_state(value)
        self._offset = stored.offset
        self._restored_version = stored.core_version

    def _fresh(self, records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
        """The records that are new, after a look at all of them: a gap is found before anything changes."""
        fresh: list[ConsumerRecord] = []
        reached, topic, partition = self._offset, self._topic, self.partition
        for record in records:
            if record.topic != topic or record.partition != partition:
                raise ValueError(
                    f"{record.topic}[{record.partition}] came to the router of {self._topic}[{self.partition}]"
                )
            if record.offset <= reached:
                continue
            if record.offset != reached + 1:
                raise GapInLog(self._topic, self.partition, reached + 1, record.offset)
            reached = record.offset
            fresh.append(record)
        return fresh

    def _take(self, record: ConsumerRecord, batch: Batch) -> None:
        try:
            region = self._region_of(record)
            message = decode_log_record(_ce_type(record.headers), record.value)
            if isinstance(message, Tick) and message.region != region:
                raise MalformedRecord(
                    "region", f"is {message.region!r}, the record's key {region!r}: make them equal", None
                )
        except MalformedRecord as error:
            batch.reject(record, error.field, error.problem)
            return
        core = self._core(region)
        try:
            changes = core.apply(LogRecord(message, region, self.partition, record.offset))
        except CannotApply as error:
            batch.reject(record, error.field, error.problem)
        except UnreadableCoreState as error:
            # what was restored is read late, and cannot be: the record is not to blame, nor would the next one be
            raise UnreadableState(f"the state of {region}: {error}") from error
        except (MemoryError, SystemExit, KeyboardInterrupt) as error:
            # these say nothing of the record: another machine could take it
            error.add_note(f"while the core took the record at offset {record.offset} of {record.topic}")
            raise
        except Exception as error:  # noqa: BLE001 - the one last resort: the core is as it was, the others go on
            # the type alone: messages of errors may hold addresses, and a replay must write the same bytes
            problem = (
                f"the core failed on it with {type(error).__name__}: a fault of this version. "
                "The worker's log has the traceback; send the record again with a version that mends it"
            )
            batch.reject(record, "value", problem, last_of_the_traceback())
        else:
            batch.add(region, message, changes, core, record)

    def _region_of(self, record: ConsumerRecord) -> str:
        """The key decides, not the message: a correction goes to the region of what it corrects."""
        key = record.key
        if (known := self._region_of_key.get(key)) is not None:
            return known
        if key is None:
            raise MalformedRecord("key", "is missing: send the record with its region as key", record.value)
        region = key[:100].decode(errors="replace")
        if region not in _REGIONS:
            raise MalformedRecord("key", f"{region!r} is no region: one of {', '.join(ALL_REGIONS)}", record.value)
        right = partition_of(region, self._partitions)
        if right != self.partition:
            # one region in two partitions would be two half incidents with one id
            raise MalformedRecord(
                "key",
                f"{region} belongs in partition {right} of {self._partitions}, not in {self.partition}: "
                "let the producer choose by key with partitioner=murmur2_random",
                record.value,
            )
        self._region_of_key[key] = region
        return region

    def _core(self, region: str) -> RegionCore:
        if (core := self._cores.get(region)) is None:
            core = self._cores[region] = self._core_for(region)
        return core

    def _drained(self) -> Iterator[tuple[bytes, bytes | None]]:
        for region in self.regions:
            for piece in self._cores[region].drain_state():
                yield piece.key.encode(), piece.value
        yield self._own_state()

    def _own_state(self) -> tuple[bytes, bytes]:
        return partition_key(self.partition), encode_partition_state(PartitionState(self._offset, self._core_version))


def _ce_type(headers: Sequence[tuple[str, bytes | None]]) -> str | None:
    named = [value for name, value in headers if len(name) == _TYPE_LENGTH and name.lower() == "ce_type"]
    if len(named) == 1 and (known := _TYPES.get(named[0])) is not None:
        return known
    return read_headers(("ce_type", value) for value in named).type


__all__ = [
    "Fault",
    "GapInLog",
    "Handover",
    "Outgoing",
    "PartitionRouter",
    "RawRecord",
    "UnreadableState",
]
