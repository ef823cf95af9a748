"""Events that nobody asks for: kept as they were written, or packed.

Most of what a worker restores it never looks at again. To read an event's record costs more than all else about it, so
it waits until somebody asks; only what the tables go by is taken out at once. What was read or made, and then not asked
for through thousands of other events, takes a quarter of the room when it is packed again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar
from zlib import compress, decompress

from .incidents import EventState

K = TypeVar("K")
#: of zlib: the quickest
_LEVEL: Final = 1

#: the beginning of every record that this version writes; names with an escape in them do not match
_HEAD: Final = re.compile(rb'\{"v":1,"event_id":"([^"\\]+)","seq":(\d{1,18}),"incident_id":"([^"\\]+)",')
#: what the tables go by besides. A quote inside of a JSON text is escaped, so these are names of fields
_BY_TABLES: Final = (b',"copy_of":"', b',"background":[', b',"corrects":"', b',"retracts":"')


class Unread:
    """An event's record. event_id, seq, incident_id: what the tables go by."""

    __slots__ = ("_event", "_raw", "_read", "event_id", "incident_id", "seq")

    def __init__(
        self, raw: bytes, event_id: str, seq: int, incident_id: str, read: Callable[[bytes], EventState]
    ) -> None:
        self._raw: bytes | None = raw
        self._read = read
        self._event: EventState | None = None
        self.event_id, self.seq, self.incident_id = event_id, seq, incident_id

    @classmethod
    def of(cls, raw: bytes, read: Callable[[bytes], EventState]) -> Unread | None:
        """None for a record that must be read at once: of another version, or one that more tables go by."""
        head = _HEAD.match(raw)
        if head is None or not raw.endswith(b"}") or any(field in raw for field in _BY_TABLES):
            return None
        return cls(raw, head[1].decode(), int(head[2]), head[3].decode(), read)

    @classmethod
    def packed(cls, event: EventState, raw: bytes, read: Callable[[bytes], EventState]) -> Unread:
        """raw: the event's record; read: gives the event back from it."""
        return cls(
            compress(raw, _LEVEL), event.event_id, event.seq, event.incident_id, lambda packed: read(decompress(packed))
        )

    def peek(self) -> EventState:
        """The event, for a look that keeps nothing."""
        if self._event is not None:
            return self._event
        assert self._raw is not None
        return self._read(self._raw)

    def event(self) -> EventState:
        """The same object each time."""
        if self._event is None:
            assert self._raw is not None
            self._event = self._read(self._raw)
            self._raw = None
        return self._event


class EventTable(dict[K, EventState]):
    """Events by some key; those unread are read when they are asked for. `values` and `items` are not for use.

    woken: numbers of the events that were read since somebody emptied it
    """

    def __init__(self) -> None:
        super().__init__()
        self.woken: list[int] = []

    def peek(self, key: K) -> EventState | None:
        """The event, as `get`, for a look that leaves it unread."""
        found: Any = super().get(key)
        return found.peek() if type(found) is Unread else found

    def put_unread(self, key: K, unread: Unread) -> None:
        super().__setitem__(key, unread)  # type: ignore[assignment]  # read before anyone sees it

    def __getitem__(self, key: K) -> EventState:
        found: Any = super().__getitem__(key)
        if type(found) is Unread:
            self.woken.append(found.seq)
            found = found.event()
            super().__setitem__(key, found)
        return found  # type: ignore[no-any-return]  # an EventState by now

    def get(self, key: K, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - `get` of a dict would hand out what is unread


__all__ = ["EventTable", "Unread"]
