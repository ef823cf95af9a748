"""What incidents of statements alone take in, and which pairs are judged as articles."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item
from processors.correlation.linking.pairs import oriented
from processors.correlation.linking.weights import Weights, shipped
from timelines.fits import Fits, Settings
from timelines.training import LabelledSet, assign, in_arrival_order, is_of_articles, read_set

ROOT = Path(__file__).parents[3]


def largest_of_statements_alone(seed: int, weights: Weights) -> int:
    """Members of the largest incident of the week in Kazakhstan that has no happening."""
    events = in_arrival_order(read_set(ROOT / "gold" / "kaz.jsonl").events, seed)
    homes = assign(events, weights)
    told = {homes[event.event_id] for event in events if event.kind != "statement"}
    return max(Counter(home for home in homes.values() if home not in told).values())


@pytest.mark.parametrize("seed", [4, 5])
def test_words_of_many_capitals_make_no_chain(seed: int) -> None:
    assert largest_of_statements_alone(seed, shipped()) <= 6
    assert largest_of_statements_alone(seed, replace(shipped(), cohesion=-9.0)) > 6


def items(file: str, count: int) -> list[Item]:
    return [Item(features_of(event)) for event in read_set(ROOT / file).events[:count]]


def test_two_articles_have_a_model_of_their_own_and_an_article_beside_a_report_has_not() -> None:
    articles = [item for item in items("tuning/mid.jsonl", 20) if item.is_article]
    reports = [item for item in items("gold/nga.jsonl", 20) if not item.is_statement]
    assert len(articles) > 10
    assert not any(item.is_article for item in reports)
    assert oriented(articles[0], articles[1])[0] == "article_article"
    assert oriented(articles[0], reports[0])[0] == "core_core"


def test_sets_are_known_by_what_most_of_them_is() -> None:
    assert is_of_articles(read_set(ROOT / "tuning" / "pac.jsonl"))
    assert not is_of_articles(read_set(ROOT / "tuning" / "hor.jsonl"))


def test_without_articles_to_learn_from_articles_are_judged_as_reports_are() -> None:
    whole = read_set(ROOT / "tuning" / "lev.jsonl")
    halves = {
        name: LabelledSet(name, whole.events[at::2], whole.incident_of) for at, name in enumerate(("one", "other"))
    }
    pairs = Fits(halves, Settings(copies=0)).weights(sorted(halves)).pairs
    assert pairs["article_article"] == pairs["core_core"]
