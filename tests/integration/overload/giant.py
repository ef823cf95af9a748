"""One incident that everybody reports: thousands of events, each with an outlet, words and figures of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from schemas.event import AnyEvent
from tests.builders import DAY, a_place, a_statement, an_attack

REGION = "europe"
PLACE = "Kherson market"
_SUBJECTS = ("shelling", "missile strike", "rocket attack", "bombardment")
_VERBS = ("hits", "kills shoppers at", "tears through", "strikes", "destroys stalls at")
_STANCES = ("condemn", "accuse", "deny_responsibility", "denies_occurrence", "calls_for_calm", "confirms")


def reports(count: int, *, seed: int = 4) -> Iterator[AnyEvent]:
    """count: how many; always the same ones. One in three is a statement about it, by one of 500 speakers.

    They come in within two days, so that the incident never falls silent, whatever their number.
    """
    draw = random.Random(seed)
    step = timedelta(days=2) / max(count, 1)
    for number in range(count):
        at = DAY + timedelta(hours=10) + step * number
        outlet, reporter = f"Outlet {number % 900}", f"Reporter{draw.randrange(40)} Name{draw.randrange(40)}"
        words = f"Kherson market {draw.choice(_SUBJECTS)} {draw.choice(_VERBS)} Kherson central market"
        if number % 3 == 2:
            yield a_statement(
                at,
                a_place(PLACE),
                event_id=f"giant-{number}",
                happened=DAY + timedelta(hours=9),
                speaker=f"Official{draw.randrange(500)} Person{draw.randrange(20)}",
                stance=draw.choice(_STANCES),
                target=f"Battery {draw.randrange(30)}",
                publisher=outlet,
                headline=f"{words}, says official on the Kherson market attack {number}",
            )
        else:
            yield an_attack(
                at,
                a_place(PLACE),
                event_id=f"giant-{number}",
                happened=DAY + timedelta(hours=9),
                killed=10 + draw.randrange(9),
                injured=30 + draw.randrange(20),
                by=f"Battery {draw.randrange(30)}",
                weapons="missile",
                publisher=outlet,
                headline=f"{words}, {reporter} reports",
                text=f"{words}. {reporter} counts the dead in Kherson for {outlet}. " * 3,
            )
