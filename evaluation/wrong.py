"""Which predicted incidents are wrong, and how: every event of them, where it belongs, why it is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import comb
from typing import Any

from schemas.timeline import Reason

from .gold import GoldSet
from .predicted import Predicted
from .scores import best_matches, related_in_gold


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """One event of a wrong incident. elsewhere: predicted incidents that hold its companions -> how many."""

    event_id: str
    gold_incident: str
    belongs: bool
    role: str
    score: float
    headline: str
    reasons: tuple[Reason, ...]
    elsewhere: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class WrongIncident:
    """A predicted incident that is none of the gold ones.

    gold_incident, f1: the gold incident it fits best, and how well
    wrong_pairs: pairs of events here that belong apart
    missed_pairs: pairs of an event here and a companion that is elsewhere (counted from both sides)
    """

    incident_id: str
    gold_incident: str
    f1: float
    wrong_pairs: int
    missed_pairs: int
    events: tuple[PlacedEvent, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "incident_id": self.incident_id,
            "gold_incident": self.gold_incident,
            "f1": round(self.f1, 6),
            "wrong_pairs": self.wrong_pairs,
            "missed_pairs": self.missed_pairs,
            "events": [
                {
                    "event_id": event.event_id,
                    "gold_incident": event.gold_incident,
                    "belongs": event.belongs,
                    "role": event.role,
                    "score": event.score,
                    "headline": event.headline,
                    "reasons": [reason.model_dump() for reason in event.reasons],
                    "companions_elsewhere": dict(event.elsewhere),
                }
                for event in self.events
            ],
        }


@dataclass(frozen=True, slots=True)
class WrongRelations:
    """missed: pairs of gold incidents that nobody related, with the coder's words, in order of the ids.

    invented: pairs of predicted incidents that are not related in gold, each with what it comes to in gold
    """

    missed: tuple[tuple[str, str, str], ...]
    invented: tuple[tuple[str, str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        return {"missed": [list(one) for one in self.missed], "invented": [list(one) for one in self.invented]}


def wrong_relations(predicted: Predicted, gold: GoldSet) -> WrongRelations | None:
    """None where no timelines were given."""
    if predicted.related is None:
        return None
    match = best_matches(predicted.incident_of, gold.incident_of)
    as_gold = {pair: related_in_gold(pair, match) for pair in predicted.related}
    found = set(as_gold.values())
    missed = [(*sorted(pair), ", ".join(sorted(words))) for pair, words in gold.related.items() if pair not in found]
    invented = [
        (*sorted(pair), f"{', '.join(sorted(predicted.related[pair]))}: {' and '.join(sorted(meant))}")
        for pair, meant in as_gold.items()
        if meant not in gold.related
    ]
    return WrongRelations(tuple(_triples(missed)), tuple(_triples(invented)))


def _triples(rows: list[tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(one, other, words) for one, other, words in sorted(rows)]


def wrong_incidents(predicted: Predicted, gold: GoldSet) -> list[WrongIncident]:
    """Costliest first (wrong and missed pairs), then by id. Every event of a wrong incident is listed once."""
    members: dict[str, list[str]] = defaultdict(list)
    held_by: dict[str, Counter[str]] = defaultdict(Counter)  # gold incident -> predicted incident -> events
    for event, gold_incident in gold.incident_of.items():
        incident = predicted.incident_of[event]
        members[incident].append(event)
        held_by[gold_incident][incident] += 1
    wrong: list[WrongIncident] = []
    for incident, match in best_matches(predicted.incident_of, gold.incident_of).items():
        if match.f1 == 1.0:
            continue
        events = members[incident]
        parts = Counter(gold.incident_of[event] for event in events)
        wrong.append(
            WrongIncident(
                incident_id=incident,
                gold_incident=match.incident_id,
                f1=match.f1,
                wrong_pairs=comb(len(events), 2) - sum(comb(size, 2) for size in parts.values()),
                missed_pairs=sum(size * (held_by[part].total() - size) for part, size in parts.items()),
                events=tuple(
                    _placed(event, match.incident_id, predicted, gold, held_by[gold.incident_of[event]])
                    for event in events
                ),
            )
        )
    return sorted(wrong, key=lambda one: (-one.wrong_pairs - one.missed_pairs, one.incident_id))


def _placed(event: str, best: str, predicted: Predicted, gold: GoldSet, companions: Counter[str]) -> PlacedEvent:
    assignment = predicted.assignments[event]
    entry = predicted.entries.get(event) if predicted.entries is not None else None
    here = predicted.incident_of[event]
    elsewhere = sorted(
        ((incident, count) for incident, count in companions.items() if incident != here),
        key=lambda pair: (-pair[1], pair[0]),
    )
    reasons = () if entry is None else entry.link.reasons
    return PlacedEvent(
        event_id=event,
        gold_incident=gold.incident_of[event],
        belongs=gold.incident_of[event] == best,
        role=assignment.role,
        score=assignment.score,
        headline=gold.headlines[event],
        reasons=tuple(sorted(reasons, key=lambda reason: -abs(reason.contribution))),
        elsewhere=tuple(elsewhere),
    )
