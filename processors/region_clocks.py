"""How far each region's log clock has come, as the gate must know it to stamp decisions and to tick.

The core's clock is the greatest recorded_at of its region. A record stamped with the wall clock would leap a region
whose log is a replay of 2021 to today, and close everything in it. So the gate follows the log: a region is *live*
when the record that brought its clock was appended (Kafka's own timestamp) about when it says it was recorded.
A live region's decisions are stamped now; a past one's with its own clock, and it is never ticked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.decision import Tick

#: from recorded_at to the append. A producer may hold reports back for hours; a replay is days and years behind
LIVE_WITHIN: Final = timedelta(days=1)
#: ticks of a region that stays silent grow rarer: incidents fall silent after days, not after minutes
_RAREST: Final = timedelta(hours=1)
_SHARE_OF_SILENCE: Final = 0.1
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class RegionClock:
    """at: greatest recorded_at. reported_at: the same without ticks. live: see above."""

    at: datetime
    reported_at: datetime
    live: bool


class RegionClocks:
    """The clocks of the regions of one partition."""

    def __init__(self, clocks: dict[str, RegionClock] | None = None) -> None:
        self._clocks: dict[str, RegionClock] = clocks or {}

    def __len__(self) -> int:
        return len(self._clocks)

    def hear(self, region: str, recorded_at: datetime, appended_at: datetime, *, tick: bool = False) -> None:
        """A record of the log that the core takes. appended_at: Kafka's timestamp."""
        was = self._clocks.get(region)
        at, live = recorded_at, appended_at - recorded_at <= LIVE_WITHIN
        if was is not None and was.at > recorded_at:
            at, live = was.at, was.live
        if tick and was is not None:
            reported_at = was.reported_at
        else:
            reported_at = recorded_at if was is None else max(was.reported_at, recorded_at)
        self._clocks[region] = RegionClock(at, reported_at, live)

    def stamp(self, region: str, now: datetime) -> datetime | None:
        """recorded_at for a record that the gate appends; None: the log has nothing of this region."""
        clock = self._clocks.get(region)
        if clock is None:
            return None
        return max(now, clock.at) if clock.live else clock.at

    def due_ticks(self, now: datetime, after: timedelta) -> list[Tick]:
        """Ticks for the live regions that were silent for `after`; rarer, at most hourly, as the silence lasts."""
        ticks = []
        for region in sorted(self._clocks):
            clock = self._clocks[region]
            silence = clock.at - clock.reported_at
            if clock.live and now - clock.at >= max(after, min(_RAREST, silence * _SHARE_OF_SILENCE)):
                tick_id = f"tick/{region}/{now.isoformat()}"
                ticks.append(Tick(tick_id=tick_id, region=region, recorded_at=now))
        return ticks

    def dump(self) -> str:
        """As text, below 4 kB for all regions: it travels as metadata of a committed offset."""
        regions = {
            region: [clock.at.isoformat(), clock.reported_at.isoformat(), clock.live]
            for region, clock in sorted(self._clocks.items())
        }
        return json.dumps({"v": _VERSION, "regions": regions}, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> RegionClocks | None:
        """What `dump` gave; None where this is nothing that this version wrote: read the log from the beginning."""
        try:
            fields = json.loads(text or "")
            if fields["v"] != _VERSION:
                return None
            return cls(
                {
                    region: RegionClock(_utc(at), _utc(reported_at), bool(live))
                    for region, (at, reported_at, live) in fields["regions"].items()
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
