"""A log in which a report bridges two incidents, a correction splits one, and a person splits and merges.

The same story is told in four regions, which fill all three partitions, and in four parts: what stands in the log
when the worker starts, what comes while it works, what comes when another one has joined it, and what the other one
finds when it is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from processors.correlation.identity import incident_id_of
from schemas.codec import LogMessage, encode
from schemas.event import AnyEvent
from schemas.headers import headers_of
from schemas.parts import Place
from schemas.regions import partition_of
from schemas.vocabulary import PlacePrecision
from tests.builders import DAY, a_decision, a_protest, a_statement, a_tick, an_attack

PARTITIONS: Final = 3
#: parts of the log, in their order
OPENING, BRIDGE, PEOPLE, EPILOGUE = range(4)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story is told. here and there: two cities of one region, far apart. (name, country, lat, lon)"""

    region: str
    here: tuple[str, str, float, float]
    there: tuple[str, str, float, float]


STAGES: Final = (
    Stage("europe", ("Kherson", "UA", 46.635, 32.617), ("Mykolaiv", "UA", 46.975, 31.995)),
    Stage("western-africa", ("Lagos", "NG", 6.455, 3.394), ("Kano", "NG", 12.0, 8.517)),
    Stage("middle-east", ("Baghdad", "IQ", 33.315, 44.366), ("Mosul", "IQ", 36.34, 43.13)),
    Stage("south-asia", ("Karachi", "PK", 24.861, 67.01), ("Lahore", "PK", 31.55, 74.344)),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the log to be: its region, its bytes, its headers."""

    region: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...]

    @property
    def partition(self) -> int:
        return partition_of(self.region, PARTITIONS)


def part(number: int) -> Iterator[Record]:
    """The records of one part, the stages taking turns."""
    told = [list(_PARTS[number](stage)) for stage in STAGES]
    for messages in zip(*told, strict=True):
        for stage, message in zip(STAGES, messages, strict=True):
            if message is None:
                yield Record(stage.region, b'{"kind": "attack", "headline": ', (("ce_type", b"Attack"),))
            else:
                headers = tuple(headers_of(message, region=stage.region))
                yield Record(stage.region, encode(message), headers)


def _place(city: tuple[str, str, float, float]) -> Place:
    name, country, lat, lon = city
    return Place(name=name, country=country, lat=lat, lon=lon, precision=PlacePrecision.CITY)


def _id(stage: Stage, name: str) -> str:
    return f"{stage.region}-{name}"


def _attack(stage: Stage, at: str, name: str, publisher: str, headline: str, text: str, **given: Any) -> AnyEvent:
    fields = {"killed": 2, "text": text, "place": _place(stage.here), **given}
    place = fields.pop("place")
    return an_attack(
        at, place, event_id=_id(stage, name), publisher=publisher, headline=headline, **fields
    )  # fmt: skip


def _opening(stage: Stage) -> Iterator[LogMessage | None]:
    """Two reports of a blast; one of an attempt on somebody, with no place; a record that is none."""
    city = stage.here[0]
    yield _attack(
        stage, "08:00", "h1", "AFP", f"Explosion rocks {city}",
        f"A loud explosion was heard in the centre of {city} in the morning.",
    )  # fmt: skip
    yield _attack(
        stage, "08:20", "h2", "Reuters", f"Blast in the centre of {city}",
        f"Two people died in an explosion in the centre of {city}, police said.",
    )  # fmt: skip
    yield _attack(
        stage, "09:00", "t1", "DPA", "Deputy governor Halyna Koval wounded in car bombing",
        "Deputy governor Halyna Koval was wounded when a bomb went off under her car near the Lysenko theatre.",
        place=None, killed=None, injured=1, targets="Halyna Koval", weapons="car bomb",
    )  # fmt: skip
    yield None


def _bridge(stage: Stage) -> Iterator[LogMessage | None]:
    """One report makes the blast and the attempt one incident; a correction takes a report of it elsewhere."""
    city = stage.here[0]
    yield _attack(
        stage, "10:00", "bridge", "EFE", f"Explosion in the centre of {city} was car bomb against Halyna Koval",
        f"The explosion in the centre of {city} that killed two people was a car bomb under the car of deputy governor "
        "Halyna Koval near the Lysenko theatre, police said.",
        injured=1, targets="Halyna Koval", weapons="car bomb",
    )  # fmt: skip
    yield _attack(
        stage, "11:00", "fix", "Reuters", f"Blast was in the centre of {stage.there[0]}", "",
        place=_place(stage.there), corrects=_id(stage, "h2"),
    )  # fmt: skip
    yield a_statement(
        "12:00", _place(stage.here), event_id=_id(stage, "claim"), speaker="Group X", stance="claim_responsibility",
        headline=f"Group X says it bombed the car of Halyna Koval in {city}",
    )  # fmt: skip


def _people(stage: Stage) -> Iterator[LogMessage | None]:
    """An analyst takes the attempt out again and thinks better of it; then weeks pass."""
    one = incident_id_of(stage.region, _id(stage, "h1"))
    attempt = [_id(stage, "t1")]
    split = a_decision("split", "13:00", incidents=[one], events=attempt, command_id=f"{stage.region}-split")
    yield split
    piece = incident_id_of(stage.region, attempt[0], split.command_id)
    yield a_decision("merge", "14:00", incidents=[one, piece], command_id=f"{stage.region}-merge")
    yield a_protest("+9d 09:00", _place(stage.there), event_id=_id(stage, "march"), participants=300)
    yield a_tick(DAY + timedelta(days=40), stage.region)


def _epilogue(stage: Stage) -> Iterator[LogMessage | None]:
    """Whoever owns the partition now takes one more report of the old incident, and one that is sent again."""
    yield a_statement(
        "+41d 09:00", _place(stage.here), event_id=_id(stage, "year"), speaker="Mayor", stance="condolence",
        refers_to=[_id(stage, "h1")], headline=f"Mayor remembers the victims of the car bomb in {stage.here[0]}",
    )  # fmt: skip
    yield next(_opening(stage))


_PARTS: Final = (_opening, _bridge, _people, _epilogue)
