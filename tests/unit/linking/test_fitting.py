"""Weights are fitted the same way each time, keep their signs, and are never shown an id or a label."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from evaluation.corruption import corrupted
from evaluation.fitting import average_precision, fit_logistic
from timelines.training import in_arrival_order, read_set, walk

KAZ = Path("gold/kaz.jsonl")


def _rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(5)
    rows = np.hstack([np.ones((400, 1)), chance.normal(size=(400, 2))])
    labels = (rows[:, 1] - rows[:, 2] + chance.normal(size=400) * 0.3 > 0).astype(float)
    return rows, labels, np.ones(400)


def test_a_column_that_speaks_for_gets_a_positive_weight_and_one_against_a_negative_one() -> None:
    found = fit_logistic(*_rows(), columns=("bias", "good", "bad"), l2=1.0)
    assert found.weights[1] > 0.5
    assert found.weights[2] < -0.5


def test_a_sign_is_kept_even_against_the_data() -> None:
    found = fit_logistic(*_rows(), columns=("bias", "good", "bad"), l2=1.0, signs={"good": -1, "bad": 1})
    assert found.weights[1] == 0.0
    assert found.weights[2] == 0.0


def test_a_column_left_out_has_no_weight() -> None:
    found = fit_logistic(*_rows(), columns=("bias", "good", "bad"), l2=1.0, left_out=("bad",))
    assert found.weights[2] == 0.0
    assert found.weights[1] > 0.5


def test_a_heavier_penalty_makes_smaller_weights_and_the_same_call_the_same_weights() -> None:
    light = fit_logistic(*_rows(), columns=("bias", "good", "bad"), l2=1.0)
    heavy = fit_logistic(*_rows(), columns=("bias", "good", "bad"), l2=100.0)
    assert abs(heavy.weights[1]) < abs(light.weights[1])
    assert fit_logistic(*_rows(), columns=("bias", "good", "bad"), l2=1.0) == light


def test_average_precision_by_hand() -> None:
    # hits at ranks 1 and 3 of 4: (1/1 + 2/3) / 2
    found = average_precision(np.array([4.0, 3.0, 2.0, 1.0]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert found == pytest.approx(5 / 6)


def test_corrupted_copies_repeat_and_lose_facts() -> None:
    events = read_set(KAZ).events
    first = [corrupted(event, random.Random(3)) for event in events[:1]] + [
        corrupted(event, chance) for chance in [random.Random(9)] for event in events
    ]
    again = [corrupted(event, random.Random(3)) for event in events[:1]] + [
        corrupted(event, chance) for chance in [random.Random(9)] for event in events
    ]
    assert first == again
    assert sum(e.location is None for e in first) > sum(e.location is None for e in events)
    assert sum(e.occurred is None for e in first) > sum(e.occurred is None for e in events)


def test_arrival_is_shuffled_inside_a_day_only() -> None:
    events = read_set(KAZ).events
    straight, mixed = in_arrival_order(events, None), in_arrival_order(events, 4)

    def days(ordered: list) -> list:
        return [(e.published_at or (e.occurred.until if e.occurred else None)) for e in ordered]

    def dated(ordered: list) -> list:
        return [moment.date() for moment in days(ordered) if moment is not None]

    assert dated(straight) == dated(mixed) == sorted(dated(mixed))
    assert [e.event_id for e in straight] != [e.event_id for e in mixed]
    assert in_arrival_order(events, 4) == mixed


def test_what_is_fitted_on_does_not_change_with_the_ids() -> None:
    labelled = read_set(KAZ)
    events = list(labelled.events[:40])
    renamed = [event.model_copy(update={"event_id": f"x{at}"}) for at, event in enumerate(events)]
    labels = {event.event_id: labelled.incident_of[event.event_id] for event in events}
    other = {f"x{at}": labels[event.event_id] for at, event in enumerate(events)}
    one, two = walk(events, labels), walk(renamed, other)
    assert [[v.tolist() for v in choice.vectors] for choice in one] == [
        [v.tolist() for v in choice.vectors] for choice in two
    ]
    assert [choice.right for choice in one] == [choice.right for choice in two]
