"""What one event asserts: its speaker, its sources, its place and time, and each single assertion.

All of it follows from the event alone (and, for a copy, from the report it copies), once, on arrival.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas.event import AnyEvent, AttackEvent, StatementEvent
from schemas.parts import Estimate, Occurred, Place
from schemas.vocabulary import ActorRole, ClaimAbout, PlacePrecision, Stance, TimePrecision

from .clock import micros
from .happenings import names_the_incident
from .names import fold, fold_person, fold_thing
from .parties import fold_party

#: assertions of one event that the ledger takes; 20 weapons, 20 stances, 4 numbers, place and time fit
MAX_ASSERTIONS: Final = 46
#: how long a value or a name may stand in a claim (schemas.timeline.Claim)
_VALUE: Final = 300
_QUALIFIER: Final = 100

PLACE_RANK: Final[Mapping[str, int]] = {
    PlacePrecision.SITE: 4,
    PlacePrecision.CITY: 3,
    PlacePrecision.ADMIN1: 2,
    PlacePrecision.COUNTRY: 1,
    PlacePrecision.UNKNOWN: 0,
}
TIME_RANK: Final[Mapping[str, int]] = {
    TimePrecision.MINUTE: 5,
    TimePrecision.HOUR: 4,
    TimePrecision.DAY: 3,
    TimePrecision.WEEK: 2,
    TimePrecision.MONTH: 1,
    TimePrecision.YEAR: 0,
}
#: stances in which the party is the speaker's own side
OWN: Final = (Stance.CLAIM_RESPONSIBILITY, Stance.DENY_RESPONSIBILITY)
HAPPENED: Final = "happened"
DID_NOT_HAPPEN: Final = "did not happen"
DOUBTFUL: Final = "doubtful"
#: subject of the words on whether the incident itself happened; other subjects are things about it
THE_INCIDENT: Final = ""
#: stands for the party where it is said that the victims' own side staged it
STAGED: Final = "staged"
_OCCURRENCE: Final = {
    Stance.CONFIRMS: HAPPENED,
    Stance.DENIES_OCCURRENCE: DID_NOT_HAPPEN,
    Stance.DOUBTS: DOUBTFUL,
}


class Assertion(NamedTuple):
    """One speaker's word on one thing, in one event.

    subject: what keeps apart things that do not replace one another: the party, the kind of weapon, the precision
    value_key: equal for equal values of one subject. low, high: bounds where values can be compared (people,
    microseconds); None: no bound. lat, lon: of a place
    speaker_key: equal for one speaker. relayed: somebody else published the speaker's word
    status: "" holds; "withdrawn"; or the claim_id of the claim that replaced it by correction
    """

    about: str
    subject: str
    value: int | str
    value_key: str
    qualifier: str | None
    low: int | None
    high: int | None
    lat: float | None
    lon: float | None
    speaker_key: str
    speaker: str
    relayed: bool
    at: int
    status: str


WITHDRAWN: Final = "withdrawn"
_ARTICLE: Final = "r:"
_FIGURE: Final = re.compile(r"(?<!\d)\d{1,3}(?:[.,'\s\u00a0\u202f]\d{3})+(?!\d)|(?<!\d)\d{1,9}(?!\d)")


class Where(NamedTuple):
    """A place that a report gives. key: equal for one place."""

    key: str
    rank: int
    lat: float | None
    lon: float | None
    country: str | None
    place: str  # the Place as JSON


class When(NamedTuple):
    """A time that a report gives, microseconds."""

    begin: int
    until: int
    rank: int
    occurred: str  # the Occurred as JSON


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it. relayed: the publisher is somebody else."""

    key: str
    name: str
    relayed: bool


def speaker_of(event: AnyEvent) -> Speaker:
    """The named speaker; else whom a statement is made for; else the source: agency, party or outlet."""
    for actor in event.actors:
        if actor.role == ActorRole.SPEAKER:
            return Speaker(f"p:{fold_person(actor.name)}", actor.name, True)
    if isinstance(event, StatementEvent) and event.on_behalf_of is not None:
        return Speaker(f"p:{fold_person(event.on_behalf_of)}", event.on_behalf_of, True)
    source = event.source
    if source.wire_origin is not None:
        key = fold(source.wire_origin)
        return Speaker(f"s:{key}", source.wire_origin, key != fold(source.publisher))
    if source.affiliation is not None:
        return Speaker(f"a:{fold(source.affiliation)}", source.publisher, False)
    return Speaker(f"s:{fold(source.publisher)}", source.publisher, False)


def source_keys(event: AnyEvent) -> tuple[str, ...]:
    """What ties this report to others of the same source; the first is its origin.

    A report that carries an agency's text has the agency for its origin; the outlet that relays it adds
    nothing of its own, so a portal that carries two agencies does not make one of them.
    """
    source = event.source
    keys = [f"s:{fold(source.wire_origin or source.publisher)}"]
    if source.wire_origin is None and source.affiliation is not None:
        keys.append(f"a:{fold(source.affiliation)}")
    if source.report_id is not None:
        keys.append(f"{_ARTICLE}{source.report_id}")
    return tuple(keys)


def article_of(keys: tuple[str, ...]) -> str:
    """The report that an event is a part of, of its `source_keys`; "" where it is not known."""
    return next((key for key in keys if key.startswith(_ARTICLE)), "")


def relay_of(event: AnyEvent) -> str | None:
    """The outlet that carries an agency's text, as a source key; None where outlet and agency are one."""
    source = event.source
    if source.wire_origin is None or fold(source.wire_origin) == fold(source.publisher):
        return None
    return f"s:{fold(source.publisher)}"


def place_key(place: Place) -> str:
    """Equal for what two reports would call one place: by coordinates to about a kilometre, else by name."""
    if place.lat is None or place.lon is None:
        where = f"{fold(place.name)},{place.country or ''}"
    else:
        # on both sides of Greenwich and of the equator: -0.00 is 0.00
        where = ",".join(f"{round(degrees, 2) + 0.0:.2f}" for degrees in (place.lat, place.lon))
    return f"{place.precision}|{where}"


def where_of(event: AnyEvent) -> Where | None:
    place = event.location
    if place is None:
        return None
    rank = PLACE_RANK.get(place.precision, 0)  # a word not known yet counts as unknown
    return Where(place_key(place), rank, place.lat, place.lon, place.country, place.model_dump_json(exclude_none=True))


def when_of(event: AnyEvent) -> When | None:
    occurred = event.occurred
    if occurred is None:
        return None
    rank = TIME_RANK.get(occurred.precision, 0)
    text = occurred.model_dump_json(exclude_none=True)
    return When(micros(occurred.from_), micros(occurred.until), rank, text)


def assertions_of(event: AnyEvent, speaker: Speaker, at: int) -> tuple[Assertion, ...]:
    """Everything the event asserts, each thing once, at most MAX_ASSERTIONS.

    at: when the word counts as said (for a copy: when the original said it), microseconds.
    """
    found = _Found(speaker, at)
    taken_back = _figures_taken_back(event)
    for about, estimate in _numbers(event):
        if estimate.best in taken_back:
            continue
        low, high, wording = _bounds(estimate)
        found.add(about, "", estimate.best, f"{low}-{high}|{estimate.best}", wording, low, high)
    for weapon in event.weapons:
        count = weapon.count
        wording = None if count is None else f"count {count}"
        key = "" if count is None else str(count)
        found.add(ClaimAbout.MEANS, fold_thing(weapon.type), weapon.type, key, wording, count, count)
    if isinstance(event, StatementEvent):
        _add_stances(event, speaker, found)
    else:
        for actor in event.actors:
            if actor.role in (ActorRole.PERPETRATOR, ActorRole.ALLEGED_PERPETRATOR):
                found.add_party(actor.name, Stance.ACCUSE)
        if event.location is not None:
            place, precision = event.location, str(event.location.precision)
            found.add(ClaimAbout.PLACE, precision, place.name, place_key(place), precision, place=place)
        if event.occurred is not None:
            _add_time(event.occurred, found)
    return tuple(found.assertions.values())


class _Found:
    """The assertions of one event so far."""

    def __init__(self, speaker: Speaker, at: int) -> None:
        self.speaker = speaker
        self.at = at
        self.assertions: dict[tuple[str, str, str], Assertion] = {}

    def add(
        self,
        about: str,
        subject: str,
        value: int | str,
        value_key: str,
        qualifier: str | None,
        low: int | None = None,
        high: int | None = None,
        place: Place | None = None,
    ) -> None:
        key = (about, subject, value_key)
        if key in self.assertions or len(self.assertions) >= MAX_ASSERTIONS:
            return
        lat, lon = (None, None)
        if place is not None and place.lat is not None and place.lon is not None:
            lat, lon = round(place.lat, 2), round(place.lon, 2)  # as in place_key: equal keys, equal assertions
        kept = value if isinstance(value, int) else value[:_VALUE]
        who = self.speaker
        self.assertions[key] = Assertion(
            str(about), subject, kept, str(value_key), None if qualifier is None else str(qualifier), low, high,
            lat, lon, who.key, who.name, who.relayed, self.at, "",
        )  # fmt: skip

    def add_party(self, name: str, stance: Stance) -> None:
        party = fold_party(name[:_VALUE])
        if party:
            self.add(ClaimAbout.ATTRIBUTION, party, name, stance, stance)


def _numbers(event: AnyEvent) -> list[tuple[str, Estimate]]:
    given: list[tuple[str, Estimate | None]] = [
        (ClaimAbout.KILLED, event.killed),
        (ClaimAbout.INJURED, event.injured),
        (ClaimAbout.PARTICIPANTS, None if isinstance(event, AttackEvent) else event.participants),
        (ClaimAbout.ARRESTED, None if event.arrested is None else Estimate(best=event.arrested)),
    ]
    return [(about, estimate) for about, estimate in given if estimate is not None]


def _figures_taken_back(event: AnyEvent) -> frozenset[int]:
    """Figures of which the statement itself says that they do not hold: "the toll of 164", "1,200 arrests"."""
    if not isinstance(event, StatementEvent):
        return frozenset()
    targets = [taken.target for taken in event.stances if taken.stance == Stance.RETRACTS and taken.target]
    return frozenset(
        int("".join(filter(str.isdecimal, figure))) for target in targets for figure in _FIGURE.findall(target)
    )


def _bounds(estimate: Estimate) -> tuple[int | None, int | None, str | None]:
    """Bounds and their wording: "at least 3" has no upper one."""
    low, best, high = estimate.low, estimate.best, estimate.high
    if low is None and high is None:
        return best, best, None
    if high is None:
        return low, None, "at least" if low == best else f"{low} or more"
    if low is None or (low == 0 and best == high):
        return low, high, "at most" if best == high else f"up to {high}"
    return low, high, None if low == high else f"{low} to {high}"


def _add_time(occurred: Occurred, found: _Found) -> None:
    begin, until = micros(occurred.from_), micros(occurred.until)
    text = "/".join(moment.isoformat(timespec="minutes")[:16] + "Z" for moment in (occurred.from_, occurred.until))
    precision = str(occurred.precision)
    found.add(ClaimAbout.TIME, precision, text, f"{begin}/{until}", precision, begin, until)


def _add_stances(event: StatementEvent, speaker: Speaker, found: _Found) -> None:
    side = event.on_behalf_of or speaker.name
    for taken in event.stances:
        stance, target = taken.stance, taken.target
        if stance in OWN:
            found.add_party(side, Stance(stance))
        elif stance == Stance.ACCUSE and target is not None:
            found.add_party(target, Stance.ACCUSE)
        elif stance == Stance.ALLEGES_FALSE_FLAG:
            # what is named is the deed said to be staged, rarely who staged it: all who say so agree
            found.add(ClaimAbout.ATTRIBUTION, STAGED, STAGED, stance, stance)
        elif stance in _OCCURRENCE:
            value = _OCCURRENCE[Stance(stance)]
            if names_the_incident(target):
                # in the words it was said with: "denies the attack" of one report may mean another attack
                found.add(ClaimAbout.OCCURRENCE, THE_INCIDENT, value, value, (target or stance)[:_QUALIFIER])
            elif target is not None:
                found.add(ClaimAbout.OCCURRENCE, fold(target[:_VALUE]), f"{value}: {target}", value, stance)
