"""The judge is judged: a sink with one lost and one doubled record is said to have just these."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from processors.handover import Outgoing, PartitionState, RawRecord, encode_partition_state, partition_key
from processors.replay import as_log, replay
from processors.router import PartitionRouter
from schemas.topics import ENTRIES, EVENTS, REJECTED, TIMELINES, UPDATES
from tests.chaos.verdict import Results, Verdict, check_applied, check_log, compare, digest
from tests.log_and_sink import CORES
from tests.tally_core import an_attack

PARTITIONS = 3


def a_log() -> list[RawRecord]:
    """Three incidents of ten reports each in one region, and one line that cannot be read."""
    reports = [
        (an_attack(f"fire{number % 3} somewhere", f"e{number}", minute=number), "europe") for number in range(30)
    ]
    log = list(as_log(reports, PARTITIONS))
    return [*log, log[-1]._replace(offset=log[-1].offset + 1, value=b"no event")]


def the_results(log: list[RawRecord]) -> list[tuple[int, Outgoing]]:
    def router_for(partition: int) -> PartitionRouter:
        return PartitionRouter(partition, CORES.core_for, core_version=CORES.version, partitions=PARTITIONS)

    return [(partition, result) for partition, handover in replay(log, router_for) for result in handover.outgoing]


def judged(change: Callable[[list[tuple[int, Outgoing]]], object]) -> Verdict:
    expected = the_results(a_log())
    found = list(expected)
    change(found)
    verdict = Verdict()
    compare(Results().take(expected), Results().take(found), verdict)
    return verdict


def first_of(results: list[tuple[int, Outgoing]], topic: str) -> int:
    return next(at for at, (_, result) in enumerate(results) if result.topic == topic)


def figures(verdict: Verdict) -> tuple[int, int, int]:
    return len(verdict.lost), len(verdict.doubled), len(verdict.wrong)


def test_a_sink_that_equals_the_replay_is_clean() -> None:
    verdict = judged(lambda results: None)
    assert verdict.is_clean
    assert verdict.counts == {"revisions": 30, "rejects": 1, "newests": 33}


def test_one_lost_and_one_doubled_revision_are_said_by_name() -> None:
    def change(results: list[tuple[int, Outgoing]]) -> None:
        del results[first_of(results, UPDATES)]
        results.append(results[first_of(results, UPDATES)])

    verdict = judged(change)
    assert figures(verdict) == (1, 1, 1)  # the hole in the chain is seen by itself too
    assert verdict.lost == ["revision (b'europe:fire0', 1)"]
    assert verdict.doubled == ["revision (b'europe:fire1', 1)"]
    assert verdict.wrong == ["the chain of b'europe:fire0' has no revision 1"]
    assert str(verdict).startswith("1 lost, 1 doubled, 1 wrong")


def test_a_lost_and_a_doubled_reject_are_counted() -> None:
    assert figures(judged(lambda results: results.pop(first_of(results, REJECTED)))) == (1, 0, 0)
    assert figures(judged(lambda results: results.append(results[first_of(results, REJECTED)]))) == (0, 1, 0)


@pytest.mark.parametrize("topic", [TIMELINES, ENTRIES])
def test_a_head_or_an_entry_that_is_missing_is_lost(topic: str) -> None:
    def change(results: list[tuple[int, Outgoing]]) -> None:
        key = results[first_of(results, topic)][1].key
        results[:] = [each for each in results if (each[1].topic, each[1].key) != (topic, key)]

    assert figures(judged(change)) == (1, 0, 0)


@pytest.mark.parametrize("topic", [TIMELINES, ENTRIES, UPDATES, REJECTED])
def test_other_bytes_headers_or_partitions_are_wrong(topic: str) -> None:
    def changed(what: Callable[[int, Outgoing], tuple[int, Outgoing]]) -> tuple[int, int, int]:
        def change(results: list[tuple[int, Outgoing]]) -> None:
            at = max(at for at, (_, result) in enumerate(results) if result.topic == topic)
            results[at] = what(*results[at])

        return figures(judged(change))

    assert changed(lambda partition, result: (partition, result._replace(value=(result.value or b"") + b" "))) == (
        0,
        0,
        1,
    )
    more = (("more", b"1"),)
    assert changed(lambda partition, result: (partition, result._replace(headers=result.headers + more))) == (0, 0, 1)
    assert changed(lambda partition, result: (partition + 1, result)) == (0, 0, 1)


@pytest.mark.parametrize("topic", [TIMELINES, ENTRIES, UPDATES])
def test_what_no_record_of_the_log_explains_is_wrong(topic: str) -> None:
    stranger = Outgoing(topic, b"europe:ghost", json.dumps({"revision": 1}).encode(), ())
    assert figures(judged(lambda results: results.append((0, stranger)))) == (0, 0, 1)


# --- the log ------------------------------------------------------------------------------------------------


def judged_log(change: Callable[[list[RawRecord]], object]) -> Verdict:
    log = [record for record in a_log() if record.topic == EVENTS]
    numbers = {digest(record.key, record.value, record.headers): number for number, record in enumerate(log)}
    acknowledged = {(record.partition, record.offset): number for number, record in enumerate(log)}
    change(log)
    verdict = Verdict()
    check_log(log, acknowledged, numbers, verdict)
    return verdict


def test_a_log_as_it_was_acknowledged_is_clean() -> None:
    assert judged_log(lambda log: None).is_clean


def test_an_acknowledged_record_that_the_log_has_not_is_lost() -> None:
    assert figures(judged_log(lambda log: log.pop())) == (1, 0, 0)


def test_a_record_that_stands_twice_in_the_log_is_doubled() -> None:
    assert figures(judged_log(lambda log: log.append(log[-1]._replace(offset=log[-1].offset + 1)))) == (0, 1, 0)


def test_a_record_that_nobody_sent_is_wrong() -> None:
    assert figures(judged_log(lambda log: log.append(log[-1]._replace(value=b"?", offset=99)))) == (0, 0, 1)


# --- the state ----------------------------------------------------------------------------------------------


def judged_state(*offsets: int) -> Verdict:
    verdict = Verdict()
    changelog = [
        RawRecord("state", 1, at, partition_key(1), encode_partition_state(PartitionState(offset, "tally-1")))
        for at, offset in enumerate(offsets)
    ]
    check_applied({1: 30}, changelog, verdict)
    return verdict


def test_a_state_that_reaches_the_end_of_the_log_step_by_step_is_clean() -> None:
    assert judged_state(9, 12, 29).is_clean


def test_records_at_the_end_of_the_log_that_were_not_applied_are_lost() -> None:
    assert figures(judged_state(9, 27)) == (2, 0, 0)


def test_a_batch_that_was_committed_twice_is_doubled() -> None:
    assert figures(judged_state(9, 19, 19, 29)) == (0, 1, 0)
