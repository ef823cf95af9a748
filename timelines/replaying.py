"""One run of `timelines replay`: from the source through the worker's own path to the files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final, Literal

from processors.collecting import looking_once
from processors.cores import Cores
from processors.replay import as_log, replay
from processors.router import Fault, Handover, PartitionRouter, RawRecord
from producers.feeds import Line
from runtime.terminal import shown
from schemas.regions import region_of
from schemas.topics import REJECTED, UPDATES
from timelines.files import Results, Targets
from timelines.log_file import BadLogLine, read_log, without_holes
from timelines.outputs import Named, overlap
from timelines.producing import Interrupts
from timelines.progress import Bar
from timelines.recognising import other_format
from timelines.rejects import LongLine, Rejects
from timelines.sources import FEEDS, FeedName, Source, SourceError, Status, Stopped, past_events, rejects_path

#: a log that `dump --log` wrote
LOG: Final = "log"
#: what --feed takes of commands that read one, too
ReplayedFeed = Literal[FeedName, "log"]
#: how many records that the core did not take are told about one by one
_TOLD_ONE_BY_ONE: Final = 20
#: how many different tracebacks are shown
_TRACEBACKS: Final = 3


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay, and where to.

    feed: a name of FEEDS, or LOG
    partitions: of the log that is thought of; a dumped log brings its own number
    rejects: where lines go that are no events; None: SOURCE.rejects.jsonl
    also_read: what else nothing may be written over, named for `overlap`
    """

    source: str
    feed: str
    targets: Targets
    cores: Cores
    partitions: int
    rejects: Path | None = None
    also_read: tuple[Named, ...] = ()

    def run(self) -> Status:
        """Raises SourceError, RejectsError, BadLogLine, OSError; no result has been written then."""
        began = time.monotonic()
        with (
            looking_once(),
            Interrupts() as interrupts,
            Source(self.source, stopped=interrupts.once) as source,
            Bar("replaying") as bar,
            Rejects(self._rejects_path(source), source.name, keep=False, tell=bar.say) as rejects,
        ):
            partitions, records = records_of(source, self.feed, self.partitions, rejects)
            results, told = Results(), _Faults(bar)
            try:
                for partition, handed in replay(records, _Routers(self.cores, partitions)):
                    self._take(results, partition, handed)
                    told.take(partition, handed.faults)
                    bar.show(source.bytes_read, source.size)
                    if interrupts.once():
                        raise Stopped
            except Stopped:
                bar.say("replay: stopped; no result was written")
                return Status.INTERRUPTED
            self.targets.write(results)
            bar.say(_summary(results, self.targets, rejects, told, time.monotonic() - began))
        if rejects.count or (told.count and self.feed != LOG):  # in a log they were rejected when it was live
            return Status.BAD_LINES
        return Status.ALL_WELL

    def _rejects_path(self, source: Source) -> Path:
        """Raises SourceError where the run would write over what it reads, or over another of its files."""
        path = rejects_path(source, self.rejects)
        problem = overlap([*self.targets.named(), ("--rejects", path)], [source.named, *self.also_read])
        if problem is not None:
            raise SourceError(problem)
        return path

    def _take(self, results: Results, partition: int, handed: Handover) -> None:
        for out in handed.outgoing:
            # the updates are the bulk, and nobody may want them
            if (out.topic == UPDATES and not self.targets.updates) or (
                out.topic == REJECTED and not self.targets.rejected
            ):
                continue
            results.take(out.topic, partition, out.key, out.value, out.headers)


@dataclass(frozen=True, slots=True)
class _Routers:
    cores: Cores
    partitions: int

    def __call__(self, partition: int) -> PartitionRouter:
        return PartitionRouter(
            partition, self.cores.core_for, core_version=self.cores.version, partitions=self.partitions
        )


class _Faults:
    """Tells of records that the core did not take, and counts them."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._tracebacks: set[str] = set()
        self.count = 0

    def take(self, partition: int, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            self.count += 1
            if self.count > _TOLD_ONE_BY_ONE:
                continue
            self._bar.say(shown(f"partition {partition}, offset {fault.offset}: {fault.field}: {fault.reason}"))
            if fault.traceback and fault.traceback not in self._tracebacks and len(self._tracebacks) < _TRACEBACKS:
                self._tracebacks.add(fault.traceback)
                for line in fault.traceback.splitlines():
                    self._bar.say("    " + shown(line))


def records_of(source: Source, feed: str, partitions: int, rejects: Rejects) -> tuple[int, Iterator[RawRecord]]:
    """The number of partitions, and the records of the log that a source stands for; a dumped log brings its own.

    Raises BadLogLine, at once or while the records are read; and as `past_events` does.
    """
    if feed == LOG:
        lines = _numbered(source)
        start = list(islice(lines, 1))
        try:
            partitions, records = read_log(chain(start, lines))
        except BadLogLine as error:
            other = other_format(Line(*start[0]), None, FEEDS) if start else None
            raise BadLogLine(f"{error}. But {other}") if other else error from error
        return partitions, without_holes(records)
    events = past_events(source, FEEDS[feed], rejects)
    return partitions, as_log(((event, region_of(event)) for event in events), partitions)


def _numbered(source: Source) -> Iterator[tuple[int, bytes]]:
    for line in source.lines():
        if isinstance(line, LongLine):
            line.bytes_.close()
            raise BadLogLine(f"line {line.number} is {line.size:,} bytes long: no record of a log is")
        yield line.number, line.raw


def _summary(results: Results, targets: Targets, rejects: Rejects, told: _Faults, seconds: float) -> str:
    parts = [f"{results.events:,} events in {results.incidents:,} incidents"]
    if targets.updates:
        parts.append(f"{results.updates_total:,} updates")
    if told.count:
        parts.append(f"{told.count:,} records rejected")
    if rejects.count:
        parts.append(f"{rejects.count:,} bad lines in {shown(str(rejects.path))}")
    return f"replay: {', '.join(parts)} ({seconds:.1f} s)"
