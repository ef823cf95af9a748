"""What every message is made of: the frozen base, bounded text, aware times, places, people, numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .vocabulary import OpenActorRole, OpenPlacePrecision, OpenRegion, OpenTimePrecision


class Message(BaseModel):
    """Base of all messages: immutable, finite numbers, no coercion of unlike types."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="null", validate_default=False
    )


def fault_in(field: str, problem: str) -> PydanticCustomError:
    """For a model's validator that looks at several fields: an error that names the one to mend."""
    return PydanticCustomError("faulty_field", "{problem}", {"field": field, "problem": problem})


def _aware_in_utc(value: Any) -> datetime:
    # pydantic's own parser would take 1636243200, and "1636243200", for a time: a feed that sends one has mixed up
    # its columns. And this one costs 0.3 µs where pydantic's with a check behind it costs 2
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            # "month must be in 1..12" helps; "Invalid isoformat string" says nothing more
            detail = "" if "isoformat" in str(error) else f": {error}"
            raise ValueError(_TIME + detail) from None
        if value[4:5] != "-" or value[10:11] not in ("T", " "):
            raise ValueError(_TIME)
    elif isinstance(value, datetime):
        moment = value
    else:
        raise ValueError(_TIME)
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError('must carry a zone, for example "2021-11-07T02:30:00+03:00" or "...Z"')
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 when read as UTC") from None


_TIME: Final = 'must be text in ISO 8601 with a time of day, for example "2021-11-07T02:30:00+03:00"'


class _AwareInUtc:
    """Text in ISO 8601 with a zone, or an aware datetime; kept in UTC."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _aware_in_utc, serialization=core_schema.simple_ser_schema("datetime")
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "date-time"}


_V = TypeVar("_V")


def _sorted_keys(value: dict[str, _V]) -> dict[str, _V]:
    return dict(sorted(value.items()))


#: equal dictionaries give equal bytes, in whatever order they were filled
SortedKeys: Final = AfterValidator(_sorted_keys)
#: the first fault of a list ends its validation: a record with 300,000 wrong items would cost eight seconds
FirstFault: Final = FailFast()

#: an aware time, kept in UTC
UtcTime = Annotated[datetime, _AwareInUtc()]

#: identifiers travel as Kafka keys and in headers: bounded, no blanks, no control characters
IDENTIFIER_PATTERN: Final = r"^[^\s\x00-\x1f\x7f]+$"
COUNTRY_PATTERN: Final = r"^[A-Z]{2}$"
LANGUAGE_PATTERN: Final = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"
REGION_PATTERN: Final = r"^[a-z][a-z-]*$"
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=IDENTIFIER_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=300)]
ShortText = Annotated[str, Field(min_length=1, max_length=1_000)]
Headline = Annotated[str, Field(min_length=1, max_length=2_000)]
#: an article of 900 kB is an event; the bound on bytes is the codec's
ArticleText = Annotated[str, Field(max_length=900_000)]
Url = Annotated[str, Field(min_length=1, max_length=4_000)]
#: ISO 3166-1 alpha-2, with XK for Kosovo
CountryCode = Annotated[str, Field(pattern=COUNTRY_PATTERN)]
LanguageTag = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
#: people, things: 0 to a billion
Number = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
#: link scores and their parts, log-odds; rounded to six digits where they are made
Score = Annotated[float, Field(ge=-1_000.0, le=1_000.0, strict=True)]


class Occurred(Message):
    """When it happened, as an interval of uncertainty: it lies in [from, until).

    The interval is that of the place's own zone: "7 November" in Baghdad begins on the 6th in UTC.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    from_: UtcTime = Field(alias="from", description="first instant, inclusive")
    until: UtcTime = Field(description="last instant, exclusive; equal to `from` for an instant")
    precision: OpenTimePrecision = Field(description="how exactly the source gives the time")
    timezone: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="IANA name or ±HH:MM of the place, where known"
    )
    as_reported: ShortText | None = Field(default=None, description="the source's own words")

    @model_validator(mode="after")
    def _ordered(self) -> Occurred:
        if self.until < self.from_:
            raise fault_in("until", "lies before `from`: swap them")
        return self


class Place(Message):
    """Where, with what precision. Latitude and longitude come together or not at all."""

    name: Name = Field(description="as the source names it")
    country: CountryCode | None = Field(default=None, description="ISO 3166-1 alpha-2, XK for Kosovo")
    admin1: Name | None = Field(default=None, description="governorate, province, state")
    lat: Annotated[float, Field(ge=-90, le=90, strict=True)] | None = Field(
        default=None, description="latitude in degrees, WGS 84"
    )
    lon: Annotated[float, Field(ge=-180, le=180, strict=True)] | None = Field(
        default=None, description="longitude in degrees, WGS 84"
    )
    precision: OpenPlacePrecision = Field(description="what the name and the coordinates stand for")
    geonameid: Annotated[int, Field(ge=1, le=2**53, strict=True)] | None = Field(
        default=None, description="id at GeoNames"
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> Place:
        if (self.lat is None) != (self.lon is None):
            missing = "lat" if self.lat is None else "lon"
            raise fault_in(missing, "is missing: lat and lon go together, give both or neither")
        return self


class Actor(Message):
    """Somebody who does, suffers or says something."""

    name: Name = Field(description="as the source names them")
    role: OpenActorRole = Field(description="their part in it")
    country: CountryCode | None = Field(default=None, description="whose they are: ISO 3166-1 alpha-2, XK for Kosovo")
    sector: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="free: government, militia, police, civilian ..."
    )


class Weapon(Message):
    """A means, and how many of it."""

    type: Name = Field(description="as the source names it: drone, Katyusha rocket, live fire")
    count: Number | None = Field(default=None, description="how many were used")


class Estimate(Message):
    """A reported number of people: the best figure and, where given, its bounds.

    "At least 125" is low 125, best 125; "500 to 600" is low 500, best 550 or what the source says, high 600.
    """

    low: Number | None = Field(default=None, description="at least so many")
    best: Number = Field(description="the figure the source gives, or the middle of its bounds")
    high: Number | None = Field(default=None, description="at most so many")

    @model_validator(mode="after")
    def _ordered(self) -> Estimate:
        if self.low is not None and self.low > self.best:
            raise fault_in("low", f"must be at most best, {self.best}")
        if self.high is not None and self.high < self.best:
            raise fault_in("high", f"must be at least best, {self.best}")
        return self


class EventRef(Message):
    """Names an event, and its region where that is not the region of the record that names it."""

    event_id: Identifier = Field(description="the event that is meant")
    region: OpenRegion | None = Field(
        default=None, description="the region it stands in; the record that names it goes there too"
    )
