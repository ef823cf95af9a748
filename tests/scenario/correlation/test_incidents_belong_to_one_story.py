"""Relations between incidents, and events that speak of another incident in passing."""

from __future__ import annotations

from processors.correlation import Policy
from schemas.timeline import Unrelated
from tests.builders import a_decision, an_attack
from tests.stories import Story


def test_a_relation_stands_on_both_heads_and_is_said_once() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), an_attack("11:00", "Kyiv", event_id="y"), an_attack("12:00", "Kyiv"))
    assert [related.incident_id for related in story.head("k").related] == [story.home("y")]
    assert [related.incident_id for related in story.head("y").related] == [story.home("k")]
    assert len(story.changes("related")) == 2
    assert story.head("k").related[0].reasons == ("same country, same days",)


def test_a_relation_that_holds_no_more_goes_from_both_heads_which_say_why() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), an_attack("11:00", "Kyiv", event_id="y"))
    revisions = [story.head(name).revision for name in ("k", "y")]
    changes = story.tell(an_attack("12:00", "Kyiv", event_id="y2", extra={"alone": True}))
    assert story.home("y2") == story.home("y")
    assert set(changes.touched) == {story.home("k"), story.home("y")}
    assert story.head("k").related == story.head("y").related == ()
    assert [story.head(name).revision for name in ("k", "y")] == [revision + 1 for revision in revisions]
    said = {
        update.incident_id: change
        for update in changes.updates
        for change in update.changes
        if isinstance(change, Unrelated)
    }
    why = ("it has nothing to do with any other",)
    assert said == {
        story.home("k"): Unrelated(incident_id=story.home("y"), was="same_campaign", reasons=why),
        story.home("y"): Unrelated(incident_id=story.home("k"), was="same_campaign", reasons=why),
    }
    story.tell(an_attack("13:00", "Kyiv", event_id="y3"))
    assert len(story.changes("unrelated")) == 2  # said once


def test_relations_of_a_merged_incident_become_those_of_the_one_it_is_part_of() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k"),
        an_attack("11:00", "Kyiv", event_id="y"),
        an_attack("12:00", "Mykolaiv", event_id="m"),
    )
    gone = story.home("y")
    story.tell(a_decision("merge", incidents=[story.home("k"), gone]))
    assert [related.incident_id for related in story.head("k").related] == [story.home("m")]
    assert [related.incident_id for related in story.head("m").related] == [story.home("k")]
    assert story.core.head(gone).related == ()


def test_one_record_says_a_relation_once_as_it_ends() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k"),
        an_attack("11:00", "Mykolaiv", event_id="m", extra={"alone": True}),
        an_attack("12:00", "Kyiv", event_id="y"),
    )
    k, m = story.home("k"), story.home("m")
    assert {related.incident_id for related in story.head("y").related} == {k, m}
    changes = story.tell(a_decision("merge", "13:00", incidents=[k, m]))
    said = [
        (change.type, change.incident_id)
        for update in changes.updates
        for change in update.changes
        if update.incident_id == story.home("y") and change.type in ("related", "unrelated")
    ]
    assert said == [("unrelated", k)], "taken over by the merge, and given up, since it is alone"
    assert story.head("y").related == ()


def test_relations_are_bounded() -> None:
    story = Story(Policy(related=3))
    reports = [an_attack("10:00", f"Town {number}", event_id=f"t{number}") for number in range(8)]
    reports = [r.model_copy(update={"location": r.location.model_copy(update={"country": "UA"})}) for r in reports]
    story.tell(*reports)
    assert all(len(story.head(report).related) <= 3 for report in reports)


def test_an_event_that_speaks_of_another_incident_is_background_there_and_at_home_here() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"))
    changes = story.tell(an_attack("11:00", "Kyiv", event_id="y", extra={"background": "Kherson"}))
    assert story.home("y") != story.home("k")
    assert story.entries["y"].also_background_in == (story.home("k"),)
    assert set(changes.touched) == {story.home("k"), story.home("y")}
    shown = {entry.event_id: (str(entry.role), entry.incident_id) for entry in story.head("k").entries}
    assert shown == {"k": ("core", story.home("k")), "y": ("background", story.home("k"))}
    assert story.head("k").entries_total == 2
    assert story.head("k").corroboration.reports == 1


def test_a_background_entry_says_where_it_is_at_home_and_not_why_it_stands_there() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"))
    story.tell(an_attack("11:00", "Kyiv", event_id="y", extra={"background": "Kherson"}))
    story.tell(a_decision("pin", "11:30", incidents=[story.home("y")], events=["y"]))
    passing = next(entry for entry in story.head("k").entries if entry.event_id == "y")
    assert (passing.link.score, passing.pinned_by) == (0.0, None)
    assert [(reason.feature, reason.value) for reason in passing.link.reasons] == [
        ("speaks of it in passing", f"at home in {story.home('y')}")
    ]
    at_home = story.entries["y"]
    assert at_home.link.score != 0.0
    assert at_home.pinned_by is not None


def test_background_follows_a_merge_and_disappears_where_the_event_is_at_home() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k"),
        an_attack("11:00", "Kyiv", event_id="y", extra={"background": "Kherson"}),
        an_attack("12:00", "Mykolaiv", event_id="m"),
        an_attack("12:30", "Mykolaiv", event_id="m2"),
    )
    story.tell(a_decision("merge", "13:00", incidents=[story.home("m"), story.home("k")]))
    assert story.entries["y"].also_background_in == (story.home("m"),)
    story.tell(a_decision("merge", "14:00", incidents=[story.home("m"), story.home("y")]))
    assert story.entries["y"].also_background_in == ()
    assert story.head("y").entries_total == 4


def test_what_a_report_refers_to_is_background_where_it_is_not_at_home() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k"),
        an_attack("11:00", "Kyiv", event_id="y"),
        an_attack("11:30", "Kyiv", event_id="y2", refers_to=["k", "y"]),
    )
    assert story.home("y2") == story.home("y")
    assert story.entries["y2"].also_background_in == (story.home("k"),)
    assert [entry.event_id for entry in story.head("k").entries] == ["k", "y2"]


def test_a_report_that_refers_to_many_is_background_in_so_many_and_no_more() -> None:
    story = Story(Policy(background_in=2))
    towns = [an_attack("10:00", f"Town {number}", event_id=f"t{number}") for number in range(4)]
    story.tell(*towns, an_attack("12:00", "Kyiv", event_id="y", refers_to=[town.event_id for town in towns]))
    others = [story.home(town) for town in towns if story.home(town) != story.home("y")]
    assert story.entries["y"].also_background_in == tuple(others[:2])
