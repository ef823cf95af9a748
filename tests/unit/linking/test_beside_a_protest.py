"""A statement beside a protest: one that speaks of protests, and one that speaks of other things, are told apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item
from processors.correlation.linking.pair_terms import POSITION
from processors.correlation.linking.pairs import pair_features
from processors.correlation.linking.statistics import Statistics
from schemas.event import AttackEvent, ProtestEvent, Source, StatementEvent

AT = datetime(2021, 3, 4, tzinfo=UTC)


def report(kind: type[AttackEvent | ProtestEvent | StatementEvent], headline: str) -> Item:
    given = {"event_id": "a", "source": Source(publisher="Example Post"), "language": "en", "headline": headline}
    return Item(features_of(kind(**given, text=headline, published_at=AT, recorded_at=AT)))  # type: ignore[arg-type]  # one call for three kinds


@pytest.mark.parametrize(
    ("headline", "about", "beside"),
    [("Minister condemns the protesters in the square", 1.0, 0.0), ("Minister condemns the price of bread", 0.0, 1.0)],
)
def test_of_a_protest(headline: str, about: float, beside: float) -> None:
    values = pair_features(report(StatementEvent, headline), report(ProtestEvent, "Thousands march"), Statistics())
    assert (values[POSITION["about_protest"]], values[POSITION["beside_protest"]]) == (about, beside)


def test_of_an_attack_it_is_no_question() -> None:
    said = report(StatementEvent, "Minister condemns the protesters in the square")
    values = pair_features(said, report(AttackEvent, "Shots fired"), Statistics())
    assert values[POSITION["about_protest"]] == values[POSITION["beside_protest"]] == 0.0
