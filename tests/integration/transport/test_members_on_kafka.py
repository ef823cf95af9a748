"""Workers in processes, on Apache Kafka: one is killed, one is replaced, one is stopped."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.integration.transport.member import PATIENCE_S, Member, members
from tests.integration.transport.yard import PARTITIONS, Yard, numbered
from tests.worker_process import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.long]  # eight processes

TEN_EACH = {f"k{number}": 10 for number in range(5)}
TWENTY_EACH = dict.fromkeys(TEN_EACH, 20)


def has(member: Member, sources: int) -> bool:
    state = member.last("state")
    return bool(state) and state["ready"] and len(state["sources"]) == sources


def total(*workers: Member) -> int:
    return sum(sum(worker.last("state").get("counts", {}).values()) for worker in workers)


def counted(*workers: Member) -> dict[str, int]:
    """What any of them has counted of a key."""
    events = [event for worker in workers for event in worker.lines("event")]
    return {key: max(event["count"] for event in events if event["key"] == key) for key in TEN_EACH}


def test_a_standby_of_a_killed_worker_goes_on_with_its_state(yard: Yard) -> None:
    source = yard.topic("source")
    settings: dict[str, Any] = {"table_standby_replicas": 1}
    yard.send(source, numbered(50))
    first, second = Member(yard, "first", source, **settings), Member(yard, "second", source, **settings)
    with members(first, second):
        wait_until(lambda: has(first, 1) and has(second, 1), what="one partition each")
        wait_until(lambda: bool(yard.committed(source)) and sum(yard.committed(source).values()) == 50, what="commits")
        ends = {message.partition(): 0 for message in yard.read(f"{yard.app_id}-counts-changelog", 50)}
        assert set(ends) == set(range(PARTITIONS))
        wait_until(lambda: all((at or 0) >= 0 for at in second.last("state")["standbys"].values()), what="the standby")
        assert len(second.last("state")["standbys"]) == 1
        first.kill()
        wait_until(lambda: has(second, PARTITIONS), what="the takeover")
        assert second.last("state")["counts"] == TEN_EACH
        yard.send(source, numbered(5))
        wait_until(lambda: total(second) == 55, what="the next records")


def test_a_killed_worker_with_a_static_id_comes_back_without_a_rebalance_of_the_other(yard: Yard) -> None:
    source = yard.topic("source")
    first = Member(yard, "first", source, consumer_group_instance_id="one", broker_session_timeout=120.0)
    second = Member(yard, "second", source, consumer_group_instance_id="two", broker_session_timeout=120.0)
    with members(first, second):
        wait_until(lambda: has(first, 1) and has(second, 1), what="one partition each")
        before = second.last("state")
        mine = first.last("state")["sources"]
        first.kill()
        first.out.unlink()
        first.start_again()
        wait_until(lambda: has(first, 1), what="the return")
        assert first.last("state")["sources"] == mine
        yard.send(source, numbered(50))
        wait_until(lambda: total(first, second) == 50, what="the records of both")
        assert second.last("state")["generation"] == before["generation"]


def test_a_planned_stop_with_a_static_id_keeps_the_partitions_for_the_return(yard: Yard) -> None:
    source = yard.topic("source")
    first = Member(yard, "first", source, consumer_group_instance_id="one", broker_session_timeout=120.0)
    second = Member(yard, "second", source, consumer_group_instance_id="two", broker_session_timeout=120.0)
    with members(first, second):
        wait_until(lambda: has(first, 1) and has(second, 1), what="one partition each")
        before = second.last("state")["generation"]
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(PATIENCE_S) == 0
        first.out.unlink()
        first.start_again()
        wait_until(lambda: has(first, 1), what="the return")
        assert second.last("state")["generation"] == before


def test_the_older_of_two_workers_with_one_static_id_ends_loudly(yard: Yard) -> None:
    source = yard.topic("source", 1)
    older = Member(yard, "older", source, topic_partitions=1, consumer_group_instance_id="one")
    with members(older):
        wait_until(lambda: has(older, 1), what="the start")
        newer = Member(yard, "newer", source, topic_partitions=1, consumer_group_instance_id="one")
        with members(newer):
            assert older.process.wait(PATIENCE_S) != 0
            assert "Static consumer fenced by other consumer" in older.log.read_text()
            wait_until(lambda: has(newer, 1), what="the newer one")
            yard.send(source, numbered(5))
            wait_until(lambda: total(newer) == 5, what="its records")


def test_a_cooperative_group_shares_its_partitions_and_tables_with_who_comes_and_goes(yard: Yard) -> None:
    source = yard.topic("source")
    cooperative: dict[str, Any] = {"consumer": {"partition.assignment.strategy": "cooperative-sticky"}}
    first = Member(yard, "first", source, **cooperative)
    with members(first):
        wait_until(lambda: has(first, PARTITIONS), what="the start")
        yard.send(source, numbered(50))
        wait_until(lambda: total(first) == 50, what="the records of one")
        second = Member(yard, "second", source, **cooperative)
        with members(second):
            wait_until(lambda: has(first, 1) and has(second, 1), what="one partition each")
            assert sorted(first.last("state")["sources"] + second.last("state")["sources"]) == list(range(PARTITIONS))
            yard.send(source, numbered(50))
            # whoever got a partition goes on counting where the other was
            wait_until(lambda: counted(first, second) == TWENTY_EACH, what="the records of both")
            second.process.send_signal(signal.SIGTERM)
            assert second.process.wait(PATIENCE_S) == 0
        wait_until(lambda: has(first, PARTITIONS), what="the takeover")
        wait_until(lambda: first.last("state")["counts"] == TWENTY_EACH, what="the table, whole again")
        assert sum(yard.committed(source).values()) == 100
