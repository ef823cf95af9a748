"""What machine-coded rows have in common: an action between two actors, at a place, that one article tells of.

A row is a report by the outlet whose article it was read from, not an event of a database: the same event stands in as
many rows as articles told of it, and one article in many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from schemas.parts import Place
from schemas.vocabulary import ActorRole, EventKind, Stance

_MOST_NAME: Final = 300
_MOST_SECTOR: Final = 100
_MOST_TARGET: Final = 200
_MOST_SIDE: Final = 80


@dataclass(frozen=True, slots=True)
class Action:
    """What a code stands for.

    words: what the first actor does, as a headline begins with it. stance: of statements alone.
    weapon: the means, where the code names them. mutual: fighting, of which the code does not tell who began it.
    """

    kind: EventKind
    words: str
    stance: Stance | None = None
    weapon: str | None = None
    mutual: bool = False


def person(name: str, country: str | None = None, sector: str | None = None) -> dict[str, Any] | None:
    """An actor without a role; None without a name."""
    if not name:
        return None
    values = {"name": name[:_MOST_NAME], "country": country, "sector": sector[:_MOST_SECTOR] if sector else None}
    return {key: value for key, value in values.items() if value is not None}


def values_of(
    action: Action,
    first: dict[str, Any] | None,
    second: dict[str, Any] | None,
    place: Place | None,
    title: str | None = None,
) -> dict[str, Any]:
    """The fields of `Event` that an action fills. title: of the article, where it is known."""
    values: dict[str, Any] = {
        "kind": action.kind,
        "headline": _headline(action, first, second, place, title),
        "location": place,
    }
    if action.kind is EventKind.STATEMENT:
        values["actors"] = _as(first, ActorRole.SPEAKER)
        values["targets"] = _as(second, ActorRole.ADDRESSEE)
        values["stances"] = (
            {"stance": action.stance, **({"target": second["name"][:_MOST_TARGET]} if second else {})},
        )
    elif action.kind is EventKind.PROTEST:
        values["actors"] = _as(first, ActorRole.PARTICIPANT)
        values["targets"] = _as(second, ActorRole.TARGET)
    elif action.mutual:
        values["actors"] = _as(first, ActorRole.PARTICIPANT) + _as(second, ActorRole.PARTICIPANT)
    else:
        values["actors"] = _as(first, ActorRole.PERPETRATOR)
        values["targets"] = _as(second, ActorRole.TARGET)
    if action.weapon and action.kind is EventKind.ATTACK:
        values["weapons"] = ({"type": action.weapon},)
    return values


def _as(one: dict[str, Any] | None, role: ActorRole) -> tuple[dict[str, Any], ...]:
    return ({**one, "role": role},) if one else ()


def _headline(
    action: Action, first: dict[str, Any] | None, second: dict[str, Any] | None, place: Place | None, title: str | None
) -> str:
    """`Accuse: Ministry → Guild, Basra`, behind the article's own title where there is one."""
    sides = [side["name"][:_MOST_SIDE] if side else "" for side in (first, second)]
    said = action.words
    if any(sides):
        said += ": " + " → ".join(side or "…" for side in sides) if sides[1] else f": {sides[0]}"
    if place is not None:
        said += f", {place.name[:_MOST_SIDE]}"
    if title is None:
        return said
    return f"{title} ({said[:1].lower()}{said[1:]})"
