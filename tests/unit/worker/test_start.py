"""What a worker waits for before it joins its group."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from faust.tables import TableManager

from benchmarks.stand_in_core import cores_of
from processors.worker import build_worker
from runtime.settings import load_settings


class Started:
    """In the place of Faust's recovery."""

    def __init__(self) -> None:
        self.times = 0

    async def start(self) -> None:
        self.times += 1


async def test_it_joins_its_group_without_the_second_in_which_tables_may_be_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = build_worker(load_settings({}, bootstrap_servers="127.0.0.1:9"), cores_of("events", 0.0), partitions=1)
    tables: Any = worker.app.tables
    recovery = Started()
    tables._recovery = recovery

    async def slept(seconds: float) -> None:
        raise AssertionError(f"the start waits {seconds} s")

    monkeypatch.setattr(tables, "sleep", slept)
    await tables.on_start()
    assert tables._tables_registered.is_set(), "the subscription waits for this"
    assert recovery.times == 1
    worker.close()


def test_beside_that_second_faust_does_what_the_worker_does() -> None:
    """Moving Faust's pin may change the method that the worker has in its place."""
    theirs = inspect.getsource(TableManager.on_start).splitlines()
    ours = inspect.getsource(build_worker.__globals__["_NoTables"].on_start).splitlines()
    assert [line for line in theirs[2:] if "self.sleep(1.0)" not in line] == ours[2:]
    assert sum("self.sleep(1.0)" in line for line in theirs) == 1
