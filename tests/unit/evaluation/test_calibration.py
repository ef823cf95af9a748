"""How far what was said is from what was right, and the line that mends it."""

from __future__ import annotations

import random
from math import log

import pytest

from evaluation.calibration import Judged, Map, expected_error, fit_map, log_loss, probability, reliability


def _odds(p: float) -> float:
    return log(p / (1.0 - p))


def _said(p: float, right: int, wrong: int) -> list[Judged]:
    return [Judged(_odds(p), True)] * right + [Judged(_odds(p), False)] * wrong


def test_a_choice_is_counted_under_the_probability_it_was_made_with() -> None:
    bins = reliability(_said(0.82, 3, 1) + _said(0.05, 0, 2))
    assert [(round(one.low, 1), one.count) for one in bins if one.count] == [(0.0, 2), (0.8, 4)]
    assert bins[8].said == pytest.approx(0.82)
    assert bins[8].right == 0.75
    assert len(bins) == 10


def test_what_is_certain_falls_into_the_last_bin_whatever_its_size() -> None:
    bins = reliability([Judged(1e9, True), Judged(-1e9, False)])
    assert (bins[0].count, bins[-1].count) == (1, 1)


def test_the_error_is_the_mean_distance_of_said_and_right_weighted_by_choices() -> None:
    assert expected_error(_said(0.82, 3, 1) + _said(0.05, 0, 12)) == pytest.approx((4 * 0.07 + 12 * 0.05) / 16)
    assert expected_error([]) == 0.0


def test_saying_nothing_costs_one_bit() -> None:
    assert log_loss([Judged(0.0, True), Judged(0.0, False)]) == pytest.approx(log(2.0))
    assert log_loss([]) == 0.0


def test_the_line_brings_back_scores_that_were_stretched() -> None:
    chance = random.Random(3)
    honest = [chance.gauss(0.0, 2.0) for _ in range(3_000)]
    judged = [Judged(2.0 * score + 1.0, chance.random() < probability(score)) for score in honest]
    line = fit_map(judged)
    assert line.slope == pytest.approx(0.5, abs=0.05)
    assert line.offset == pytest.approx(-0.5, abs=0.1)
    mapped = [Judged(line.of(one.score), one.right) for one in judged]
    assert expected_error(mapped) < 0.03 < expected_error(judged)


def test_a_line_never_turns_an_order_round() -> None:
    upside_down = [Judged(2.0, False)] * 50 + [Judged(-2.0, True)] * 50
    assert fit_map(upside_down) == Map(0.0, 0.0)


def test_without_choices_scores_stay_as_they_are() -> None:
    assert fit_map([]) == Map(1.0, 0.0)
