"""The plainest walk: reports come in, an incident opens, grows, and says each change once."""

from __future__ import annotations

import pytest

from processors.correlation import CannotApply, Correlator
from tests.builders import REGION, a_log, a_statement, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker


def a_core() -> Correlator[object]:
    return Correlator(REGION, PlaceAndDayLinker())


def test_the_first_report_opens_an_incident_named_after_its_event() -> None:
    first, *_ = a_log([an_attack("10:05", event_id="a1", headline="Blast at a market in Kherson")])
    one, again = a_core(), a_core()
    changes = one.apply(first)
    assert changes.touched == again.apply(first).touched
    (update,) = changes.updates
    assert [change.type for change in update.changes][:2] == ["opened", "entry_added"]
    head = one.head(update.incident_id)
    assert (head.revision, head.title, head.entries_total) == (1, "Blast at a market in Kherson", 1)
    assert head.entries == changes.entries


def test_a_title_does_not_name_the_outlet_and_the_entry_stays_as_reported() -> None:
    reported = "Blast at a market in Kherson - Harbour Times"
    first, *_ = a_log([an_attack("10:05", headline=reported, publisher="harbourtimes.example")])
    core = a_core()
    (update,) = core.apply(first).updates
    head = core.head(update.incident_id)
    assert head.title == "Blast at a market in Kherson"
    assert [entry.headline for entry in head.entries] == [reported]


def test_a_second_report_of_the_place_and_day_joins_and_each_record_is_one_revision() -> None:
    core = a_core()
    log = a_log([an_attack("10:05"), an_attack("10:30", publisher="Reuters"), a_statement("11:00", stance="condemn")])
    updates = [update for record in log for update in core.apply(record).updates]
    assert [update.revision for update in updates] == [1, 2, 3]
    assert len({update.incident_id for update in updates}) == 1
    assert [update.cause.offset for update in updates] == [0, 1, 2]
    assert [entry.role for entry in core.head(updates[0].incident_id).entries] == ["core", "core", "reaction"]


def test_an_event_sent_twice_changes_nothing() -> None:
    core = a_core()
    event = an_attack("10:05")
    again = event.model_copy(update={"recorded_at": event.recorded_at.replace(hour=11)})
    first, second = a_log([event, again])
    core.apply(first)
    head = core.head(core.apply(second).touched[0]) if core.apply(second).touched else None
    assert head is None


def test_another_report_under_a_known_event_id_is_refused_with_the_remedy() -> None:
    core = a_core()
    first, second = a_log([an_attack("10:05", event_id="a1"), an_attack("10:05", event_id="a1", killed=3)])
    core.apply(first)
    with pytest.raises(CannotApply) as refused:
        core.apply(second)
    assert refused.value.field == "event_id"
    assert "corrects" in refused.value.problem


def test_there_is_no_head_of_an_incident_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        a_core().head("inc-nowhere")
