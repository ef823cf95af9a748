"""Corroboration: many outlets may be one source."""

from __future__ import annotations

import pytest

from schemas.event import AttackEvent
from schemas.timeline import Corroboration
from tests.builders import a_decision, a_statement, an_attack
from tests.stories import Story


@pytest.mark.parametrize(
    ("why", "reports", "sources"),
    [
        ("one report", [an_attack("10:00")], 1),
        ("two outlets", [an_attack("10:00"), an_attack("10:10", publisher="Reuters")], 2),
        (
            "outlets that carry one agency",
            [
                an_attack("10:00", publisher="Gazette", wire="AFP"),
                an_attack("10:10", publisher="Herald", wire="AFP"),
                an_attack("10:20", publisher="AFP"),
            ],
            1,
        ),
        ("one outlet twice", [an_attack("10:00", publisher="Gazette"), an_attack("11:00", publisher="gazette ")], 1),
        (
            "outlets of one party",
            [
                an_attack("10:00", publisher="Gazette", affiliation="The Party"),
                an_attack("11:00", publisher="Herald", affiliation="the party"),
            ],
            1,
        ),
        (
            "one article",
            [
                an_attack("10:00", publisher="Gazette", report="article-1"),
                an_attack("10:00", publisher="Gazette online", report="article-1"),
            ],
            1,
        ),
        (
            "a copy without a credit",
            [
                an_attack("10:00", publisher="Gazette", headline="Blast at the market"),
                an_attack("11:00", publisher="Blog", headline="Blast at the market"),
            ],
            1,
        ),
        (
            "a portal that carries two agencies",
            [
                an_attack("10:00", publisher="Portal", wire="AFP"),
                an_attack("10:10", publisher="Portal", wire="Reuters"),
            ],
            2,
        ),
        (
            "an outlet that carries an agency and also writes itself",
            [an_attack("10:00", publisher="Gazette", wire="AFP"), an_attack("11:00", publisher="Gazette")],
            1,
        ),
        (
            "a chain: the copy of an outlet of a party",
            [
                an_attack("10:00", publisher="Gazette", affiliation="The Party", headline="Blast"),
                an_attack("11:00", publisher="Herald", affiliation="The Party"),
                an_attack("12:00", publisher="Blog", headline="Blast"),
                an_attack("13:00", publisher="Reuters"),
            ],
            2,
        ),
    ],
)
def test_reports_of_one_origin_are_one_source(why: str, reports: list[AttackEvent], sources: int) -> None:
    for order in (reports, reports[::-1]):
        story = Story()
        story.tell(*order)
        head = story.head(reports[0])
        assert head.corroboration.independent_sources == sources, why
        assert head.corroboration.reports == len(reports)
        assert head.standing == ("corroborated" if sources > 1 else "unconfirmed")


def test_statements_about_an_attack_do_not_corroborate_it() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, a_statement("11:00", publisher="Reuters"), a_statement("12:00", publisher="BBC"))
    head = story.head(first)
    assert (head.standing, head.corroboration.independent_sources) == ("unconfirmed", 1)
    # what the contract says of the two counts
    assert (head.corroboration.reports, head.entries_total) == (1, 3)
    said = Corroboration.model_fields["reports"].description
    assert said is not None
    assert said.startswith("reports of the happening")


def test_the_reason_of_a_standing_names_the_sources() -> None:
    story = Story()
    first = an_attack("10:00", publisher="Gazette", wire="AFP")
    story.tell(first)
    assert story.head(first).standing_reason == "only AFP tells of it"
    story.tell(an_attack("10:20", publisher="Reuters"))
    assert story.head(first).standing_reason == "2 independent sources tell of it: AFP and Reuters"
    (changed,) = story.changes("standing_changed")
    assert (changed.was, changed.now) == ("unconfirmed", "corroborated")


def test_a_source_that_withdraws_its_report_no_longer_counts() -> None:
    story = Story()
    first, second = an_attack("10:00"), an_attack("10:20", publisher="Reuters")
    story.tell(first, second, an_attack("11:00", publisher="Reuters", retracts=second.event_id))
    head = story.head(first)
    assert (head.standing, head.corroboration.independent_sources) == ("unconfirmed", 1)
    assert head.standing_reason == "only AFP tells of it"


def test_two_outlets_with_one_pledge_corroborate_the_pledge_and_an_answer_to_it_does_not() -> None:
    story = Story()
    pledge = a_statement("10:00", speaker="Group X", publisher="AFP")
    again = a_statement("10:30", speaker="group x", publisher="Reuters")
    answer = a_statement("11:00", speaker="Minister", publisher="BBC")
    story.tell(pledge, answer)
    assert story.head(pledge).standing == "unconfirmed"
    story.tell(again)
    head = story.head(pledge)
    assert (head.kind, head.standing, head.corroboration.independent_sources) == ("statement", "corroborated", 2)
    assert {entry.event_id: str(entry.role) for entry in head.entries} == {
        pledge.event_id: "core",
        again.event_id: "core",
        answer.event_id: "reaction",
    }


def test_a_decision_that_retracts_the_incident_stands_against_all_sources_until_a_person_reopens_it() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, an_attack("10:20", publisher="Reuters"))
    story.tell(a_decision("retract", "12:00", incidents=[story.home(first)]))
    story.tell(an_attack("13:00", publisher="BBC"))
    assert (story.head(first).standing, story.head(first).activity) == ("retracted", "closed")
    story.tell(a_decision("reopen", "14:00", incidents=[story.home(first)]))
    assert (story.head(first).standing, story.head(first).activity) == ("corroborated", "active")
