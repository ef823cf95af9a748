"""Builders of messages for tests: say what matters, the rest is filled in, always the same way.

Times are "10:05" (of DAY), "+2d 10:05" (two days after DAY), "2021-11-07" or any ISO time; zone UTC
unless given. An event's id follows from its content, so two equal calls give one event reported twice;
give `event_id` to tell them apart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.correlation.records import LogRecord
from schemas.codec import LogMessage
from schemas.decision import Decision, Tick
from schemas.event import AnyEvent, AttackEvent, ProtestEvent, Source, StanceTaken, StatementEvent
from schemas.parts import Actor, Estimate, EventRef, Occurred, Place, Weapon
from schemas.vocabulary import ActorRole, DecisionKind, PlacePrecision, Stance, TimePrecision

DAY = datetime(2024, 3, 1, tzinfo=UTC)
REGION = "test"

#: name -> (country, latitude, longitude, precision); a place that is not here has a name and nothing else
PLACES: dict[str, tuple[str, float, float, PlacePrecision]] = {
    "Kherson": ("UA", 46.635, 32.617, PlacePrecision.CITY),
    "Kherson market": ("UA", 46.640, 32.615, PlacePrecision.SITE),
    "Mykolaiv": ("UA", 46.975, 31.995, PlacePrecision.CITY),
    "Kyiv": ("UA", 50.45, 30.523, PlacePrecision.CITY),
    "Ukraine": ("UA", 49.0, 32.0, PlacePrecision.COUNTRY),
    "Lagos": ("NG", 6.455, 3.394, PlacePrecision.CITY),
    "Kano": ("NG", 12.0, 8.517, PlacePrecision.CITY),
    "Almaty": ("KZ", 43.238, 76.945, PlacePrecision.CITY),
    "Almaty airport": ("KZ", 43.355, 77.045, PlacePrecision.SITE),
}
_RELATIVE = re.compile(r"^(?:([+-]\d+)d ?)?(?:(\d{1,2}):(\d{2}))?$")


def time_of(at: str | datetime) -> datetime:
    """ "10:05", "+2d 10:05", "+2d", "2021-11-07" or ISO with a zone, as an aware time in UTC."""
    if isinstance(at, datetime):
        return at
    relative = _RELATIVE.match(at)
    if at and relative:
        days, hours, minutes = relative.groups()
        return DAY + timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0))
    moment = datetime.fromisoformat(at)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def a_place(name: str, **given: Any) -> Place:
    """A place of PLACES, or one that has only a name; keywords replace fields."""
    if name in PLACES:
        country, lat, lon, precision = PLACES[name]
        known: dict[str, Any] = {"country": country, "lat": lat, "lon": lon, "precision": precision}
    else:
        known = {"precision": PlacePrecision.UNKNOWN}
    return Place(name=name, **{**known, **given})


def occurred_at(at: str | datetime, precision: TimePrecision | str = TimePrecision.MINUTE) -> Occurred:
    """An interval that begins at `at` and is as wide as its precision."""
    widths = {
        "minute": 60,
        "hour": 3_600,
        "day": 86_400,
        "week": 7 * 86_400,
        "month": 30 * 86_400,
        "year": 365 * 86_400,
    }
    begin = time_of(at)
    precision = TimePrecision(precision)
    return Occurred(from_=begin, until=begin + timedelta(seconds=widths[precision]), precision=precision)


def an_estimate(number: int | str | Estimate | None) -> Estimate | None:
    """3, "at least 3", "at most 5", "500 to 600"."""
    if number is None or isinstance(number, Estimate):
        return number
    if isinstance(number, int):
        return Estimate(best=number)
    figures = [int(figure) for figure in re.findall(r"\d+", number)]
    if number.startswith("at least"):
        return Estimate(low=figures[0], best=figures[0])
    if number.startswith("at most"):
        return Estimate(low=0, best=figures[0], high=figures[0])
    return Estimate(low=figures[0], best=sum(figures) // 2, high=figures[1])


def a_source(publisher: str = "AFP", **given: Any) -> Source:
    return Source(publisher=publisher, **given)


def _event_fields(
    kind: str,
    at: str | datetime,
    place: str | Place | None,
    *,
    event_id: str | None,
    happened: str | datetime | Occurred | None,
    published: str | datetime | None,
    recorded: str | datetime | None,
    headline: str | None,
    publisher: str,
    wire: str | None,
    report: str | None,
    affiliation: str | None,
    url: str | None,
    corrects: str | None,
    retracts: str | None,
    refers_to: Iterable[str],
    rest: dict[str, Any],
) -> dict[str, Any]:
    moment = time_of(at)
    place = a_place(place) if isinstance(place, str) else place
    occurred = happened if isinstance(happened, Occurred) else occurred_at(moment if happened is None else happened)
    where = f" in {place.name}" if place else ""
    fields: dict[str, Any] = {
        "occurred": occurred,
        "published_at": moment if published is None else time_of(published),
        "recorded_at": moment if recorded is None else time_of(recorded),
        "headline": headline or f"{kind.capitalize()}{where}, {publisher} says at {moment:%d %H:%M}",
        "location": place,
        "source": Source(publisher=publisher, wire_origin=wire, report_id=report, affiliation=affiliation, url=url),
        "corrects": EventRef(event_id=corrects) if corrects else None,
        "retracts": EventRef(event_id=retracts) if retracts else None,
        "refers_to": tuple(EventRef(event_id=name) for name in refers_to),
        **rest,
    }
    if event_id is None:
        text = repr(sorted((name, repr(value)) for name, value in fields.items() if name != "recorded_at"))
        event_id = f"{kind}-{hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"
    return {"event_id": event_id, **fields}


def _weapons(weapons: Sequence[str | Weapon] | str | None) -> tuple[Weapon, ...]:
    if weapons is None:
        return ()
    made = []
    for weapon in [weapons] if isinstance(weapons, str) else weapons:
        if isinstance(weapon, Weapon):
            made.append(weapon)
            continue
        count, _, name = weapon.partition(" ")
        made.append(Weapon(type=name, count=int(count)) if count.isdigit() else Weapon(type=weapon))
    return tuple(made)


def _people(names: Sequence[str | Actor] | str, role: ActorRole) -> tuple[Actor, ...]:
    named = [names] if isinstance(names, str) else names
    return tuple(name if isinstance(name, Actor) else Actor(name=name, role=role) for name in named)


def an_attack(
    at: str | datetime = "10:00",
    place: str | Place | None = "Kherson",
    *,
    killed: int | str | Estimate | None = None,
    injured: int | str | Estimate | None = None,
    arrested: int | None = None,
    weapons: Sequence[str | Weapon] | str | None = None,
    by: Sequence[str | Actor] | str = (),
    speaker: str | None = None,
    targets: Sequence[str | Actor] | str = (),
    event_id: str | None = None,
    happened: str | datetime | Occurred | None = None,
    published: str | datetime | None = None,
    recorded: str | datetime | None = None,
    headline: str | None = None,
    publisher: str = "AFP",
    wire: str | None = None,
    report: str | None = None,
    affiliation: str | None = None,
    url: str | None = None,
    corrects: str | None = None,
    retracts: str | None = None,
    refers_to: Iterable[str] = (),
    **given: Any,
) -> AttackEvent:
    """by: alleged perpetrators; weapons: "drone" or "3 drone"; at: published, recorded and happened, unless told."""
    actors = _people(by, ActorRole.ALLEGED_PERPETRATOR) + _people(speaker or (), ActorRole.SPEAKER)
    rest = {
        "killed": an_estimate(killed),
        "injured": an_estimate(injured),
        "arrested": arrested,
        "weapons": _weapons(weapons),
        "actors": actors,
        "targets": _people(targets, ActorRole.TARGET),
        **given,
    }
    return AttackEvent(
        **_event_fields(
            "attack",
            at,
            place,
            event_id=event_id,
            happened=happened,
            published=published,
            recorded=recorded,
            headline=headline,
            publisher=publisher,
            wire=wire,
            report=report,
            affiliation=affiliation,
            url=url,
            corrects=corrects,
            retracts=retracts,
            refers_to=refers_to,
            rest=rest,
        )
    )


def a_statement(
    at: str | datetime = "11:00",
    place: str | Place | None = "Kherson",
    *,
    speaker: str | None = "A spokesman",
    stance: str | Sequence[str | tuple[str, str | None]] = "comment",
    target: str | None = None,
    on_behalf_of: str | None = None,
    killed: int | str | Estimate | None = None,
    injured: int | str | Estimate | None = None,
    weapons: Sequence[str | Weapon] | str | None = None,
    event_id: str | None = None,
    happened: str | datetime | Occurred | None = None,
    published: str | datetime | None = None,
    recorded: str | datetime | None = None,
    headline: str | None = None,
    publisher: str = "AFP",
    wire: str | None = None,
    report: str | None = None,
    affiliation: str | None = None,
    url: str | None = None,
    corrects: str | None = None,
    retracts: str | None = None,
    refers_to: Iterable[str] = (),
    **given: Any,
) -> StatementEvent:
    """stance: "accuse" with `target`, or a list of "condemn" and ("accuse", "somebody")."""
    taken = [(stance, target)] if isinstance(stance, str) else [(s, None) if isinstance(s, str) else s for s in stance]
    rest = {
        "stances": tuple(StanceTaken(stance=Stance(word), target=whom) for word, whom in taken),
        "on_behalf_of": on_behalf_of,
        "killed": an_estimate(killed),
        "injured": an_estimate(injured),
        "weapons": _weapons(weapons),
        "actors": _people(speaker or (), ActorRole.SPEAKER),
        **given,
    }
    return StatementEvent(
        **_event_fields(
            "statement",
            at,
            place,
            event_id=event_id,
            happened=happened,
            published=published,
            recorded=recorded,
            headline=headline
            or f"{speaker or publisher}: {', '.join(word for word, _ in taken)} at {time_of(at):%d %H:%M}",
            publisher=publisher,
            wire=wire,
            report=report,
            affiliation=affiliation,
            url=url,
            corrects=corrects,
            retracts=retracts,
            refers_to=refers_to,
            rest=rest,
        )
    )


def a_protest(
    at: str | datetime = "12:00",
    place: str | Place | None = "Almaty",
    *,
    participants: int | str | Estimate | None = None,
    arrested: int | None = None,
    killed: int | str | Estimate | None = None,
    injured: int | str | Estimate | None = None,
    demands: Sequence[str] = (),
    event_id: str | None = None,
    happened: str | datetime | Occurred | None = None,
    published: str | datetime | None = None,
    recorded: str | datetime | None = None,
    headline: str | None = None,
    publisher: str = "AFP",
    wire: str | None = None,
    report: str | None = None,
    affiliation: str | None = None,
    url: str | None = None,
    corrects: str | None = None,
    retracts: str | None = None,
    refers_to: Iterable[str] = (),
    **given: Any,
) -> ProtestEvent:
    rest = {
        "participants": an_estimate(participants),
        "arrested": arrested,
        "killed": an_estimate(killed),
        "injured": an_estimate(injured),
        "demands": tuple(demands),
        **given,
    }
    return ProtestEvent(
        **_event_fields(
            "protest",
            at,
            place,
            event_id=event_id,
            happened=happened,
            published=published,
            recorded=recorded,
            headline=headline,
            publisher=publisher,
            wire=wire,
            report=report,
            affiliation=affiliation,
            url=url,
            corrects=corrects,
            retracts=retracts,
            refers_to=refers_to,
            rest=rest,
        )
    )


def a_decision(
    decision: DecisionKind | str,
    at: str | datetime = "18:00",
    *,
    incidents: Sequence[str] = (),
    events: Sequence[str] = (),
    by: str = "Ada Analyst",
    reason: str = "the reports say so",
    command_id: str | None = None,
) -> Decision:
    """command_id follows from the content unless given: the same call twice is the same command."""
    moment = time_of(at)
    if command_id is None:
        text = f"{decision}|{incidents}|{events}|{moment.isoformat()}|{by}"
        command_id = f"cmd-{hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"
    return Decision(
        command_id=command_id,
        decision=DecisionKind(decision),
        incidents=tuple(incidents),
        events=tuple(events),
        by=by,
        reason=reason,
        decided_at=moment,
        recorded_at=moment,
    )


def a_tick(at: str | datetime, region: str = REGION) -> Tick:
    moment = time_of(at)
    return Tick(tick_id=f"tick-{int(moment.timestamp())}", region=region, recorded_at=moment)


def a_log(messages: Iterable[LogMessage], *, region: str = REGION, partition: int = 0) -> list[LogRecord]:
    """Records of one partition of the log, offsets 0, 1, 2 ..."""
    return [
        LogRecord(message=message, region=region, partition=partition, offset=offset)
        for offset, message in enumerate(messages)
    ]


__all__ = [
    "DAY",
    "PLACES",
    "REGION",
    "AnyEvent",
    "a_decision",
    "a_log",
    "a_place",
    "a_protest",
    "a_source",
    "a_statement",
    "a_tick",
    "an_attack",
    "an_estimate",
    "occurred_at",
    "time_of",
]
