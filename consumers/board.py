"""What a watcher knows: incidents as rows, the newest head of each. A pure model: heads in, rows out.

The clock is the log's: the newest activity on the board. No process clock is read, so that a replay of
an old year looks the same on any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from math import log2
from typing import Final
from zlib import compress, decompress

from schemas.codec import TYPE_TIMELINE, decode
from schemas.timeline import Entry, IncidentTimeline
from schemas.vocabulary import Activity, Standing

#: after so long without a new report an incident counts half as much
HALF_LIFE: Final = timedelta(days=7)
#: the same for which incident is opened first: last month's great story before today's single report
FORGOTTEN: Final = timedelta(days=90)
_MOST_INCIDENTS: Final = 20_000
_MOST_BYTES: Final = 64_000_000
#: how far a bound may be passed before it is put right, so that not every head pays for it
_SLACK: Final = 1.1
#: forwardings followed in one go; merges of merges are rare
_MOST_HOPS: Final = 50
#: a quiet incident counts half as much as an active one, a closed one a quarter
_HALVINGS: Final[dict[str, int]] = {Activity.ACTIVE: 0, Activity.QUIET: 1, Activity.CLOSED: 2}
#: the screen should not jump from one incident to another with every report
_CLEARLY: Final = log2(1.5)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FORWARDINGS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One incident in the list. newest: its newest entry; None where the head carries none.

    heat, significance: how much it asks for attention, and how much there is to it; in doublings
    """

    incident_id: str
    revision: int
    title: str
    kind: str
    region: str
    place: str | None
    standing: str
    activity: str
    reports: int
    independent_sources: int
    last_activity_at: datetime
    newest: Entry | None
    heat: float
    significance: float


class Board:
    """Incidents that a watcher holds: at most `most_incidents` rows, and `most_bytes` of heads (compressed).

    Beyond that the coldest incidents lose first their heads, then their rows. The one named by `keep` stays.
    dropped: rows lost
    """

    def __init__(
        self, *, keep: str | None = None, most_incidents: int = _MOST_INCIDENTS, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._keep = keep
        self._most_incidents = most_incidents
        self._most_bytes = most_bytes
        self._rows: dict[str, Row] = {}
        self._packed: dict[str, bytes] = {}
        self._bytes = 0
        self._into: dict[str, str] = {}
        self._now: datetime | None = None
        self.dropped = 0

    def take(self, raw: bytes) -> IncidentTimeline:
        """A head as it came. A lower revision than the one held changes nothing. Raises MalformedRecord."""
        head = decode(TYPE_TIMELINE, raw)
        assert isinstance(head, IncidentTimeline)
        held = self._rows.get(head.incident_id)
        if held is not None and head.revision < held.revision:
            return head
        self.forget(head.incident_id)
        if head.merged_into is not None:
            self._into[head.incident_id] = head.merged_into
            if len(self._into) > _MOST_FORWARDINGS:
                del self._into[next(iter(self._into))]
            return head
        self._into.pop(head.incident_id, None)
        self._rows[head.incident_id] = _row_of(head)
        self._now = max(self._now or head.last_activity_at, head.last_activity_at)
        packed = compress(raw, level=1)
        self._packed[head.incident_id] = packed
        self._bytes += len(packed)
        if len(self._rows) > self._most_incidents * _SLACK or self._bytes > self._most_bytes * _SLACK:
            self._shrink()
        return head

    def forget(self, incident_id: str) -> None:
        """An incident that is not wanted any more."""
        self._rows.pop(incident_id, None)
        self._let_go(incident_id)

    @property
    def now(self) -> datetime | None:
        """The log's clock as far as seen; None where nothing was."""
        return self._now

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, most: int | None = None) -> list[Row]:
        """Most active first: by independent sources, halved for every HALF_LIFE without a report; retracted last."""
        if most is None:
            return sorted(self._rows.values(), key=_rank)
        return nsmallest(most, self._rows.values(), key=_rank)

    def title_of(self, incident_id: str) -> str | None:
        """None where the incident is not on the board."""
        row = self._rows.get(self.resolve(incident_id))
        return None if row is None else row.title

    def resolve(self, incident_id: str) -> str:
        """The incident that a merged one became part of; the id itself where it was not merged."""
        for _ in range(_MOST_HOPS):
            into = self._into.get(incident_id)
            if into is None:
                break
            incident_id = into
        return incident_id

    def raw(self, incident_id: str) -> bytes | None:
        """The newest head as it came, forwarding followed; None: not held (any more)."""
        packed = self._packed.get(self.resolve(incident_id))
        return None if packed is None else decompress(packed)

    def head(self, incident_id: str) -> IncidentTimeline | None:
        """The same, decoded."""
        raw = self.raw(incident_id)
        if raw is None:
            return None
        head = decode(TYPE_TIMELINE, raw)
        assert isinstance(head, IncidentTimeline)
        return head

    def opened(self, current: str | None) -> str | None:
        """Which incident to show whole: the most significant; `current` unless another is clearly more so."""
        if not self._rows:
            return None
        best = min(self._rows.values(), key=lambda row: (-row.significance, row.incident_id))
        held = self._rows.get(self.resolve(current)) if current is not None else None
        if held is not None and best.significance < held.significance + _CLEARLY:
            return held.incident_id
        return best.incident_id

    def _let_go(self, incident_id: str) -> None:
        self._bytes -= len(self._packed.pop(incident_id, b""))

    def _shrink(self) -> None:
        kept = None if self._keep is None else self.resolve(self._keep)
        room = self._most_bytes
        for place, row in enumerate(self.rows()):
            room -= len(self._packed.get(row.incident_id, b""))
            if row.incident_id == kept:
                continue
            if place >= self._most_incidents:
                self.forget(row.incident_id)
                self.dropped += 1
            elif room < 0:
                self._let_go(row.incident_id)


def _rank(row: Row) -> tuple[bool, float, str]:
    return row.standing == Standing.RETRACTED, -row.heat, row.incident_id


def _heat(head: IncidentTimeline, half_life: timedelta) -> float:
    """Sources, halved for every half-life of silence, as a number of doublings.

    Silence is counted from 1970 and not from now: that is the same for all, so the order is the same, and no
    row has to be looked at again because time went on.
    """
    counted = head.corroboration
    weight = counted.independent_sources + counted.reports / 100
    return log2(weight + 1e-9) + (head.last_activity_at - _EPOCH) / half_life


def _row_of(head: IncidentTimeline) -> Row:
    return Row(
        incident_id=head.incident_id,
        revision=head.revision,
        title=head.title,
        kind=str(head.kind),
        region=head.region,
        place=head.location.name if head.location else None,
        standing=str(head.standing),
        activity=str(head.activity),
        reports=head.corroboration.reports,
        independent_sources=head.corroboration.independent_sources,
        last_activity_at=head.last_activity_at,
        newest=max(head.entries, key=lambda entry: (entry.recorded_at, entry.event_id), default=None),
        heat=_heat(head, HALF_LIFE) - _HALVINGS.get(str(head.activity), 0),
        significance=float("-inf") if head.standing == Standing.RETRACTED else _heat(head, FORGOTTEN),
    )
