"""Updates wait for the entries they speak of, keep the order of the log, and are filtered by their heads."""

from __future__ import annotations

from consumers.changes import PATIENCE_S, ChangeLog, Told
from consumers.reader import Record, Wanted
from schemas.codec import encode
from schemas.headers import Headers
from schemas.timeline import Entry, EntryMoved, Merged, TimelineUpdate
from schemas.topics import ENTRIES, TIMELINES, UPDATES
from tests.results import an_entry, an_update, entry_added, opened


def of_update(update: TimelineUpdate) -> Record:
    return Record(UPDATES, 0, 0, update.incident_id, Headers(), encode(update))


def of_entry(entry: Entry) -> Record:
    return Record(ENTRIES, 0, 0, entry.event_id, Headers(), encode(entry))


def of_head(incident: str, *, wanted: bool) -> Record:
    return Record(TIMELINES, 0, 0, incident, Headers(), b"{}" if wanted else None)


def tell(log: ChangeLog, now_s: float, *records: Record, caught_up: bool = True, last: bool = False) -> list[Told]:
    log.take(records, now_s)
    return list(log.ready(now_s, caught_up=caught_up, all_of_them=last))


def revisions(told: list[Told]) -> list[int]:
    return [one.update.revision for one in told]


def test_an_update_is_told_with_the_entry_it_adds() -> None:
    log = ChangeLog(Wanted())
    (told,) = tell(log, 0, of_update(an_update("inc-1", opened(), entry_added("e1"))), of_entry(an_entry("e1")))
    assert told.entries["e1"].headline == "headline of e1"


def test_an_update_waits_for_its_entry_and_those_behind_it_wait_too() -> None:
    log = ChangeLog(Wanted())
    first = an_update("inc-1", entry_added("e1"), revision=1)
    second = an_update("inc-1", opened(), revision=2)
    assert tell(log, 0, of_update(first), of_update(second)) == []
    assert revisions(tell(log, 1, of_entry(an_entry("e1")))) == [1, 2]


def test_an_entry_that_never_comes_is_not_waited_for_for_ever() -> None:
    log = ChangeLog(Wanted())
    assert tell(log, 0, of_update(an_update("inc-1", entry_added("e1")))) == []
    assert tell(log, PATIENCE_S - 0.1) == []
    (told,) = tell(log, PATIENCE_S)
    assert told.entries == {}


def test_at_the_end_everything_is_told() -> None:
    log = ChangeLog(Wanted())
    assert revisions(tell(log, 0, of_update(an_update("inc-1", entry_added("e1"))), last=True)) == [1]


def test_nothing_is_told_before_the_end_was_reached_once_and_then_in_the_order_of_the_log() -> None:
    log = ChangeLog(Wanted())
    late = an_update("inc-late", opened(), at="12:00", revision=7)
    early = an_update("inc-early", opened(), at="09:00", revision=3)
    assert tell(log, 0, of_update(late), of_update(early), caught_up=False) == []
    assert revisions(tell(log, 99, caught_up=True)) == [3, 7]


def test_updates_of_one_time_keep_the_order_in_which_they_came() -> None:
    log = ChangeLog(Wanted())
    records = [of_update(an_update("inc-1", opened(), revision=number)) for number in (1, 2, 3, 4)]
    assert revisions(tell(log, 0, *records)) == [1, 2, 3, 4]


def test_a_kind_or_a_standing_is_judged_by_the_head_wherever_that_comes() -> None:
    log = ChangeLog(Wanted(kind="attack"), with_entries=False)
    yes, no = an_update("inc-yes", opened(), revision=1), an_update("inc-no", opened(), revision=2)
    assert tell(log, 0, of_update(yes), of_update(no)) == []
    heads = [of_head("inc-yes", wanted=True), of_head("inc-no", wanted=False)]
    assert revisions(tell(log, 1, *heads)) == [1]


def test_an_update_whose_head_never_comes_is_not_told_where_its_kind_matters() -> None:
    log = ChangeLog(Wanted(standing="contested"), with_entries=False)
    assert tell(log, 0, of_update(an_update("inc-1", opened()))) == []
    assert tell(log, PATIENCE_S) == []


def test_one_incident_is_followed_into_what_it_is_merged_into() -> None:
    log = ChangeLog(Wanted(), incident="inc-a", with_entries=False)
    merged = Merged(into="inc-b", from_="inc-a")
    told = tell(
        log, 0,
        of_update(an_update("inc-b", opened(), revision=1)),
        of_update(an_update("inc-a", merged, revision=2)),
        of_update(an_update("inc-b", merged, revision=3)),
        of_update(an_update("inc-c", opened(), revision=4)),
    )  # fmt: skip
    assert revisions(told) == [2, 3]


def test_what_cannot_be_read_is_counted_and_the_rest_goes_on() -> None:
    log = ChangeLog(Wanted())
    bad = Record(UPDATES, 0, 0, "inc-1", Headers(), b"\xff{")
    assert revisions(tell(log, 0, bad, of_update(an_update("inc-1", opened())))) == [1]
    assert log.unreadable == 1


def test_a_change_of_role_alone_waits_for_no_entry() -> None:
    log = ChangeLog(Wanted())
    assert revisions(tell(log, 0, of_update(an_update("inc-1", EntryMoved(event_id="e9", role="core"))))) == [1]


def test_a_flood_is_told_before_the_end_is_reached_rather_than_held() -> None:
    log = ChangeLog(Wanted(), with_entries=False)
    update = an_update("inc-1", opened())
    told = tell(log, 0, *[of_update(update)] * 10_005, caught_up=False)
    assert len(told) == 5
