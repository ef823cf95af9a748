"""The order of entries, and which of them a head shows."""

from __future__ import annotations

from schemas.timeline import Entry
from schemas.vocabulary import EntryRole

from .clock import micros
from .roster import Roster


def order_of(entry: Entry) -> tuple[int, int, str]:
    """By occurrence, then report time, then id. What gives no time of its own stands where it was reported."""
    reported = micros(entry.reported_at)
    occurred = micros(entry.occurred.from_) if entry.occurred is not None else reported
    return occurred, reported, entry.event_id


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
    """An entry whose home is another incident, as that one's head shows it."""
    return entry.model_copy(update={"incident_id": incident_id, "role": EntryRole.BACKGROUND})
