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
    FirstFault,
    Headline,
    Identifier,
    LanguageTag,
    Message,
    Name,
    Number,
    Occurred,
    Place,
    ShortText,
    SortedKeys,
    Url,
    UtcTime,
    Weapon,
    fault_in,
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
_Integer = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
_ExtraValue = Annotated[str, Field(max_length=2_000)] | _Integer | float | bool | None


class Source(Message):
    """Who published the report. `report_id` ties the several events of one article together: one source."""

    publisher: Name = Field(description="outlet, agency, ministry or account")
    url: Url | None = Field(default=None, description="where the report can be read")
    report_id: Identifier | None = Field(default=None, description="the same for all events of one article")
    wire_origin: Name | None = Field(default=None, description="the agency the text comes from: AFP, Reuters")
    kind: OpenSourceKind | None = Field(default=None, description="what sort of publisher")
    affiliation: Name | None = Field(default=None, description="the party the outlet belongs to, if any")
    reliability: OpenReliability | None = Field(
        default=None, description="of the source, Admiralty scale: A completely reliable ... F cannot be judged"
    )
    credibility: OpenCredibility | None = Field(
        default=None, description="of the information, Admiralty scale: 1 confirmed ... 6 cannot be judged"
    )


class StanceTaken(Message):
    """What a speaker does with words, and toward whom or what."""

    stance: OpenStance = Field(description="condemn, deny, accuse, claim ...")
    target: ShortText | None = Field(default=None, description="whom or what it is about")


class _EventFields(Message):
    event_id: Identifier = Field(description="unique for ever, the same when a report is sent again")
    occurred: Occurred | None = Field(default=None, description="when it happened or was said")
    published_at: UtcTime | None = Field(default=None, description="when the source published it")
    recorded_at: UtcTime = Field(description="when this record entered the log; the only clock of the core")
    headline: Headline = Field(description="one line: who did or said what, where")
    text: ArticleText | None = Field(default=None, description="the report's text, whole or in part")
    language: LanguageTag | None = Field(default=None, description="of headline and text, BCP 47: en, ar, pt-BR")
    location: Place | None = Field(default=None, description="where it happened; of a statement: what it is about")
    actors: Annotated[tuple[Actor, ...], Field(max_length=100), FirstFault] = Field(
        default=(), description="who did or said it, and who else took part"
    )
    targets: Annotated[tuple[Actor, ...], Field(max_length=100), FirstFault] = Field(
        default=(), description="whom it was done to or addressed to"
    )
    source: Source = Field(description="who published the report")
    codes: Annotated[dict[_System, _Code], Field(max_length=20), FirstFault, SortedKeys] = Field(
        default_factory=dict, description="codes by system: plover, cameo, acled, ..."
    )
    refers_to: Annotated[tuple[EventRef, ...], Field(max_length=50), FirstFault] = Field(
        default=(), description="earlier events that the report names"
    )
    corrects: EventRef | None = Field(default=None, description="the earlier event whose content this one replaces")
    retracts: EventRef | None = Field(default=None, description="the earlier event that this one withdraws")
    extra: Annotated[dict[_System, _ExtraValue], Field(max_length=64), FirstFault, SortedKeys] = Field(
        default_factory=dict, description="what else the feed knows; carried along, never read by the core"
    )

    @model_validator(mode="after")
    def _one_of(self) -> _EventFields:
        if self.corrects and self.retracts:
            raise fault_in("retracts", "cannot stand beside `corrects`: send two events")
        return self


class AttackEvent(_EventFields):
    """A report of violence: who struck whom, with what, and what came of it."""

    kind: Literal[EventKind.ATTACK] = Field(default=EventKind.ATTACK, description="which of the three kinds")
    weapons: Annotated[tuple[Weapon, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="the means used"
    )
    killed: Estimate | None = Field(default=None, description="people killed")
    injured: Estimate | None = Field(default=None, description="people injured")
    arrested: Number | None = Field(default=None, description="people arrested for it")
    outcome: ShortText | None = Field(default=None, description="what came of it, in a few words")


class StatementEvent(_EventFields):
    """A report of an utterance: who said what about whom."""

    kind: Literal[EventKind.STATEMENT] = Field(default=EventKind.STATEMENT, description="which of the three kinds")
    stances: Annotated[tuple[StanceTaken, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="what the speaker does with the words"
    )
    on_behalf_of: Name | None = Field(default=None, description="the body the speaker speaks for")
    said_in: Place | None = Field(default=None, description="where it was said")
    weapons: Annotated[tuple[Weapon, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="the means that the statement speaks of"
    )
    killed: Estimate | None = Field(default=None, description="the toll that the statement gives")
    injured: Estimate | None = Field(default=None, description="the injured that the statement counts")
    participants: Estimate | None = Field(default=None, description="the crowd that the statement counts")
    arrested: Number | None = Field(default=None, description="the arrests that the statement counts")


class ProtestEvent(_EventFields):
    """A report of a protest: how many, for what, and how it was answered."""

    kind: Literal[EventKind.PROTEST] = Field(default=EventKind.PROTEST, description="which of the three kinds")
    participants: Estimate | None = Field(default=None, description="people who took part")
    demands: Annotated[tuple[ShortText, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="what they want, one demand each"
    )
    response: OpenProtestResponse | None = Field(default=None, description="how security forces answered")
    arrested: Number | None = Field(default=None, description="people arrested at the protest")
    killed: Estimate | None = Field(default=None, description="people killed at the protest")
    injured: Estimate | None = Field(default=None, description="people injured at the protest")
    weapons: Annotated[tuple[Weapon, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="the means used, by either side"
    )


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
