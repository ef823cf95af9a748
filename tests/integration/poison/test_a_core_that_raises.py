"""A record on which the core raises is rejected, the same in worker and replay, as if it had never come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from processors.cores import real_cores
from processors.correlation import Correlator
from processors.correlation.linking.linker import EvidenceLinker
from processors.handover import Handover
from processors.replay import as_log, replay
from processors.router import PartitionRouter
from runtime.settings import Settings
from schemas.event import AnyEvent
from schemas.topics import REJECTED
from tests.builders import a_statement, an_attack
from tests.integration.poison.faulty_core import CALLS, FaultyCore
from tests.log_and_sink import append
from tests.tally_service import PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

VERSION = real_cores().version


def story(poison: AnyEvent | None) -> Iterator[tuple[AnyEvent, str]]:
    """Two incidents that a later report bridges; the poison comes when there is much to spoil."""
    for number in range(12):
        place = "Kherson market" if number % 2 else "Kyiv"
        yield (
            an_attack(
                f"10:{number:02d}", place, event_id=f"e{number}", killed=number % 5, happened="09:00",
                headline=f"Blast at {place} kills people {number}", publisher=f"Outlet {number}",
            ),
            "europe",
        )  # fmt: skip
    if poison is not None:
        yield poison, "europe"
    for number in range(4):
        yield (
            a_statement(
                f"11:{number:02d}", "Kyiv", event_id=f"s{number}", speaker="Mayor", stance="condemn", refers_to=["e0"],
                publisher=f"Outlet {number}",
            ),
            "europe",
        )  # fmt: skip


def a_router(core: Callable[[str], Any] = FaultyCore) -> PartitionRouter:
    return PartitionRouter(0, core, core_version=VERSION, partitions=1)


def state_of(router: PartitionRouter) -> dict[bytes, bytes]:
    return {key: value for key, value in router.dump() if not key.startswith(b"_partition/")}


def rejects(handovers: list[Handover]) -> list[Any]:
    return [out for handed in handovers for out in handed.outgoing if out.topic == REJECTED]


@pytest.mark.parametrize("call", CALLS)
def test_a_core_that_raises_anywhere_is_as_if_the_record_had_never_come(call: str) -> None:
    poison = an_attack(
        "10:30", "Kyiv", event_id="poison", headline=f"poison {call} at Kyiv", happened="09:00", corrects=None
    )
    spoiled, spared = a_router(), a_router()
    log = list(as_log(story(poison), 1))
    single = [spoiled.process([record]) for record in log]
    for record in as_log(story(None), 1):
        spared.process([record])
    # what the faulty record would have said, and every piece of state, byte for byte
    assert state_of(spoiled) == state_of(spared)
    (rejected,) = rejects(single)
    assert rejected.value == log[12].value
    fault = next(fault for handed in single for fault in handed.faults)
    assert (fault.offset, fault.field) == (12, "value")
    assert "RuntimeError" in fault.reason
    assert " at 0x" not in fault.reason
    assert " at 0x" in (fault.traceback or "")
    # the replay, in one batch: the same rejects and the same state
    routers: dict[int, PartitionRouter] = {}
    replayed = [handed for _, handed in replay(log, lambda n: routers.setdefault(n, a_router()))]
    assert rejects(replayed) == rejects(single)
    assert dict(routers[0].dump()) == dict(spoiled.dump())


def test_what_is_restored_after_a_failure_goes_on_as_what_never_failed() -> None:
    poison = an_attack("10:30", "Kyiv", event_id="poison", headline="poison merge_of at Kyiv", happened="09:00")
    log = list(as_log(story(poison), 1))
    whole, first, second = a_router(), a_router(), a_router()
    whole.process(log)
    second.restore(first.process(log[:13]).state)
    second.process(log[13:])
    assert dict(second.dump()) == dict(whole.dump())


def test_a_recursion_without_end_is_rejected_like_any_failure_and_the_same_from_any_depth() -> None:
    from tests.integration.poison.troubled_worker import TroubledCore

    def troubled(region: str) -> Any:
        return TroubledCore(Correlator(region, EvidenceLinker()), 0.0)

    poison = an_attack("10:30", "Kyiv", event_id="deep", headline="recurse into the deep")
    log = list(as_log(story(poison), 1))

    def deeper(depth: int) -> Handover:
        return deeper(depth - 1) if depth else a_router(troubled).process(log)

    shallow, deep = deeper(0), deeper(200)
    assert rejects([shallow]) == rejects([deep])
    assert "RecursionError" in shallow.faults[0].reason
    assert shallow.state == deep.state


@pytest.mark.broker
@pytest.mark.parametrize(("word", "name"), [("exhaust", "MemoryError"), ("leave", "SystemExit")])
def test_what_says_nothing_of_the_record_ends_the_worker_and_names_where_it_was(
    word: str, name: str, settings: Settings, start_troubled: Callable[..., WorkerProcess]
) -> None:
    worker = start_troubled()
    worker.wait_ready()
    fine = an_attack("10:00", "Kyiv", event_id="fine", headline="fire in Kyiv")
    poison = an_attack("10:30", "Kyiv", event_id="poison", headline=f"{word} the machine")
    append(settings, [(fine, "europe"), (poison, "europe")], PARTITIONS)
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert failure["reason"].startswith(name)
    assert "the record at offset 1 of incidents.events.v1" in failure["reason"]
    # a machine with more memory, or a version without the fault, takes it
    other = start_troubled(module="tests.tally_worker")
    other.wait_ready()
    wait_until(lambda: other.applied() == 2, what="the log applied")
