"""Tolls and other figures: what one source raises is superseded, what two sources contradict is disputed."""

from __future__ import annotations

from tests.builders import a_decision, a_protest, a_statement, an_attack
from tests.stories import Story


def test_a_toll_that_one_source_raises_is_superseded_not_disputed() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", killed=2), an_attack("12:00", killed=6))
    assert story.claims(first, "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]
    by_value = {claim.value: claim for claim in story.head(first).claims if claim.about == "killed"}
    assert by_value[2].superseded_by == by_value[6].claim_id


def test_two_figures_of_one_article_stand_side_by_side_until_a_later_one_replaces_both() -> None:
    """ "Fifteen in all", "eleven of one village": neither is the newer word."""
    story = Story()
    story.tell(
        first := an_attack("10:00", killed=15, report="r1", headline="Final toll: fifteen dead"),
        an_attack("10:00", killed=11, report="r1", headline="Eleven were of one village"),
    )
    assert story.claims(first, "killed") == [(15, "AFP", "current"), (11, "AFP", "current")]
    story.tell(an_attack("12:00", killed=16, report="r2"))
    assert story.claims(first, "killed") == [
        (15, "AFP", "superseded"),
        (11, "AFP", "superseded"),
        (16, "AFP", "current"),
    ]


def test_an_article_that_is_published_again_replaces_its_own_figure() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", killed=2, report="r1"), an_attack("12:00", killed=6, report="r1"))
    assert story.claims(first, "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]


def test_two_independent_sources_with_2_and_10_are_disputed_and_name_each_other() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", killed=2), an_attack("10:30", killed=10, publisher="Reuters"))
    assert story.claims(first, "killed") == [(2, "AFP", "disputed"), (10, "Reuters", "disputed")]
    two, ten = [claim for claim in story.head(first).claims if claim.about == "killed"]
    assert two.disputed_by == (ten.claim_id,)
    assert ten.disputed_by == (two.claim_id,)


def test_a_dispute_ends_when_the_one_source_takes_over_the_other_figure() -> None:
    story = Story()
    first = an_attack("10:00", killed=2)
    story.tell(first, an_attack("10:30", killed=10, publisher="Reuters"), an_attack("12:00", killed=10))
    assert story.claims(first, "killed") == [
        (2, "AFP", "superseded"),
        (10, "Reuters", "current"),
        (10, "AFP", "current"),
    ]
    changed = [(change.claim.value, change.was, change.claim.state) for change in story.changes("claim_changed")]
    assert (10, "disputed", "current") in changed


def test_outlets_that_carry_one_wire_story_are_one_source_and_never_dispute_each_other() -> None:
    story = Story()
    first = an_attack("10:00", killed=2, publisher="AFP")
    story.tell(
        first,
        an_attack("10:20", killed=2, publisher="The Gazette", wire="AFP"),
        an_attack("12:00", killed=6, publisher="The Courier", wire="afp"),
    )
    assert story.claims(first, "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]
    (two,) = (claim for claim in story.head(first).claims if claim.value == 2)
    assert [report.publisher for report in two.reported_by] == ["AFP", "The Gazette"]


def test_an_old_wire_story_reprinted_late_does_not_bring_the_old_toll_back() -> None:
    story = Story()
    first = an_attack("10:00", killed=2)
    story.tell(first, an_attack("12:00", killed=6), an_attack("18:00", killed=2, publisher="The Gazette", wire="AFP"))
    assert story.claims(first, "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]


def test_a_word_is_shown_as_it_was_first_reported_whoever_reported_it() -> None:
    story = Story()
    first = an_attack("10:00", weapons="drone", publisher="The Gazette", wire="AFP")
    story.tell(first, an_attack("12:00", weapons="Drones"))
    assert story.claims(first, "means") == [("drone", "AFP", "current")]


def test_outlets_of_one_party_are_one_speaker_with_the_name_of_the_first_of_them() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", killed=2, publisher="Gazette", affiliation="The Party"),
        an_attack("12:00", killed=6, publisher="Herald", affiliation="the party"),
    )
    assert story.claims(first, "killed") == [(2, "Gazette", "superseded"), (6, "Gazette", "current")]


def test_what_an_agency_said_counts_from_when_it_was_first_relayed() -> None:
    story = Story()
    first = an_attack("10:00", killed=2, publisher="The Gazette", wire="AFP")
    story.tell(
        first,
        an_attack("12:00", killed=6, publisher="The Courier", wire="AFP"),
        an_attack("18:00", killed=2, publisher="The Herald", wire="AFP"),
    )
    assert story.claims(first, "killed") == [(2, "AFP", "superseded"), (6, "AFP", "current")]


def test_a_copy_published_late_says_what_its_original_said_when_that_said_it() -> None:
    story = Story()
    first = an_attack("10:00", killed=2, headline="Two dead", publisher="Herald")
    copy = an_attack("18:00", killed=2, headline="Two dead", publisher="Blog")
    story.tell(first, an_attack("12:00", killed=6, publisher="Herald"), copy)
    assert story.entries[copy.event_id].role == "duplicate"
    assert story.claims(first, "killed") == [(2, "Herald", "superseded"), (6, "Herald", "current")]


def test_a_source_may_lower_its_own_figure() -> None:
    story = Story()
    first = an_attack("10:00", killed=10)
    story.tell(first, an_attack("12:00", killed=8), an_attack("13:00", killed=10))
    # the publisher itself says ten again: that word is the newest, whatever it said in between
    assert story.claims(first, "killed") == [(10, "AFP", "current"), (8, "AFP", "superseded")]


def test_figures_with_bounds_dispute_only_what_lies_outside_them() -> None:
    story = Story()
    first = an_attack("10:00", killed="at least 3")
    story.tell(first, an_attack("10:30", killed=10, publisher="Reuters"))
    assert {state for _, _, state in story.claims(first, "killed")} == {"current"}
    story.tell(an_attack("11:00", killed="at most 2", publisher="Gazette"))
    assert story.claims(first, "killed") == [
        (3, "AFP", "disputed"),
        (10, "Reuters", "disputed"),
        (2, "Gazette", "disputed"),
    ]
    at_least = next(claim for claim in story.head(first).claims if claim.value == 3)
    assert at_least.qualifier == "at least"


def test_equal_figures_of_several_speakers_stand_side_by_side() -> None:
    story = Story()
    first = an_attack("10:00", killed=4)
    story.tell(first, an_attack("10:30", killed=4, publisher="Reuters"))
    assert story.claims(first, "killed") == [(4, "AFP", "current"), (4, "Reuters", "current")]


def test_the_figure_of_a_named_speaker_is_the_speakers_and_bears_the_name_first_reported() -> None:
    story = Story()
    first = an_attack("10:00", killed=2, speaker="Governor Ann Example", publisher="AFP")
    story.tell(first, an_attack("10:30", killed=2, speaker="Ann Example", publisher="Reuters"))
    story.tell(an_attack("12:00", killed=5, speaker="Ann Éxample, governor of Kherson", publisher="Gazette"))
    assert story.claims(first, "killed") == [
        (2, "Governor Ann Example", "superseded"),
        (5, "Governor Ann Example", "current"),
    ]
    two = next(claim for claim in story.head(first).claims if claim.value == 2)
    assert [report.publisher for report in two.reported_by] == ["AFP", "Reuters"]


def test_two_speakers_in_one_article_may_contradict_each_other() -> None:
    story = Story()
    police = a_statement("10:00", speaker="Police", killed=2, report="article-1", event_id="p")
    hospital = a_statement("10:00", speaker="Hospital", killed=10, report="article-1", event_id="h")
    story.tell(an_attack("09:00", event_id="a"), police, hospital)
    assert set(story.claims("a", "killed")) == {(2, "Police", "disputed"), (10, "Hospital", "disputed")}


def test_one_to_three_drones_of_several_sources_are_disputed_and_a_drone_without_a_count_is_not() -> None:
    story = Story()
    first = an_attack("10:00", weapons="1 drone")
    story.tell(
        first,
        an_attack("10:10", weapons="2 drones", publisher="Reuters"),
        an_attack("10:20", weapons="3 Drones", publisher="Gazette"),
        an_attack("10:30", weapons="drone", publisher="Herald"),
        an_attack("10:40", weapons="mortar", publisher="Courier"),
    )
    means = [claim for claim in story.head(first).claims if claim.about == "means"]
    states = {(claim.qualifier, claim.speaker): str(claim.state) for claim in means}
    assert states == {
        ("count 1", "AFP"): "disputed",
        ("count 2", "Reuters"): "disputed",
        ("count 3", "Gazette"): "disputed",
        (None, "Herald"): "current",
        (None, "Courier"): "current",
    }


def test_arrests_and_turnout_are_claims_too() -> None:
    story = Story()
    first = a_protest("10:00", participants="500 to 600", arrested=4)
    story.tell(first, a_protest("11:00", participants=2_000, arrested=4, publisher="Reuters"))
    assert {(value, state) for value, _, state in story.claims(first, "participants")} == {
        (550, "disputed"),
        (2_000, "disputed"),
    }
    assert {state for _, _, state in story.claims(first, "arrested")} == {"current"}
    assert next(c for c in story.head(first).claims if c.value == 550).qualifier == "500 to 600"


def test_a_withdrawn_report_takes_its_claims_along_and_ends_the_dispute() -> None:
    story = Story()
    first, wrong = an_attack("10:00", killed=2), an_attack("10:30", killed=10, publisher="Reuters")
    story.tell(first, wrong, an_attack("11:00", publisher="Reuters", retracts=wrong.event_id))
    assert story.claims(first, "killed") == [(2, "AFP", "current"), (10, "Reuters", "withdrawn")]


def test_a_decision_withdraws_like_a_retraction_and_is_named() -> None:
    story = Story()
    first, wrong = an_attack("10:00", killed=2), an_attack("10:30", killed=10, publisher="Reuters")
    decision = a_decision("retract", events=[wrong.event_id])
    story.tell(first, wrong, decision)
    assert story.claims(first, "killed") == [(2, "AFP", "current"), (10, "Reuters", "withdrawn")]
    assert story.entries[wrong.event_id].retracted_by == decision.command_id


def test_a_speaker_who_takes_back_a_figure_withdraws_it_wherever_it_was_reported() -> None:
    story = Story()
    story.tell(
        an_attack("09:00", event_id="a"),
        a_statement("10:00", speaker="Spokesman Bo Sample", killed=10, publisher="AFP", event_id="s1"),
        a_statement("10:30", speaker="Bo Sample", killed=10, publisher="Reuters", event_id="s2"),
        a_statement("12:00", speaker="Bo Sample", stance=[("retracts", "own figure of 10")], event_id="s3"),
    )
    assert story.claims("a", "killed") == [(10, "Spokesman Bo Sample", "withdrawn")]
    assert {story.entries[name].corrected_by for name in ("s1", "s2")} == {"s3"}


def test_a_figure_that_is_named_to_be_taken_back_is_not_claimed_by_that() -> None:
    """The coder writes the figure down with the statement: "we never spoke of 1,640 dead"."""
    story = Story()
    story.tell(
        an_attack("09:00", event_id="a"),
        a_statement("10:00", speaker="Bo Sample", killed=1640, injured=12, event_id="s1"),
        a_statement(
            "12:00", speaker="Bo Sample", killed=1640, injured=30, stance=[("retracts", "toll of 1,640")], event_id="s2"
        ),
        a_statement("13:00", speaker="Cy Example", killed=1640, stance=[("retracts", "toll of 1640")], event_id="s3"),
    )
    assert story.claims("a", "killed") == [(1640, "Bo Sample", "withdrawn")]
    assert story.claims("a", "injured") == [(12, "Bo Sample", "superseded"), (30, "Bo Sample", "current")]


def test_a_figure_that_is_named_in_another_stance_is_claimed_all_the_same() -> None:
    story = Story()
    story.tell(
        an_attack("09:00", event_id="a"),
        a_statement("10:00", speaker="Bo Sample", killed=12, stance=[("condemn", "the killing of 12 people")]),
    )
    assert story.claims("a", "killed") == [(12, "Bo Sample", "current")]


def test_a_speaker_who_takes_back_a_figure_and_gives_another_has_the_old_one_superseded() -> None:
    story = Story()
    story.tell(
        an_attack("09:00", event_id="a"),
        a_statement("10:00", speaker="Bo Sample", killed=10, event_id="s1"),
        a_statement("12:00", speaker="Bo Sample", killed=344, stance=[("retracts", "own figure of 10")], event_id="s2"),
    )
    assert story.claims("a", "killed") == [(10, "Bo Sample", "superseded"), (344, "Bo Sample", "current")]


def test_a_speaker_who_takes_its_figures_back_holds_none_not_the_one_before_the_last_either() -> None:
    story = Story()
    story.tell(
        an_attack("09:00", event_id="a"),
        a_statement("10:00", speaker="Bo Sample", killed=2, event_id="s1"),
        a_statement("11:00", speaker="Bo Sample", killed=6, event_id="s2"),
        a_statement("12:00", speaker="Bo Sample", stance=[("retracts", "own figures")], event_id="s3"),
    )
    assert story.claims("a", "killed") == [(2, "Bo Sample", "withdrawn"), (6, "Bo Sample", "withdrawn")]
    story.tell(a_decision("retract", "13:00", events=["s3"]))
    assert story.claims("a", "killed") == [(2, "Bo Sample", "superseded"), (6, "Bo Sample", "current")]


def test_that_another_outlet_carries_a_word_is_told_by_the_head_alone() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="a", killed=2, speaker="Police"))
    changes = story.tell(an_attack("11:00", event_id="b", killed=2, speaker="Police", publisher="Reuters"))
    told = [c for u in changes.updates for c in u.changes if c.type in ("claim_added", "claim_changed")]
    assert [change for change in told if change.claim.about == "killed"] == []
    (claim,) = [claim for claim in story.head("a").claims if claim.about == "killed"]
    assert [report.publisher for report in claim.reported_by] == ["AFP", "Reuters"]
