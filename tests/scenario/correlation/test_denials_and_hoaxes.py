"""Incidents that are doubted, denied, or did not happen."""

from __future__ import annotations

from tests.builders import a_statement, an_attack
from tests.stories import Story


def denies(who: str, at: str, publisher: str = "AFP", target: str | None = None) -> object:
    return a_statement(at, speaker=who, stance="denies_occurrence", target=target, publisher=publisher)


def test_one_denial_against_one_source_contests_the_incident() -> None:
    story = Story()
    story.tell(first := an_attack("10:00"), denies("The army", "11:00"))
    head = story.head(first)
    assert (head.standing, head.standing_reason) == (
        "contested",
        "The army denies that it happened; only AFP tells of it",
    )


def test_two_denials_against_one_source_that_nobody_confirms_refute_it_and_a_second_source_upholds_it() -> None:
    story = Story()
    first = an_attack("10:00", publisher="Blog")
    story.tell(first, denies("The army", "11:00"), denies("The mayor", "12:00"))
    assert story.head(first).standing == "refuted"
    story.tell(a_statement("13:00", speaker="The hospital", stance="confirms"))
    assert story.head(first).standing == "contested"
    story.tell(an_attack("14:00", publisher="Reuters"))
    assert story.head(first).standing == "contested"
    assert "2 independent sources" in story.head(first).standing_reason


def test_a_hoax_is_refuted_when_it_is_denied_and_the_report_withdrawn() -> None:
    story = Story()
    first = an_attack("10:00", publisher="Blog", event_id="a")
    story.tell(first, denies("Police", "11:00"), an_attack("12:00", publisher="Blog", retracts="a"))
    head = story.head(first)
    assert (head.standing, head.standing_reason) == (
        "refuted",
        "its only report was withdrawn; Police denied that it happened",
    )


def test_a_denial_of_something_about_the_incident_does_not_touch_its_standing() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, denies("Governor", "11:00", target="ransom payment"), denies("Mayor", "12:00", target="release"))
    head = story.head(first)
    assert head.standing == "unconfirmed"
    denied = {claim.value for claim in head.claims if claim.about == "occurrence"}
    assert denied == {"did not happen: ransom payment", "did not happen: release"}


def test_doubt_contests_what_rests_on_one_source_and_not_what_rests_on_two() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, a_statement("11:00", speaker="Analyst", stance="doubts", target="the alleged attack"))
    assert story.head(first).standing == "contested"
    story.tell(an_attack("12:00", publisher="Reuters"))
    assert story.head(first).standing == "corroborated"


def test_what_is_denied_is_quoted_for_it_may_be_another_attack() -> None:
    story = Story()
    story.tell(first := an_attack("10:00"), denies("The governor", "11:00", target="unrest at the handover"))
    reason = "The governor denies “unrest at the handover”; only AFP tells of it"
    assert story.head(first).standing_reason == reason
    (claim,) = (claim for claim in story.head(first).claims if claim.about == "occurrence")
    assert (claim.value, claim.qualifier) == ("did not happen", "unrest at the handover")
    story.tell(denies("The mayor", "12:00"))
    assert story.head(first).standing_reason == (
        "The governor denies “unrest at the handover” and The mayor denies that it happened; only AFP tells of it, "
        "and nobody confirmed it since"
    )


def test_of_many_who_deny_it_three_are_quoted_and_the_others_counted() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", publisher="Blog"))
    for number, who in enumerate(("The army", "The mayor", "Police", "The hospital")):
        story.tell(denies(who, f"1{number + 1}:00", target=f"attack {number + 1}"))
    three = "The army denies “attack 1”, The mayor denies “attack 2”, Police denies “attack 3”"
    rest = "only Blog tells of it, and nobody confirmed it since"
    assert story.head(first).standing_reason == f"{three} and 1 other denies that it happened; {rest}"
    story.tell(denies("The union", "16:00"))
    assert story.head(first).standing_reason == f"{three} and 2 others deny that it happened; {rest}"


def test_of_many_who_deny_it_and_name_nothing_three_are_named_and_the_others_counted() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", publisher="Blog"))
    for number, who in enumerate(("The army", "The mayor", "Police", "The hospital", "The union")):
        story.tell(denies(who, f"1{number + 1}:00"))
    assert story.head(first).standing_reason.startswith(
        "The army, The mayor, Police and 2 others deny that it happened; "
    )


def test_who_first_denies_and_then_confirms_is_counted_with_the_newer_word() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, denies("The army", "11:00"), a_statement("12:00", speaker="The Army", stance="confirms"))
    assert story.claims(first, "occurrence") == [
        ("did not happen", "The army", "superseded"),
        ("happened", "The army", "current"),
    ]
    assert story.head(first).standing == "unconfirmed"


def test_who_denied_confirmed_and_took_all_that_back_denies_nothing() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00"),
        denies("The army", "11:00"),
        a_statement("12:00", speaker="The army", stance="confirms"),
        a_statement("13:00", speaker="The army", stance=[("retracts", "own statements")]),
    )
    assert story.claims(first, "occurrence") == [
        ("did not happen", "The army", "withdrawn"),
        ("happened", "The army", "withdrawn"),
    ]
    assert (story.head(first).standing, story.head(first).standing_reason) == ("unconfirmed", "only AFP tells of it")


def test_an_incident_that_a_denial_opens_says_at_once_that_it_is_contested() -> None:
    story = Story()
    told = story.tell(first := denies("The army", "10:00"))
    (update,) = told.updates
    assert story.head(first).standing == "contested"
    assert [(change.was, change.now) for change in update.changes if change.type == "standing_changed"] == [
        ("unconfirmed", "contested")
    ]
