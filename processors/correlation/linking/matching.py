"""Which row of one database is the same incident as which of another.

A database gives each event one row, so an incident takes one row of each. A row that comes in chooses the partner it
suits best among those that have none, or one that suits them less: such a partner goes over to the newcomer, and the
row that it leaves chooses again. Pairs score the same both ways round, so that the order of arrival matters little:
where this ends is what taking the best pair of all, then the best of the rest, and so on would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .candidates import HIGHEST, Candidate
from .features import DAY_SECONDS
from .incidents import Incident, Member
from .items import Item, kilometres

#: log-odds above which two rows are partners; measured flat from -2 to 0 (docs/correlation-log.md)
ROW_JOIN: Final = -2.0
#: places coded to a town that lie further apart, or days with more than so many between them, are of two incidents,
#: however alike the wording: no pair that is fitted on tells that, as none has the same names so far apart
_MOST_KM: Final = 25.0
_MOST_DAYS: Final = 2.0
#: a partner goes over to a row that suits it better by so much: sums in another order differ by less
ROW_LEAD: Final = 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """An incident whose rows may be of the newcomer's incident.

    partners: its rows of other databases, or the earlier revisions of the newcomer; score: log-odds, their mean
    rival: its row of the newcomer's own database, which suits the partners less; None: the place is free
    """

    incident: Incident
    partners: tuple[Member, ...]
    score: float
    rival: Member | None = None


def is_rows_alone(incident: Incident) -> bool:
    """Whether it has rows of databases and nothing else."""
    return len(incident.members) == sum(incident.coded.values())


def are_two_events(coded: Iterable[tuple[str, str]], other: Incident) -> bool:
    """Whether some database codes them as two events. coded: (database, row)."""
    return any(database == held and row != known for database, row in coded for held, known in other.coded)


def may_merge(one: Incident, other: Incident) -> bool:
    """Two lone rows are partners or not, which `best_match` says; and no incident has two rows of one database."""
    if are_two_events(one.coded, other):
        return False
    return len(one.members) + len(other.members) > 2 or not (is_rows_alone(one) and is_rows_alone(other))


def best_match(item: Item, candidates: Sequence[Candidate], between: Callable[[Member, Member], float]) -> Match | None:
    """The best place for a row among the incidents it was compared with; None: no row of theirs suits it."""
    found = [match for candidate in candidates if (match := _match(item, candidate, between)) is not None]
    return min(found, key=lambda match: (-round(match.score, 6), match.incident.first_seq), default=None)


def _match(item: Item, candidate: Candidate, between: Callable[[Member, Member], float]) -> Match | None:
    incident, database, row = candidate.incident, item.f.publisher, item.f.report
    partners, scores, own = [], [], []
    for member, score in zip(candidate.members, candidate.comparison.raw, strict=True):
        if not member.item.is_row:
            continue
        if member.features.publisher != database:
            partners.append(member)
            scores.append(score)
        elif member.features.report == row:
            return None if _is_apart(item, partners) else Match(incident, (member,), HIGHEST)
        else:
            own.append(member)
    # few suit it at all: how far apart they are is asked of these alone
    if not partners or (score := sum(scores) / len(scores)) <= ROW_JOIN or _is_apart(item, partners):
        return None
    if not own:
        return Match(incident, tuple(partners), score)
    if not is_rows_alone(incident):
        return None  # reports vouch for the row that is there
    theirs = max(sum([between(rival, partner) for partner in partners]) / len(partners) for rival in own)
    return Match(incident, tuple(partners), score, own[0]) if score - theirs > ROW_LEAD else None


def _is_apart(item: Item, partners: Sequence[Member]) -> bool:
    return any(_are_apart(item, partner.item) for partner in partners)


def _are_apart(one: Item, other: Item) -> bool:
    if one.dated and other.dated:
        between = max(one.start - other.end, other.start - one.end) / DAY_SECONDS
        if between > _MOST_DAYS:
            return True
    return one.place_rank <= 1 and other.place_rank <= 1 and kilometres(one, other) > _MOST_KM
