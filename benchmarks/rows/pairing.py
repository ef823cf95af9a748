"""Two databases made of one: each row is an incident, most get a twin in another database, some stand in one alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from producers.feeds.acled import AcledFeed
from producers.feeds.ged import GedFeed
from schemas.event import AnyEvent
from schemas.parts import Actor, Place
from timelines.training import LabelledSet

from .linking import coded_events_of, events_of, labelled
from .twins import CsvRow, coded_twin, ged_twin

#: of the incidents: in the first database alone, in the second alone
_FIRST_ALONE, _SECOND_ALONE = 0.18, 0.12


class Second(StrEnum):
    """Who has the twins. ged: UCDP GED, attacks alone. other: a database that codes protests, too. both: either."""

    GED = "ged"
    OTHER = "other"
    BOTH = "both"


def paired(name: str, rows: Sequence[CsvRow], second: Second, seed: int) -> LabelledSet:
    """Rows of ACLED and their twins as events, each with the row it stems from as its incident.

    Of rows that have day, place, type and parties in common the other database has the first alone, as one who counts
    incidents by these would: which of them a twin is of could be told by nobody.
    """
    chance = random.Random(f"{name}/{second}/{seed}")
    first: list[tuple[CsvRow, str]] = []
    ged: list[tuple[CsvRow, str]] = []
    other: list[tuple[dict[str, Any], str]] = []
    known: set[tuple[str, ...]] = set()
    for number, row in enumerate(rows, start=seed * 100_000):
        incident = row["event_id_cnty"]
        key = tuple(row[column] for column in ("event_date", "location", "sub_event_type", "actor1", "actor2"))
        draw = chance.random()
        again = key in known
        known.add(key)
        if again or draw >= _SECOND_ALONE:
            first.append((row, incident))
        if again or _SECOND_ALONE <= draw < _SECOND_ALONE + _FIRST_ALONE:
            continue
        is_attack = row["event_type"] not in ("Protests", "Riots", "Strategic developments")
        if second is Second.GED or (second is Second.BOTH and chance.random() < 0.7):
            if is_attack:
                ged.append((ged_twin(row, number, chance), incident))
                continue
            if second is Second.GED:
                continue
        if row["event_type"] != "Strategic developments":
            other.append((coded_twin(row, number, "ICEWS", chance), incident))
    events = events_of(AcledFeed(), first) + events_of(GedFeed(), ged) + coded_events_of(other)
    return labelled(name, events)


def record_of(event: AnyEvent, incident: str) -> dict[str, Any]:
    """The event in the format of `gold/`, for sets to fit on."""
    killed = getattr(event, "killed", None)
    return {
        "id": event.event_id,
        "kind": str(event.kind),
        "occurred_at": event.occurred.as_reported if event.occurred else None,
        "occurred_precision": str(event.occurred.precision) if event.occurred else None,
        "published_at": None,
        "publisher": event.source.publisher,
        "url": None,
        "lang": "en",
        "headline": event.headline,
        "text": event.text,
        "place": _place(event.location),
        "actors": [_actor(actor) for actor in event.actors],
        "targets": [_actor(actor) for actor in event.targets],
        "weapons": [{"type": weapon.type} for weapon in event.weapons],
        "reported": {"killed": killed.best} if killed else {},
        "gold_incident": incident,
        "gold_duplicate_of": None,
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "name": place.name, "country": place.country, "admin1": place.admin1, "lat": place.lat, "lon": place.lon,
        "precision": str(place.precision),
    }  # fmt: skip


def _actor(actor: Actor) -> dict[str, Any]:
    return {"name": actor.name, "role": str(actor.role), "country": actor.country, "sector": actor.sector}
