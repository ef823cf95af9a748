"""What decides, what is fitted and what is explained come from the same lines."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks import world
from processors.correlation.linking.candidates import (
    INCIDENT_FEATURES,
    Candidate,
    IncidentTerms,
    compete,
    competing_score,
    fill_values,
    pairs_score,
    state_score,
)
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import Incident, Member
from processors.correlation.linking.items import Item
from processors.correlation.linking.pair_terms import PAIR_FEATURES, PairTerms
from processors.correlation.linking.pairs import oriented, pair_features, pair_score
from processors.correlation.linking.reasons import _FAMILY_OF
from processors.correlation.linking.statistics import GRAIN, Statistics
from producers.feeds.coded import parse_coded

GOLD = Path(__file__).parents[3] / "gold"


def _items() -> tuple[list[Item], Statistics]:
    """Reports of two gold sets and of the made-up world, in an order that brings strangers together."""
    events = [event for _, event in world.stream(60)]
    for name in ("kad", "kaz"):
        with (GOLD / f"{name}.jsonl").open("rb") as lines:
            events += [parse_coded(line)[0] for line in lines if line.strip()]
    random.Random(3).shuffle(events)
    statistics = Statistics()
    features = [features_of(event) for event in events]
    for seq, known in enumerate(features):
        statistics.add(seq, known)
    return [Item(known) for known in features], statistics


def test_a_pair_score_is_the_weights_times_the_features_whatever_the_weights() -> None:
    items, statistics = _items()
    chance = random.Random(5)
    seen = set()
    for _ in range(3_000):
        model, first, second = oriented(*chance.sample(items, 2))
        weights = PairTerms(*(chance.uniform(-3, 3) for _ in PAIR_FEATURES))
        vector = pair_features(first, second, statistics)
        expected = sum(weight * value for weight, value in zip(weights, vector, strict=True))
        assert abs(pair_score(first, second, weights, statistics) - expected) < 1e-9
        seen.add(model)
        seen.update(name for name, value in zip(PAIR_FEATURES, vector, strict=True) if value)
    assert {"core_core", "statement_core", "statement_statement"} <= seen
    assert len(seen & set(PAIR_FEATURES)) > 55, "hardly any pair has anything to tell: the test looks at nothing"


def test_reports_of_one_kind_score_the_same_both_ways_round() -> None:
    items, statistics = _items()
    chance = random.Random(6)
    weights = PairTerms(*(chance.uniform(-3, 3) for _ in PAIR_FEATURES))
    for _ in range(1_000):
        one, other = chance.sample(items, 2)
        if one.is_statement == other.is_statement:
            there = pair_score(one, other, weights, statistics)
            assert abs(there - pair_score(other, one, weights, statistics)) < 1e-9


def test_an_incidents_score_is_the_weights_times_its_features() -> None:
    items, statistics = _items()
    chance = random.Random(7)
    for _ in range(300):
        sample = chance.sample(items, chance.randint(3, 16))
        item, rest = sample[0], sample[1:]
        incidents = [Incident("a"), Incident("b")]
        for seq, other in enumerate(rest):
            incidents[seq % 2].add(Member(f"e{seq}", seq, other.f, incidents[seq % 2].incident_id, other))
        candidates = []
        for incident in incidents:
            members = incident.closest(item, statistics)
            candidates.append(Candidate(incident, members, [chance.uniform(-9, 7) for _ in members]))
        compete(candidates)
        weights = IncidentTerms(*(chance.uniform(-3, 3) for _ in INCIDENT_FEATURES))
        for candidate in candidates:
            fill_values(item, candidate, ("b",), statistics)
            expected = sum(weight * value for weight, value in zip(weights, candidate.values, strict=True))
            score = (
                state_score(item, candidate.incident, candidate.members, ("b",), statistics, weights)
                + pairs_score(candidate.scores, candidate.members, weights)
                + competing_score(candidate, float(item.is_statement), weights)
            )
            assert abs(score - expected) < 1e-9


def test_every_pair_feature_is_explained_under_some_heading() -> None:
    assert set(PAIR_FEATURES) - set(_FAMILY_OF) == {"bias"}


def test_weights_are_whole_grains_so_that_no_order_of_adding_them_shows() -> None:
    items, statistics = _items()
    for item in items[:50]:
        item.weigh(statistics)
        squares = [statistics.squares[key] for key in item.f.names]
        weights = [statistics.weight(key) for key in item.f.names]
        assert all((value / GRAIN).is_integer() for value in (*squares, *weights))
        assert sum(squares) == sum(reversed(squares)) == item.square
