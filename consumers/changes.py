"""Updates as they come, each with the entries it speaks of: three topics joined, in the order of the log.

A batch of the worker reaches the topics in one transaction, but a reader gets its partitions one by one:
an update may come before the entry that it adds. It waits for it, a short while.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from schemas.codec import TYPE_ENTRY, TYPE_UPDATE, decode
from schemas.errors import MalformedRecord
from schemas.timeline import Entry, EntryAdded, EntryMoved, Merged, TimelineUpdate
from schemas.topics import ENTRIES, TIMELINES, UPDATES

from .reader import Record, Wanted

#: how long an update waits for what belongs to it, seconds
PATIENCE_S: Final = 2.0
_MOST_WAITING: Final = 10_000
_MOST_ENTRIES: Final = 20_000
_MOST_HEADS: Final = 500_000

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Told:
    """An update with the entries that it adds or moves, as far as they have come; and its bytes."""

    update: TimelineUpdate
    raw: bytes
    entries: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class _Waiting:
    since_s: float
    update: TimelineUpdate
    raw: bytes


class ChangeLog:
    """Takes records, gives updates that are wanted, the oldest first. Holds a bounded number of each.

    incident: only this one, and what it is merged into; None: all
    with_entries: wait for entries; without, updates are told as they come
    unreadable: records passed over because they are no message of ours
    """

    def __init__(self, wanted: Wanted, *, incident: str | None = None, with_entries: bool = True) -> None:
        self._wanted = wanted
        self._incidents = None if incident is None else {incident}
        self._with_entries = with_entries
        self._waiting: deque[_Waiting] = deque()
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._heads: OrderedDict[str, bool] = OrderedDict()
        self._in_order = True
        self.unreadable = 0

    def take(self, records: Iterable[Record], now_s: float) -> None:
        """now_s: a clock that only goes forward, seconds."""
        for record in records:
            try:
                self._take(record, now_s)
            except MalformedRecord:
                self.unreadable += 1

    def _take(self, record: Record, now_s: float) -> None:
        if record.topic == TIMELINES:
            _remember(self._heads, record.key, record.value is not None, _MOST_HEADS)
        elif record.topic == ENTRIES and record.value is not None and self._with_entries:
            entry = decode(TYPE_ENTRY, record.value)
            assert isinstance(entry, Entry)
            _remember(self._entries, entry.event_id, entry, _MOST_ENTRIES)
        elif record.topic == UPDATES and record.value is not None:
            update = decode(TYPE_UPDATE, record.value)
            assert isinstance(update, TimelineUpdate)
            self._waiting.append(_Waiting(now_s, update, record.value))
            self._in_order = False

    def ready(self, now_s: float, *, caught_up: bool, all_of_them: bool = False) -> Iterator[Told]:
        """Updates that can be told now.

        caught_up: whether the reader has been at the end of all topics; before, what belongs together may be
        far apart, so nothing is told unless too much waits. all_of_them: do not wait any longer.
        """
        if not self._in_order:
            # partitions are read one after the other; within one region, hence one incident, the order stays
            self._waiting = deque(sorted(self._waiting, key=lambda one: one.update.recorded_at))
            self._in_order = True
        while self._waiting:
            overfull = len(self._waiting) > _MOST_WAITING
            if not caught_up and not overfull and not all_of_them:
                return
            first = self._waiting[0]
            patient = not overfull and not all_of_them and now_s - first.since_s < PATIENCE_S
            if patient and not self._complete(first.update):
                return
            self._waiting.popleft()
            if self._takes(first.update):
                named = _events_of(first.update)
                found = {event: self._entries[event] for event in named if event in self._entries}
                yield Told(first.update, first.raw, found)

    def _complete(self, update: TimelineUpdate) -> bool:
        if self._wanted.needs_head and update.incident_id not in self._heads:
            return False
        return not self._with_entries or all(event in self._entries for event in _events_of(update))

    def _takes(self, update: TimelineUpdate) -> bool:
        if self._wanted.needs_head and not self._heads.get(update.incident_id, False):
            return False
        if self._incidents is None:
            return True
        if update.incident_id not in self._incidents:
            return False
        for change in update.changes:
            if isinstance(change, Merged) and change.from_ == update.incident_id:
                self._incidents.add(change.into)
        return True


def _events_of(update: TimelineUpdate) -> list[str]:
    return [
        change.event_id
        for change in update.changes
        if isinstance(change, EntryAdded)
        or (isinstance(change, EntryMoved) and (change.from_incident is not None or change.to_incident is not None))
    ]


def _remember(held: OrderedDict[str, _V], key: str, value: _V, most: int) -> None:
    held[key] = value
    held.move_to_end(key)
    if len(held) > most:
        held.popitem(last=False)
