"""What every message is made of: the frozen base, bounded text, aware times, places, people, numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .vocabulary import OpenActorRole, OpenPlacePrecision, OpenTimePrecision


class Message(BaseModel):
    """Base of all messages: immutable, finite numbers, no coercion of unlike types."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="null", validate_default=False
    )


def _only_text(value: Any) -> Any:
    # pydantic would take the number 1636243200 for a time; a feed that sends one has mixed up its columns
    if isinstance(value, datetime | str):
        return value
    raise ValueError('must be text in ISO 8601, for example "2021-11-07T02:30:00+03:00"')


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError('must carry a zone, for example "2021-11-07T02:30:00+03:00" or "...Z"')
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 when read as UTC") from None


#: an aware time, kept in UTC
UtcTime = Annotated[datetime, BeforeValidator(_only_text), AfterValidator(_to_utc)]

#: identifiers travel as Kafka keys and in headers: bounded, no control characters, no outer blanks
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s\x00-\x1f\x7f]+$")]
Name = Annotated[str, Field(min_length=1, max_length=300)]
ShortText = Annotated[str, Field(min_length=1, max_length=1_000)]
Headline = Annotated[str, Field(min_length=1, max_length=2_000)]
#: an article of 900 kB is an event; the bound on bytes is the codec's
ArticleText = Annotated[str, Field(max_length=900_000)]
Url = Annotated[str, Field(min_length=1, max_length=4_000)]
#: ISO 3166-1 alpha-2, with XK for Kosovo
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
LanguageTag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]
#: people, things: 0 to a billion
Number = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
#: link scores and their parts, log-odds; rounded to six digits where they are made
Score = Annotated[float, Field(ge=-1_000.0, le=1_000.0)]


class Occurred(Message):
    """When it happened, as an interval of uncertainty: it lies in [from, until).

    The interval is that of the place's own zone: "7 November" in Baghdad begins on the 6th in UTC.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    from_: UtcTime = Field(alias="from", description="first instant, inclusive")
    until: UtcTime = Field(description="last instant, exclusive; equal to `from` for an instant")
    precision: OpenTimePrecision
    timezone: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="IANA name or ±HH:MM of the place, where known"
    )
    as_reported: ShortText | None = Field(default=None, description="the source's own words")

    @model_validator(mode="after")
    def _ordered(self) -> Occurred:
        if self.until < self.from_:
            raise ValueError("occurred.until lies before occurred.from: swap them")
        return self


class Place(Message):
    """Where, with what precision. Latitude and longitude come together or not at all."""

    name: Name
    country: CountryCode | None = None
    admin1: Name | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    precision: OpenPlacePrecision
    geonameid: Annotated[int, Field(ge=1, le=2**53)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Place:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together: give both or neither")
        return self


class Actor(Message):
    """Somebody who does, suffers or says something. `sector` is free: government, militia, police ..."""

    name: Name
    role: OpenActorRole
    country: CountryCode | None = None
    sector: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Weapon(Message):
    type: Name
    count: Number | None = None


class Estimate(Message):
    """A reported number of people: the best figure and, where given, its bounds.

    "At least 125" is low 125, best 125; "500 to 600" is low 500, best 550 or what the source says, high 600.
    """

    low: Number | None = None
    best: Number
    high: Number | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Estimate:
        low = self.best if self.low is None else self.low
        high = self.best if self.high is None else self.high
        if not low <= self.best <= high:
            raise ValueError("must satisfy low <= best <= high")
        return self


class EventRef(Message):
    """Names an event, and its region where that is not the region of the record that names it."""

    event_id: Identifier
    region: Annotated[str, Field(min_length=1, max_length=40)] | None = None
