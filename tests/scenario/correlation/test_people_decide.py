"""Merge, split, pin, retract, redact, close, reopen: a person's word, and what evidence may do afterwards."""

from __future__ import annotations

import json

import pytest

from processors.correlation import CannotApply, Changes, Policy
from schemas.codec import encode
from schemas.decision import Decision
from tests.builders import a_decision, a_statement, a_tick, an_attack, time_of
from tests.stories import Story

SECRET = "Zebulon Quux"


def two_incidents() -> Story:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1", killed=2),
        an_attack("10:10", event_id="k2", publisher="Reuters"),
        an_attack("10:20", "Mykolaiv", event_id="m1", killed=5, publisher="BBC"),
    )
    return story


def test_a_merge_keeps_the_first_named_and_leaves_a_forwarding_record() -> None:
    story = two_incidents()
    stays, gone = story.home("m1"), story.home("k1")
    story.tell(a_decision("merge", incidents=[stays, gone]))
    assert {story.home(name) for name in ("k1", "k2", "m1")} == {stays}
    head = story.core.head(stays)
    assert (head.merged_from, head.entries_total) == ((gone,), 3)
    assert {value for value, _, _ in story.claims("m1", "killed")} == {2, 5}
    forwarding = story.core.head(gone)
    assert (forwarding.merged_into, forwarding.entries, forwarding.activity) == (stays, (), "closed")
    assert forwarding.claims == ()


def test_a_merged_timeline_is_as_young_and_as_old_as_both_together() -> None:
    story = Story()
    story.tell(an_attack("09:00", "Mykolaiv", event_id="m"), an_attack("10:00", event_id="k"))
    story.tell(an_attack("17:00", "Mykolaiv", event_id="m2"))
    story.tell(a_decision("merge", "18:00", incidents=[story.home("k"), story.home("m")]))
    head = story.head("k")
    assert (head.first_recorded_at, head.last_activity_at) == (time_of("09:00"), time_of("17:00"))


def test_a_timeline_is_as_old_as_the_first_report_that_it_holds() -> None:
    story = two_incidents()
    story.tell(a_decision("split", "18:00", incidents=[story.home("k1")], events=["k2"]))
    assert story.head("k2").first_recorded_at == time_of("10:10")
    story.tell(an_attack("18:10", event_id="k3", corrects="k1"))
    assert story.home("k3") == story.home("k1")
    story.tell(a_decision("pin", "19:00", incidents=[story.home("m1")], events=["k1"]))
    assert story.head("m1").first_recorded_at == time_of("10:00")
    assert story.head("k3").first_recorded_at == time_of("18:10")


def test_an_active_incident_wakes_the_closed_one_it_becomes_part_of() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), a_tick("+20d"))
    story.tell(an_attack("+20d 10:00", "Mykolaiv", event_id="m"))
    story.tell(a_decision("merge", "+20d 11:00", incidents=[story.home("k"), story.home("m")]))
    assert story.head("k").activity == "active"


def test_a_quiet_incident_that_becomes_part_of_a_closed_one_is_quiet_and_not_dead() -> None:
    story = Story()
    story.tell(*(an_attack(f"10:{number:02}", event_id=f"k{number}", headline=f"k{number}") for number in range(6)))
    story.tell(a_tick("+3d"), a_tick("+20d"))
    far = [
        an_attack(f"+40d 10:{number:02}", "Mykolaiv", event_id=f"m{number}", headline=f"m{number}")
        for number in range(6)
    ]
    story.tell(*far, a_tick("+43d"))
    story.tell(a_decision("merge", "+46d", incidents=[story.home("k0"), story.home("m0")]))
    head = story.head("k0")
    assert (head.activity, head.last_activity_at) == ("quiet", time_of("+40d 10:05"))
    assert head.activity_reason == "nothing reported for 2 days, since 2024-04-10 10:05 UTC"
    assert head.closes_at == time_of("+54d 10:05")
    story.tell(a_tick("+46d 01:00"))
    assert set(story.linker.held) >= {f"m{number}" for number in range(6)}


def test_of_two_closed_incidents_that_become_one_the_later_closing_counts() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), a_tick("+3d"), a_tick("+20d"))
    story.tell(
        *(an_attack("+40d 10:00", "Mykolaiv", event_id=f"m{number}", headline=f"m{number}") for number in range(14))
    )
    story.tell(a_decision("close", "+41d", incidents=[story.home("m0")], reason="over"))
    story.tell(a_tick("+45d"))  # the older one is being swept, or a digest
    story.tell(a_decision("merge", "+46d", incidents=[story.home("k"), story.home("m0")]))
    head = story.head("k")
    assert (head.activity, head.activity_reason) == ("closed", "closed by Ada Analyst: over")
    story.tell(a_tick("+70d"))
    assert set(story.linker.held) >= {f"m{number}" for number in range(14)}
    story.tell(a_tick("+72d"), a_tick("+73d"))
    assert len(story.linker.held) == Policy().digest_evidence


def test_what_a_person_withdrew_stays_shut_whatever_is_merged_into_it() -> None:
    story = two_incidents()
    story.tell(a_decision("retract", incidents=[story.home("k1")]))
    story.tell(a_decision("merge", "11:00", incidents=[story.home("k1"), story.home("m1")]))
    assert (story.head("k1").activity, story.head("k1").standing) == ("closed", "retracted")


def test_ids_of_merged_incidents_stand_for_what_they_became() -> None:
    story = two_incidents()
    stays, gone = story.home("m1"), story.home("k1")
    story.tell(a_decision("merge", incidents=[stays, gone]), a_decision("close", "19:00", incidents=[gone]))
    assert story.core.head(stays).activity == "closed"


def test_a_split_founds_an_incident_of_its_own_that_evidence_never_merges_back() -> None:
    story = two_incidents()
    story.tell(*(an_attack(f"10:3{number}", event_id=f"more-{number}", publisher=f"P{number}") for number in range(3)))
    origin = story.home("k1")
    story.tell(a_decision("split", incidents=[origin], events=["k2"]))
    piece = story.home("k2")
    assert piece != origin
    assert story.core.head(piece).split_from == origin
    assert story.entries["k2"].pinned_by == "Ada Analyst"
    story.tell(a_decision("merge", "18:10", incidents=[piece, story.home("m1")]))
    story.tell(an_attack("19:00", event_id="bridge", extra={"also": "Mykolaiv"}))
    assert story.home("bridge") == story.home("k1") == origin
    assert story.home("k2") == piece


def test_the_same_split_is_the_same_id_in_every_replay_and_another_command_makes_another() -> None:
    ids = []
    for command_id in ("c1", "c1", "c2"):
        story = two_incidents()
        story.tell(a_decision("split", incidents=[story.home("k1")], events=["k2"], command_id=command_id))
        ids.append(story.home("k2"))
    assert ids[0] == ids[1] != ids[2]


def test_a_pin_moves_an_event_and_keeps_the_two_incidents_apart() -> None:
    story = two_incidents()
    story.tell(an_attack("10:30", event_id="k3", publisher="CNN"))
    story.tell(a_decision("pin", incidents=[story.home("m1")], events=["k2"]))
    assert story.home("k2") == story.home("m1")
    assert story.entries["k2"].pinned_by == "Ada Analyst"
    story.tell(an_attack("19:00", event_id="bridge", extra={"also": "Mykolaiv"}))
    assert story.home("bridge") == story.home("k1") != story.home("m1")


def test_an_incident_whose_last_report_is_pinned_elsewhere_forwards_there() -> None:
    story = two_incidents()
    left, entered = story.home("m1"), story.home("k1")
    story.tell(a_decision("pin", incidents=[entered], events=["m1"]))
    assert story.core.head(left).merged_into == entered


def test_a_repeated_command_changes_nothing() -> None:
    story = two_incidents()
    merge = a_decision("merge", incidents=[story.home("k1"), story.home("m1")])
    story.tell(merge)
    state = list(story.core.dump())
    assert story.tell(merge) == Changes()
    assert list(story.core.dump()) == state


def test_commands_are_remembered_up_to_a_bound() -> None:
    story = Story(Policy(remembered_commands=2))
    story.tell(an_attack("10:00", event_id="k1"))
    for number in range(4):
        story.tell(a_decision("close", incidents=[story.home("k1")], command_id=f"c{number}"))
    commands = [record.key for record in story.core.dump() if "/command/" in record.key]
    assert commands == ["test/command/c2", "test/command/c3"]


def test_two_incidents_that_became_one_before_the_merge_arrived_are_what_it_asks_for() -> None:
    story = two_incidents()
    ids = [story.home("k1"), story.home("m1")]
    story.tell(a_decision("merge", "18:00", incidents=ids))
    changes = story.tell(a_decision("merge", "18:30", incidents=ids))
    assert [[change.type for change in update.changes] for update in changes.updates] == [["decided"]]


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        (a_decision("merge", incidents=["inc-nowhere", "inc-neither"]), "incidents.0"),
        (a_decision("close", incidents=["inc-nowhere"]), "incidents.0"),
        (a_decision("redact", events=["k1", "nothing"]), "events.1"),
        (a_decision("retract", events=["nothing"]), "events.0"),
    ],
)
def test_an_unknown_id_is_refused_by_field_with_a_remedy_and_nothing_changes(decision: Decision, field: str) -> None:
    story = two_incidents()
    state = list(story.core.dump())
    with pytest.raises(CannotApply) as refused:
        story.tell(decision)
    assert refused.value.field == field
    assert "look the id up" in refused.value.problem
    assert list(story.core.dump()) == state


def test_a_split_names_events_of_that_incident_and_leaves_something_in_it() -> None:
    story = two_incidents()
    with pytest.raises(CannotApply) as refused:
        story.tell(a_decision("split", incidents=[story.home("k1")], events=["m1"]))
    assert (refused.value.field, story.home("m1") in refused.value.problem) == ("events.0", True)
    with pytest.raises(CannotApply) as refused:
        story.tell(a_decision("split", incidents=[story.home("k1")], events=["k1", "k2"]))
    assert refused.value.field == "events"


def test_every_incident_that_a_decision_touches_says_who_decided_and_why() -> None:
    story = two_incidents()
    changes = story.tell(
        a_decision("merge", incidents=[story.home("k1"), story.home("m1")], by="Ada", reason="one raid")
    )
    assert len(changes.updates) == 2
    for update in changes.updates:
        first = update.changes[0]
        assert (first.type, first.by, first.reason) == ("decided", "Ada", "one raid")


def test_redaction_removes_content_from_entry_head_claims_and_state_and_leaves_that_there_was_a_report() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", publisher="Reuters"),
        a_statement(
            "11:00",
            event_id="s",
            speaker=SECRET,
            stance=[("accuse", f"{SECRET} brothers")],
            on_behalf_of=f"{SECRET} family",
            killed=77,
            headline=f"{SECRET} speaks",
            url="https://example.org/zebulon-quux",
            publisher="Gazette",
        ),
        an_attack("12:00", f"House of {SECRET}", event_id="b", happened="+9d", headline=f"{SECRET} hurt", by=SECRET),
        an_attack("12:10", f"House of {SECRET}", event_id="b2", happened="+9d", publisher="Blog"),
    )
    changes = story.tell(a_decision("redact", events=["s", "b", "b2"]))
    for event_id in ("s", "b", "b2"):
        entry = story.entries[event_id]
        assert (entry.redacted, entry.headline, entry.actors, entry.stances) == (True, "[redacted]", (), ())
    said = b"".join(
        [
            *(encode(update) for update in changes.updates),
            *(encode(entry) for entry in changes.entries),
            *(encode(story.core.head(incident_id)) for incident_id in changes.touched),
            *(record.value or b"" for record in story.core.dump()),
        ]
    ).decode()
    for trace in (SECRET, SECRET.casefold(), "zebulon", "zibulun", "77"):
        assert trace not in said.replace("2024-03-01", ""), trace
    assert story.entries["s"].source.publisher == "Gazette"
    assert story.head("b").title == "[redacted]"
    assert {claim.value for claim in story.head("a").claims} >= {"Kherson"}


def test_a_redacted_statement_that_founded_an_incident_leaves_no_name_in_the_state() -> None:
    story = Story()
    story.tell(a_statement("10:00", "Mykolaiv", event_id="s", speaker=SECRET, headline=f"{SECRET} speaks"))
    story.tell(an_attack("11:00", event_id="a"))
    story.tell(a_decision("merge", incidents=[story.home("a"), story.home("s")]))
    story.tell(a_decision("redact", "19:00", events=["s"]))
    state = json.dumps([(record.value or b"").decode() for record in story.core.dump()]).casefold()
    assert "zebulon" not in state
    assert "zibulun" not in state  # as names are folded


def test_a_redacted_title_goes_from_forwarding_records_too() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        an_attack("10:10", "Mykolaiv", event_id="b", headline=f"{SECRET} shot", publisher="Reuters"),
    )
    gone = story.home("b")
    story.tell(a_decision("merge", incidents=[story.home("a"), gone]), a_decision("redact", "19:00", events=["b"]))
    assert story.core.head(gone).title == "[redacted]"
    assert SECRET not in json.dumps([(record.value or b"").decode() for record in story.core.dump()])


def test_redaction_takes_the_words_of_relations_from_both_heads() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), an_attack("11:00", "Kyiv", event_id="y"))
    assert story.head("y").related[0].reasons
    changes = story.tell(a_decision("redact", events=["k"]))
    assert set(changes.touched) == {story.home("k"), story.home("y")}
    for name in ("k", "y"):
        (related,) = story.head(name).related
        assert related.reasons == ()


def a_hoax() -> Story:
    """Two reports, a statement; then a person withdraws the incident."""
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1", killed=7, headline="Blast"),
        an_attack("10:10", event_id="k2", publisher="Reuters", killed=7),
        a_statement("10:20", event_id="s1", speaker="Ann Example", stance="condemn"),
    )
    story.tell(a_decision("retract", "12:00", incidents=[story.home("k1")], reason="hoax"))
    return story


def test_reports_that_come_after_an_incident_was_withdrawn_are_one_of_their_own() -> None:
    story = a_hoax()
    hoax = story.home("k1")
    story.tell(
        an_attack("13:00", event_id="k3", publisher="BBC", killed=9, headline="Blast", extra={"also": "Kherson"}),
        an_attack("13:10", event_id="k4", publisher="DPA", killed=9),
        a_statement("13:20", event_id="s2", speaker="Bo Example", stance="condemn"),
    )
    assert story.home("k3") == story.home("k4") == story.home("s2") != hoax
    assert story.entries["k3"].role == "core"  # not a copy of what was withdrawn
    assert story.head("k3").standing == "corroborated"
    assert (story.core.head(hoax).entries_total, story.core.head(hoax).merged_from) == (3, ())


def test_what_corrects_or_takes_back_a_report_of_a_withdrawn_incident_stands_with_it() -> None:
    story = a_hoax()
    story.tell(
        an_attack("13:00", event_id="fix", corrects="k1", killed=6),
        an_attack("13:10", "Lagos", event_id="far", corrects="k2", killed=6),
        a_statement("13:20", event_id="sorry", speaker="Ann Example", retracts="s1"),
    )
    assert {story.home(name) for name in ("fix", "far", "sorry", "k1", "k2")} == {story.home("s1")}
    assert (story.head("k1").standing, story.head("k1").activity) == ("retracted", "closed")


def test_what_names_a_report_of_a_withdrawn_incident_is_background_there() -> None:
    story = a_hoax()
    story.tell(an_attack("13:00", "Lagos", event_id="other", refers_to=["k1"]))
    assert story.home("other") != story.home("k1")
    assert story.entries["other"].also_background_in == (story.home("k1"),)


def test_an_incident_that_was_reopened_takes_reports_in_again() -> None:
    story = a_hoax()
    story.tell(a_decision("reopen", "13:00", incidents=[story.home("k1")]))
    story.tell(an_attack("14:00", event_id="k3", publisher="BBC"))
    assert story.home("k3") == story.home("k1")


@pytest.mark.parametrize("reopened", [True, False])
def test_what_was_restored_knows_which_incidents_were_withdrawn(reopened: bool) -> None:
    story, other = a_hoax(), Story()
    if reopened:
        story.tell(a_decision("reopen", "13:00", incidents=[story.home("k1")]))
    other.core.restore(list(story.core.dump()))
    other.tell(an_attack("14:00", event_id="k3", publisher="BBC"))
    assert (other.home("k3") == story.home("k1")) == reopened


def test_of_events_pinned_together_one_that_was_the_guest_of_another_is_no_guest_of_what_that_one_left() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        an_attack("10:10", "Lagos", event_id="b"),
        an_attack("10:20", "Almaty", event_id="d"),
        a_statement("11:00", "Lagos", event_id="g", stance="condemn", refers_to=["a"]),
    )
    left, target = story.home("a"), story.home("d")
    assert story.entries["g"].also_background_in == (left,)
    story.tell(a_decision("pin", "12:00", incidents=[target], events=["a", "g"]))
    assert (story.home("g"), story.core.head(left).merged_into) == (target, target)
    assert story.entries["g"].also_background_in == ()
    assert story.core.head(left).entries_total == 0


def test_the_first_update_of_a_piece_tells_what_the_first_head_shows() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", event_id="k2", publisher="Reuters", headline="Blast"),
        an_attack("10:20", event_id="k3", publisher="BBC", headline="Blast at the harbour kills two", killed=2),
    )
    story.tell(a_decision("split", incidents=[story.home("k1")], events=["k2", "k3"]))
    head = story.head("k2")
    (opened,) = (change for change in story.changes("opened")[1:])
    assert (head.revision, head.standing, opened.title) == (1, "corroborated", "Blast")
    (told,) = (update for update in story.updates if update.incident_id == head.incident_id)
    assert [(change.was, change.now) for change in told.changes if change.type == "standing_changed"] == [
        ("unconfirmed", "corroborated")
    ]
    assert [(change.was, change.now) for change in told.changes if change.type == "retitled"] == [("Blast", head.title)]


def test_a_piece_and_what_is_left_say_when_their_own_first_reports_came_in() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k1"),
        an_attack("10:10", event_id="k2", publisher="Reuters"),
        an_attack("10:20", event_id="k3", publisher="BBC"),
    )
    origin = story.home("k1")
    story.tell(a_decision("split", "18:00", incidents=[origin], events=["k1"]))
    piece, left = story.head("k1"), story.head("k2")
    assert (piece.first_recorded_at, left.first_recorded_at) == (time_of("10:00"), time_of("10:10"))
    assert piece.activity_reason == f"split off from {origin} at 2024-03-01 18:00 UTC"
    story.tell(a_decision("pin", "19:00", incidents=[origin], events=["k1"]))
    assert story.head("k2").first_recorded_at == time_of("10:00")


def test_a_report_that_is_pinned_to_a_quiet_incident_and_is_newer_than_all_it_has_keeps_it_going() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k1"))
    for name in ("m1", "m2"):
        story.tell(an_attack(f"+5d 10:0{name[1]}", "Mykolaiv", event_id=name, headline=name))
    assert story.head("k1").activity == "quiet"
    story.tell(a_decision("pin", "+5d 11:00", incidents=[story.home("k1")], events=["m2"]))
    head = story.head("k1")
    assert (head.activity, head.last_activity_at) == ("active", time_of("+5d 10:02"))
    assert head.activity_reason == "a report of AFP that came in at 2024-03-06 10:02 UTC was placed here by Ada Analyst"
    story.tell(a_tick("+8d"))
    assert story.head("k1").activity_reason == "nothing reported for 2 days, since 2024-03-06 10:02 UTC"


def test_an_older_report_and_one_pinned_to_what_was_withdrawn_wake_nothing() -> None:
    story = Story()
    story.tell(*(an_attack(f"10:0{number}", event_id=f"k{number}", headline=f"k{number}") for number in "12"))
    for name in ("m1", "m2", "m3"):
        story.tell(an_attack(f"+5d 10:0{name[1]}", "Mykolaiv", event_id=name, headline=name))
    before = story.head("m1")
    story.tell(a_decision("pin", "+5d 11:00", incidents=[story.home("m1")], events=["k2"]))
    assert story.head("m1").activity_reason == before.activity_reason
    story.tell(a_decision("retract", "+5d 11:10", incidents=[story.home("k1")]))
    story.tell(a_decision("pin", "+5d 11:20", incidents=[story.home("k1")], events=["m3"]))
    assert story.head("k1").activity == "closed"
