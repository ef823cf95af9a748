"""What holds for every clustering."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.scores import all_singletons, b_cubed, best_matches, macro_f1, pairwise, relations

_LABELS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30)


def _both(labels: list[tuple[int, int]]) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {f"e{n}": f"p{one}" for n, (one, _) in enumerate(labels)},
        {f"e{n}": f"g{other}" for n, (_, other) in enumerate(labels)},
    )


@given(_LABELS)
def test_a_perfect_prediction_scores_one_everywhere(labels: list[tuple[int, int]]) -> None:
    _, gold = _both(labels)
    predicted = {event: f"renamed-{incident}" for event, incident in gold.items()}
    pairs = [frozenset({"g0", "g1"})] if {"g0", "g1"} <= set(gold.values()) else []
    assert b_cubed(predicted, gold).f1 == pytest.approx(1.0)
    assert pairwise(predicted, gold).score.f1 == 1.0
    assert macro_f1(predicted, gold) == pytest.approx(1.0)
    renamed_pairs = [frozenset(f"renamed-{one}" for one in pair) for pair in pairs]
    assert relations(renamed_pairs, pairs, best_matches(predicted, gold)).score.f1 == 1.0


@given(_LABELS, st.permutations(range(6)), st.randoms())
def test_names_of_incidents_and_order_of_events_do_not_matter(labels, names, random) -> None:
    predicted, gold = _both(labels)
    renamed = [(event, f"q{names[int(incident[1:])]}") for event, incident in predicted.items()]
    random.shuffle(renamed)
    again = dict(renamed)
    assert b_cubed(again, gold) == b_cubed(predicted, gold)
    assert pairwise(again, gold) == pairwise(predicted, gold)
    assert macro_f1(again, gold) == macro_f1(predicted, gold)


@given(_LABELS)
def test_the_floor_is_the_closed_form(labels: list[tuple[int, int]]) -> None:
    _, gold = _both(labels)
    events, incidents = len(gold), len(set(gold.values()))
    floor = b_cubed(all_singletons(gold), gold)
    assert floor.precision == 1.0
    assert floor.recall == pytest.approx(incidents / events)
    assert floor.f1 == pytest.approx(2 * incidents / (events + incidents))
    assert pairwise(all_singletons(gold), gold).right == 0


@given(_LABELS)
def test_b_cubed_and_pairwise_agree_with_the_definition_taken_word_by_word(labels: list[tuple[int, int]]) -> None:
    predicted, gold = _both(labels)
    events = list(gold)

    def share(one: dict[str, str], other: dict[str, str]) -> Fraction:
        total = Fraction(0)
        for e in events:
            together = [o for o in events if one[o] == one[e]]
            total += Fraction(sum(1 for o in together if other[o] == other[e]), len(together))
        return total / len(events)

    score = b_cubed(predicted, gold)
    assert score.precision == pytest.approx(float(share(predicted, gold)))
    assert score.recall == pytest.approx(float(share(gold, predicted)))
    both = sum(
        1 for n, a in enumerate(events) for b in events[n + 1 :] if predicted[a] == predicted[b] and gold[a] == gold[b]
    )
    assert pairwise(predicted, gold).right == both


@given(_LABELS)
def test_swapping_the_sides_swaps_precision_and_recall(labels: list[tuple[int, int]]) -> None:
    predicted, gold = _both(labels)
    one, other = b_cubed(predicted, gold), b_cubed(gold, predicted)
    assert (one.precision, one.recall) == (other.recall, other.precision)
