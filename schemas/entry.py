"""`Entry`: one event's place in one timeline, with the reasons why it was linked there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .event import StanceTaken
from .parts import Actor, FirstFault, Headline, Identifier, Message, Name, Occurred, Score, ShortText, Url, UtcTime
from .vocabulary import OpenEntryRole, OpenEventKind


class Reason(Message):
    """One part of a link's score: what was looked at, what was found, what it added (log-odds)."""

    feature: Annotated[str, Field(min_length=1, max_length=100)] = Field(description="what was looked at")
    value: Annotated[str, Field(max_length=300)] = Field(description="what was found")
    contribution: Score = Field(description="what it added to the score, log-odds; negative: it spoke against")


class Link(Message):
    """Why an event belongs here. The contributions of the reasons sum to the score."""

    score: Score = Field(description="log-odds that the event belongs to the incident")
    reasons: Annotated[tuple[Reason, ...], Field(max_length=40), FirstFault] = Field(
        default=(), description="the parts of the score"
    )


class EntrySource(Message):
    """Who published the entry's report; `copy_of` names the earlier entry that it repeats."""

    publisher: Name = Field(description="outlet, agency, ministry or account")
    url: Url | None = Field(default=None, description="where the report can be read")
    wire_origin: Name | None = Field(default=None, description="the agency the text comes from")
    copy_of: Identifier | None = Field(default=None, description="event_id of the earlier report that this one repeats")


class Entry(Message):
    """One event's place in one timeline. The newest record of an event_id is the one that holds."""

    event_id: Identifier = Field(description="the event")
    incident_id: Identifier = Field(description="the incident it belongs to")
    kind: OpenEventKind = Field(description="of the event")
    occurred: Occurred | None = Field(default=None, description="when it happened or was said")
    published_at: UtcTime | None = Field(default=None, description="when the source published it")
    reported_at: UtcTime = Field(description="published_at, else the end of occurred, else recorded_at")
    recorded_at: UtcTime = Field(description="when the event entered the log")
    headline: Headline = Field(description="the event's own")
    source: EntrySource = Field(description="who published the report")
    actors: Annotated[tuple[Actor, ...], Field(max_length=100), FirstFault] = Field(
        default=(), description="who did or said it, and who else took part"
    )
    stances: Annotated[tuple[StanceTaken, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="of a statement: what the speaker does with the words"
    )
    on_behalf_of: Name | None = Field(default=None, description="of a statement: the body the speaker speaks for")
    role: OpenEntryRole = Field(description="what it is to the incident")
    also_background_in: Annotated[tuple[Identifier, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="other incidents that this event speaks of"
    )
    significance: Annotated[float, Field(ge=0.0, le=1.0, strict=True)] = Field(
        description="how much it tells about the incident, 0 to 1"
    )
    significance_reasons: Annotated[tuple[ShortText, ...], Field(max_length=10), FirstFault] = Field(
        default=(), description="why it is significant"
    )
    link: Link = Field(description="why it belongs here; where it is background: which incident is its home")
    pinned_by: Name | None = Field(default=None, description="the person who decided that it belongs here")
    retracted_by: Identifier | None = Field(default=None, description="the event or command that withdrew it")
    corrected_by: Identifier | None = Field(default=None, description="the event that changed what it says")
    redacted: bool = Field(default=False, description="its content was removed by decision; that it existed stays")
