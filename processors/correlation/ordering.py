"""The order of entries, and which of them a head shows."""

from __future__ import annotations

from typing import Final

from schemas.timeline import Entry, Link, Reason
from schemas.vocabulary import EntryRole

from .clock import micros
from .roster import Roster

#: microseconds; longer intervals than a day and what zones add to it say little about order
_COARSE: Final = 36 * 3600 * 1_000_000
_PASSING: Final = "speaks of it in passing"


def order_of(entry: Entry) -> tuple[int, int, str]:
    """By occurrence, then report time, then id. What gives no time of its own stands where it was reported.

    So does, within its interval, what is known to the week, month or year only: "in November", told on the 29th, is
    not the first thing that happened in November.
    """
    reported = micros(entry.reported_at)
    if entry.occurred is None:
        return reported, reported, entry.event_id
    begin, until = micros(entry.occurred.from_), micros(entry.occurred.until)
    if until - begin > _COARSE:
        begin = min(max(begin, reported), until)
    return begin, reported, entry.event_id


def in_order(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=order_of)


def shown_seqs(roster: Roster) -> list[int]:
    """seqs of the entries that a head shows, each once; when bytes are short, the last are left out first.

    The newest half of the window of the newest comes first: a reader must see that something happened.
    """
    significant, newest = roster.windows()
    latest = newest[::-1]
    half = len(latest) // 2
    return list(dict.fromkeys((*latest[:half], *significant, *latest[half:])))


def guest(entry: Entry, incident_id: str) -> Entry:
    """An entry whose home is another incident, as that one's head shows it.

    Why it stands in its home, and who pinned it there, are no reasons for its being named here.
    """
    why = Link(
        score=0.0, reasons=(Reason(feature=_PASSING, value=f"at home in {entry.incident_id}", contribution=0.0),)
    )
    changes = {"incident_id": incident_id, "role": EntryRole.BACKGROUND, "link": why, "pinned_by": None}
    return entry.model_copy(update=changes)
