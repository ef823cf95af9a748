"""An event's entry: made on arrival, kept as text, read back when a head or a change asks for it."""

from __future__ import annotations

from typing import Final, cast

from schemas.codec import TYPE_ENTRY, decode
from schemas.event import AnyEvent, StanceTaken, StatementEvent
from schemas.parts import Occurred
from schemas.timeline import Entry, EntrySource, Link, Reason
from schemas.vocabulary import READER, EntryRole, Stance

from .clock import moment_of
from .facts import WITHDRAWN, When
from .incidents import EventState
from .trimming import short_entry

#: entries read back lately; a cache of pure values, so its size changes no result
_AT_HAND: Final = 4_096
REDACTED: Final = "[redacted]"
_NOT_KEPT: Final = Link(
    score=0.0, reasons=(Reason(feature="not_kept", value="why it was linked is no longer known", contribution=0.0),)
)


class Entries:
    """Entries by event, as text in the event's state and as messages while they are wanted."""

    def __init__(self) -> None:
        self._at_hand: dict[str, tuple[str, Entry]] = {}
        self._short: dict[str, tuple[str, Entry, int]] = {}

    def of(self, event: EventState) -> Entry | None:
        """None where the state was written by a version that let the entries go which a digest does not show."""
        if event.body is None:
            return None
        known = self._at_hand.get(event.event_id)
        if known is not None and known[0] is event.body:
            return known[1]
        entry = cast("Entry", decode(TYPE_ENTRY, event.body.encode()))
        self._keep(event.event_id, event.body, entry)
        return entry

    def short(self, event: EventState) -> tuple[Entry, int] | None:
        """The form for a crowded head, with its bytes. None as for `of`."""
        if event.body is None:
            return None
        known = self._short.get(event.event_id)
        if known is None or known[0] is not event.body:
            entry = self.of(event)
            assert entry is not None
            shortened = short_entry(entry)
            weight = len(shortened.model_dump_json(exclude_none=True).encode())
            self._short.pop(event.event_id, None)
            known = self._short[event.event_id] = (event.body, shortened, weight)
            if len(self._short) > _AT_HAND:
                del self._short[next(iter(self._short))]
        return known[1], known[2]

    def first(self, event: EventState, report: AnyEvent, link: Link) -> EventState:
        """The state with the body of its first entry."""
        statement = report if isinstance(report, StatementEvent) else None
        source = report.source
        entry = Entry(
            event_id=event.event_id,
            kind=event.kind,
            occurred=report.occurred,
            published_at=report.published_at,
            reported_at=moment_of(event.at),
            recorded_at=report.recorded_at,
            headline=report.headline,
            source=EntrySource(
                publisher=source.publisher, url=source.url, wire_origin=source.wire_origin, copy_of=event.copy_of
            ),
            actors=report.actors,
            stances=statement.stances if statement else (),
            on_behalf_of=statement.on_behalf_of if statement else None,
            link=link,
            **_decided(event),
        )
        return self._written(event, entry)

    def again(self, event: EventState, link: Link | None = None) -> EventState:
        """The state with its body brought up to date after a change of the state (or of the link)."""
        entry = self.of(event) or _of_the_state(event)
        changes = _decided(event)
        if link is not None:
            changes["link"] = link
        if entry.source.copy_of != event.copy_of:
            changes["source"] = entry.source.model_copy(update={"copy_of": event.copy_of})
        return self._written(event, entry.model_copy(update=changes))

    def redacted(self, event: EventState) -> EventState:
        """Everything that could say who or what is taken out; that there was a report, when and by whom, stays."""
        bare = event._replace(
            redacted=True,
            assertions=(),
            stances=(),
            where=None,
            when=_reworded(event.when),
            headline=REDACTED,
            title_score=0.0,
            speaker_key=f"redacted:{event.seq}",
            marks=tuple(mark._replace(text=REDACTED) for mark in event.marks),
        )
        entry = self.of(event) or _of_the_state(bare)
        bare_link = Link(
            score=entry.link.score,
            reasons=tuple(Reason(feature=r.feature, value=REDACTED, contribution=r.contribution)
                          for r in entry.link.reasons),
        )  # fmt: skip
        changes = _decided(bare) | {
            "headline": REDACTED,
            "occurred": _without_wording(entry.occurred) if entry.occurred else None,
            "source": entry.source.model_copy(update={"url": None}),
            "actors": (),
            "stances": (),
            "on_behalf_of": None,
            "link": bare_link,
        }
        return self._written(bare, entry.model_copy(update=changes))

    def _written(self, event: EventState, entry: Entry) -> EventState:
        body = entry.model_dump_json(exclude_none=True)
        self._keep(event.event_id, body, entry)
        return event._replace(body=body)

    def _keep(self, event_id: str, body: str, entry: Entry) -> None:
        self._at_hand.pop(event_id, None)
        self._at_hand[event_id] = (body, entry)
        if len(self._at_hand) > _AT_HAND:
            del self._at_hand[next(iter(self._at_hand))]


def _of_the_state(event: EventState) -> Entry:
    """What is left of an entry that an earlier version let go: it must still say that it moved, was withdrawn, was
    redacted. Speakers, links and times of its own went with it; the log has them."""
    at = moment_of(event.at)
    wire_origin = event.origin if event.origin != event.publisher else None
    return Entry(
        event_id=event.event_id,
        kind=event.kind,
        occurred=_occurred(event.when) if event.when is not None else None,
        reported_at=at,
        recorded_at=at,
        headline=event.headline,
        source=EntrySource(publisher=event.publisher, wire_origin=wire_origin, copy_of=event.copy_of),
        stances=tuple(StanceTaken(stance=Stance(stance)) for stance in event.stances),
        link=_NOT_KEPT,
        **_decided(event),
    )


def _occurred(when: When) -> Occurred:
    return Occurred.model_validate_json(when.occurred, context={READER: True})


def _without_wording(occurred: Occurred) -> Occurred:
    """The interval alone: `as_reported` is in the source's own words."""
    return occurred.model_copy(update={"as_reported": None})


def _reworded(when: When | None) -> When | None:
    """For a redacted report: the heads show the words of the first that gives a time."""
    if when is None:
        return None
    return when._replace(occurred=_without_wording(_occurred(when)).model_dump_json(exclude_none=True))


def _decided(event: EventState) -> dict[str, object]:
    """The fields of an entry that the core decides, from the state."""
    return {
        "incident_id": event.incident_id,
        "role": event.role,
        "also_background_in": event.background,
        "significance": event.significance,
        "significance_reasons": tuple(mark.text[:1_000] for mark in event.marks),
        "pinned_by": event.pinned_by,
        "retracted_by": event.retracted_by,
        "corrected_by": event.corrected_by,
        "redacted": event.redacted,
    }


def withdrawn(event: EventState, by: str) -> EventState:
    """The state of an event that a later event or a person took back: its claims are withdrawn with it."""
    return event._replace(
        retracted_by=by,
        assertions=tuple(said._replace(status=WITHDRAWN) for said in event.assertions),
    )


def role_of(event: EventState, core: bool) -> EntryRole:
    """The role that follows from what an event is; corrections and copies stay what they are."""
    if event.role in (EntryRole.CORRECTION, EntryRole.DUPLICATE, EntryRole.BACKGROUND):
        return event.role
    return EntryRole.CORE if core else EntryRole.REACTION
