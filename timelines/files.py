"""The files that `replay` and `dump` write: one function for both, so that the two can be compared byte by byte.

T: the newest head of every incident. E: the newest entry of every event. U: every update. A: one home an event.
One canonical JSON object a line, exactly the bytes of the sink in T, E and U; sorted by id.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import takewhile
from pathlib import Path
from typing import IO

from schemas.codec import TYPE_ENTRY, decode
from schemas.headers import read_headers
from schemas.rejection import read_rejection
from schemas.timeline import Entry
from schemas.topics import ENTRIES, REJECTED, TIMELINES, UPDATES
from timelines.outputs import STDIO, Named, overlap, resolved
from timelines.standard_output import nobody_reads

_Headers = Iterable[tuple[str, bytes | None]]


@dataclass(slots=True)
class Results:
    """What stands in the sink, gathered record by record in the order of each partition.

    doubled: updates that came more than once, which a reader of committed records never sees
    """

    doubled: int = 0
    _heads: dict[str, tuple[int, int, bytes]] = field(default_factory=dict)
    _entries: dict[str, dict[int, bytes]] = field(default_factory=dict)
    _updates: dict[tuple[str, int], bytes] = field(default_factory=dict)
    _rejected: list[tuple[int, int, bytes]] = field(default_factory=list)

    def take(self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: _Headers) -> None:
        """One record of a sink topic. Raises ValueError for one that is not the service's own."""
        if topic == REJECTED:
            self._rejected.append((partition, len(self._rejected), _rejected_line(key, value, headers)))
            return
        if key is None or value is None:
            raise ValueError(f"{topic}[{partition}]: a record without key or value: something else writes there")
        name = key.decode()
        if topic == ENTRIES:
            self._entries.setdefault(name, {})[partition] = value
            return
        revision = read_headers(headers).revision
        if revision is None:
            raise ValueError(f"{topic}[{partition}]: {name[:100]!r} without ce_revision: something else writes there")
        if topic == TIMELINES:
            held = self._heads.get(name)
            if held is None or (revision, partition) >= held[:2]:
                self._heads[name] = (revision, partition, value)
        elif topic == UPDATES:
            self.doubled += (name, revision) in self._updates
            self._updates[name, revision] = value

    @property
    def incidents(self) -> int:
        return len(self._heads)

    @property
    def events(self) -> int:
        return len(self._entries)

    @property
    def updates_total(self) -> int:
        return len(self._updates)

    @property
    def rejected_total(self) -> int:
        return len(self._rejected)

    def missing_updates(self) -> int:
        """Revisions below the newest of their incident that are not there: holes, or past the topic's retention."""
        newest: dict[str, int] = {}
        for name, revision in self._updates:
            newest[name] = max(newest.get(name, 0), revision)
        for name, (revision, _, _) in self._heads.items():
            newest[name] = max(newest.get(name, 0), revision)
        return sum(newest.values()) - len(self._updates)

    def heads(self) -> Iterator[bytes]:
        return (self._heads[name][2] for name in sorted(self._heads))

    def entries(self) -> Iterator[bytes]:
        """The newest of every event. Of an event that stands in two regions: of the partition with the lower number."""
        for name in sorted(self._entries):
            by_partition = self._entries[name]
            yield by_partition[min(by_partition)]

    def updates(self) -> Iterator[bytes]:
        return (self._updates[key] for key in sorted(self._updates))

    def assignments(self) -> Iterator[bytes]:
        """One home an event: {"event_id","incident_id","role","score"}."""
        for raw in self.entries():
            entry = decode(TYPE_ENTRY, raw)
            assert isinstance(entry, Entry)
            home = {
                "event_id": entry.event_id,
                "incident_id": entry.incident_id,
                "role": str(entry.role),
                "score": entry.link.score,
            }
            yield json.dumps(home, ensure_ascii=False, separators=(",", ":")).encode()

    def rejected(self) -> Iterator[bytes]:
        """Rejected records by partition, in their order there; bytes that are no UTF-8 as base64."""
        return (line for _, _, line in sorted(self._rejected, key=lambda one: one[:2]))


@dataclass(frozen=True, slots=True)
class Targets:
    """Where each file goes: a path, "-" for standard output, None for nowhere. log: written by who reads it."""

    timelines: str | None = None
    entries: str | None = None
    updates: str | None = None
    assignments: str | None = None
    rejected: str | None = None
    log: str | None = None

    def problem(self) -> str | None:
        """What is wrong with these by themselves, with the remedy; None: nothing."""
        given = [name for _, name in self.named() if name is not None]
        if not given:
            return "nothing to write: give one of --timelines, --entries, --updates, --assignments"
        if given.count(STDIO) > 1:
            return '"-" is standard output and takes one file: give paths for the others'
        if (problem := overlap(self.named())) is not None:
            return problem
        for path in (resolved(Path(name)) for name in given if name != STDIO):
            if not path.parent.is_dir():
                return f"{path.parent} is no folder: make it first"
            if path.is_dir():
                return f"{path} is a folder: name a file"
        return None

    def write(self, results: Results) -> None:
        """Whole files or none: each is written beside its place and then moved there. Raises OSError.

        Standard output comes first: where it takes no more, no file has changed.
        """
        contents = (
            results.heads(),
            results.entries(),
            results.updates(),
            results.assignments(),
            results.rejected(),
        )
        for name, lines in sorted(zip(self._names(), contents, strict=True), key=lambda one: one[0] != STDIO):
            if name is not None:
                write_lines(name, lines)

    def named(self) -> tuple[Named, ...]:
        """Each with the option that it is given by."""
        names = (*self._names(), self.log)
        return tuple(zip((f"--{one.name}" for one in fields(self)), names, strict=True))

    def _names(self) -> tuple[str | None, ...]:
        return (self.timelines, self.entries, self.updates, self.assignments, self.rejected)


def write_lines(name: str, lines: Iterable[bytes]) -> None:
    """Lines to a file, whole or not at all; "-": to standard output. Raises OSError, which names the file."""
    try:
        if name == STDIO:
            _print(lines)
        else:
            _write_file(Path(name), lines)
    except OSError as error:  # of a write it names none, of a move the one beside
        raise OSError(error.errno, error.strerror, "standard output" if name == STDIO else name) from error


def _print(lines: Iterable[bytes]) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    # a log may be long: nothing more is read for a reader who has gone
    _write(sys.stdout.buffer, takewhile(lambda _: not nobody_reads(), lines))
    sys.stdout.buffer.flush()


def _write_file(path: Path, lines: Iterable[bytes]) -> None:
    if path.exists() and not path.is_file():  # /dev/stdout, a pipe: nothing to move there
        with path.open("wb") as file:
            _write(file, lines)
        return
    place = path.resolve()  # through a link, to what it names
    handle, beside = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, lines)
            file.flush()
            os.fsync(file.fileno())
        mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask()
        Path(beside).chmod(mode)
        Path(beside).replace(place)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _write(file: IO[bytes], lines: Iterable[bytes]) -> None:
    for line in lines:
        file.write(line + b"\n")


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _rejected_line(key: bytes | None, value: bytes | None, headers: _Headers) -> bytes:
    why = read_rejection(headers)
    told = {} if why is None else {"topic": why.topic, "partition": why.partition, "offset": why.offset}
    fields = {
        **told,
        "field": why.field if why else None,
        "reason": why.reason if why else None,
        **text_or_base64("key", key),
        **text_or_base64("value", value),
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def text_or_base64(name: str, raw: bytes | None) -> dict[str, str | None]:
    """Bytes as a JSON field: `name` where they are UTF-8, else `name_base64`. Both ways nothing is lost."""
    if raw is None:
        return {name: None}
    try:
        return {name: raw.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(raw).decode()}
