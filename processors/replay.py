"""The same core through the same router as the worker's, over an iterator of records: no broker, no clock, no sorting.

The caller wires a feed, a dumped log or anything else to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from processors.handover import Handover, RawRecord
from processors.router import PartitionRouter
from schemas.codec import LogMessage, encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.topics import EVENTS

#: records of one partition that are handed to the core at once; does not show in the results
_BATCH_RECORDS: Final = 200


def as_log(messages: Iterable[tuple[LogMessage, str]], partitions: int) -> Iterator[RawRecord]:
    """Messages with their region, stamped already, as a log of so many partitions would hold them.

    The offsets count from 0 in each partition, as on a topic that is new: the causes in the results are those of
    a run through a broker with the same number of partitions. Raises TooLarge for a message above the bound.
    """
    offsets = [0] * partitions
    for message, region in messages:
        partition = partition_of(region, partitions)
        yield RawRecord(
            topic=EVENTS,
            partition=partition,
            offset=offsets[partition],
            key=region.encode(),
            value=encode(message),
            headers=tuple(headers_of(message, region=region)),
        )
        offsets[partition] += 1


def replay(
    records: Iterable[RawRecord], router_for: Callable[[int], PartitionRouter]
) -> Iterator[tuple[int, Handover]]:
    """What comes of the records, batch by batch: (partition, hand-over).

    records: in the order of each partition; partitions may alternate
    router_for: makes the empty router of a partition
    Raises GapInLog. Holds at most _BATCH_RECORDS records of each partition.
    """
    routers: dict[int, PartitionRouter] = {}
    waiting: dict[int, list[RawRecord]] = {}
    for record in records:
        batch = waiting.setdefault(record.partition, [])
        batch.append(record)
        if len(batch) >= _BATCH_RECORDS:
            yield record.partition, _router(routers, record.partition, router_for).process(batch)
            waiting[record.partition] = []
    for partition in sorted(waiting):
        if waiting[partition]:
            yield partition, _router(routers, partition, router_for).process(waiting[partition])


def _router(
    routers: dict[int, PartitionRouter], partition: int, router_for: Callable[[int], PartitionRouter]
) -> PartitionRouter:
    if partition not in routers:
        routers[partition] = router_for(partition)
    return routers[partition]
