"""An invented fortnight in the columns of ACLED: made as hard as real ones are.

Towns lie 2 to 10 km apart and some bear nearly the same name; the same few parties meet again and again, several times
a day in one town; protests against one thing go on in many towns on one day, told in the same words; a campaign shells
village after village. Towns, parties and happenings are invented, and so are the notes; countries are real.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, pi, radians, sin
from typing import Final

from .twins import CsvRow

_KM_TO_A_DEGREE: Final = 111.2
#: country, a point in it, and its provinces
_LANDS: Final = (
    ("Syria", 35.7, 36.7, ("North Vale", "Old Ford")),
    ("Yemen", 15.4, 44.3, ("Upper Terrace", "Salt Coast")),
    ("Nigeria", 11.9, 13.1, ("Dry Lake", "Red Plain")),
    ("Mali", 14.5, -3.9, ("River Bend", "Long Cliff")),
)
_HEADS: Final = ("Kafr", "Tell", "Ain", "Deir", "Bani", "Wadi", "", "", "", "")
_SYLLABLES: Final = (
    "ma",
    "ra",
    "qu",
    "sel",
    "dou",
    "nir",
    "hab",
    "tor",
    "zan",
    "gum",
    "bel",
    "kha",
    "lis",
    "war",
    "yef",
)
_GROUPS: Final = (
    "OMS: Old Mill Shield", "Ford Brigade", "FPL: Front of the Plain", "Sons of the Terrace", "Northern Scouts",
    "RLA: River Land Army", "Lantern Movement",
)  # fmt: skip
_CROWDS: Final = ("Teachers", "Health Workers", "Farmers", "Labour Group", "Students", "Women")
_GRIEVANCES: Final = (
    "unpaid salaries", "the price of bread", "power cuts", "the dismissal of the provincial council",
    "the arrest of a poet", "a new tax on water", "the closing of a school", "conscription",
)  # fmt: skip
_WHERE: Final = (
    "in front of the courthouse", "at the clock roundabout", "outside the post office", "on the bridge road",
    "near the grain silos", "at the bus station", "beside the old market", "along the ring road",
    "at the vegetable market",
)  # fmt: skip
_HIT: Final = (
    "a checkpoint", "a convoy of trucks", "farmland", "a fuel depot", "a police post", "houses", "an olive press",
    "a weapons store", "a school that stood empty", "a bakery", "a watchtower", "a motorcycle",
)  # fmt: skip
#: type, sub-type, how it is told, share of the rows, share that kill
_VIOLENCE: Final = (
    ("Battles", "Armed clash", "{a} and {b} exchanged fire {where} in {town}", 0.34, 0.35),
    ("Explosions/Remote violence", "Shelling/artillery/missile attack", "{a} shelled {hit} in {town}", 0.28, 0.12),
    ("Explosions/Remote violence", "Air/drone strike", "{a} carried out an airstrike on {hit} in {town}", 0.12, 0.2),
    ("Explosions/Remote violence", "Remote explosive/landmine/IED", "a mine hit {hit} {where} in {town}", 0.12, 0.3),
    ("Violence against civilians", "Attack", "{a} shot at a man {where} in {town}", 0.14, 0.5),
)  # fmt: skip
_END: Final = ("No fatalities were reported.", "Casualties unknown.", "Neither injuries nor fatalities were reported.")


@dataclass(frozen=True, slots=True)
class _Town:
    name: str
    lat: float
    lon: float


def acled_rows(seed: int, count: int, days: int = 14) -> list[CsvRow]:
    """So many rows, in no order. The same arguments give the same rows."""
    chance = random.Random(f"rows/{seed}")
    lands = [(land, _towns(land, chance)) for land in _LANDS]
    begin = date(2021, 3, 1) + timedelta(days=seed * 30 % 360)
    rows: list[CsvRow] = []
    first = seed * 100_000
    while len(rows) < count:
        (country, _, _, provinces), towns = chance.choice(lands)
        day = begin + timedelta(days=chance.randrange(days))
        if chance.random() < 0.12:  # one grievance in many towns on one day, or a campaign over the villages
            told = chance.random()
            for town in chance.sample(towns, chance.randint(3, 7)):
                alike = random.Random(told) if chance.random() < 0.7 else chance
                rows.append(_row(first + len(rows), country, provinces, town, day, alike))
            continue
        rows.append(_row(first + len(rows), country, provinces, chance.choice(towns), day, chance))
    return rows[:count]


def _towns(land: tuple[str, float, float, tuple[str, str]], chance: random.Random) -> list[_Town]:
    """Three clusters of a dozen towns, each 2 to 10 km from another of its cluster."""
    towns: list[_Town] = []
    for _ in range(3):
        lat, lon = land[1] + chance.uniform(-0.8, 0.8), land[2] + chance.uniform(-0.8, 0.8)
        for _ in range(12):
            name = "".join(chance.sample(_SYLLABLES, chance.randint(2, 3))).capitalize()
            head = chance.choice(_HEADS)
            if towns and chance.random() < 0.15:  # Upper and Lower of the same
                name, head = towns[-1].name, chance.choice(("Upper", "Lower"))
            towns.append(_Town(f"{head} {name}".strip(), round(lat, 4), round(lon, 4)))
            bearing, km = chance.uniform(0, 2 * pi), chance.uniform(2.0, 10.0)
            lat += km * sin(bearing) / _KM_TO_A_DEGREE
            lon += km * cos(bearing) / (_KM_TO_A_DEGREE * cos(radians(lat)))
    return towns


def _row(
    number: int, country: str, provinces: tuple[str, str], town: _Town, day: date, chance: random.Random
) -> CsvRow:
    written = f"{day.day} {day:%B} {day.year}"
    fatalities = 0
    if chance.random() < 0.35:
        crowd, grievance = chance.choice(_CROWDS), chance.choice(_GRIEVANCES)
        rough = chance.random() < 0.25
        kind = ("Riots", "Violent demonstration") if rough else ("Protests", "Peaceful protest")
        actors = (f"{'Rioters' if rough else 'Protesters'} ({country})", f"{crowd} ({country})", "5" if rough else "6")
        against = (f"Police Forces of {country} (2011-)", "1") if rough else ("", "0")
        verb = "clashed with police" if rough else chance.choice(("protested", "held a sit-in", "gathered"))
        notes = f"On {written}, {crowd.lower()} {verb} {chance.choice(_WHERE)} in {town.name} against {grievance}."
        notes += " [size=no report]"
    else:
        draw = chance.random()
        for event_type, sub_type, told, share, deadly in _VIOLENCE:  # noqa: B007 - the last one stands for the rest
            draw -= share
            if draw < 0:
                break
        kind = (event_type, sub_type)
        groups = [
            f"Military Forces of {country} (2011-)",
            *chance.sample(_GROUPS, 2),
            f"Unidentified Armed Group ({country})",
        ]
        a, b = chance.sample(groups, 2)
        civilian = event_type == "Violence against civilians" or (event_type != "Battles" and chance.random() < 0.25)
        actors = (a, "", "1" if a.startswith("Military") else "2")
        against = (f"Civilians ({country})", "7") if civilian else (b, "2")
        fatalities = chance.choice((1, 1, 1, 2, 2, 3, 4, 6, 11)) if chance.random() < deadly else 0
        said = told.format(a=a, b=b, where=chance.choice(_WHERE), hit=chance.choice(_HIT), town=town.name)
        end = f"{fatalities} people were killed." if fatalities else chance.choice(_END)
        notes = f"On {written}, {said}. {end}"
    return {
        "event_id_cnty": f"ZZZ{number + 1}",
        "event_date": day.isoformat(),
        "time_precision": "1" if chance.random() < 0.96 else "2",
        "event_type": kind[0],
        "sub_event_type": kind[1],
        "actor1": actors[0],
        "assoc_actor_1": actors[1],
        "inter1": actors[2],
        "actor2": against[0],
        "assoc_actor_2": "",
        "inter2": against[1],
        "country": country,
        "admin1": chance.choice(provinces),
        "location": town.name,
        "latitude": f"{town.lat}",
        "longitude": f"{town.lon}",
        "geo_precision": "1" if chance.random() < 0.75 else "2",
        "source": chance.choice(("Example Post", "Plain Radio", "Terrace Monitor")),
        "notes": notes,
        "fatalities": str(fatalities),
    }
