"""Incidents that stay apart and belong to one story: which earlier ones an incident goes back to, and as what.

Each incident is held beside the earlier ones that share a key with it, and goes back to the best two at most: a protest
to the happening whose victims it names and to the first protest of its wave, an attack to the one that it answers or
continues. The odds say how likely a coder relates the two; what stood before is given up only where they sink well
below what a new one needs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from .api import RelationProposal
from .faces import Face, earlier_than
from .incidents import Incident, most_shared
from .index import Index
from .relation_features import FEATURES, Choice, beside_the_others, choice_of
from .relation_kinds import SAID_OF_THE_EARLIER, reasons_of, relation_of
from .statistics import Statistics
from .weights import BadWeights

MAX_LOOKED_AT: Final = 16
#: earlier ones that one incident goes back to
MOST_BACK: Final = 2
#: log-odds by which what stands may fall below what a new relation needs: heads would flicker
_STAYS: Final = 0.5
#: later ones that are asked on behalf of a happening that comes in after what answers it; only while it has so few
#: reports: afterwards they were asked while it stood
_MOST_ASKED: Final = 1
_FIRST_REPORTS: Final = 2
_KEPT_FACES: Final = 4_096


@dataclass(frozen=True, slots=True)
class RelationWeights:
    """weights: one per FEATURES, of log-odds that the two are related. relate: the log-odds above which they are."""

    weights: tuple[float, ...]
    relate: float
    provenance: dict[str, Any] = field(default_factory=dict)


def parse(text: str) -> RelationWeights:
    """Raises BadWeights."""
    try:
        loaded = json.loads(text)
        named = loaded["weights"]
        unknown = sorted(set(named) - set(FEATURES))
        if unknown:
            raise ValueError(f"features that this version does not have: {', '.join(unknown)}")
        weights = tuple(float(named.get(name, 0.0)) for name in FEATURES)
        return RelationWeights(weights, float(loaded["relate"]), loaded.get("provenance", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadWeights(f"weights of relations: {error!r}: fit them anew") from error


def write(weights: RelationWeights) -> str:
    """JSON text, the same bytes for the same weights."""
    document = {
        "provenance": weights.provenance,
        "relate": weights.relate,
        "weights": {name: value for name, value in zip(FEATURES, weights.weights, strict=True) if value},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


@lru_cache(maxsize=1)
def shipped() -> RelationWeights:
    """The weights that come with the package."""
    return parse(files(__package__).joinpath("relations.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Held:
    """What is held in the region when a question is asked."""

    incidents: Mapping[str, Incident]
    index: Index
    statistics: Statistics


class Relations:
    """Asks for one incident at a time. Faces are kept by the very members they were made of, never by time."""

    def __init__(self, weights: RelationWeights) -> None:
        self.weights = weights
        self._weight_of = dict(zip(FEATURES, weights.weights, strict=True))
        self._faces: dict[str, Face] = {}

    def face(self, incident: Incident) -> Face:
        known = self._faces.get(incident.incident_id)
        # an incident makes its representatives anew whenever a member came or went
        if known is None or known.representatives is not incident.representatives():
            if len(self._faces) >= _KEPT_FACES:
                self._faces.clear()
            known = self._faces[incident.incident_id] = Face(incident)
        return known

    def choices(
        self, incident: Incident, held: Held, known: Collection[str] = ()
    ) -> tuple[Face, list[Choice], list[Face]]:
        """What the incident shows; the earlier ones that it may go back to; the later ones that were found, too.

        At most MAX_LOOKED_AT of both, and as many again of those in `known`.
        """
        x = self.face(incident)
        newest = incident.newest().features
        found = held.index.scores(newest, held.statistics)
        if newest is not x.item.f:
            for name, shared in held.index.scores(x.item.f, held.statistics).items():
                found[name] = max(found.get(name, 0.0), shared)
        found.pop(incident.incident_id, None)
        incidents = held.incidents
        ranked = most_shared(found, incidents, MAX_LOOKED_AT)
        more = [name for name in known if name in incidents and name not in ranked and name != incident.incident_id]
        ranked += more[:MAX_LOOKED_AT]
        earlier: list[Choice] = []
        later: list[Face] = []
        for name in ranked:
            y = self.face(incidents[name])
            if earlier_than(y, x):
                earlier.append(choice_of(name, x, y, held.statistics))
            else:
                later.append(y)
        beside_the_others(earlier)
        return x, earlier, later

    def of(self, incident: Incident, held: Held, known: Sequence[str] = ()) -> tuple[RelationProposal, ...]:
        """What the incident goes back to, best first; then what goes back to it; then what of `known` holds no more."""
        own = incident.incident_id
        x, earlier, later = self.choices(incident, held, known)
        back = self._best(earlier, known)
        found = [self._proposal(own, x, choice, worth, held) for worth, choice in back]
        for z in self._answering(own, x, later, known, held):
            _, theirs, _ = self.choices(held.incidents[z.incident_id], held, (own,))
            for worth, choice in self._best(theirs, ()):
                if choice.incident_id == own:
                    found.append(self._proposal(z.incident_id, z, choice, worth, held))
        chosen = {choice.incident_id for _, choice in back}
        for choice in earlier:
            if choice.incident_id in known and choice.incident_id not in chosen:
                enough = self._worth(choice) > self.weights.relate - _STAYS
                why = "others suit it better" if enough else "what they share stands out no more"
                found.append(self._proposal(own, x, choice, self._worth(choice), held, why_not=why))
        return tuple(found)

    def _best(self, choices: Sequence[Choice], known: Collection[str]) -> list[tuple[float, Choice]]:
        ranked = sorted([(-self._worth(choice), at) for at, choice in enumerate(choices)])[:MOST_BACK]
        best = [(-minus, choices[at]) for minus, at in ranked]
        relate = self.weights.relate
        return [
            (worth, choice)
            for worth, choice in best
            if worth > (relate - _STAYS if choice.incident_id in known else relate)
        ]

    def _answering(self, own: str, x: Face, later: Sequence[Face], known: Collection[str], held: Held) -> list[Face]:
        """Later ones that may go back to it. What the others among their choices speak is never in favour: who is below
        the bar without them need not be asked."""
        if x.size > _FIRST_REPORTS:
            return []
        ranked = sorted(
            (-worth, z.seq, at)
            for at, z in enumerate(later)
            if z.incident_id not in known
            and (worth := self._worth(choice_of(own, z, x, held.statistics))) > self.weights.relate
        )
        return [later[at] for _, _, at in ranked[:_MOST_ASKED]]

    def _worth(self, choice: Choice) -> float:
        weights = self._weight_of
        return round(sum([weights[name] * value for name, value in choice.values.items()]), 6)

    def _proposal(
        self, name: str, x: Face, choice: Choice, worth: float, held: Held, why_not: str | None = None
    ) -> RelationProposal:
        relation = relation_of(x, choice.face)
        other = choice.incident_id
        ends = (other, name) if relation in SAID_OF_THE_EARLIER else (name, other)
        if why_not is not None:
            return RelationProposal(*ends, relation, worth, (why_not,), holds=False)
        return RelationProposal(*ends, relation, worth, reasons_of(x, choice.face, held.statistics))
