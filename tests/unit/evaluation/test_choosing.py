"""A choice among several, or none, is learned from what was right before."""

from __future__ import annotations

import random

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")

from evaluation.choosing import Offer, fit_choice  # noqa: E402 - an extra that may be missing

COLUMNS = ("bias", "helps", "hurts", "noise")


def _offers(count: int = 200) -> list[Offer]:
    """The right one is the one with the most of what helps less what hurts, if that is over 1; else none is."""
    chance = random.Random(5)
    offers = []
    for _ in range(count):
        rows = [[1.0, chance.random() * 2, chance.random(), chance.random()] for _ in range(chance.randint(1, 6))]
        worth = [row[1] - row[2] for row in rows]
        right = [float(value == max(worth) and value > 1.0) for value in worth]
        offers.append(Offer(np.array(rows), np.array(right), 1.0))
    return offers


def test_the_right_one_or_none_is_chosen() -> None:
    offers = _offers()
    weights = np.array(fit_choice(offers, columns=COLUMNS, l2=0.1))
    hits = 0
    for offer in offers:
        worth = offer.rows @ weights
        chosen = int(worth.argmax()) if worth.max() > 0 else None
        hits += (chosen is None and not offer.right.any()) or (chosen is not None and bool(offer.right[chosen]))
    assert hits / len(offers) > 0.93
    assert weights[1] > 0 > weights[2]
    assert abs(weights[3]) < min(weights[1], -weights[2]) / 4


def test_signs_hold() -> None:
    weights = fit_choice(_offers(), columns=COLUMNS, l2=0.1, signs={"helps": -1, "hurts": 1})
    assert weights[1] <= 0 <= weights[2]


def test_a_column_that_never_varies_gets_no_weight_and_the_same_offers_give_the_same_weights() -> None:
    offers = [Offer(np.column_stack([o.rows, np.zeros(len(o.rows))]), o.right, o.importance) for o in _offers(60)]
    columns = (*COLUMNS, "nothing")
    weights = fit_choice(offers, columns=columns, l2=1.0)
    assert weights[4] == 0.0
    assert fit_choice(offers, columns=columns, l2=1.0) == weights


def test_an_offer_of_nothing_is_passed_over() -> None:
    empty = Offer(np.zeros((0, 4)), np.zeros(0), 1.0)
    assert fit_choice([*_offers(60), empty], columns=COLUMNS, l2=1.0) == fit_choice(
        _offers(60), columns=COLUMNS, l2=1.0
    )
