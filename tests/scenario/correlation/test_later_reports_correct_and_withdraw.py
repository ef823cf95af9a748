"""Corrections, retractions, and what becomes of the reports they name."""

from __future__ import annotations

from typing import Any

import pytest

from processors.correlation import CannotApply, Policy
from schemas.timeline import Corrected
from tests.builders import a_decision, a_statement, an_attack
from tests.stories import Story


def test_a_correction_raises_the_toll_without_a_new_incident_and_shows_old_and_new() -> None:
    story = Story()
    first = an_attack("10:00", killed=2, by="Group X", event_id="first")
    story.tell(first, an_attack("11:00", "Kherson", killed=6, corrects="first", event_id="fix"))
    assert story.home("fix") == story.home("first")
    assert story.entries["fix"].role == "correction"
    assert story.entries["first"].corrected_by == "fix"
    assert story.claims("first", "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]
    corrected = {change.field: (change.was, change.now) for change in story.changes("corrected")}
    assert corrected["killed"] == ("2", "6")
    # what the correction does not speak of still stands
    assert [value for value, _, state in story.claims("first", "attribution") if state == "current"] == ["Group X"]


def test_a_correction_by_another_speaker_supersedes_the_corrected_report_all_the_same() -> None:
    story = Story()
    story.tell(an_attack("10:00", killed=2, event_id="first"))
    story.tell(an_attack("11:00", killed=6, speaker="The hospital", corrects="first", event_id="fix"))
    assert story.claims("first", "killed") == [(2, "AFP", "superseded"), (6, "The hospital", "current")]
    two, six = sorted((c for c in story.head("first").claims if c.about == "killed"), key=lambda c: str(c.at))
    assert two.superseded_by == six.claim_id


def test_a_correction_that_comes_before_its_original_applies_when_that_comes() -> None:
    story = Story()
    story.tell(an_attack("11:00", killed=6, corrects="first", event_id="fix"))
    story.tell(an_attack("10:00", killed=2, event_id="first", recorded="12:00"))
    assert story.home("first") == story.home("fix")
    assert story.entries["first"].corrected_by == "fix"
    assert story.claims("fix", "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]


def test_a_retraction_that_comes_before_its_original_takes_it_back_on_arrival() -> None:
    story = Story()
    story.tell(an_attack("11:00", retracts="first", event_id="sorry"), an_attack("10:00", killed=2, event_id="first"))
    assert story.entries["first"].retracted_by == "sorry"
    assert story.claims("first", "killed") == [(2, "AFP", "withdrawn")]
    assert story.head("first").standing == "retracted"


def test_corrections_of_unseen_events_are_remembered_up_to_a_bound() -> None:
    story = Story(Policy(pending_corrections=1))
    story.tell(
        an_attack("11:00", corrects="one", event_id="fix-1", killed=5),
        an_attack("11:10", corrects="two", event_id="fix-2", killed=5),
        an_attack("12:00", event_id="one", killed=1),
        an_attack("12:10", event_id="two", killed=1),
    )
    assert story.entries["one"].corrected_by is None
    assert story.entries["two"].corrected_by == "fix-2"


def test_a_corrected_place_takes_a_report_out_of_an_incident_it_does_not_belong_to() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", event_id="k2", publisher="Reuters", killed=4),
        an_attack("12:00", "Lagos", event_id="fix", publisher="Reuters", killed=4, corrects="k2"),
    )
    assert story.home("k1") != story.home("k2") == story.home("fix")
    head = story.head("k2")
    assert head.split_from == story.home("k1")
    assert head.location is not None
    assert head.location.name == "Lagos"
    assert story.head("k1").entries_total == 1
    assert story.claims("k1", "killed") == []
    assert {(change.from_, change.into) for change in story.changes("split")} == {(story.home("k1"), story.home("k2"))}


def test_a_corrected_place_takes_the_copies_along_and_joins_the_incident_that_was_there() -> None:
    story = Story()
    story.tell(
        an_attack("09:00", "Lagos", event_id="l1"),
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", event_id="k2", publisher="Reuters", headline="Blast"),
        an_attack("10:20", event_id="copy", publisher="Blog", headline="Blast"),
        an_attack("12:00", "Lagos", event_id="fix", publisher="Reuters", corrects="k2"),
    )
    assert {story.home(name) for name in ("l1", "k2", "copy", "fix")} == {story.home("l1")}
    assert story.home("k1") != story.home("l1")


@pytest.mark.parametrize("happened", ["-9d 10:00", "+9d 10:00"])
def test_a_corrected_day_takes_a_report_out_of_an_incident_of_another_day(happened: str) -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:30", event_id="k2", publisher="Reuters"),
        an_attack("12:00", event_id="fix", publisher="Reuters", corrects="k2", happened=happened),
    )
    assert story.home("fix") == story.home("k2") != story.home("k1")
    assert story.head("k2").split_from == story.home("k1")


@pytest.mark.parametrize("happened", [{"happened": "-1d 10:31"}, {"occurred": None}])
def test_a_report_stays_whose_time_is_corrected_by_less_than_a_day_or_not_at_all(happened: dict[str, Any]) -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:30", event_id="k2", publisher="Reuters"),
        an_attack("12:00", event_id="fix", publisher="Reuters", corrects="k2", **happened),
    )
    assert story.home("fix") == story.home("k2") == story.home("k1")


def test_a_correction_of_the_only_report_corrects_the_incident_itself() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k1"), an_attack("12:00", "Lagos", event_id="fix", corrects="k1"))
    assert story.home("k1") == story.home("fix")
    assert story.head("k1").location.name == "Lagos"


def test_a_pinned_report_stays_where_a_person_put_it_whatever_is_corrected() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k1"), an_attack("10:10", event_id="k2", publisher="Reuters"))
    story.tell(a_decision("pin", "11:00", incidents=[story.home("k1")], events=["k2"]))
    story.tell(an_attack("12:00", "Lagos", event_id="fix", corrects="k2"))
    assert story.home("k2") == story.home("k1")


def test_when_every_report_is_withdrawn_the_incident_is_retracted_and_says_so() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        a_statement("10:30", stance="condemn"),
        an_attack("11:00", event_id="sorry", retracts="a"),
    )
    head = story.head("a")
    assert (head.standing, head.standing_reason) == ("retracted", "its only report was withdrawn")
    assert story.entries["a"].retracted_by == "sorry"
    assert [change.event_id for change in story.changes("retracted")] == ["a"]


def test_an_event_cannot_correct_itself() -> None:
    with pytest.raises(CannotApply) as refused:
        Story().tell(an_attack("10:00", event_id="a", corrects="a"))
    assert refused.value.field == "corrects.event_id"


def test_a_correction_of_a_statements_words_is_a_correction_of_a_reaction() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        a_statement("11:00", event_id="s", speaker="Minister", killed=3),
        a_statement("12:00", event_id="fix", speaker="Minister", killed=4, corrects="s"),
    )
    assert story.head("a").corroboration.reports == 1
    assert story.claims("a", "killed") == [(3, "Minister", "superseded"), (4, "Minister", "current")]
    assert isinstance(story.changes("corrected")[0], Corrected)


def test_a_second_correction_corrects_the_first_one_too() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", killed=2, event_id="first"),
        an_attack("11:00", killed=6, speaker="The hospital", corrects="first", event_id="fix"),
        an_attack("12:00", killed=5, speaker="The mayor", corrects="first", event_id="fix-2"),
    )
    assert story.claims("first", "killed") == [
        (2, "AFP", "superseded"),
        (6, "The hospital", "superseded"),
        (5, "The mayor", "current"),
    ]
    told = [
        (change.event_id, change.was, change.now) for change in story.changes("corrected") if change.field == "killed"
    ]
    assert told == [("first", "2", "6"), ("fix", "6", "5")]


def test_when_the_last_correction_is_withdrawn_the_one_before_it_holds_again() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", killed=2, event_id="first"),
        an_attack("11:00", "Kherson market", killed=6, publisher="Reuters", corrects="first", event_id="fix"),
        an_attack("12:00", killed=5, publisher="BBC", corrects="first", event_id="fix-2"),
        an_attack("13:00", retracts="fix-2", event_id="sorry", publisher="BBC"),
    )
    assert story.claims("first", "killed") == [
        (2, "AFP", "superseded"),
        (6, "Reuters", "current"),
        (5, "BBC", "withdrawn"),
    ]
    assert story.entries["first"].corrected_by == "fix"
    assert story.entries["fix"].corrected_by is None
    assert story.head("first").location.name == "Kherson market"


def test_all_corrections_that_came_before_their_original_apply_when_it_comes() -> None:
    story = Story()
    story.tell(
        an_attack("11:00", killed=6, injured=9, corrects="first", event_id="fix"),
        an_attack("12:00", killed=5, publisher="BBC", corrects="first", event_id="fix-2"),
        an_attack("10:00", killed=2, injured=4, event_id="first", recorded="13:00"),
    )
    assert story.claims("first", "killed") == [
        (2, "AFP", "superseded"),
        (6, "AFP", "superseded"),
        (5, "BBC", "current"),
    ]
    assert story.claims("first", "injured") == [(4, "AFP", "superseded"), (9, "AFP", "current")]


def test_a_retraction_that_waits_for_its_original_is_not_lost_to_a_correction_that_waits_too() -> None:
    story = Story()
    story.tell(
        an_attack("11:00", retracts="first", event_id="sorry"),
        an_attack("11:10", killed=3, corrects="first", event_id="fix"),
        an_attack("10:00", killed=2, event_id="first", recorded="12:00"),
    )
    assert story.entries["first"].retracted_by == "sorry"
    assert story.claims("first", "killed") == [(2, "AFP", "withdrawn"), (3, "AFP", "current")]


@pytest.mark.parametrize("waits", [True, False])
def test_what_a_withdrawn_retraction_had_withdrawn_stands_again(waits: bool) -> None:
    story = Story()
    first = an_attack("10:00", killed=2, event_id="first", recorded="12:00")
    told = [an_attack("11:00", retracts="first", event_id="sorry"), a_decision("retract", "11:30", events=["sorry"])]
    story.tell(*told, first) if waits else story.tell(first, *told)
    assert story.entries["first"].retracted_by is None
    assert story.claims("first", "killed") == [(2, "AFP", "current")]
    assert story.head("first").standing == "unconfirmed"


def test_what_two_retracted_stays_withdrawn_while_one_of_them_stands() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", killed=2, event_id="first"),
        an_attack("11:00", retracts="first", event_id="sorry"),
        an_attack("11:10", retracts="first", event_id="sorry-too"),
        an_attack("11:20", retracts="sorry", event_id="no"),
    )
    assert story.entries["first"].retracted_by == "sorry-too"
    assert story.claims("first", "killed") == [(2, "AFP", "withdrawn")]


def a_parted_correction(killed: int = 2) -> Story:
    """A person has put the correction into an incident of its own. killed: what it says"""
    story = Story()
    story.tell(
        an_attack("10:00", killed=2, event_id="first"),
        an_attack("10:10", killed=2, event_id="second", publisher="Reuters"),
        an_attack("11:00", happened="10:00", killed=killed, corrects="first", event_id="fix"),
    )
    story.tell(a_decision("split", "12:00", incidents=[story.home("first")], events=["fix"]))
    assert story.home("fix") != story.home("first")
    return story


def test_an_incident_says_that_what_corrected_its_report_from_elsewhere_was_withdrawn() -> None:
    story = a_parted_correction()
    before = story.head("first")
    changes = story.tell(a_decision("retract", "13:00", events=["fix"]))
    assert story.entries["first"].corrected_by is None
    assert story.head("first") != before
    assert set(changes.touched) == {story.home("first"), story.home("fix")}


def test_an_incident_says_that_its_report_is_corrected_once_more_from_elsewhere() -> None:
    story = a_parted_correction()
    before = story.head("fix")
    changes = story.tell(an_attack("13:00", happened="10:00", corrects="first", event_id="fix-2"))
    assert story.entries["fix"].corrected_by == "fix-2"
    assert story.head("fix") != before
    assert set(changes.touched) == {story.home("first"), story.home("fix")}
    told = [change for update in changes.updates for change in update.changes]
    assert [change.event_id for change in told if change.type == "entry_moved"] == ["fix"]


def test_old_and_new_are_said_in_both_incidents_where_a_correction_stands_elsewhere() -> None:
    story = a_parted_correction(killed=6)
    changes = story.tell(an_attack("13:00", happened="10:00", killed=7, corrects="first", event_id="fix-2"))
    told = {update.incident_id: [c for c in update.changes if c.type == "corrected"] for update in changes.updates}
    assert {(c.event_id, c.was, c.now) for c in told[story.home("fix")]} == {("fix", "6", "7")}
    assert told[story.home("first")] == told[story.home("fix")]


def test_hundreds_of_corrections_of_one_report_cost_no_more_each() -> None:
    story = Story(Policy(corrections_of_one=4))
    story.tell(an_attack("10:00", killed=2, injured=1, event_id="first"))
    story.tell(an_attack("10:01", killed=3, injured=2, corrects="first", event_id="fix-0"))
    for number in range(1, 40):
        changes = story.tell(an_attack("11:00", killed=3 + number, corrects="first", event_id=f"fix-{number}"))
        assert {entry.event_id for entry in changes.entries} <= {"first", f"fix-{number - 1}", f"fix-{number}"}
    states = [state for _, _, state in story.claims("first", "killed")]
    assert (states.count("current"), states[-1]) == (1, "current")
    assert story.claims("first", "injured") == [(1, "AFP", "superseded"), (2, "AFP", "current")]


def test_what_a_withdrawn_correction_replaced_holds_again() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", killed=2, event_id="first"),
        an_attack("11:00", "Kherson market", killed=6, speaker="The hospital", corrects="first", event_id="fix"),
    )
    assert story.head("first").location.name == "Kherson market"
    story.tell(an_attack("12:00", retracts="fix", event_id="sorry"))
    assert story.claims("first", "killed") == [(2, "AFP", "current"), (6, "The hospital", "withdrawn")]
    assert story.entries["first"].corrected_by is None
    assert story.head("first").location.name == "Kherson"


def test_words_hold_again_when_the_statement_that_took_them_back_is_withdrawn() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        a_statement("11:00", event_id="s", speaker="Bo Sample", killed=10),
        a_statement("12:00", event_id="no", speaker="Bo Sample", stance=[("retracts", "own figure of 10")]),
    )
    assert story.claims("a", "killed") == [(10, "Bo Sample", "withdrawn")]
    story.tell(a_decision("retract", "13:00", events=["no"]))
    assert story.claims("a", "killed") == [(10, "Bo Sample", "current")]
    assert story.entries["s"].corrected_by is None


@pytest.mark.parametrize("others", [0, 1])
def test_a_withdrawn_retraction_by_the_speaker_corrects_nothing_any_more(others: int) -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        a_statement("11:00", event_id="s", speaker="Bo Sample", killed=10),
        a_statement(
            "12:00", event_id="no", speaker="Bo Sample", stance=[("retracts", "own figure of 10")], retracts="s"
        ),
        *(a_statement("12:10", event_id=f"no{number}", speaker="Ann", retracts="s") for number in range(others)),
    )
    story.tell(a_decision("retract", "13:00", events=["no"]))
    assert story.claims("a", "killed") == [(10, "Bo Sample", "withdrawn" if others else "current")]
    assert story.entries["s"].retracted_by == ("no0" if others else None)
    assert story.entries["s"].corrected_by is None
