"""An incident of many reports is forgotten a few a record. Meanwhile it has no head, and nothing is said of it."""

from __future__ import annotations

from datetime import timedelta

from processors.correlation import LogRecord, Policy
from processors.correlation.incidents import Stage
from schemas.codec import LogMessage, encode
from schemas.timeline import IncidentTimeline
from tests.builders import REGION, a_decision, a_statement, a_tick, an_attack
from tests.stories import Story

#: three reports a record, a day after it closed
SLOW = Policy(sweeps_per_record=3, digest_after=timedelta(days=1), forget_after=timedelta(days=9), remembered=0)


def a_giant_that_shows_a_report_of_another() -> Story:
    """Kherson: four reports. Lagos: one, and a statement that speaks of Kherson, too."""
    story = Story(SLOW)
    story.tell(
        an_attack("08:00", "Lagos", event_id="l", extra={"alone": True}),
        *(an_attack(f"10:0{n}", event_id=f"k{n}", publisher=f"P{n}", extra={"alone": True}) for n in range(4)),
        a_statement("10:10", "Lagos", event_id="guest", extra={"background": "Kherson"}),
        an_attack("11:00", event_id="last", publisher="Last"),
    )
    assert "guest" in {entry.event_id for entry in story.head("k0").entries}
    return story


def stage_of(story: Story, event: str) -> Stage:
    return story.core._store.incidents[story.home(event)].stage


def forgotten_slowly(story: Story, *messages: LogMessage) -> dict[str, IncidentTimeline]:
    """The newest head of each incident, as the sink has it when every record is a batch of its own. Every incident that
    is said to have changed has one."""
    newest = {}
    for message in messages:
        changes = story.tell(message)
        newest.update({name: story.core.head(name) for name in changes.touched})
        for entry in changes.entries:
            assert story.core.head(entry.incident_id)
    return newest


def test_who_hears_that_a_report_it_shows_is_forgotten_is_not_forgotten_by_the_same_record() -> None:
    story = a_giant_that_shows_a_report_of_another()
    giant = story.home("k0")
    forgotten_slowly(story, *(a_tick(f"+{day}d") for day in (3, 16, 17, 18, 19, 20, 21)))
    assert stage_of(story, "k0") is Stage.DIGEST
    newest = forgotten_slowly(story, *(a_tick(f"+40d {hour:02d}:00") for hour in range(12)))
    told = newest[giant]
    assert "guest" not in {entry.event_id for entry in told.entries}
    assert told.entries_total == 5
    assert giant not in story.core._store.incidents


def test_a_merge_says_nothing_of_the_half_forgotten_home_of_a_report_that_is_shown() -> None:
    story = Story(SLOW)
    story.tell(
        an_attack("08:00", "Lagos", event_id="l"),
        *(an_attack(f"10:0{n}", event_id=f"k{n}", publisher=f"P{n}") for n in range(8)),
        a_statement("10:10", event_id="guest", extra={"background": "Lagos"}),
    )
    forgotten_slowly(story, *(a_tick(f"+{day}d") for day in (3, 16, 17, 18, 19, 20, 21)))
    story.tell(
        a_decision("reopen", "+21d 08:00", incidents=[story.home("l")]),
        an_attack("+21d 09:00", "Almaty", event_id="z"),
        a_tick("+24d"),
    )
    assert stage_of(story, "k0") is Stage.FORGETTING
    assert "guest" in story.core._store.events
    stays, gone = story.home("z"), story.home("l")
    changes = story.tell(a_decision("merge", "+24d 01:00", incidents=[stays, gone]))
    assert set(changes.touched) == {stays, gone}
    assert [entry.event_id for entry in changes.entries] == ["l"]
    assert story.core.head(gone).entries_total == 0
    assert {entry.event_id for entry in story.core.head(stays).entries} == {"z", "l", "guest"}
    newest = forgotten_slowly(story, *(a_tick(f"+24d {hour:02d}:00") for hour in range(2, 8)))
    assert "guest" not in story.core._store.events
    assert {entry.event_id for entry in newest[stays].entries} == {"z", "l"}


def test_the_last_head_of_a_giant_is_the_one_that_was_told_last() -> None:
    """Of a batch that ends after it is gone the sink gets the head that it had when it went."""
    story = a_giant_that_shows_a_report_of_another()
    told: dict[str, bytes] = {}
    parting: dict[str, bytes] = {}
    for offset, day in enumerate((3, 16, 17, 18, 19, 20, 21, *range(40, 52)), start=100):
        changes = story.core.apply(LogRecord(a_tick(f"+{day}d"), REGION, 0, offset))
        told.update({name: encode(story.core.head(name)) for name in changes.touched})
        parting.update({head.incident_id: encode(head) for head in changes.parting})
    assert set(parting) == {story.home("k0"), story.home("l")}
    assert parting == {name: told[name] for name in parting}


def test_what_is_about_to_be_forgotten_is_counted_no_more() -> None:
    story = a_giant_that_shows_a_report_of_another()
    story.tell(*(a_tick(f"+{day}d") for day in (3, 16, 17, 18, 19, 20, 21)))
    assert story.core.activities()["closed"] == 2
    story.tell(a_tick("+40d"), a_tick("+40d 01:00"))
    assert stage_of(story, "k0") is Stage.FORGETTING
    assert story.core.activities()["closed"] == 0


def test_an_original_that_comes_in_late_says_nothing_of_a_copy_in_a_half_forgotten_incident() -> None:
    story = Story(SLOW)
    story.tell(
        *(an_attack(f"08:0{n}", "Lagos", event_id=f"l{n}", publisher=f"P{n}") for n in range(8)),
        an_attack("10:00", event_id="first", headline="Blast"),
        an_attack("10:10", event_id="copy", headline="Blast", publisher="Blog"),
    )
    story.tell(a_decision("pin", "11:00", incidents=[story.home("l0")], events=["copy"]))
    lagos, kherson = story.home("copy"), story.home("first")
    assert lagos == story.home("l0") != kherson
    forgotten_slowly(story, *(a_tick(f"+{day}d") for day in (3, 16, 17, 18, 19, 20, 21)))
    story.tell(a_decision("reopen", "+21d 08:00", incidents=[kherson]), a_tick("+24d"))
    assert stage_of(story, "copy") is Stage.FORGETTING
    assert "copy" in story.core._store.events
    late = an_attack("09:00", event_id="late", headline="Blast", recorded="+24d", extra={"original": True})
    changes = story.tell(late)
    assert story.home("late") == kherson
    assert {entry.event_id for entry in changes.entries} == {"first", "late"}
    assert lagos not in changes.touched
