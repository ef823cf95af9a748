"""One partition: raw records in, raw results out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from processors.correlation.records import Changes, LogRecord
from processors.correlation.records import UnreadableState as UnreadableCoreState
from processors.handover import encode_partition_state, partition_key
from processors.router import GapInLog, Handover, Outgoing, PartitionRouter, RawRecord, UnreadableState
from schemas.codec import TYPE_EVENT, TYPE_TICK, decode, encode
from schemas.decision import Tick
from schemas.headers import read_headers
from schemas.regions import partition_of
from schemas.rejection import read_rejection
from schemas.timeline import ClaimAdded, IncidentTimeline, TimelineUpdate
from schemas.topics import ENTRIES, EVENTS, REJECTED, REJECTED_MAX_BYTES, TIMELINES, UPDATES
from tests.tally_core import START, VERSION, TallyCore, a_decision, an_attack, in_log


def a_router(partition: int = 0, partitions: int = 1, **more: Any) -> PartitionRouter:
    return PartitionRouter(partition, TallyCore, core_version=VERSION, partitions=partitions, **more)


def log(*records: dict[str, Any], partition: int = 0, first: int = 0) -> list[RawRecord]:
    return [
        RawRecord(**{"partition": partition, "offset": first + number, **record})
        for number, record in enumerate(records)
    ]


def to(topic: str, handed: Handover) -> list[Outgoing]:
    return [out for out in handed.outgoing if out.topic == topic]


def why(out: Outgoing) -> tuple[str, str]:
    rejection = read_rejection(out.headers)
    assert rejection is not None
    return rejection.field, rejection.reason


def test_an_event_becomes_an_update_an_entry_and_a_head() -> None:
    handed = a_router().process(log(in_log(an_attack("fire", "e1"))))
    assert [(out.topic, out.key) for out in handed.outgoing] == [
        (UPDATES, b"world:fire"),
        (ENTRIES, b"e1"),
        (TIMELINES, b"world:fire"),
    ]
    for out in handed.outgoing:
        ce_type = read_headers(out.headers).type
        assert ce_type is not None
        assert encode(decode(ce_type, out.value)) == out.value
    assert handed.offset == 0
    assert dict(handed.kinds) == {"attack": 1}
    assert dict(handed.changes) == {"opened": 1, "entry_added": 1}


def test_a_batch_tells_the_newest_head_and_entry_once_and_every_update() -> None:
    handed = a_router().process(
        log(*(in_log(an_attack(text, f"e{n}")) for n, text in enumerate(["fire", "fire", "flood", "fire"])))
    )
    assert [(out.key, read_headers(out.headers).revision) for out in to(UPDATES, handed)] == [
        (b"world:fire", 1),
        (b"world:fire", 2),
        (b"world:flood", 1),
        (b"world:fire", 3),
    ]
    assert [(out.key, read_headers(out.headers).revision) for out in to(TIMELINES, handed)] == [
        (b"world:flood", 1),
        (b"world:fire", 3),
    ]
    assert [(out.key, read_headers(out.headers).revision) for out in to(ENTRIES, handed)] == [
        (b"e0", 2),
        (b"e2", 1),
        (b"e1", 3),
        (b"e3", 3),
    ]


def test_headers_carry_the_region_and_the_time_of_the_record_that_brought_the_revision() -> None:
    router = a_router()
    reported = router.process(log(in_log(an_attack("fire", "e1", minute=5))))
    decided = router.process(log(in_log(a_decision("world:fire", minute=7)), first=1))
    for minutes, handed in ((5, reported), (7, decided)):
        for out in handed.outgoing:
            headers = read_headers(out.headers)
            assert headers.region == "world"
            assert headers.time == START + timedelta(minutes=minutes)


def test_headers_carry_kind_and_standing_of_the_incident_as_they_were_with_that_record() -> None:
    handed = a_router().process(log(*(in_log(an_attack("fire", f"e{n}")) for n in range(3))))
    told = [
        (out.topic, out.key, read_headers(out.headers).incidentkind, read_headers(out.headers).standing)
        for out in handed.outgoing
    ]
    assert told == [
        (UPDATES, b"world:fire", "attack", "unconfirmed"),
        (UPDATES, b"world:fire", "attack", "corroborated"),
        (UPDATES, b"world:fire", "attack", "corroborated"),
        (ENTRIES, b"e0", "attack", "corroborated"),
        (ENTRIES, b"e1", "attack", "corroborated"),
        (ENTRIES, b"e2", "attack", "corroborated"),
        (TIMELINES, b"world:fire", "attack", "corroborated"),
    ]


@pytest.mark.parametrize(
    ("record", "field", "says"),
    [
        ({"key": None}, "key", "is missing"),
        ({"key": b"atlantis"}, "key", "'atlantis' is no region: one of western-africa"),
        ({"key": b"\xff\xfe"}, "key", "is no region"),
        ({"headers": ()}, "ce_type", TYPE_EVENT),
        ({"headers": (("ce_type", b"incidents.timeline.v1"),)}, "ce_type", "does not belong in the log"),
        ({"value": None}, "value", "is empty"),
        ({"value": b"{"}, "value", "JSON"),
        ({"value": b'{"kind":"attack"}'}, "event_id", "is missing"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_bytes_and_the_remedy(
    record: dict[str, Any], field: str, says: str
) -> None:
    whole = {**in_log(an_attack("fire", "e1")), **record}
    handed = a_router().process(log(whole, in_log(an_attack("flood", "e2"))))
    (rejected,) = to(REJECTED, handed)
    assert (rejected.key, rejected.value) == (whole["key"], whole["value"])
    assert rejected.headers[: len(whole["headers"])] == whole["headers"]
    assert why(rejected)[0] == field
    assert says in why(rejected)[1]
    rejection = read_rejection(rejected.headers)
    assert rejection is not None
    assert (rejection.topic, rejection.partition, rejection.offset) == (EVENTS, 0, 0)
    assert [out.key for out in to(TIMELINES, handed)] == [b"world:flood"]
    assert [(fault.offset, fault.field, fault.traceback) for fault in handed.faults] == [(0, field, None)]


def test_of_a_type_that_is_named_twice_in_whatever_case_the_last_counts() -> None:
    record = in_log(an_attack("fire", "e1"))
    twice = [("CE_TYPE", TYPE_TICK.encode()), *record["headers"]]
    assert dict(a_router().process(log({**record, "headers": tuple(twice)})).kinds) == {"attack": 1}
    twice = [*record["headers"], ("CE_TYPE", TYPE_TICK.encode())]
    assert to(REJECTED, a_router().process(log({**record, "headers": tuple(twice)})))


def test_the_clock_of_a_batch_is_its_newest_record_whatever_their_order() -> None:
    events = [an_attack("fire", f"e{minute}", minute=minute) for minute in (3, 9, 6)]
    handed = a_router().process(log(*map(in_log, events)))
    assert handed.newest_recorded_at == (START + timedelta(minutes=9)).timestamp()


def test_a_key_that_belongs_in_another_partition_is_rejected() -> None:
    right = partition_of("middle-east", 6)
    wrong = (right + 1) % 6
    record = in_log(an_attack("fire", "e1"), "middle-east")
    (rejected,) = to(REJECTED, a_router(wrong, 6).process(log(record, partition=wrong)))
    assert why(rejected)[0] == "key"
    assert f"belongs in partition {right} of 6" in why(rejected)[1]
    assert not to(REJECTED, a_router(right, 6).process(log(record, partition=right)))


def test_the_key_decides_the_region_even_where_the_event_alone_would_go_elsewhere() -> None:
    # a correction without a country goes to the region of the original
    handed = a_router().process(log(in_log(an_attack("fire", "e1"), "europe")))
    assert [out.key for out in to(TIMELINES, handed)] == [b"europe:fire"]


def test_a_tick_under_another_regions_key_is_rejected() -> None:
    tick = Tick(tick_id="t1", region="europe", recorded_at=START)
    (rejected,) = to(REJECTED, a_router().process(log(in_log(tick, "world"))))
    assert why(rejected)[0] == "region"


def test_a_decision_about_an_unknown_incident_is_rejected_in_the_cores_words() -> None:
    handed = a_router().process(log(in_log(a_decision("world:nothing"))))
    (rejected,) = to(REJECTED, handed)
    assert why(rejected) == ("incidents.0", "world:nothing is unknown here: take an id from a timeline")


def test_a_failing_core_rejects_with_the_same_bytes_each_time_and_shows_the_traceback_to_the_shell_only() -> None:
    records = log(in_log(an_attack("boom", "e1")), in_log(an_attack("fire", "e2")))
    handed, again = a_router().process(records), a_router().process(records)
    (rejected,) = to(REJECTED, handed)
    assert handed.outgoing == again.outgoing
    assert "RuntimeError" in why(rejected)[1]
    assert "0x" not in why(rejected)[1]
    assert handed.faults[0].traceback is not None
    assert "no way to take" in handed.faults[0].traceback
    assert [out.key for out in to(TIMELINES, handed)] == [b"world:fire"]


def test_a_core_that_cannot_give_a_head_stops_nothing_and_its_record_is_rejected() -> None:
    """It has taken the record: what comes next is applied to that, and the next change writes the head."""

    class Headless(TallyCore):
        def head(self, incident_id: str) -> IncidentTimeline:
            if incident_id == "world:fire" and len(self._incidents[incident_id]["events"]) == 1:
                raise KeyError(incident_id)
            return super().head(incident_id)

    router = PartitionRouter(0, Headless, core_version=VERSION, partitions=1)
    records = log(in_log(an_attack("fire", "e1")), in_log(an_attack("flood", "e2")))
    handed = router.process(records)
    (rejected,) = to(REJECTED, handed)
    assert rejected.value == records[0].value
    assert why(rejected) == ("value", handed.faults[0].reason)
    assert "was taken, but world:fire could not be written as it is now: KeyError" in handed.faults[0].reason
    assert handed.faults[0].traceback is not None
    assert [out.key for out in to(TIMELINES, handed)] == [b"world:flood"]
    assert [out.key for out in to(UPDATES, handed)] == [b"world:fire", b"world:flood"]
    assert handed.offset == 1
    after = router.process(log(in_log(an_attack("fire", "e3")), first=2))
    assert [out.key for out in to(TIMELINES, after)] == [b"world:fire"]
    assert after.faults == ()


def test_an_entry_whose_incident_has_no_head_is_left_out_and_its_record_rejected() -> None:
    class Headless(TallyCore):
        def apply(self, record: LogRecord) -> Changes:
            changes = super().apply(record)
            return dataclasses.replace(changes, touched=(), updates=())

        def head(self, incident_id: str) -> IncidentTimeline:
            raise KeyError(incident_id)

    router = PartitionRouter(0, Headless, core_version=VERSION, partitions=1)
    handed = router.process(log(in_log(an_attack("fire", "e1"))))
    (rejected,) = handed.outgoing
    assert rejected.topic == REJECTED
    assert "was taken" in why(rejected)[1]


@pytest.mark.parametrize(
    ("raised", "expected"), [(MemoryError(), MemoryError), (UnreadableCoreState("event e1"), UnreadableState)]
)
def test_a_head_that_says_nothing_of_the_record_ends_the_router(raised: Exception, expected: type[Exception]) -> None:
    class Broken(TallyCore):
        def head(self, incident_id: str) -> IncidentTimeline:
            raise raised

    router = PartitionRouter(0, Broken, core_version=VERSION, partitions=1)
    with pytest.raises(expected):
        router.process(log(in_log(an_attack("fire", "e2"))))


def test_a_machine_out_of_memory_is_no_fault_of_the_record() -> None:
    class Exhausted(TallyCore):
        def apply(self, record: LogRecord) -> Changes:
            raise MemoryError

    with pytest.raises(MemoryError):
        PartitionRouter(0, Exhausted, core_version=VERSION, partitions=1).process(log(in_log(an_attack("a", "e"))))


def test_a_reject_too_large_for_its_topic_is_cut_and_says_so() -> None:
    whole = {**in_log(an_attack("fire", "e1")), "value": b"x" * 9_000_000, "key": b"k" * 20_000}
    (rejected,) = to(REJECTED, a_router().process(log(whole)))
    assert rejected.value is not None
    assert rejected.key is not None
    assert 8_000_000 < len(rejected.value) + len(rejected.key) < REJECTED_MAX_BYTES - 60_000
    assert whole["value"].startswith(rejected.value)
    assert "9000000 bytes" in why(rejected)[1]


def test_an_update_too_large_for_its_topic_names_fewer_changes_and_keeps_the_count() -> None:
    class Talkative(TallyCore):
        def _update(self, record: LogRecord, incident_id: str, *changes: Any) -> TimelineUpdate:
            said = {
                "claim_id": "c",
                "about": "means",
                "value": "v" * 300,
                "speaker": "s" * 300,
                "reported_by": [{"publisher": "\x01" * 300, "event_id": "e"}],
                "reports_total": 1,
                "at": START,
                "state": "current",
            }
            many = [ClaimAdded.model_validate({"claim": said})] * 500
            return super()._update(record, incident_id, *many)

    router = PartitionRouter(0, Talkative, core_version=VERSION, partitions=1)
    (out,) = to(UPDATES, router.process(log(in_log(an_attack("fire", "e1")))))
    assert out.value is not None
    update = decode("incidents.update.v1", out.value)
    assert isinstance(update, TimelineUpdate)
    assert update.changes_total == 500
    assert 0 < len(update.changes) < 500


def test_records_that_had_been_before_are_passed_over() -> None:
    router = a_router()
    records = log(*(in_log(an_attack("fire", f"e{n}")) for n in range(4)))
    router.process(records[:3])
    handed = router.process(records)
    assert (handed.taken, handed.skipped, handed.offset) == (1, 3, 3)
    assert [read_headers(out.headers).revision for out in to(UPDATES, handed)] == [4]
    nothing = router.process(records)
    assert nothing.is_empty
    assert nothing == Handover((), (), 3, skipped=4)


def test_a_gap_is_told_and_nothing_has_changed() -> None:
    router = a_router()
    records = log(*(in_log(an_attack("fire", f"e{n}")) for n in range(4)))
    with pytest.raises(GapInLog, match=r"incidents\.events\.v1\[0\]: offset 2 was to come next and 3 came"):
        router.process([records[0], records[1], records[3]])
    assert router.offset == -1
    assert router.process(records).taken == 4


def test_a_new_log_begins_at_its_first_offset_and_a_cut_one_where_it_was_cut() -> None:
    cut = log(in_log(an_attack("fire", "e1")), first=40)
    with pytest.raises(GapInLog):
        a_router().process(cut)
    assert a_router(log_start=40).process(cut).offset == 40


def test_records_of_another_partition_are_a_fault_of_the_caller() -> None:
    with pytest.raises(
        ValueError, match=r"incidents\.events\.v1\[1\] came to the router of incidents\.events\.v1\[0\]"
    ):
        a_router().process(log(in_log(an_attack("fire", "e1")), partition=1))


def test_the_state_ends_with_the_offset() -> None:
    handed = a_router().process(log(in_log(an_attack("fire", "e1"))))
    assert [key for key, _ in handed.state] == [b"world/fire", b"_partition/0"]
    assert json.loads(handed.state[-1][1] or b"") == {"v": 1, "offset": 0, "core_version": VERSION}


def test_a_batch_of_rejects_alone_moves_the_offset() -> None:
    handed = a_router().process(log({**in_log(an_attack("fire", "e1")), "value": b"{"}))
    assert handed.state == ((b"_partition/0", encode_partition_state_of(0)),)


def encode_partition_state_of(offset: int) -> bytes:
    return b'{"v":1,"offset":%d,"core_version":"tally-1"}' % offset


def test_state_that_turns_out_unreadable_ends_the_router_and_blames_no_record() -> None:
    class Broken(TallyCore):
        def apply(self, record: LogRecord) -> Changes:
            raise UnreadableCoreState("event e1: no state record of this service")

    router = PartitionRouter(0, Broken, core_version=VERSION, partitions=1)
    with pytest.raises(UnreadableState, match="the state of world: event e1"):
        router.process(log(in_log(an_attack("fire", "e2"))))


def test_a_restored_router_goes_on_as_the_first_would_have() -> None:
    records = log(*(in_log(an_attack(text, f"e{n}")) for n, text in enumerate(["fire", "flood", "fire", "fire+flood"])))
    whole = a_router()
    before = whole.process(records[:3])
    after = whole.process(records[3:])
    taken_up = a_router()
    taken_up.restore(before.state)
    assert taken_up.offset == 2
    assert taken_up.restored_version == VERSION
    assert taken_up.process(records[3:]) == after
    assert list(taken_up.dump()) == list(whole.dump())


def test_restoring_takes_the_newest_of_a_key_and_drops_what_is_gone() -> None:
    router = a_router()
    first = router.process(log(in_log(an_attack("fire", "e1"))))
    second = router.process(log(in_log(an_attack("fire", "e2")), first=1))
    taken_up = a_router()
    taken_up.restore([(b"world/gone", b"{"), *first.state, *second.state, (b"world/gone", None)])
    assert list(taken_up.dump()) == list(router.dump())


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([(b"_partition/0", b"{")], "cannot be read"),
        ([(b"_partition/0", b'{"v":2,"offset":1,"core_version":"x"}')], "of version '2', this program reads 1"),
        ([(b"_partition/1", encode_partition_state_of(1))], "of another"),
        ([(b"atlantis/x", b"1"), (b"_partition/0", encode_partition_state_of(1))], "does not belong there"),
        ([(b"world/x", b"1")], "says no offset"),
    ],
)
def test_state_that_cannot_be_taken_up_is_refused(pairs: Sequence[tuple[bytes, bytes]], says: str) -> None:
    with pytest.raises(UnreadableState, match=says):
        a_router().restore(pairs)


def test_state_of_a_region_that_another_number_of_partitions_puts_elsewhere_is_refused() -> None:
    right = partition_of("middle-east", 6)
    wrong = (right + 1) % 6
    state = [(b"middle-east/x", b"1"), (partition_key(wrong), encode_partition_state_of(1))]
    with pytest.raises(UnreadableState, match="was the number of partitions changed"):
        a_router(wrong, 6).restore(state)


def test_results_are_values() -> None:
    handed = a_router().process(log(in_log(an_attack("fire", "e1"))))
    with pytest.raises(dataclasses.FrozenInstanceError):
        handed.offset = 5
    with pytest.raises(TypeError):
        handed.kinds["attack"] = 2


def test_the_partitions_state_is_read_back() -> None:
    from processors.handover import PartitionState, decode_partition_state

    state = PartitionState(7, "x")
    assert decode_partition_state(encode_partition_state(state)) == state
