"""The closed lists of words that messages use, and what a reader does with a word it does not know.

Enums are closed for writers and open for readers: a writer that uses an unknown word is told so, a
reader gets it as `Unrecognized`, which keeps the original, so that a newer producer never breaks an
older consumer. Sources of the words: PLOVER and CAMEO (stances), ACLED (event types, regions), the
Admiralty scale (reliability, credibility).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

#: key of the validation context that makes enums open; set by the codec for readers only
READER = "reader"


class Unrecognized(str):
    """A word that this version does not know; the value is the original."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Unrecognized({str.__repr__(self)})"


class _OpenForReaders:
    """Marks an enum field: closed for writers, open for readers.

    Known words are looked up in Rust (0.15 µs); only an unknown one calls into Python (1.6 µs).
    """

    def __init__(self, enum: type[StrEnum]) -> None:
        self.enum = enum

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def unknown(value: Any, info: ValidationInfo) -> Unrecognized:
            if isinstance(value, Unrecognized):
                return value
            if isinstance(value, str) and info.context and info.context.get(READER) and 0 < len(value) <= 100:
                return Unrecognized(value)
            raise ValueError(f"must be one of {', '.join(self.enum)}")

        known = core_schema.enum_schema(self.enum, list(self.enum), sub_type="str")
        return core_schema.union_schema(
            [known, core_schema.with_info_plain_validator_function(unknown)],
            mode="left_to_right",
            serialization=core_schema.simple_ser_schema("str"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "enum": list(self.enum), "x-open-for-readers": True}


class EventKind(StrEnum):
    ATTACK = "attack"
    STATEMENT = "statement"
    PROTEST = "protest"


class TimePrecision(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class PlacePrecision(StrEnum):
    SITE = "site"
    CITY = "city"
    ADMIN1 = "admin1"
    COUNTRY = "country"
    UNKNOWN = "unknown"


class ActorRole(StrEnum):
    PERPETRATOR = "perpetrator"
    ALLEGED_PERPETRATOR = "alleged_perpetrator"
    SPEAKER = "speaker"
    ORGANIZER = "organizer"
    PARTICIPANT = "participant"
    SECURITY_FORCE = "security_force"
    TARGET = "target"
    VICTIM = "victim"
    ADDRESSEE = "addressee"
    OTHER = "other"


class Stance(StrEnum):
    CONDEMN = "condemn"
    DENY_RESPONSIBILITY = "deny_responsibility"
    DENIES_OCCURRENCE = "denies_occurrence"
    CLAIM_RESPONSIBILITY = "claim_responsibility"
    ACCUSE = "accuse"
    ALLEGES_FALSE_FLAG = "alleges_false_flag"
    DOUBTS = "doubts"
    CONFIRMS = "confirms"
    REQUESTS_INVESTIGATION = "requests_investigation"
    CALLS_FOR_CALM = "calls_for_calm"
    SUPPORTS = "supports"
    FINDING = "finding"
    RETRACTS = "retracts"
    CONDOLENCE = "condolence"
    THREATENS = "threatens"
    WARNS = "warns"
    COMMENT = "comment"


class ProtestResponse(StrEnum):
    NONE = "none"
    INTERVENTION = "intervention"
    EXCESSIVE_FORCE = "excessive_force"


class SourceKind(StrEnum):
    WIRE = "wire"
    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    WEBSITE = "website"
    GOVERNMENT = "government"
    PARTY_TO_CONFLICT = "party_to_conflict"
    NGO = "ngo"
    SOCIAL = "social"
    DATASET = "dataset"
    OTHER = "other"


class Reliability(StrEnum):
    """Admiralty scale, the source: A completely reliable ... E unreliable, F cannot be judged."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Credibility(StrEnum):
    """Admiralty scale, the information: 1 confirmed ... 5 improbable, 6 cannot be judged."""

    CONFIRMED = "1"
    PROBABLY_TRUE = "2"
    POSSIBLY_TRUE = "3"
    DOUBTFUL = "4"
    IMPROBABLE = "5"
    CANNOT_BE_JUDGED = "6"


class DecisionKind(StrEnum):
    MERGE = "merge"
    SPLIT = "split"
    PIN = "pin"
    RETRACT = "retract"
    REDACT = "redact"
    CLOSE = "close"
    REOPEN = "reopen"


class DeciderRole(StrEnum):
    """Who may ask for what: an analyst for everything but redact, an editor for everything."""

    ANALYST = "analyst"
    EDITOR = "editor"


class Activity(StrEnum):
    ACTIVE = "active"
    QUIET = "quiet"
    CLOSED = "closed"


class Standing(StrEnum):
    UNCONFIRMED = "unconfirmed"
    CORROBORATED = "corroborated"
    CONTESTED = "contested"
    REFUTED = "refuted"
    RETRACTED = "retracted"


class AttributionState(StrEnum):
    """Derived from the claims about who did it."""

    UNCLAIMED = "unclaimed"
    CLAIMED = "claimed"
    ACCUSED = "accused"
    DENIED = "denied"
    CONTESTED = "contested"


class ClaimAbout(StrEnum):
    OCCURRENCE = "occurrence"
    ATTRIBUTION = "attribution"
    KILLED = "killed"
    INJURED = "injured"
    PARTICIPANTS = "participants"
    ARRESTED = "arrested"
    MEANS = "means"
    PLACE = "place"
    TIME = "time"


class ClaimState(StrEnum):
    CURRENT = "current"
    SUPERSEDED = "superseded"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


class EntryRole(StrEnum):
    CORE = "core"
    REACTION = "reaction"
    BACKGROUND = "background"
    CORRECTION = "correction"
    DUPLICATE = "duplicate"


class Relation(StrEnum):
    PRECURSOR = "precursor"
    RETALIATION = "retaliation"
    REACTION_PROTEST = "reaction_protest"
    SAME_CAMPAIGN = "same_campaign"
    BACKGROUND = "background"


class RelationDirection(StrEnum):
    """Which of two related incidents is the `relation` of the other: `of`, this one; `to`, the other."""

    OF = "of"
    TO = "to"


class WorldRegion(StrEnum):
    """ACLED's regions of the world, and `world` for what nothing places. Which country lies where: `regions`."""

    WESTERN_AFRICA = "western-africa"
    MIDDLE_AFRICA = "middle-africa"
    EASTERN_AFRICA = "eastern-africa"
    SOUTHERN_AFRICA = "southern-africa"
    NORTHERN_AFRICA = "northern-africa"
    SOUTH_ASIA = "south-asia"
    SOUTHEAST_ASIA = "southeast-asia"
    MIDDLE_EAST = "middle-east"
    EUROPE = "europe"
    CAUCASUS_AND_CENTRAL_ASIA = "caucasus-and-central-asia"
    CENTRAL_AMERICA = "central-america"
    SOUTH_AMERICA = "south-america"
    CARIBBEAN = "caribbean"
    EAST_ASIA = "east-asia"
    NORTH_AMERICA = "north-america"
    OCEANIA = "oceania"
    ANTARCTICA = "antarctica"
    WORLD = "world"


# What a field of a message may hold: a word of the list or, for readers, one not known yet.
OpenEventKind = Annotated[EventKind | Unrecognized, _OpenForReaders(EventKind)]
OpenDecisionKind = Annotated[DecisionKind | Unrecognized, _OpenForReaders(DecisionKind)]
OpenRegion = Annotated[WorldRegion | Unrecognized, _OpenForReaders(WorldRegion)]
OpenTimePrecision = Annotated[TimePrecision | Unrecognized, _OpenForReaders(TimePrecision)]
OpenPlacePrecision = Annotated[PlacePrecision | Unrecognized, _OpenForReaders(PlacePrecision)]
OpenActorRole = Annotated[ActorRole | Unrecognized, _OpenForReaders(ActorRole)]
OpenStance = Annotated[Stance | Unrecognized, _OpenForReaders(Stance)]
OpenProtestResponse = Annotated[ProtestResponse | Unrecognized, _OpenForReaders(ProtestResponse)]
OpenSourceKind = Annotated[SourceKind | Unrecognized, _OpenForReaders(SourceKind)]
OpenReliability = Annotated[Reliability | Unrecognized, _OpenForReaders(Reliability)]
OpenCredibility = Annotated[Credibility | Unrecognized, _OpenForReaders(Credibility)]
OpenActivity = Annotated[Activity | Unrecognized, _OpenForReaders(Activity)]
OpenStanding = Annotated[Standing | Unrecognized, _OpenForReaders(Standing)]
OpenAttributionState = Annotated[AttributionState | Unrecognized, _OpenForReaders(AttributionState)]
OpenClaimAbout = Annotated[ClaimAbout | Unrecognized, _OpenForReaders(ClaimAbout)]
OpenClaimState = Annotated[ClaimState | Unrecognized, _OpenForReaders(ClaimState)]
OpenEntryRole = Annotated[EntryRole | Unrecognized, _OpenForReaders(EntryRole)]
OpenRelation = Annotated[Relation | Unrecognized, _OpenForReaders(Relation)]
OpenRelationDirection = Annotated[RelationDirection | Unrecognized, _OpenForReaders(RelationDirection)]
