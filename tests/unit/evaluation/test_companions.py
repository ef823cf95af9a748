"""Who stands with whom in two runs."""

from __future__ import annotations

import pytest

from evaluation.companions import share_with_the_same_companions


def test_names_of_incidents_do_not_matter() -> None:
    assert share_with_the_same_companions({"a": "1", "b": "1", "c": "2"}, {"a": "x", "b": "x", "c": "y"}) == 1.0


def test_a_report_that_goes_elsewhere_changes_the_companions_of_all_it_leaves_and_joins() -> None:
    before = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "3"}
    assert share_with_the_same_companions(before, {**before, "c": "2"}) == pytest.approx(1 / 5)


def test_runs_over_other_events_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same events"):
        share_with_the_same_companions({"a": "1"}, {"b": "1"})


def test_without_events_nothing_has_changed() -> None:
    assert share_with_the_same_companions({}, {}) == 1.0
