"""Scenarios read as stories: tell messages to a core, ask what the timeline says now."""

from __future__ import annotations

from typing import Any

from processors.correlation import Changes, Correlator, LogRecord, Policy
from schemas.codec import LogMessage
from schemas.timeline import AnyChange, Entry, IncidentTimeline, TimelineUpdate
from tests.builders import REGION
from tests.place_and_day_linker import PlaceAndDayLinker


class Story:
    """One region. Incidents are named by any event told, since an id follows from the log alone."""

    def __init__(self, policy: Policy | None = None, linker: PlaceAndDayLinker | None = None) -> None:
        self.linker = linker or PlaceAndDayLinker()
        self.core: Correlator[Any] = Correlator(REGION, self.linker, policy)
        self.updates: list[TimelineUpdate] = []
        self.entries: dict[str, Entry] = {}
        self._offset = 0

    def tell(self, *messages: LogMessage) -> Changes:
        """Apply the messages in order; what the last one changed."""
        changes = Changes()
        for message in messages:
            record = LogRecord(message=message, region=REGION, partition=0, offset=self._offset)
            changes = self.core.apply(record)
            self._offset += 1
            self.updates.extend(changes.updates)
            self.entries.update({entry.event_id: entry for entry in changes.entries})
        return changes

    def home(self, event: str | LogMessage) -> str:
        """The incident that holds an event."""
        return self.entries[_id(event)].incident_id

    def head(self, event: str | LogMessage) -> IncidentTimeline:
        """The head of the incident that holds an event."""
        return self.core.head(self.home(event))

    def claims(self, event: str | LogMessage, about: str) -> list[tuple[object, str, str]]:
        """(value, speaker, state) of the claims about one thing, the oldest first."""
        found = [claim for claim in self.head(event).claims if claim.about == about]
        return [
            (claim.value, claim.speaker, str(claim.state)) for claim in sorted(found, key=lambda c: (c.at, c.claim_id))
        ]

    def changes(self, type_: str) -> list[AnyChange]:
        """All changes of one type so far."""
        return [change for update in self.updates for change in update.changes if change.type == type_]


def _id(event: str | LogMessage) -> str:
    return event if isinstance(event, str) else str(getattr(event, "event_id"))  # noqa: B009  # only events are asked for
