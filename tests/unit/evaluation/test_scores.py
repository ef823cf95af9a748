"""Each figure against arithmetic done by hand, written beside it."""

from __future__ import annotations

import pytest

from evaluation.scores import (
    all_singletons,
    b_cubed,
    best_matches,
    copies,
    copy_groups,
    macro_f1,
    multi_report_events,
    originals_in_group,
    pairwise,
    relations,
)

#: gold: A = {1,2,3,4}, B = {5,6}, C = {7};   predicted: x = {1,2,3}, y = {4,5}, z = {6,7}
GOLD = {"1": "A", "2": "A", "3": "A", "4": "A", "5": "B", "6": "B", "7": "C"}
PREDICTED = {"1": "x", "2": "x", "3": "x", "4": "y", "5": "y", "6": "z", "7": "z"}


def test_b_cubed_is_the_mean_over_events() -> None:
    # precision: 1,2,3: 3/3 each; 4: 1/2; 5: 1/2; 6: 1/2; 7: 1/2      -> (3 + 2) / 7
    # recall:    1,2,3: 3/4 each; 4: 1/4; 5: 1/2; 6: 1/2; 7: 1/1      -> (9/4 + 1/4 + 1 + 1) / 7 = 4.5 / 7
    score = b_cubed(PREDICTED, GOLD)
    assert score.precision == pytest.approx(5 / 7)
    assert score.recall == pytest.approx(4.5 / 7)
    # F1 = 2 (5/7) (4.5/7) / (9.5/7) = 45 / 66.5
    assert score.f1 == pytest.approx(45 / 66.5)


def test_b_cubed_over_multi_report_incidents_leaves_out_lone_events_but_not_the_harm_they_do() -> None:
    assert multi_report_events(GOLD) == {"1", "2", "3", "4", "5", "6"}
    # event 7 is left out; it still costs event 6 half of its precision
    # precision: (3 + 1/2 + 1/2 + 1/2) / 6 = 4.5 / 6     recall: (9/4 + 1/4 + 1/2 + 1/2) / 6 = 3.5 / 6
    score = b_cubed(PREDICTED, GOLD, over=multi_report_events(GOLD))
    assert (score.precision, score.recall) == (pytest.approx(4.5 / 6), pytest.approx(3.5 / 6))


def test_pairwise_counts_pairs_that_share_an_incident() -> None:
    # gold pairs: A 6, B 1 -> 7; predicted: x 3, y 1, z 1 -> 5; both: 12, 13, 23 -> 3
    counted = pairwise(PREDICTED, GOLD)
    assert (counted.right, counted.predicted, counted.gold) == (3, 5, 7)
    # F1 = 2 * 3 / (5 + 7)
    assert counted.score.f1 == pytest.approx(0.5)


def test_macro_f1_takes_the_best_predicted_incident_for_each_gold_one() -> None:
    # A: x 2*3/(4+3) = 6/7, y 2*1/(4+2) = 1/3 -> 6/7;  B: y 2*1/4 = 1/2, z 1/2 -> 1/2;  C: z 2*1/(1+2) = 2/3
    assert macro_f1(PREDICTED, GOLD) == pytest.approx((6 / 7 + 1 / 2 + 2 / 3) / 3)


def test_best_matches_break_ties_by_shared_events_and_then_by_id() -> None:
    best = best_matches(PREDICTED, GOLD)
    # z = {6,7}: with C 2*1/(2+1) = 2/3, with B 2*1/(2+2) = 1/2
    assert {incident: match.incident_id for incident, match in best.items()} == {"x": "A", "y": "B", "z": "C"}
    tied = best_matches({"1": "p", "2": "p"}, {"1": "late", "2": "early"})
    assert tied["p"].incident_id == "early"
    # q = {a,b,c}: with wide (5 events) 2*2/(3+5) = 1/2, with narrow 2*1/(3+1) = 1/2; the more shared wins
    gold = {"a": "wide", "b": "wide", **{f"w{n}": "wide" for n in range(3)}, "c": "narrow"}
    predicted = {"a": "q", "b": "q", "c": "q", **{f"w{n}": "r" for n in range(3)}}
    assert (best_matches(predicted, gold)["q"].incident_id, best_matches(predicted, gold)["q"].shared) == ("wide", 2)


def test_relations_are_read_through_the_best_match_and_without_direction() -> None:
    match = best_matches(PREDICTED, GOLD)
    predicted = [frozenset({"y", "x"}), frozenset({"z", "y"})]  # A-B, B-C
    gold = [frozenset({"A", "B"}), frozenset({"A", "C"})]
    counted = relations(predicted, gold, match)
    assert (counted.right, counted.predicted, counted.gold) == (1, 2, 2)
    assert counted.score.f1 == pytest.approx(0.5)


def test_two_pieces_of_one_incident_called_related_are_a_wrong_relation() -> None:
    predicted = {"1": "p", "2": "q"}
    gold = {"1": "A", "2": "A"}
    counted = relations([frozenset({"p", "q"})], [], best_matches(predicted, gold))
    assert (counted.right, counted.predicted) == (0, 1)


def test_pieces_that_all_point_at_the_same_other_incident_count_once() -> None:
    predicted = {"1": "p", "2": "q", "3": "r"}
    gold = {"1": "A", "2": "A", "3": "B"}
    pairs = [frozenset({"p", "r"}), frozenset({"q", "r"})]
    counted = relations(pairs, [frozenset({"A", "B"})], best_matches(predicted, gold))
    assert (counted.right, counted.predicted, counted.gold) == (1, 1, 1)


def test_a_relation_to_an_incident_that_holds_no_event_is_wrong() -> None:
    pairs = [frozenset({"x", "empty"}), frozenset({"x", "void"})]
    counted = relations(pairs, [frozenset({"A", "B"})], best_matches(PREDICTED, GOLD))
    assert (counted.right, counted.predicted) == (0, 2)


def test_copies_are_counted_as_events_marked() -> None:
    counted = copies(marked={"2", "3", "9"}, gold={"2", "3", "4", "5"})
    assert (counted.score.precision, counted.score.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 4))


def test_a_copy_group_follows_chains_and_outlives_an_original_that_is_not_there() -> None:
    groups = copy_groups(["1", "2", "3", "4", "5"], {"3": "2", "2": "1", "4": "gone", "5": "gone"})
    assert groups["1"] == groups["2"] == groups["3"]
    assert groups["4"] == groups["5"] != groups["1"]
    assert "gone" not in groups


def test_two_reports_that_name_each_other_are_one_group_named_by_the_smaller() -> None:
    assert copy_groups(["1", "2"], {"2": "1", "1": "2"}) == {"1": "1", "2": "1"}
    assert copy_groups(["1", "2"], {"1": "2"}) == {"1": "1", "2": "1"}


def test_any_other_report_of_the_group_is_a_right_original() -> None:
    gold = {"2": "1", "3": "1", "5": "4"}
    events = ["1", "2", "3", "4", "5", "6"]
    # 3 names 2, which is of its group; 5 names 6, which is not; 6 is no labelled copy and is not asked about;
    # 2 names itself
    counted = originals_in_group({"3": "2", "5": "6", "6": "1", "2": "2"}, gold, events=events)
    assert (counted.right, counted.predicted, counted.gold) == (1, 3, 3)


def test_nothing_predicted_is_not_wrong_and_finds_nothing() -> None:
    counted = copies(marked=set(), gold={"1"})
    assert (counted.score.precision, counted.score.recall, counted.score.f1) == (1.0, 0.0, 0.0)


def test_a_missing_event_is_named_instead_of_being_scored() -> None:
    with pytest.raises(ValueError, match=r"1 without a prediction \['7'\]"):
        b_cubed({event: incident for event, incident in PREDICTED.items() if event != "7"}, GOLD)


def test_the_floor_of_the_first_gold_set_is_the_figure_of_the_notes() -> None:
    # kad: 164 records in 18 incidents: 2 * 18 / (164 + 18) = .198
    gold = {str(n): str(min(n, 17)) for n in range(164)}
    assert b_cubed(all_singletons(gold), gold).f1 == pytest.approx(36 / 182)
