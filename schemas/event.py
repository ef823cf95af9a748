"""`Event`: one source's report of one happening or utterance, the message producers write to the log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from .parts import (
    Actor,
    ArticleText,
    CountryCode,
    Estimate,
    EventRef,
    Headline,
    Identifier,
    LanguageTag,
    Message,
    Name,
    Number,
    Occurred,
    Place,
    ShortText,
    Url,
    UtcTime,
    Weapon,
)
from .vocabulary import (
    EventKind,
    OpenCredibility,
    OpenProtestResponse,
    OpenReliability,
    OpenSourceKind,
    OpenStance,
)

_Code = Annotated[str, Field(min_length=1, max_length=100)]
_System = Annotated[str, Field(min_length=1, max_length=40)]
_ExtraValue = Annotated[str, Field(max_length=2_000)] | int | float | bool | None


class Source(Message):
    """Who published the report. `report_id` ties the several events of one article together: one source."""

    publisher: Name
    url: Url | None = None
    report_id: Identifier | None = None
    wire_origin: Name | None = Field(default=None, description="the agency the text comes from: AFP, Reuters")
    kind: OpenSourceKind | None = None
    affiliation: Name | None = Field(default=None, description="the party the outlet belongs to, if any")
    reliability: OpenReliability | None = None
    credibility: OpenCredibility | None = None


class StanceTaken(Message):
    """What a speaker does with words, and toward whom or what."""

    stance: OpenStance
    target: ShortText | None = None


class _EventFields(Message):
    event_id: Identifier
    occurred: Occurred | None = None
    published_at: UtcTime | None = None
    recorded_at: UtcTime = Field(description="when this record entered the log; the only clock of the core")
    headline: Headline
    text: ArticleText | None = None
    language: LanguageTag | None = None
    location: Place | None = Field(default=None, description="of a statement: what it is about")
    actors: Annotated[tuple[Actor, ...], Field(max_length=100)] = ()
    targets: Annotated[tuple[Actor, ...], Field(max_length=100)] = ()
    source: Source
    codes: Annotated[dict[_System, _Code], Field(max_length=20)] = Field(
        default_factory=dict, description="codes by system: plover, cameo, acled, ..."
    )
    refers_to: Annotated[tuple[EventRef, ...], Field(max_length=50)] = ()
    corrects: EventRef | None = None
    retracts: EventRef | None = None
    extra: Annotated[dict[_System, _ExtraValue], Field(max_length=64)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of(self) -> _EventFields:
        if self.corrects and self.retracts:
            raise ValueError("corrects and retracts exclude each other: send two events")
        return self


class AttackEvent(_EventFields):
    kind: Literal[EventKind.ATTACK] = EventKind.ATTACK
    weapons: Annotated[tuple[Weapon, ...], Field(max_length=20)] = ()
    killed: Estimate | None = None
    injured: Estimate | None = None
    arrested: Number | None = None
    outcome: ShortText | None = None


class StatementEvent(_EventFields):
    kind: Literal[EventKind.STATEMENT] = EventKind.STATEMENT
    stances: Annotated[tuple[StanceTaken, ...], Field(max_length=20)] = ()
    on_behalf_of: Name | None = None
    said_in: Place | None = None
    weapons: Annotated[tuple[Weapon, ...], Field(max_length=20)] = Field(
        default=(), description="the means that the statement speaks of"
    )
    killed: Estimate | None = Field(default=None, description="the toll that the statement gives")
    injured: Estimate | None = None
    participants: Estimate | None = None
    arrested: Number | None = None


class ProtestEvent(_EventFields):
    kind: Literal[EventKind.PROTEST] = EventKind.PROTEST
    participants: Estimate | None = None
    demands: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    response: OpenProtestResponse | None = None
    arrested: Number | None = None
    killed: Estimate | None = Field(default=None, description="people killed at the protest")
    injured: Estimate | None = None
    weapons: Annotated[tuple[Weapon, ...], Field(max_length=20)] = ()


#: one message in three kinds, told apart by `kind`
Event = Annotated[AttackEvent | StatementEvent | ProtestEvent, Field(discriminator="kind")]
EVENT: TypeAdapter[AttackEvent | StatementEvent | ProtestEvent] = TypeAdapter(Event)
AnyEvent = AttackEvent | StatementEvent | ProtestEvent

__all__ = [
    "EVENT",
    "AnyEvent",
    "AttackEvent",
    "CountryCode",
    "Event",
    "ProtestEvent",
    "Source",
    "StanceTaken",
    "StatementEvent",
]
