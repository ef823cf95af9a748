"""A made-up world of incidents that overlap as real ones do: one seed, one stream of reports.

Towns lie around the principal cities of the zone database and differ in how often they are in the news by a power law;
each country has a handful of groups, and offices whose holders speak about everything; family names are shared by
people all over the world. Three incidents in ten are followed by a look-alike: the same town or the next one, the same
weapon and group, a day or five later. Reports tell the day, the hour or no time at all; statements answer
an incident with or without naming its place. All of it falls into one span, so that all incidents are open at its end.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import accumulate
from typing import Final

from schemas.event import AnyEvent, AttackEvent, ProtestEvent, Source, StanceTaken, StatementEvent
from schemas.parts import Actor, Estimate, Occurred, Place, Weapon
from schemas.vocabulary import ActorRole, PlacePrecision, Stance, TimePrecision

BEGIN: Final = datetime(2024, 3, 1, tzinfo=UTC)
#: incidents stay open for two weeks after the last word: in this span the first ones do not close before the end
SPAN: Final = timedelta(days=12)
_COORDINATES: Final = re.compile(r"([+-]\d{4,7})([+-]\d{5,8})", re.ASCII)
_SHARED_TOWNS: Final = 12  # incidents per town on average: several per town and week
_LOOK_ALIKES: Final = 0.3
_SYLLABLES: Final = (
    "ba", "be", "bo", "da", "de", "du", "fa", "ga", "go", "ha", "ja", "ka", "ke", "ku", "la", "le", "lo", "ma", "me",
    "mo", "na", "ne", "no", "ra", "re", "ro", "sa", "se", "so", "ta", "te", "to", "va", "ve", "za", "zo", "bar", "dan",
    "kar", "lam", "man", "nar", "rak", "san", "tal", "var", "zen",
)  # fmt: skip
_WEAPONS: Final = ("bomb", "rocket", "drone", "rifle", "mortar", "knife", "car bomb", "petrol bomb")
_SITES: Final = (
    "market",
    "bridge",
    "school",
    "hospital",
    "airport",
    "barracks",
    "mosque",
    "station",
    "refinery",
    "court",
)
_GRIEVANCES: Final = (
    "fuel prices",
    "the election",
    "unpaid wages",
    "the verdict",
    "power cuts",
    "the new law",
    "evictions",
)
_OFFICES: Final = ("president", "prime minister", "interior minister", "army spokesman", "governor", "foreign minister")
_OUTLETS: Final = tuple(
    f"{name} {kind}"
    for name in ("Daily", "Evening", "National", "City", "Northern", "United", "Free")
    for kind in ("Post", "Herald", "News Agency", "Radio", "Times", "Observer")
)
_CROWDS: Final = ("Hundreds", "Crowds", "Residents")
_HITS: Final = ("hits", "strikes", "near")
_STANCES: Final = (Stance.CONDEMN, Stance.ACCUSE, Stance.CONFIRMS, Stance.COMMENT, Stance.CONDOLENCE,
                   Stance.CLAIM_RESPONSIBILITY, Stance.DENY_RESPONSIBILITY, Stance.REQUESTS_INVESTIGATION)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    country: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Happening:
    """One incident as it was."""

    number: int
    protest: bool
    at: datetime
    town: Town
    site: str | None
    weapon: str
    group: str
    victims: str
    killed: int
    injured: int
    grievance: str


def stream(incidents: int, seed: int = 1) -> Iterator[tuple[str, AnyEvent]]:
    """(incident, report) in order of publication; about two reports and a half per incident."""
    world = _World(incidents, seed)
    reports = [report for happening in world.happenings() for report in world.reports_of(happening)]
    reports.sort(key=lambda report: (report[1].recorded_at, report[1].event_id))
    return iter(reports)


def _principal_cities() -> list[tuple[str, float, float, str]]:
    """Country, latitude, longitude and name: one city for every zone of every country, as the package tzdata has it."""
    found = []
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        country, where, zone = line.split("\t")[:3]
        north, east = _COORDINATES.fullmatch(where).groups()  # type: ignore[union-attr]  # the table's own form
        found.append((country, _degrees(north, 2), _degrees(east, 3), zone.rpartition("/")[2].replace("_", " ")))
    return found


def _degrees(text: str, width: int) -> float:
    """ "+4638" or "+463830": degrees in so many digits, then minutes, perhaps seconds."""
    degrees = int(text[1 : 1 + width]) + int(text[1 + width : 3 + width]) / 60
    return -degrees if text[0] == "-" else degrees


class _World:
    def __init__(self, incidents: int, seed: int) -> None:
        self.incidents = incidents
        self.chance = random.Random(f"world/{seed}/{incidents}")
        self.surnames = [self._name(2, 3) for _ in range(2_000 + incidents // 5)]
        self.first_names = [self._name(2, 2) for _ in range(400)]
        cities = _principal_cities()
        towns = max(len(cities), incidents // _SHARED_TOWNS)
        self.towns = [self._town(*cities[at % len(cities)], first=at < len(cities)) for at in range(towns)]
        self.chance.shuffle(self.towns)
        self.often = list(accumulate(1.0 / (rank + 3) ** 0.7 for rank in range(len(self.towns))))
        countries = sorted({town.country for town in self.towns})
        self.groups = {country: [f"{self._name(2, 3)} {self.chance.choice(('Front', 'Brigade', 'Movement', 'Army'))}"
                                 for _ in range(4)] for country in countries}  # fmt: skip
        self.officials = {country: [(office, self._person()) for office in _OFFICES] for country in countries}

    def _name(self, least: int, most: int) -> str:
        return "".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(least, most))).capitalize()

    def _person(self) -> str:
        # a few family names are everywhere
        rank = min(int(len(self.surnames) * self.chance.random() ** 2), len(self.surnames) - 1)
        return f"{self.chance.choice(self.first_names)} {self.surnames[rank]}"

    def _town(self, country: str, lat: float, lon: float, name: str, *, first: bool) -> Town:
        if first:
            return Town(name, country, lat, lon)
        north, east = self.chance.gauss(0, 0.8), self.chance.gauss(0, 0.8)
        return Town(self._name(2, 4), country, max(-89.0, min(89.0, lat + north)), max(-179.0, min(179.0, lon + east)))

    def happenings(self) -> Iterator[Happening]:
        before: Happening | None = None
        for number in range(self.incidents):
            if before is not None and self.chance.random() < _LOOK_ALIKES:
                before = self._look_alike(before, number)
            else:
                before = self._happening(number)
            yield before

    def _happening(self, number: int) -> Happening:
        chance = self.chance
        town = chance.choices(self.towns, cum_weights=self.often)[0]
        killed = min(200, int(chance.paretovariate(1.1)) - 1)
        return Happening(
            number=number,
            protest=chance.random() < 0.3,
            at=BEGIN + SPAN * chance.random(),
            town=town,
            site=chance.choice(_SITES) if chance.random() < 0.4 else None,
            weapon=chance.choice(_WEAPONS),
            group=chance.choice(self.groups[town.country]),
            victims=self._person() if chance.random() < 0.3 else f"{town.name} {chance.choice(_SITES)}",
            killed=killed,
            injured=int(killed * chance.random() * 3) + chance.randint(0, 3),
            grievance=chance.choice(_GRIEVANCES),
        )

    def _look_alike(self, other: Happening, number: int) -> Happening:
        new = self._happening(number)
        at = min(other.at + timedelta(days=self.chance.uniform(0.1, 5.0)), BEGIN + SPAN)
        town = other.town if self.chance.random() < 0.7 else new.town
        return Happening(number, other.protest, at, town, new.site, other.weapon, other.group, new.victims, new.killed,
                         new.injured, other.grievance)  # fmt: skip

    def reports_of(self, what: Happening) -> Iterator[tuple[str, AnyEvent]]:
        # most incidents are reported once or twice, a few by dozens
        count = min(60, int(self.chance.paretovariate(1.5)))
        for at in range(count):
            delay = timedelta(hours=min(72.0, self.chance.expovariate(1 / 9.0) + at * 0.2))
            spoken = at > 0 and self.chance.random() < 0.45
            event_id = f"w{what.number}-{at}"
            report = self._statement(what, event_id, delay) if spoken else self._happened(what, event_id, delay)
            yield f"i{what.number}", report

    def _place(self, what: Happening) -> Place | None:
        dice, town = self.chance.random(), what.town
        if dice < 0.08:
            return None
        if dice < 0.16:
            return Place(name=town.country, country=town.country, precision=PlacePrecision.COUNTRY)
        if what.site is not None and dice < 0.6:
            name, precision = f"{town.name} {what.site}", PlacePrecision.SITE
        else:
            name, precision = town.name, PlacePrecision.CITY
        lat, lon = round(town.lat + self.chance.gauss(0, 0.01), 4), round(town.lon + self.chance.gauss(0, 0.01), 4)
        return Place(name=name, country=town.country, lat=lat, lon=lon, precision=precision)

    def _occurred(self, what: Happening) -> Occurred | None:
        dice = self.chance.random()
        if dice < 0.1:
            return None
        if dice < 0.7:
            day = what.at.replace(hour=0, minute=0, second=0, microsecond=0)
            return Occurred(from_=day, until=day + timedelta(days=1), precision=TimePrecision.DAY)
        hour = what.at.replace(minute=0, second=0, microsecond=0)
        return Occurred(from_=hour, until=hour + timedelta(hours=1), precision=TimePrecision.HOUR)

    def _toll(self, number: int) -> Estimate | None:
        if number == 0 or self.chance.random() < 0.4:
            return None
        return Estimate(best=max(0, number + self.chance.choice((0, 0, 0, -1, 1, 2))))

    def _happened(self, what: Happening, event_id: str, delay: timedelta) -> AnyEvent:
        chance = self.chance
        published = what.at + delay
        common = {
            "event_id": event_id,
            "occurred": self._occurred(what),
            "published_at": published,
            "recorded_at": published,
            "location": self._place(what),
            "source": Source(publisher=chance.choice(_OUTLETS)),
            "language": "en",
            "injured": self._toll(what.injured),
        }
        if what.protest:
            return ProtestEvent(
                **common,
                headline=f"{chance.choice(_CROWDS)} protest over {what.grievance} in {what.town.name}",
                text=f"Demonstrators gathered in {what.town.name} on {what.at:%A}. The {what.group} had called for it.",
                actors=(Actor(name=what.group, role=ActorRole.PARTICIPANT),),
                participants=Estimate(best=chance.choice((100, 200, 500, 1000, 5000)))
                if chance.random() < 0.5
                else None,
                demands=(what.grievance,),
            )
        toll = f", {what.killed} killed" if what.killed else ""
        return AttackEvent(
            **common,
            headline=f"{what.weapon.capitalize()} attack {chance.choice(_HITS)} {what.victims}{toll}",
            text=f"A {what.weapon} attack in {what.town.name} on {what.at:%A} was blamed on the {what.group}. "
            f"{self.officials[what.town.country][chance.randrange(6)][1]} visited the scene.",
            weapons=(Weapon(type=what.weapon),),
            killed=self._toll(what.killed),
            actors=(Actor(name=what.group, role=ActorRole.ALLEGED_PERPETRATOR),) if chance.random() < 0.5 else (),
            targets=(Actor(name=what.victims, role=ActorRole.TARGET),) if chance.random() < 0.7 else (),
        )

    def _statement(self, what: Happening, event_id: str, delay: timedelta) -> AnyEvent:
        chance = self.chance
        abroad = chance.random() < 0.2
        country = chance.choice(sorted(self.officials)) if abroad else what.town.country
        office, name = chance.choice(self.officials[country])
        stance = chance.choice(_STANCES)
        published = what.at + delay
        about = f"the {'protest' if what.protest else what.weapon + ' attack'}"
        where = f" in {what.town.name}" if chance.random() < 0.6 else ""
        return StatementEvent(
            event_id=event_id,
            occurred=None if chance.random() < 0.4 else self._occurred(what),
            published_at=published,
            recorded_at=published,
            headline=f"{office.capitalize()} {name}: {str(stance).replace('_', ' ')} over {about}{where}",
            text=f"Speaking on {published:%A}, {name} spoke of {what.killed} victims and named the {what.group}.",
            language="en",
            location=self._place(what) if chance.random() < 0.6 else None,
            actors=(Actor(name=f"{office} {name}", role=ActorRole.SPEAKER, country=country),),
            stances=(StanceTaken(stance=stance, target=what.group if stance is Stance.ACCUSE else None),),
            killed=self._toll(what.killed),
            source=Source(publisher=chance.choice(_OUTLETS)),
        )


def articles(events: Sequence[AnyEvent]) -> list[AnyEvent]:
    """The same reports as full articles: a headline and some 400 words, nothing coded but the day of publication."""
    return [
        AttackEvent(
            event_id=event.event_id,
            headline=event.headline,
            text="\n\n".join([event.text or "", *(_filler(event, at) for at in range(6))]),
            published_at=event.published_at,
            recorded_at=event.recorded_at,
            source=event.source,
            language="en",
        )
        for event in events
    ]


def _filler(event: AnyEvent, at: int) -> str:
    """Sentences as they follow in any such article, with names of its own."""
    chance = random.Random(f"{event.event_id}/{at}")
    people = ["".join(chance.choices(_SYLLABLES, k=3)).capitalize() for _ in range(4)]
    where = event.location.name if event.location else "the area"
    return (
        f"Witnesses in {where} said they had heard shouting before the first calls reached the emergency services at "
        f'about {chance.randint(1, 12)} o\'clock. "We ran when we saw the smoke," said {people[0]} {people[1]}, '
        f"{chance.randint(18, 80)}, who lives nearby. Police closed the roads around the scene and asked anyone with "
        f"information to come forward; a spokesman, {people[2]} {people[3]}, would not say how many people were being "
        "questioned. Hospitals said that most of the injured had been treated and sent home by the evening."
    )
