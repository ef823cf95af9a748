"""Reports with parts missing: what fitting learns from, so that weights do not lean on fields that a feed lacks."""

from __future__ import annotations

import random
from typing import Any

from schemas.event import AnyEvent, ProtestEvent, StatementEvent
from schemas.vocabulary import PlacePrecision


def corrupted(event: AnyEvent, chance: random.Random) -> AnyEvent:
    """The event with some of its facts dropped or made coarse. The same `chance` gives the same event."""
    change: dict[str, Any] = {}
    place = event.location
    draw = chance.random()
    if place is not None:
        if draw < 0.2:
            change["location"] = None
        elif draw < 0.3:
            change["location"] = place.model_copy(
                update={"precision": PlacePrecision.COUNTRY, "name": place.country or place.name}
            )
    if event.occurred is not None and chance.random() < 0.25:
        change["occurred"] = None
    if event.published_at is not None and chance.random() < 0.15:
        change["published_at"] = None
    if chance.random() < 0.25:
        change["targets"] = ()
    if chance.random() < 0.15:
        change["actors"] = tuple(actor for actor in event.actors if chance.random() < 0.5)
    if event.text and chance.random() < 0.2:
        change["text"] = None
    if chance.random() < 0.3:
        change["weapons"] = ()
    if chance.random() < 0.3:
        change["killed"] = change["injured"] = change["arrested"] = None
        if isinstance(event, ProtestEvent | StatementEvent):
            change["participants"] = None
    if isinstance(event, StatementEvent):
        if chance.random() < 0.2:
            change["said_in"] = None
        if chance.random() < 0.2:
            change["stances"] = ()
    return event.model_copy(update=change)
