"""Incidents that stay apart and belong to one story: which earlier one an incident goes back to, and as what.

Each incident chooses among the earlier ones that share a key with it, or none: a protest goes back to the happening
whose victims it names, an attack to the one that it answers or continues, most of a story to one hub, the most
reported happening. One choice at a time keeps apart what merely happened in one country in one week.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import exp, log, sqrt
from typing import Any, Final

from .api import RelationProposal
from .faces import MOURNING, RETALIATION, Face, apart_km, days_apart, earlier_than, sides_turned
from .incidents import Incident
from .index import Index
from .relation_kinds import OLD_DAYS, SAID_OF_THE_EARLIER, reasons_of, relation_of
from .statistics import Statistics
from .weights import BadWeights

FEATURES: Final = (
    "bias", "protest_on_attack", "protest_on_protest", "attack_on_protest", "protest_on_statement",
    "attacks_days", "attacks_one_day", "attacks_log_km", "attacks_near", "attacks_means_near", "attacks_targets",
    "sides_turned", "answers", "answers_turned",
    "protests_days", "protests_one_country", "protests_one_city", "protests_concepts", "protests_far",
    "reaction_days", "victims_named", "victims_named_size", "reaction_one_country", "mourns",
    "names_cosine", "rare_shared", "concepts_cosine", "day_named", "same_report",
    "old", "old_named", "log_size", "statement_names",
)  # fmt: skip
_AT: Final = {name: at for at, name in enumerate(FEATURES)}
MAX_LOOKED_AT: Final = 16
#: by how much the best must lead the second: of two alike neither is the one
_LEAD: Final = 0.5
_KEPT_FACES: Final = 4_096


@dataclass(frozen=True, slots=True)
class RelationWeights:
    """choose: one weight per FEATURES. relate: log-odds against "related to none" above which two are related."""

    choose: tuple[float, ...]
    relate: float
    provenance: dict[str, Any] = field(default_factory=dict)


def parse(text: str) -> RelationWeights:
    """Raises BadWeights."""
    try:
        loaded = json.loads(text)
        named = loaded["choose"]
        unknown = sorted(set(named) - set(FEATURES))
        if unknown:
            raise ValueError(f"features that this version does not have: {', '.join(unknown)}")
        choose = tuple(float(named.get(name, 0.0)) for name in FEATURES)
        return RelationWeights(choose, float(loaded["relate"]), loaded.get("provenance", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadWeights(f"weights of relations: {error!r}: fit them anew") from error


def write(weights: RelationWeights) -> str:
    """JSON text, the same bytes for the same weights."""
    document = {
        "provenance": weights.provenance,
        "relate": weights.relate,
        "choose": {name: value for name, value in zip(FEATURES, weights.choose, strict=True) if value},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


@lru_cache(maxsize=1)
def shipped() -> RelationWeights:
    """The weights that come with the package."""
    return parse(files(__package__).joinpath("relations.json").read_text(encoding="utf-8"))


def may_relate(later: Face, earlier: Face) -> bool:
    """Statements found incidents of their own where they are about no happening: only a protest may answer one."""
    return later.kind != "s" and (earlier.kind != "s" or later.kind == "p")


def choice_vector(x: Face, y: Face, statistics: Statistics) -> list[float]:
    """FEATURES of taking `y` for what the later incident `x` goes back to."""
    x.weigh(statistics)
    y.weigh(statistics)
    weight, at = statistics.weight, _AT
    out = [0.0] * len(FEATURES)
    out[0] = 1.0
    gap = days_apart(x, y)
    km = apart_km(x, y)
    one_country = bool(x.item.f.country) and x.item.f.country == y.item.f.country
    log_days = log(8.0) if gap is None else min(5.0, log(1.0 + gap))

    few, many = (x, y) if len(x.names) <= len(y.names) else (y, x)
    dot = 0.0
    shared: list[float] = []
    for key, value in few.weights.items():
        if key in many.weights:
            dot += value * many.weights[key]
            shared.append(weight(key))
    shared.sort(reverse=True)
    rare = sum(shared[:3]) / 5.0
    if dot:
        out[at["names_cosine"]] = dot / (x.norm * y.norm)
        out[at["rare_shared"]] = rare
    by_bit = statistics.concept_weights()
    alike = 0.0
    for bit, count in x.concepts.items():
        theirs = y.concepts.get(bit)
        if theirs:
            alike += sqrt(count * theirs) * by_bit[bit.bit_length() - 1] ** 2
    concepts = alike / (x.concept_norm * y.concept_norm) if alike else 0.0
    out[at["concepts_cosine"]] = concepts

    answers = x.says(RETALIATION)
    turned = sides_turned(x, y)
    if x.kind == "a" and y.kind == "a":
        out[at["attacks_days"]] = log_days
        out[at["attacks_one_day"]] = float(gap is not None and gap <= 0.5)
        out[at["attacks_log_km"]] = min(4.0, log(1.0 + (300.0 if km is None else km) / 20.0))
        out[at["attacks_near"]] = 0.0 if km is None else exp(-km / 30.0)
        out[at["attacks_means_near"]] = float(bool(x.means & y.means) and km is not None and km < 60)
        out[at["attacks_targets"]] = min(2.0, sum([weight(key) for key in sorted(x.targets & y.targets)]) / 5.0)
        out[at["sides_turned"]] = float(turned)
        out[at["answers"]] = answers
        out[at["answers_turned"]] = answers * float(turned)
    elif x.kind == "p" and y.kind == "p":
        out[at["protest_on_protest"]] = 1.0
        out[at["protests_days"]] = log_days
        out[at["protests_one_country"]] = float(one_country)
        out[at["protests_one_city"]] = float(km is not None and km < 25)
        out[at["protests_concepts"]] = concepts
        out[at["protests_far"]] = min(4.0, log(1.0 + (300.0 if km is None else km) / 100.0))
    elif x.kind == "a":
        out[at["attack_on_protest"]] = 1.0
        out[at["reaction_days"]] = log_days
    else:
        out[at["protest_on_statement" if y.kind == "s" else "protest_on_attack"]] = 1.0
        out[at["statement_names"]] = rare if y.kind == "s" else 0.0
        out[at["reaction_days"]] = log_days
        out[at["reaction_one_country"]] = float(one_country)
        named = x.share_naming(y.targets)
        out[at["victims_named"]] = named
        out[at["victims_named_size"]] = named * min(3.0, log(y.size))
        out[at["mourns"]] = x.says(MOURNING)

    elsewhere = y.place - x.place
    place_named = min(1.0, max([weight(key) for key in elsewhere if key in x.names], default=0.0) / 5.0)
    day = y.first_day()
    if day is not None and day != x.first_day() and day in x.days:
        out[at["day_named"]] = 1.0
    out[at["same_report"]] = min(2.0, len(x.reports & y.reports))
    if gap is not None and gap > OLD_DAYS:
        out[at["old"]] = 1.0
        out[at["old_named"]] = place_named + out[at["day_named"]] + out[at["same_report"]]
    out[at["log_size"]] = log(y.size)
    return out


def score(weights: Sequence[float], vector: Sequence[float]) -> float:
    return sum([w * v for w, v in zip(weights, vector, strict=True) if v])


def ranked_choices(weights: RelationWeights, vectors: Sequence[Sequence[float]]) -> list[tuple[float, int]]:
    """(log-odds, position), best first; nothing where the best is not good enough, or no clear best."""
    ranked = sorted((-round(score(weights.choose, vector), 6), at) for at, vector in enumerate(vectors))
    if not ranked or -ranked[0][0] <= weights.relate:
        return []
    if len(ranked) > 1 and ranked[1][0] - ranked[0][0] < _LEAD:
        return []
    return [(-minus, at) for minus, at in ranked]


class Relations:
    """Asks for one incident at a time. Faces are kept by the very members they were made of, never by time."""

    def __init__(self, weights: RelationWeights) -> None:
        self.weights = weights
        self._faces: dict[str, Face] = {}

    def face(self, incident: Incident) -> Face:
        held = self._faces.get(incident.incident_id)
        # an incident makes its representatives anew whenever a member came or went
        if held is None or held.representatives is not incident.representatives():
            if len(self._faces) >= _KEPT_FACES:
                self._faces.clear()
            held = self._faces[incident.incident_id] = Face(incident)
        return held

    def choices(
        self, incident: Incident, incidents: Mapping[str, Incident], index: Index, statistics: Statistics
    ) -> tuple[Face, list[tuple[str, Face, list[float]]]]:
        """The earlier incidents that it may go back to, with their FEATURES: at most MAX_LOOKED_AT."""
        x = self.face(incident)
        found = index.scores(incident.newest().features, statistics)
        for name, shared in index.scores(x.item.f, statistics).items():
            found[name] = max(found.get(name, 0.0), shared)
        found.pop(incident.incident_id, None)
        ranked = sorted(found, key=lambda name: (-round(found[name], 6), incidents[name].first_seq))
        looked_at = [(name, self.face(incidents[name])) for name in ranked[:MAX_LOOKED_AT]]
        return x, [
            (name, y, choice_vector(x, y, statistics))
            for name, y in looked_at
            if earlier_than(y, x) and may_relate(x, y)
        ]

    def of(
        self, incident: Incident, incidents: Mapping[str, Incident], index: Index, statistics: Statistics
    ) -> tuple[RelationProposal, ...]:
        x, choices = self.choices(incident, incidents, index, statistics)
        ranked = ranked_choices(self.weights, [vector for _, _, vector in choices])
        if not ranked:
            return ()
        worth, at = ranked[0]
        name, y, _ = choices[at]
        relation = relation_of(x, y)
        ends = (name, incident.incident_id) if relation in SAID_OF_THE_EARLIER else (incident.incident_id, name)
        return (RelationProposal(*ends, relation, worth, reasons_of(x, y, statistics)),)
