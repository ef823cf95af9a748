"""A copy is often collected before the report it copies: then the original takes its place."""

from __future__ import annotations

from typing import Any

from processors.correlation import Changes, Correlator
from schemas.event import AnyEvent
from schemas.timeline import Entry, EntryMoved, IncidentTimeline
from schemas.vocabulary import EntryRole, Standing
from tests.builders import REGION, a_log, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker, Seen

COPY = an_attack("12:00", event_id="copy", publisher="Gazette", headline="Blast at the market", killed=4)
ORIGINAL = an_attack(
    "11:00", event_id="original", publisher="Reuters", headline="Blast at the market", killed=4, recorded="13:00",
    extra={"original": True},
)  # fmt: skip


def _run(*events: AnyEvent) -> tuple[Correlator[Seen], list[Changes]]:
    core: Correlator[Seen] = Correlator(REGION, PlaceAndDayLinker())
    return core, [core.apply(record) for record in a_log(events)]


def _entries(steps: list[Changes]) -> dict[str, Entry]:
    return {entry.event_id: entry for step in steps for entry in step.entries}


def _head(core: Correlator[Seen], steps: list[Changes]) -> IncidentTimeline:
    return core.head(steps[-1].touched[0])


def test_the_copy_that_came_first_is_marked_when_its_original_comes() -> None:
    core, steps = _run(COPY, ORIGINAL)
    entries = _entries(steps)
    assert entries["copy"].role is EntryRole.DUPLICATE
    assert entries["copy"].source.copy_of == "original"
    assert entries["original"].role is EntryRole.CORE
    moved: list[Any] = [c for u in steps[-1].updates for c in u.changes if isinstance(c, EntryMoved)]
    assert [(change.event_id, change.role) for change in moved] == [("copy", EntryRole.DUPLICATE)]
    head = _head(core, steps)
    assert head.corroboration.reports == 2
    assert head.corroboration.independent_sources == 1
    assert head.standing is Standing.UNCONFIRMED


def test_what_the_copy_brought_first_counts_for_the_original() -> None:
    _, steps = _run(COPY, ORIGINAL)
    entries = _entries(steps)
    assert entries["original"].significance > 0.5
    assert entries["copy"].significance < 0.1
    assert "the original of the first report of it" in entries["original"].significance_reasons


def test_one_claim_of_one_source_is_left_said_when_the_original_said_it() -> None:
    core, steps = _run(COPY, ORIGINAL)
    killed = [claim for claim in _head(core, steps).claims if claim.about == "killed"]
    assert [(claim.speaker, claim.reports_total) for claim in killed] == [("Reuters", 2)]
    assert killed[0].at == ORIGINAL.published_at


def test_copies_of_the_copy_are_copies_of_the_original() -> None:
    again = an_attack("12:30", event_id="again", publisher="Herald", headline="Blast at the market", killed=4)
    _, steps = _run(COPY, again, ORIGINAL)
    entries = _entries(steps)
    assert {entries[name].source.copy_of for name in ("copy", "again")} == {"original"}


def test_what_an_original_copies_in_its_turn_takes_all_its_copies_over() -> None:
    second = ORIGINAL.model_copy(update={"event_id": "second"})
    _, steps = _run(COPY, ORIGINAL, second)
    entries = _entries(steps)
    assert {entries[name].source.copy_of for name in ("copy", "original")} == {"second"}
    assert entries["second"].role is EntryRole.CORE


def test_a_report_that_was_taken_back_is_no_copy_of_a_later_one() -> None:
    withdrawal = an_attack("12:40", event_id="sorry", publisher="Gazette", headline="Sorry", retracts="copy")
    _, steps = _run(COPY, withdrawal, ORIGINAL)
    assert _entries(steps)["copy"].source.copy_of is None
