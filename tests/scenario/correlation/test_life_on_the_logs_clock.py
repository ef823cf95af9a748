"""Activity follows recorded_at and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from processors.correlation import Policy
from tests.builders import a_decision, a_tick, an_attack, time_of
from tests.stories import Story


def test_an_incident_goes_quiet_closes_and_is_reopened_by_a_late_report() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first)
    assert story.head(first).quiet_at == time_of("+2d 10:00")
    assert story.head(first).closes_at == time_of("+14d 10:00")
    story.tell(a_tick("+2d 09:59"))
    assert story.head(first).activity == "active"
    (update,) = story.tell(a_tick("+2d 10:00")).updates
    assert [change.type for change in update.changes] == ["activity_changed"]
    assert (story.head(first).activity, story.head(first).quiet_at) == ("quiet", None)
    story.tell(a_tick("+14d 10:00"))
    assert (story.head(first).activity, story.head(first).closes_at) == ("closed", None)
    late = an_attack("10:00", recorded="+20d 08:00", publisher="Reuters")
    story.tell(late)
    head = story.head(late)
    assert (story.home(late), head.activity) == (story.home(first), "active")
    assert (
        head.activity_reason
        == "a report of Reuters came in at 2024-03-21 08:00 UTC, reopened by a report after 19 days"
    )
    told = [(change.was, change.now) for change in story.changes("activity_changed")]
    assert told == [("active", "quiet"), ("quiet", "closed"), ("closed", "active")]


def test_a_clock_that_jumps_takes_an_incident_through_quiet_to_closed_in_one_revision() -> None:
    story = Story()
    story.tell(first := an_attack("10:00"))
    (update,) = story.tell(a_tick("+30d")).updates
    assert update.revision == 2
    assert [(change.was, change.now) for change in update.changes] == [("active", "closed")]
    assert story.head(first).activity == "closed"


def test_a_report_that_arrives_with_the_clocks_jump_finds_the_incident_quiet_and_wakes_it_in_one_update() -> None:
    story = Story()
    story.tell(first := an_attack("10:00"), an_attack("10:00", recorded="+3d", publisher="Reuters"))
    assert [update.revision for update in story.updates] == [1, 2]
    assert story.head(first).activity == "active"
    # quiet for no time: the state before the record and after it are the same
    assert story.changes("activity_changed") == []


def test_what_is_dated_in_the_year_9999_closes_nothing() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, an_attack("10:10", happened="9999-12-30", published="9999-12-31", publisher="Reuters"))
    assert story.head(first).activity == "active"


def test_a_record_from_the_past_does_not_turn_the_clock_back() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, a_tick("+1d"), an_attack("09:00", "Lagos"))
    assert story.updates[-1].recorded_at == time_of("+1d")


def test_the_year_9999_as_the_logs_own_time_does_not_break_the_sums() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", recorded="9999-12-31T23:00:00+00:00"))
    assert story.head(first).closes_at is not None
    assert story.head(first).closes_at.year == 9999


def test_a_copy_is_no_activity() -> None:
    story = Story()
    first = an_attack("10:00", headline="Blast")
    story.tell(first, an_attack("10:00", recorded="+1d", headline="Blast", publisher="Blog"), a_tick("+2d 10:00"))
    assert story.head(first).activity == "quiet"


def test_a_person_closes_and_a_report_reopens() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first)
    story.tell(a_decision("close", "12:00", incidents=[story.home(first)], by="Ada", reason="done"))
    assert (story.head(first).activity, story.head(first).activity_reason) == ("closed", "closed by Ada: done")
    story.tell(a_decision("reopen", "13:00", incidents=[story.home(first)], by="Ada", reason="not done"))
    assert (story.head(first).activity, story.head(first).quiet_at) == ("active", time_of("+2d 13:00"))


def test_a_digest_shows_what_it_showed_and_keeps_the_evidence_of_its_most_significant_reports() -> None:
    story = Story()
    reports = [an_attack(f"10:{minute:02d}", killed=minute, publisher=f"P{minute}") for minute in range(30)]
    story.tell(*reports, a_tick("+14d 11:00"))
    before = story.head(reports[0])
    changes = story.tell(a_tick("+45d"))
    assert changes.updates == ()
    assert story.head(reports[0]) == before
    assert list(story.linker.held) == [entry.event_id for entry in before.entries[:10]]


@pytest.mark.parametrize("days", [180, 590])
def test_a_report_of_months_later_finds_its_digest_and_reopens_it(days: int) -> None:
    story = Story()
    story.tell(first := an_attack("10:00"), a_tick("+60d"))
    story.tell(late := an_attack("11:00", recorded=f"+{days}d", publisher="Reuters"))
    assert story.home(late) == story.home(first)
    assert story.head(late).activity == "active"


def test_nineteen_months_after_closing_an_incident_is_forgotten_and_a_new_report_founds_another() -> None:
    story = Story(Policy(remembered=0))
    story.tell(first := an_attack("10:00", event_id="first"))
    incident_id = story.home(first)
    story.tell(a_tick("+30d"), a_tick("+593d"))
    story.core.head(incident_id)
    story.tell(a_tick("+595d"))
    with pytest.raises(KeyError):
        story.core.head(incident_id)
    assert [record.key for record in story.core.dump()] == ["test/clock"]
    assert story.linker.held == {}


def test_a_region_forgets_nothing_before_it_has_more_digests_than_it_always_keeps() -> None:
    story = Story(Policy(remembered=2))
    reports = {name: an_attack(f"1{hour}:00", name) for hour, name in enumerate(["Lagos", "Kano", "Kyiv"])}
    story.tell(reports["Lagos"], reports["Kano"], a_tick("+2000d"))
    assert story.head(reports["Lagos"]).activity == "closed"
    story.tell(reports["Kyiv"], a_tick("+2030d"))
    assert story.head(reports["Lagos"]).activity == "closed"  # the third has closed, and is no digest yet
    story.tell(a_tick("+2060d"))
    story.tell(a_tick("+2061d"))
    with pytest.raises(KeyError):
        story.core.head(story.home(reports["Lagos"]))
    assert story.head(reports["Kano"]).activity == "closed"  # due as long ago, and there is room for it
    assert story.head(reports["Kyiv"]).activity == "closed"


def test_a_digest_that_was_reopened_is_none_of_those_that_may_be_forgotten() -> None:
    story = Story(Policy(remembered=1))
    story.tell(first := an_attack("10:00"), other := an_attack("11:00", "Kano"), a_tick("+60d"))
    story.tell(an_attack("12:00", recorded="+590d", publisher="Reuters"), a_tick("+600d"), a_tick("+601d"))
    assert story.head(first).activity == "quiet"
    assert story.head(other).activity == "closed"  # due, and the only digest left


def test_a_correction_finds_its_incident_long_after_the_evidence_is_gone() -> None:
    story = Story()
    story.tell(an_attack("10:00", killed=2, event_id="first"), a_tick("+60d"))
    story.tell(an_attack("12:00", killed=5, corrects="first", event_id="fix", recorded="+61d"))
    assert story.home("fix") == story.home("first")
    assert story.claims("first", "killed") == [(2, "AFP", "superseded"), (5, "AFP", "current")]


def test_incidents_fall_silent_in_the_order_in_which_they_are_due_and_the_rest_waits_for_the_next_record() -> None:
    story = Story(Policy(transitions_per_record=2))
    names = ["Lagos", "Kano", "Kyiv", "Almaty"]
    reports = [an_attack(f"1{hour}:00", name) for hour, name in enumerate(names)]
    story.tell(*reports)
    quiet = [update.incident_id for update in story.tell(a_tick("+5d")).updates]
    assert quiet == [story.home(report) for report in reports[:2]]
    quiet = [update.incident_id for update in story.tell(a_tick("+5d 00:01")).updates]
    assert quiet == [story.home(report) for report in reports[2:]]


def test_spans_come_from_the_policy() -> None:
    story = Story(Policy(quiet_after=timedelta(hours=1), close_after=timedelta(hours=2)))
    story.tell(first := an_attack("10:00"), a_tick("11:00"))
    assert story.head(first).activity_reason == "nothing reported for 1 hour, since 2024-03-01 10:00 UTC"


def test_evidence_that_comes_into_a_digest_and_is_none_of_those_kept_is_let_go_again() -> None:
    story = Story(Policy(digest_evidence=0))
    story.tell(an_attack("10:00", event_id="a"), a_tick("+60d"))
    story.tell(a_decision("retract", "+60d 01:00", incidents=[story.home("a")]))
    story.tell(an_attack("12:00", event_id="fix", corrects="a", recorded="+61d"))  # joins, and does not wake it
    assert set(story.linker.held) == {"fix"}
    story.tell(a_tick("+62d"))
    assert story.linker.held == {}
