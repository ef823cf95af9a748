"""What the service says: the head of a timeline, its ledger of claims, and each change."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from .decision import Region
from .entry import Entry, EntrySource, Link, Reason
from .parts import FirstFault, Headline, Identifier, Message, Name, Number, Occurred, Place, Score, ShortText, UtcTime
from .vocabulary import (
    READER,
    OpenActivity,
    OpenAttributionState,
    OpenClaimAbout,
    OpenClaimState,
    OpenDecisionKind,
    OpenEntryRole,
    OpenEventKind,
    OpenRelation,
    OpenRelationDirection,
    OpenStanding,
    Unrecognized,
)

__all__ = [
    "ActivityChanged",
    "AnyChange",
    "Attribution",
    "Cause",
    "Change",
    "Claim",
    "ClaimAdded",
    "ClaimChanged",
    "Corrected",
    "Corroboration",
    "Decided",
    "Entry",
    "EntryAdded",
    "EntryMoved",
    "EntrySource",
    "IncidentTimeline",
    "Link",
    "Merged",
    "Opened",
    "Reason",
    "Related",
    "RelatedIncident",
    "ReportOfClaim",
    "Retitled",
    "Retracted",
    "Revision",
    "Split",
    "StandingChanged",
    "TimelineUpdate",
    "UnrecognizedChange",
    "Unrelated",
]  # fmt: skip

#: a head stays under this many bytes, whatever an incident has gathered
MAX_HEAD_BYTES = 128_000
MOST_SIGNIFICANT_ENTRIES = 50
NEWEST_ENTRIES = 20
MAX_HEAD_CLAIMS = 100
Revision = Annotated[int, Field(ge=1, strict=True)]
CoreVersion = Annotated[str, Field(min_length=1, max_length=60)]
_Reasons = Annotated[tuple[ShortText, ...], Field(max_length=10), FirstFault]


class ReportOfClaim(Message):
    """Who brought a claim to us, in which event."""

    publisher: Name = Field(description="who published it; not the speaker")
    event_id: Identifier = Field(description="the event that carries it")


class Claim(Message):
    """One assertion of one speaker about an incident, with who reported it.

    Numbers (`killed`, `injured`, `participants`, `arrested`) have an integer value. About `attribution`
    the value is the party said to have (or not to have) done it and the qualifier is the stance.
    """

    claim_id: Identifier = Field(description="the same through all revisions")
    about: OpenClaimAbout = Field(description="what is claimed")
    value: Annotated[int, Field(ge=0, le=1_000_000_000)] | Annotated[str, Field(min_length=1, max_length=300)] = Field(
        description="a number of people, or words"
    )
    qualifier: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="how it is meant: the stance, what of the incident is denied, or a bound of the number",
    )
    speaker: Name = Field(description="whose word it is")
    reported_by: Annotated[tuple[ReportOfClaim, ...], Field(min_length=1, max_length=20), FirstFault] = Field(
        description="who reported it, the first ones"
    )
    reports_total: Annotated[int, Field(ge=1, strict=True)] = Field(description="how many events carry it")
    at: UtcTime = Field(description="when it was first said, as far as known")
    state: OpenClaimState = Field(description="how it stands beside the other claims")
    superseded_by: Identifier | None = Field(default=None, description="claim_id of the newer word")
    disputed_by: Annotated[tuple[Identifier, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="claim_ids that contradict it, the first of each other value"
    )


class Attribution(Message):
    """Who is said to have done it, derived from the claims."""

    state: OpenAttributionState = Field(description="what the claims amount to")
    parties: Annotated[tuple[Name, ...], Field(max_length=20), FirstFault] = Field(
        default=(), description="those who claimed it or stand accused"
    )


class Corroboration(Message):
    """How many reports there are, and how many sources that do not copy each other."""

    reports: Number = Field(
        description="reports of the happening that nobody withdrew, copies too; `entries_total` counts reactions too"
    )
    independent_sources: Number = Field(description="sources left when copies and affiliates count once")


_Direction = Annotated[
    OpenRelationDirection | None,
    Field(
        default=None,
        description="of: this incident is the `relation` of the named one (its precursor, the retaliation for it, the "
        "protest over it, its background); to: the named one is that of this. Absent where neither is (same_campaign) "
        "or where it is not known (written before the field was there)",
    ),
]


class RelatedIncident(Message):
    """Another incident of the same story: one of the two is the `relation` of the other, `direction` says which."""

    incident_id: Identifier = Field(description="the other incident")
    relation: OpenRelation = Field(description="how the two belong to one story")
    direction: _Direction
    score: Score = Field(description="log-odds that they do")
    reasons: _Reasons = Field(default=(), description="why")


class IncidentTimeline(Message):
    """The head: an incident as it is known now. `revision` counts the log records that changed it."""

    incident_id: Identifier = Field(description="a function of the founding event")
    revision: Revision = Field(description="1, 2, 3 ...; of two heads the higher one holds")
    region: Region = Field(description="the region whose log it comes of")
    kind: OpenEventKind = Field(
        description="of the happening; `statement` while there are utterances alone, so it may change"
    )
    title: Headline = Field(description="follows what is known")
    activity: OpenActivity = Field(description="whether reports still come")
    activity_reason: ShortText = Field(description="why it is active, quiet or closed")
    quiet_at: UtcTime | None = Field(default=None, description="when it goes quiet if nothing more comes")
    closes_at: UtcTime | None = Field(default=None, description="when it closes if nothing more comes")
    standing: OpenStanding = Field(description="whether it is believed")
    standing_reason: ShortText = Field(description="why")
    attribution: Attribution = Field(description="who is said to have done it")
    location: Place | None = Field(default=None, description="where it happened")
    occurred: Occurred | None = Field(default=None, description="when it happened")
    first_recorded_at: UtcTime = Field(description="when its first report entered the log")
    last_activity_at: UtcTime = Field(
        description="when its newest report, copies aside, entered the log; or, if later, it was split off or reopened"
    )
    claims: Annotated[tuple[Claim, ...], Field(max_length=MAX_HEAD_CLAIMS), FirstFault] = Field(
        default=(), description="the ledger: who says what, through whom"
    )
    claims_total: Number = Field(default=0, description="claims in the whole ledger")
    corroboration: Corroboration = Field(description="how many reports, how many independent sources")
    entries: Annotated[tuple[Entry, ...], Field(max_length=MOST_SIGNIFICANT_ENTRIES + NEWEST_ENTRIES), FirstFault] = (
        Field(
            default=(),
            description="the most significant and the newest, by time; all of them are in the topic of entries",
        )
    )
    entries_total: Number = Field(description="entries in the whole timeline")
    related: Annotated[tuple[RelatedIncident, ...], Field(max_length=50), FirstFault] = Field(
        default=(), description="incidents that stay apart but belong to one story"
    )
    merged_into: Identifier | None = Field(
        default=None, description="this one is no more: go to the named incident, it holds the entries"
    )
    merged_from: Annotated[tuple[Identifier, ...], Field(max_length=200), FirstFault] = Field(
        default=(), description="incidents that became part of this one"
    )
    split_from: Identifier | None = Field(default=None, description="the incident this one was once part of")
    core_version: CoreVersion = Field(description="version of the core that made this revision")


class Cause(Message):
    """The record of the log that brought a change about."""

    record_id: Identifier = Field(description="event_id, command_id or tick_id")
    partition: Annotated[int, Field(ge=0, strict=True)] = Field(description="of the log")
    offset: Annotated[int, Field(ge=0, strict=True)] = Field(description="in that partition")


class Opened(Message):
    """A new incident: active and unconfirmed, under this title, unless the same update says more."""

    type: Literal["opened"] = Field(default="opened", description="which change")
    kind: OpenEventKind = Field(description="of the happening")
    founding_event: Identifier = Field(description="the event that founded it")
    title: Headline = Field(description="its first title")


class EntryAdded(Message):
    """An event joined."""

    type: Literal["entry_added"] = Field(default="entry_added", description="which change")
    event_id: Identifier = Field(description="the event")
    role: OpenEntryRole = Field(description="what it is to the incident")
    score: Score = Field(description="of its link, log-odds")


class EntryMoved(Message):
    """An entry came from, or went to, another incident; or changed its role here (no incident named)."""

    type: Literal["entry_moved"] = Field(default="entry_moved", description="which change")
    event_id: Identifier = Field(description="the event")
    from_incident: Identifier | None = Field(default=None, description="where it came from")
    to_incident: Identifier | None = Field(default=None, description="where it went")
    role: OpenEntryRole = Field(description="what it is there")
    reasons: _Reasons = Field(default=(), description="why; empty where another change of this update says it")


class ClaimAdded(Message):
    """A new assertion."""

    type: Literal["claim_added"] = Field(default="claim_added", description="which change")
    claim: Claim = Field(description="as it stands now")


class ClaimChanged(Message):
    """The state of an assertion is another: superseded, disputed, withdrawn, or it holds again.

    That more events carry it, or that it left with its events, is told by the head.
    """

    type: Literal["claim_changed"] = Field(default="claim_changed", description="which change")
    claim: Claim = Field(description="as it stands now")
    was: OpenClaimState = Field(description="its state before")


class ActivityChanged(Message):
    """The incident went quiet, was closed or reopened."""

    type: Literal["activity_changed"] = Field(default="activity_changed", description="which change")
    was: OpenActivity = Field(description="before")
    now: OpenActivity = Field(description="after")
    reason: ShortText = Field(description="why")


class StandingChanged(Message):
    """The incident is believed more, or less."""

    type: Literal["standing_changed"] = Field(default="standing_changed", description="which change")
    was: OpenStanding = Field(description="before")
    now: OpenStanding = Field(description="after")
    reason: ShortText = Field(description="why")


class Retitled(Message):
    """The title follows what is known."""

    type: Literal["retitled"] = Field(default="retitled", description="which change")
    was: Headline = Field(description="before")
    now: Headline = Field(description="after")


class Corrected(Message):
    """A later report changed what an earlier one said; old and new value stay visible."""

    type: Literal["corrected"] = Field(default="corrected", description="which change")
    event_id: Identifier = Field(description="the event whose word was corrected")
    by_event: Identifier = Field(description="the event that corrects it")
    field: Annotated[str, Field(min_length=1, max_length=60)] = Field(description="which field of the event")
    was: Annotated[str, Field(max_length=300)] | None = Field(default=None, description="before, as text")
    now: Annotated[str, Field(max_length=300)] | None = Field(default=None, description="after, as text")


class Retracted(Message):
    """A report was withdrawn: it stays visible and counts no more."""

    type: Literal["retracted"] = Field(default="retracted", description="which change")
    event_id: Identifier = Field(description="the event that was withdrawn")
    by: Identifier = Field(description="the event or command that withdrew it")


class Merged(Message):
    """Two incidents became one: `into` stays, `from` forwards to it, and `into` has the relations of both."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type: Literal["merged"] = Field(default="merged", description="which change")
    into: Identifier = Field(description="the incident that stays")
    from_: Identifier = Field(alias="from", description="the incident that forwards")
    score: Score | None = Field(default=None, description="log-odds that they are one; absent where a person decided")
    reasons: _Reasons = Field(default=(), description="why")


class Split(Message):
    """Some entries of `from` left it for `into`, an incident of their own."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type: Literal["split"] = Field(default="split", description="which change")
    into: Identifier = Field(description="the new incident")
    from_: Identifier = Field(alias="from", description="the incident that was left")
    reasons: _Reasons = Field(default=(), description="why")


class Related(Message):
    """Another incident was found to belong to the same story; or how, how likely or why is another now."""

    type: Literal["related"] = Field(default="related", description="which change")
    incident_id: Identifier = Field(description="the other incident")
    relation: OpenRelation = Field(description="how the two belong together")
    direction: _Direction
    score: Score = Field(description="log-odds that they do")


class Unrelated(Message):
    """Another incident, once related, turned out to belong to no one story with this one."""

    type: Literal["unrelated"] = Field(default="unrelated", description="which change")
    incident_id: Identifier = Field(description="the other incident")
    was: OpenRelation = Field(description="how the two were said to belong together")
    reasons: _Reasons = Field(default=(), description="why no longer")


class Decided(Message):
    """A person's choice was carried out."""

    type: Literal["decided"] = Field(default="decided", description="which change")
    command_id: Identifier = Field(description="of the decision")
    decision: OpenDecisionKind = Field(description="what was done")
    by: Name = Field(description="the person who decided")
    reason: ShortText = Field(description="why, in the person's words")


AnyChange = (
    Opened
    | EntryAdded
    | EntryMoved
    | ClaimAdded
    | ClaimChanged
    | ActivityChanged
    | StandingChanged
    | Retitled
    | Corrected
    | Retracted
    | Merged
    | Split
    | Related
    | Unrelated
    | Decided
)


class UnrecognizedChange(Message):
    """A change of a type that this version does not know. Only readers meet it; it keeps all its fields."""

    model_config = ConfigDict(extra="allow", arbitrary_types_allowed=True)

    type: Unrecognized


class _OpenForReaders:
    """Marks the union of changes: closed for writers, open for readers."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def known_or_kept(value: Any, known: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
            if isinstance(value, UnrecognizedChange):
                return value
            try:
                return known(value)
            except ValidationError as error:
                fault = error.errors(include_url=False)[0]["type"]
                if not (info.context and info.context.get(READER)) or fault != "union_tag_invalid":
                    raise
                kind = value["type"]
                if not isinstance(kind, str) or not 0 < len(kind) <= 100:
                    raise
                return UnrecognizedChange.model_validate({**value, "type": Unrecognized(kind)})

        known = handler.generate_schema(Annotated[AnyChange, Field(discriminator="type")])
        return core_schema.with_info_wrap_validator_function(
            known_or_kept, known, serialization=core_schema.simple_ser_schema("any")
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-open-for-readers": True}


Change = Annotated[AnyChange | UnrecognizedChange, _OpenForReaders()]

#: one update names at most this many changes; a merge of large incidents counts the rest in `changes_total`
MAX_UPDATE_CHANGES = 500


class TimelineUpdate(Message):
    """What one record of the log changed in one incident. There is one for every revision.

    To tell what happened, not to rebuild the head: kind, place, times, counts and reasons that changed stand
    there alone, and claims that left with their entries are not named.
    """

    incident_id: Identifier = Field(description="the incident")
    revision: Revision = Field(description="of the incident, after these changes; none is skipped")
    region: Region = Field(description="the region whose log it comes of")
    recorded_at: UtcTime = Field(description="of the record that caused it")
    cause: Cause = Field(description="the record of the log that caused it")
    changes: Annotated[tuple[Change, ...], Field(max_length=MAX_UPDATE_CHANGES), FirstFault] = Field(
        description="what changed, in order"
    )
    changes_total: Number = Field(description="how many changes there were; more than listed after a large merge")
    core_version: CoreVersion = Field(description="version of the core that made this revision")
