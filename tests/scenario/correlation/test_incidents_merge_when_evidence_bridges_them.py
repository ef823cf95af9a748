"""Automatic merges: who stays, what moves, and what a person's word prevents."""

from __future__ import annotations

from tests.builders import a_decision, a_statement, an_attack
from tests.stories import Story

BRIDGE = {"also": "Mykolaiv"}


def test_the_incident_with_more_entries_stays_whichever_is_older() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", "Mykolaiv", event_id="m1", killed=3),
        an_attack("10:20", "Mykolaiv", event_id="m2", publisher="Reuters"),
        an_attack("10:30", "Mykolaiv", event_id="m3", publisher="BBC"),
    )
    gone, stays = story.home("k1"), story.home("m1")
    changes = story.tell(an_attack("11:00", event_id="k2", extra=BRIDGE))
    assert {story.home(name) for name in ("k1", "k2", "m1", "m2", "m3")} == {stays}
    assert story.core.head(gone).merged_into == stays
    assert {entry.event_id for entry in changes.entries} == {"k1", "k2"}  # only the smaller is moved
    merged = story.changes("merged")
    assert [(change.into, change.from_, change.score) for change in merged] == [(stays, gone, 2.5)] * 2


def test_of_two_as_large_the_older_stays() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", "Mykolaiv", event_id="m1"),
        an_attack("10:20", "Mykolaiv", event_id="m2", publisher="Reuters"),
    )
    older, younger = story.home("k1"), story.home("m1")
    story.tell(an_attack("11:00", event_id="k2", extra=BRIDGE))
    assert {story.home(name) for name in ("k1", "k2", "m1", "m2")} == {older}
    assert story.core.head(older).merged_from == (younger,)


def test_a_report_that_is_drawn_in_on_arrival_opens_no_incident_of_its_own() -> None:
    story = Story()
    story.tell(an_attack("10:00", "Mykolaiv", event_id="m1"))
    changes = story.tell(an_attack("11:00", event_id="k1", extra=BRIDGE))
    assert changes.touched == (story.home("m1"),)
    assert changes.updates[0].changes[0].type == "entry_added"
    assert story.changes("merged") == []


def test_an_incident_that_holds_pinned_reports_stays_even_if_it_is_the_smaller() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", "Mykolaiv", event_id="m1"),
        an_attack("10:20", "Mykolaiv", event_id="m2", publisher="Reuters"),
        an_attack("10:30", "Mykolaiv", event_id="m3", publisher="BBC"),
    )
    stays = story.home("k1")
    story.tell(a_decision("pin", "10:40", incidents=[stays], events=["k1"]))
    story.tell(an_attack("11:00", event_id="k2", extra=BRIDGE))
    assert {story.home(name) for name in ("k1", "k2", "m1", "m2", "m3")} == {stays}


def test_incidents_in_which_a_person_pinned_reports_are_not_merged_by_evidence() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k1"), an_attack("10:10", "Mykolaiv", event_id="m1"))
    for name in ("k1", "m1"):
        story.tell(a_decision("pin", "10:40", incidents=[story.home(name)], events=[name]))
    story.tell(an_attack("11:00", event_id="k2", extra=BRIDGE))
    assert story.home("k1") != story.home("m1")


def test_two_that_a_person_split_are_not_merged_by_evidence_also_under_the_id_they_have_since() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", event_id="k2"),
        an_attack("10:20", "Mykolaiv", event_id="m1"),
        an_attack("10:30", "Mykolaiv", event_id="m2"),
    )
    story.tell(a_decision("split", "10:40", incidents=[story.home("k1")], events=["k2"]))
    # the piece becomes part of the Mykolaiv incident by a person's word; Kherson must then stay apart from that
    story.tell(a_decision("merge", "10:50", incidents=[story.home("m1"), story.home("k2")]))
    story.tell(an_attack("11:00", event_id="k3", publisher="BBC", extra=BRIDGE))
    assert story.home("k1") != story.home("m1") == story.home("k2")


def test_a_person_who_merges_what_was_kept_apart_lifts_that() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k1"), an_attack("10:10", event_id="k2"))
    origin = story.home("k1")
    story.tell(a_decision("split", "10:40", incidents=[origin], events=["k2"]))
    story.tell(a_decision("merge", "10:50", incidents=[origin, story.home("k2")]))
    assert story.home("k2") == origin


def test_a_statement_that_came_before_the_attack_becomes_a_reaction_to_it() -> None:
    story = Story()
    early = a_statement("09:00", speaker="Minister", stance="condemn")
    story.tell(early)
    assert (story.head(early).kind, story.entries[early.event_id].role) == ("statement", "core")
    story.tell(attack := an_attack("08:00", recorded="10:00", killed=3, headline="Three dead after blast in Kherson"))
    head = story.head(attack)
    assert (head.kind, story.home(attack)) == ("attack", story.home(early))
    assert story.entries[early.event_id].role == "reaction"
    assert head.title == "Three dead after blast in Kherson"
    assert head.corroboration.reports == 1


def test_when_the_attack_is_split_off_the_statements_are_an_incident_of_words_again() -> None:
    story = Story()
    statement, attack = a_statement("09:00", speaker="Minister", event_id="s"), an_attack("10:00", event_id="a")
    story.tell(statement, attack, a_statement("11:00", speaker="Mayor", event_id="s2"))
    story.tell(a_decision("split", incidents=[story.home("a")], events=["a"]))
    assert story.head("s").kind == "statement"
    assert {name: str(story.entries[name].role) for name in ("s", "s2", "a")} == {
        "s": "core",
        "s2": "reaction",
        "a": "core",
    }
