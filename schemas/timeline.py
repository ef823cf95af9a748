"""What the service says: the head of a timeline, its entries, its ledger of claims, and each change."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .decision import Region
from .event import StanceTaken
from .parts import (
    Actor,
    Headline,
    Identifier,
    Message,
    Name,
    Number,
    Occurred,
    Place,
    Score,
    ShortText,
    Url,
    UtcTime,
)
from .vocabulary import (
    DecisionKind,
    EventKind,
    OpenActivity,
    OpenAttributionState,
    OpenClaimAbout,
    OpenClaimState,
    OpenEntryRole,
    OpenRelation,
    OpenStanding,
)

#: a head stays under this many bytes, whatever an incident has gathered
MAX_HEAD_BYTES = 128_000
MOST_SIGNIFICANT_ENTRIES = 50
NEWEST_ENTRIES = 20
MAX_HEAD_CLAIMS = 100
Revision = Annotated[int, Field(ge=1)]


class Reason(Message):
    """One part of a link's score: what was looked at, what was found, what it added (log-odds)."""

    feature: Annotated[str, Field(min_length=1, max_length=100)]
    value: Annotated[str, Field(max_length=300)]
    contribution: Score


class Link(Message):
    """Why an event belongs here. The contributions of the reasons sum to the score."""

    score: Score
    reasons: Annotated[tuple[Reason, ...], Field(max_length=40)] = ()


class EntrySource(Message):
    """Who published the entry's report; `copy_of` names the earlier entry that it repeats."""

    publisher: Name
    url: Url | None = None
    wire_origin: Name | None = None
    copy_of: Identifier | None = None


class Entry(Message):
    """One event's place in one timeline. The newest record of an event_id is the one that holds."""

    event_id: Identifier
    incident_id: Identifier
    kind: EventKind
    occurred: Occurred | None = None
    published_at: UtcTime | None = None
    reported_at: UtcTime = Field(description="published_at, else the end of occurred, else recorded_at")
    recorded_at: UtcTime
    headline: Headline
    source: EntrySource
    actors: Annotated[tuple[Actor, ...], Field(max_length=100)] = ()
    stances: Annotated[tuple[StanceTaken, ...], Field(max_length=20)] = ()
    on_behalf_of: Name | None = None
    role: OpenEntryRole
    also_background_in: Annotated[tuple[Identifier, ...], Field(max_length=20)] = Field(
        default=(), description="other incidents that this event speaks of"
    )
    significance: Annotated[float, Field(ge=0.0, le=1.0)]
    significance_reasons: Annotated[tuple[ShortText, ...], Field(max_length=10)] = ()
    link: Link
    pinned_by: Name | None = None
    retracted_by: Identifier | None = Field(default=None, description="the event or command that withdrew it")
    corrected_by: Identifier | None = Field(default=None, description="the event that changed what it says")
    redacted: bool = False


class ReportOfClaim(Message):
    publisher: Name
    event_id: Identifier


class Claim(Message):
    """One assertion of one speaker about an incident, with who reported it.

    Numbers (`killed`, `injured`, `participants`, `arrested`) have an integer value. About `attribution`
    the value is the party said to have (or not to have) done it and the qualifier is the stance.
    """

    claim_id: Identifier
    about: OpenClaimAbout
    value: Annotated[int, Field(ge=0, le=1_000_000_000)] | Annotated[str, Field(min_length=1, max_length=300)]
    qualifier: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    speaker: Name
    reported_by: Annotated[tuple[ReportOfClaim, ...], Field(min_length=1, max_length=20)]
    reports_total: Annotated[int, Field(ge=1)]
    at: UtcTime
    state: OpenClaimState
    superseded_by: Identifier | None = Field(default=None, description="claim_id of the newer word")
    disputed_by: Annotated[tuple[Identifier, ...], Field(max_length=20)] = ()


class Attribution(Message):
    """Who is said to have done it, derived from the claims."""

    state: OpenAttributionState
    parties: Annotated[tuple[Name, ...], Field(max_length=20)] = ()


class Corroboration(Message):
    reports: Number
    independent_sources: Number


class RelatedIncident(Message):
    """This incident stands as `relation` of, or to, the named one."""

    incident_id: Identifier
    relation: OpenRelation
    score: Score
    reasons: Annotated[tuple[ShortText, ...], Field(max_length=10)] = ()


class IncidentTimeline(Message):
    """The head: an incident as it is known now. `revision` counts the log records that changed it."""

    incident_id: Identifier
    revision: Revision
    region: Region
    kind: EventKind
    title: Headline
    activity: OpenActivity
    activity_reason: ShortText
    quiet_at: UtcTime | None = None
    closes_at: UtcTime | None = None
    standing: OpenStanding
    standing_reason: ShortText
    attribution: Attribution
    location: Place | None = None
    occurred: Occurred | None = None
    first_recorded_at: UtcTime
    last_activity_at: UtcTime
    claims: Annotated[tuple[Claim, ...], Field(max_length=MAX_HEAD_CLAIMS)] = ()
    claims_total: Number = 0
    corroboration: Corroboration
    entries: Annotated[tuple[Entry, ...], Field(max_length=MOST_SIGNIFICANT_ENTRIES + NEWEST_ENTRIES)] = ()
    entries_total: Number
    related: Annotated[tuple[RelatedIncident, ...], Field(max_length=50)] = ()
    merged_into: Identifier | None = None
    merged_from: Annotated[tuple[Identifier, ...], Field(max_length=200)] = ()
    split_from: Identifier | None = None
    core_version: Annotated[str, Field(min_length=1, max_length=60)]


class Cause(Message):
    """The record of the log that brought a change about."""

    record_id: Identifier
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]


class Opened(Message):
    type: Literal["opened"] = "opened"
    kind: EventKind
    founding_event: Identifier
    title: Headline


class EntryAdded(Message):
    type: Literal["entry_added"] = "entry_added"
    event_id: Identifier
    role: OpenEntryRole
    score: Score


class EntryMoved(Message):
    """An entry came from, or went to, another incident; or changed its role here (no incident named)."""

    type: Literal["entry_moved"] = "entry_moved"
    event_id: Identifier
    from_incident: Identifier | None = None
    to_incident: Identifier | None = None
    role: OpenEntryRole


class ClaimAdded(Message):
    type: Literal["claim_added"] = "claim_added"
    claim: Claim


class ClaimChanged(Message):
    type: Literal["claim_changed"] = "claim_changed"
    claim: Claim
    was: OpenClaimState


class ActivityChanged(Message):
    type: Literal["activity_changed"] = "activity_changed"
    was: OpenActivity
    now: OpenActivity
    reason: ShortText


class StandingChanged(Message):
    type: Literal["standing_changed"] = "standing_changed"
    was: OpenStanding
    now: OpenStanding
    reason: ShortText


class Retitled(Message):
    type: Literal["retitled"] = "retitled"
    was: Headline
    now: Headline


class Corrected(Message):
    """A later report changed what an earlier one said; old and new value stay visible."""

    type: Literal["corrected"] = "corrected"
    event_id: Identifier
    by_event: Identifier
    field: Annotated[str, Field(min_length=1, max_length=60)]
    was: Annotated[str, Field(max_length=300)] | None = None
    now: Annotated[str, Field(max_length=300)] | None = None


class Retracted(Message):
    type: Literal["retracted"] = "retracted"
    event_id: Identifier
    by: Identifier


class Merged(Message):
    """Two incidents became one: `into` stays, `from` forwards to it."""

    type: Literal["merged"] = "merged"
    into: Identifier
    from_: Identifier = Field(alias="from")
    score: Score | None = None
    reasons: Annotated[tuple[ShortText, ...], Field(max_length=10)] = ()

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class Split(Message):
    """Some entries of `from` left it for `into`, an incident of their own."""

    type: Literal["split"] = "split"
    into: Identifier
    from_: Identifier = Field(alias="from")
    reasons: Annotated[tuple[ShortText, ...], Field(max_length=10)] = ()

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class Related(Message):
    type: Literal["related"] = "related"
    incident_id: Identifier
    relation: OpenRelation
    score: Score


class Decided(Message):
    type: Literal["decided"] = "decided"
    command_id: Identifier
    decision: DecisionKind
    by: Name
    reason: ShortText


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
    | Decided
)
Change = Annotated[AnyChange, Field(discriminator="type")]

#: one update names at most this many changes; a merge of large incidents counts the rest in `changes_total`
MAX_UPDATE_CHANGES = 500


class TimelineUpdate(Message):
    """What one record of the log changed in one incident. There is one for every revision."""

    incident_id: Identifier
    revision: Revision
    region: Region
    recorded_at: UtcTime
    cause: Cause
    changes: Annotated[tuple[Change, ...], Field(max_length=MAX_UPDATE_CHANGES)]
    changes_total: Number
    core_version: Annotated[str, Field(min_length=1, max_length=60)]
