"""What must be true after every record of any log."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings

from processors.correlation import CannotApply, Changes, Correlator, LogRecord, Policy
from processors.correlation.identity import incident_id_of
from schemas.codec import TYPE_UPDATE, LogMessage, decode, encode
from schemas.timeline import MAX_HEAD_BYTES, Entry, IncidentTimeline
from tests.builders import REGION, a_decision, a_log, a_tick, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker
from tests.random_logs import TIGHT, a_core, logs

_SETTINGS = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_SETTINGS
@given(logs(most=40))
def test_revisions_have_no_hole_and_every_event_has_one_home(log: list[LogRecord]) -> None:
    # what is forgotten after nineteen months may be founded anew by the same report: not in this test
    linker = PlaceAndDayLinker()
    core = Correlator(REGION, linker, replace(TIGHT, forget_after=timedelta(days=4_000)))
    revisions: Counter[str] = Counter()
    entries: dict[str, Entry] = {}
    newest: dict[str, IncidentTimeline] = {}
    for record in log:
        before = list(core.dump())
        try:
            changes = core.apply(record)
        except CannotApply as refused:
            assert refused.field
            assert list(core.dump()) == before
            continue
        assert len(set(changes.touched)) == len(changes.touched)
        assert changes.touched == tuple(update.incident_id for update in changes.updates)
        for update in changes.updates:
            revisions[update.incident_id] += 1
            assert update.revision == revisions[update.incident_id]
            assert update.changes, "a revision that says nothing"
            passing = [c.event_id for c in update.changes if c.type == "entry_moved" and c.role == "background"]
            assert len(set(passing)) == len(passing), "a background entry changed once and was told twice"
            assert update.changes_total >= len(update.changes)
            assert update.cause.offset == record.offset
            assert decode(TYPE_UPDATE, encode(update)) == update
            newest[update.incident_id] = core.head(update.incident_id)
        assert len({entry.event_id for entry in changes.entries}) == len(changes.entries)
        for entry in changes.entries:
            entries[entry.event_id] = entry
            total = sum(reason.contribution for reason in entry.link.reasons)
            assert abs(total - entry.link.score) < 1e-5
        for incident_id in changes.touched:
            _holds_together(newest[incident_id], entries)
        home = {event_id: entry.incident_id for event_id, entry in entries.items()}
        assert {event_id: held.incident_id for event_id, held in linker.held.items()}.items() <= home.items()


@_SETTINGS
@given(logs(most=40))
def test_the_newest_head_is_what_the_core_would_say_now(log: list[LogRecord]) -> None:
    """An incident that no record touched since has not changed: nothing happens without a revision."""
    core = a_core()
    newest: dict[str, bytes] = {}
    for record in log:
        try:
            changes = core.apply(record)
        except CannotApply:
            continue
        last = {head.incident_id: head for head in changes.parting}
        for incident_id, head in last.items():
            assert encode(head) == newest[incident_id], "what goes changed before it went, and said nothing"
        for incident_id in changes.touched:
            try:
                head = core.head(incident_id)
            except KeyError:
                # only where it is gone: one record may forget it and found it anew, which the router knows, too
                head = last[incident_id]
            newest[incident_id] = encode(head)
        for incident_id, told in newest.items():
            try:
                now = encode(core.head(incident_id))
            except KeyError:
                continue  # forgotten
            assert now == told, incident_id


def _six_unsure_and(message: LogMessage) -> list[LogRecord]:
    """More reports wait for a second look than one record may look at."""
    unsure = [
        an_attack("10:00", event_id=f"e{number}", headline=f"News {number}", extra={"rather": "Lagos"})
        for number in range(6)
    ]
    return a_log([*unsure, an_attack("10:30", "Lagos", event_id="far"), message])


@_SETTINGS
@given(logs(most=30))
@example(_six_unsure_and(a_tick("+1d")))
@example(_six_unsure_and(a_decision("close", "+1d", incidents=[incident_id_of(REGION, "far")])))
def test_a_record_sent_twice_changes_nothing_the_second_time(log: list[LogRecord]) -> None:
    """Doubles of events, repeated commands and ticks, as a producer or a gate that was killed would send them."""
    core = a_core(Policy())
    for record in log:
        try:
            core.apply(record)
        except CannotApply:
            continue
        state = list(core.dump())
        assert core.apply(record) == Changes()
        assert list(core.dump()) == state


def _holds_together(head: IncidentTimeline, entries: dict[str, Entry]) -> None:
    assert len(encode(head)) <= MAX_HEAD_BYTES
    for entry in head.entries:
        told = entries[entry.event_id]
        assert head.incident_id in (told.also_background_in if entry.role == "background" else (told.incident_id,))
    assert len(head.entries) <= head.entries_total
    members = [entry for entry in entries.values() if entry.incident_id == head.incident_id]
    guests = [entry for entry in entries.values() if head.incident_id in entry.also_background_in]
    assert len(members) + len(guests) == head.entries_total
    if head.merged_into is not None:
        assert not head.entries
        assert head.activity == "closed"
        return
    assert head.title in {entry.headline for entry in members}
    assert head.first_recorded_at == members[0].recorded_at  # in the order of the log, whatever its clocks
    claim_ids = [claim.claim_id for claim in head.claims]
    assert len(set(claim_ids)) == len(claim_ids)
    for claim in head.claims:
        assert (claim.state == "disputed") == bool(claim.disputed_by)
        assert (claim.state == "superseded") == (claim.superseded_by is not None)
    for entry in members:
        assert entry.role != "duplicate" or entry.source.copy_of is not None
    assert head.corroboration.independent_sources <= head.corroboration.reports
    if head.standing == "corroborated":
        assert head.corroboration.independent_sources >= 2
