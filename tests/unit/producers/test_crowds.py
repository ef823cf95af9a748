"""Sizes of crowds, as coders write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producers.feeds.crowds import crowd_of
from schemas.parts import Estimate


@pytest.mark.parametrize(
    ("said", "best"),
    [
        ("200", 200), ("about 200", 200), ("around 50 people", 50), ("approximately 1,500", 1_500), ("2500", 2_500),
        ("over 1 million", 1_000_000), ("2.5 million", 2_500_000), ("2,5 million", 2_500_000),
        ("1.250 million", 1_250_000),
        ("20 thousand", 20_000), ("20 thousands", 20_000), ("20 Thousand Protesters", 20_000), ("10k", 10_000),
        ("2 hundred", 200), ("3 hundred thousand", 300_000), ("10 000", 10_000), ("10\u00a0000", 10_000),
        ("1 250 000", 1_250_000), ("1.500", 1_500), ("1.500.000", 1_500_000), ("1,250,000", 1_250_000),
        ("200 (police)", 200), ("200 people in the capital", 200), ("300 or more", 300), ("more than 1000", 1_000),
        ("200.", 200),
    ],
)  # fmt: skip
def test_a_figure_counts_with_the_unit_behind_it(said: str, best: int) -> None:
    assert crowd_of(said) == {"best": best}


@pytest.mark.parametrize(
    ("said", "low", "best", "high"),
    [
        ("between 50 and 100", 50, 75, 100), ("5,000-10,000", 5_000, 7_500, 10_000), ("at least 10 to 20", 10, 15, 20),
        ("2 to 3 thousand", 2_000, 2_500, 3_000), ("500 to 1 thousand", 500, 750, 1_000),
        ("1-1.5 million people", 1_000_000, 1_250_000, 1_500_000), ("1 thousand to 2 thousand", 1_000, 1_500, 2_000),
        ("between 200 (police) and 500 (organizers)", 200, 350, 500), ("20 000 - 30 000", 20_000, 25_000, 30_000),
        ("100 people, or up to 200", 100, 150, 200), ("5, 10, 20", 5, 12, 20),
    ],
)  # fmt: skip
def test_several_figures_are_bounds(said: str, low: int, best: int, high: int) -> None:
    assert crowd_of(said) == {"low": low, "best": best, "high": high}


@pytest.mark.parametrize(("said", "low"), [("at least 11", 11), ("100+", 100), ("at least 2 thousand", 2_000)])
def test_at_least_is_a_bound_and_the_best_that_is_known(said: str, low: int) -> None:
    assert crowd_of(said) == {"low": low, "best": low}


@pytest.mark.parametrize(
    "said",
    [
        "no report", "", "dozens", "hundreds", "hundreds of thousands", "several thousand", "a large group",
        "100s", "1000s", "32 families", "100 cars", "20 lakh", "5 dozen", "50% of the town", "2.5", "1,50,000",
        "500 to several thousand", "hundreds of thousands to 2 tens", "200 police and 300 protesters",
        "200 in Baghdad and 300 in Basra", "50 on 8 March", "1st", "5 billion", "2000 million", "9" * 40,
        "2 million rupees", "1.2.3",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_no_number(said: str) -> None:
    assert crowd_of(said) is None


@pytest.mark.parametrize("said", ["thousand " * 20_000, "9" * 100_000, "1 to " * 30_000, "5" + " thousand" * 20_000])
def test_a_text_of_any_length_is_read_to_a_bound(said: str) -> None:
    assert crowd_of("2 " + said) in (None, {"low": 1, "best": 1, "high": 2})


WORDS = st.sampled_from(
    ["1", "20", "2.5", "10 000", "1.500", "1,500,000", "thousand", "million", "k", "to", "and", "people", "at least",
     "+", "-", "(police)", "hundreds", "of", "9" * 20, "٣", "1\u00a0000", "%", "."]
)  # fmt: skip


@given(said=st.lists(WORDS | st.text(max_size=4), max_size=8).map(" ".join) | st.lists(WORDS, max_size=8).map("".join))
@example("0 million")
def test_any_words_give_an_estimate_or_none(said: str) -> None:
    found = crowd_of(said)
    if found is not None:
        assert Estimate(**found).best >= 0
