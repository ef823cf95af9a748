"""Statements that turn out to be about another happening than their incident's.

Words about an attack often come in before the first report of it. They then join what happened two days earlier, draw
more of their kind there, and vouch for one another: no vote of the whole incident ever lets them go. So each is asked
again, by itself, when the happening has been told: which of the two happenings, and nothing else, does it suit better?
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from .api import MoveProposal
from .candidates import HIGHEST, LOWEST
from .comparing import Comparer
from .incidents import Incident, Member
from .weights import Weights

#: the newest statements of a neighbour that are asked; the older ones were, when they were new
MAX_ASKED: Final = 40
#: reports of its happening that an incident is known by
_BEST: Final = 2
#: a statement that the newest report of the happening suits this little is not asked further
_FAR: Final = -2.5


def drawn(
    newest: Member, incident: Incident, neighbours: Iterable[Incident], comparer: Comparer, weights: Weights
) -> list[MoveProposal]:
    """Statements of the neighbours that go over to the incident, whose newest report of its happening is `newest`.

    One report may be wrong about where it belongs itself: below two of the happening nothing is drawn.
    """
    ours = incident.happenings()
    if len(ours) < _BEST:
        return []
    found = []
    for neighbour in neighbours:
        theirs = neighbour.happenings()
        if not theirs:
            continue  # words alone: whether they belong here is a vote of all of them
        for statement in neighbour.newest_statements(MAX_ASKED):
            if comparer.between(statement, newest) < _FAR:
                continue
            here = _suits(statement, ours, comparer)
            if here <= weights.draw_least:
                continue
            there = _suits(statement, theirs, comparer)
            if here - there > weights.draw_lead:
                found.append(
                    MoveProposal(
                        statement.event_id,
                        round(here - there, 6),
                        (f"suits the happening told here better by {here - there:.1f} than that of its incident",),
                    )
                )
    return found


def _suits(statement: Member, happenings: Sequence[Member], comparer: Comparer) -> float:
    """Log-odds that it is about this happening: the mean of the best reports of it."""
    scores = sorted([comparer.between(statement, report) for report in happenings], reverse=True)[:_BEST]
    return sum([min(HIGHEST, max(LOWEST, score)) for score in scores]) / len(scores)
