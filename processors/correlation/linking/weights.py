"""The weights of the evidence: data, fitted by `timelines fit`, with where they come from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

from .candidates import INCIDENT_FEATURES
from .pair_terms import PAIR_FEATURES

#: article_article: happenings told at length, with nothing coded but when they were published
#: row_row: rows of coded databases
PAIR_MODELS: Final = ("core_core", "statement_core", "statement_statement", "article_article", "row_row")


class BadWeights(ValueError):
    """Weights that do not fit this version: names the part and the remedy."""


@dataclass(frozen=True, slots=True)
class Weights:
    """pairs: model -> one weight per feature of PAIR_FEATURES; incident: one per feature of INCIDENT_FEATURES.

    join: log-odds above which an event joins an incident; join_articles: the same of a happening told at length, whose
        incidents the scores were not fitted on
    vote_start, vote_slope, vote_least: an incident of size L takes in another when the mean vote is above
        start - slope * ln L, never below `least`: however large, it does not take everything. Without a happening L
        is 1: no story is established by words alone
    core_veto: two incidents whose happenings agree less than this, in the mean, are two
    cohesion: a statement joins, and statements merge with, an incident of two statements or more and nothing else only
        where it suits them by this in the mean
    draw_lead, draw_least: a statement goes over to the happening of another incident that it suits better by so much,
        and no less than that
    provenance: how these were made; for readers, not for scoring
    """

    pairs: dict[str, tuple[float, ...]]
    incident: tuple[float, ...]
    join: float = 0.7
    join_articles: float = 0.2
    vote_start: float = 2.5
    vote_slope: float = 1.1
    vote_least: float = -2.7
    core_veto: float = -1.6
    cohesion: float = 1.0
    draw_lead: float = 1.5
    draw_least: float = -1.0
    provenance: dict[str, Any] = field(default_factory=dict)


def parse(text: str) -> Weights:
    """Raises BadWeights."""
    try:
        loaded = json.loads(text)
        given = {"row_row": loaded["pairs"]["core_core"], **loaded["pairs"]}  # weights from before there were rows
        pairs = {model: _vector(given[model], PAIR_FEATURES, model) for model in PAIR_MODELS}
        incident = _vector(loaded["incident"], INCIDENT_FEATURES, "incident")
        chosen = {"join_articles": loaded["choices"]["join"], **loaded["choices"]}  # and before articles had their bar
        choices = {name: float(chosen[name]) for name in CHOICES}
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, BadWeights):
            raise
        raise BadWeights(f"weights: {error!r}: write them with `timelines fit`") from error
    return Weights(pairs, incident, **choices, provenance=loaded.get("provenance", {}))


CHOICES: Final = (
    "join", "join_articles", "vote_start", "vote_slope", "vote_least", "core_veto", "cohesion", "draw_lead",
    "draw_least",
)  # fmt: skip


def _vector(named: dict[str, float], names: tuple[str, ...], part: str) -> tuple[float, ...]:
    unknown = sorted(set(named) - set(names))
    if unknown:
        raise BadWeights(f"{part}: weights for features this version does not have: {', '.join(unknown)}; fit anew")
    return tuple(float(named.get(name, 0.0)) for name in names)


def write(weights: Weights) -> str:
    """JSON text, the same bytes for the same weights; features with weight 0 are left out."""

    def named(vector: tuple[float, ...], names: tuple[str, ...]) -> dict[str, float]:
        return {name: value for name, value in zip(names, vector, strict=True) if value}

    return (
        json.dumps(
            {
                "provenance": weights.provenance,
                "choices": {name: getattr(weights, name) for name in CHOICES},
                "incident": named(weights.incident, INCIDENT_FEATURES),
                "pairs": {model: named(weights.pairs[model], PAIR_FEATURES) for model in PAIR_MODELS},
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def shipped() -> Weights:
    """The weights that come with the package."""
    return parse(files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
