"""The weights of what statements speak of beside are those that the judged pairs give."""

from __future__ import annotations

import pytest

from benchmarks.mentions import all_in_question, fitted
from processors.correlation.linking.mentions import BASE, BIAS, WEIGHT


def test_the_shipped_weights_are_the_fitted_ones() -> None:
    judged = [each for each in all_in_question() if each.speaks_of is not None]
    assert len(judged) > 40
    assert fitted(judged) == pytest.approx((BIAS, WEIGHT, BASE), abs=0.01)
