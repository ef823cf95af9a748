"""The instruments themselves: what is changed still does what it did, and each await and call is met."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from tests.chaos.failpoints.choice import usual_points
from tests.chaos.failpoints.hits import Hits, Point, easier
from tests.chaos.failpoints.sites import HOOK, changed
from tests.chaos.failpoints.unreached import UNREACHED, stale, unexplained

SOURCE = """
from __future__ import annotations
from confluent_kafka import Producer as RdProducer

class Reader:
    async def total(self, source):
        found = 0
        async for number in source():
            found += await self.double(number)
        return found

    async def double(self, number):
        return number * 2

def flush(producer):
    return producer.flush(0), [1].pop()

def hand_over(pool):
    return pool.submit(int, "7").result()

def make():
    return RdProducer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
"""


@pytest.fixture
def hits(tmp_path: Path) -> Hits:
    (tmp_path / "scene").write_bytes(b"\0")
    return Hits(tmp_path / "scene", None, tmp_path / "mark")


@pytest.fixture
def names(hits: Hits) -> dict[str, Any]:
    tree, _ = changed(SOURCE, "reader.py")
    names: dict[str, Any] = {HOOK: hits, "__name__": "reader"}
    exec(compile(tree, "reader.py", "exec"), names)
    return names


def the_counts(hits: Hits, site: str) -> tuple[int, ...]:
    return tuple(hits.counts.get((site, moment, 0), 0) for moment in ("before", "during", "after"))


async def numbers() -> AsyncIterator[int]:
    for number in (1, 2, 3):
        yield number


async def test_what_was_changed_gives_what_it_gave_and_each_await_is_counted(hits: Hits, names: dict[str, Any]) -> None:
    assert await names["Reader"]().total(numbers) == 12
    assert the_counts(hits, "reader.py Reader.total: await self.double") == (3, 3, 3)
    # the fourth time it was waited for there was no more
    assert the_counts(hits, "reader.py Reader.total: async for source") == (4, 4, 3)


def test_a_hand_over_to_another_thread_counts(hits: Hits, names: dict[str, Any]) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert names["hand_over"](pool) == 7
    assert the_counts(hits, "reader.py hand_over: pool.submit()") == (1, 1, 1)


def test_a_method_counts_where_a_kafka_client_has_it(hits: Hits, names: dict[str, Any]) -> None:
    producer = names["make"]()
    assert isinstance(producer, Producer)
    assert names["flush"](producer) == (0, 1)
    site = "reader.py flush: producer.flush()"
    assert the_counts(hits, site) == (1, 1, 1)
    assert the_counts(hits, "reader.py make: RdProducer()") == (1, 1, 1)
    names["flush"](type("Pipe", (), {"flush": lambda self, seconds: 0})())
    assert the_counts(hits, site) == (1, 1, 1)
    assert hits.foreign == {site}


@pytest.mark.parametrize(
    "line", ["async with a: pass", "async with asyncio.timeout(1), a: pass", "return [x async for x in a]"]
)
def test_what_the_instruments_do_not_know_is_refused_and_not_passed_over(line: str) -> None:
    with pytest.raises(NotImplementedError, match="teach the failpoints"):
        changed(f"async def f(a):\n    {line}\n", "f.py")


def test_a_timeout_is_no_site_and_what_it_bounds_is_one() -> None:
    _, sites = changed("async def f(a):\n    async with asyncio.timeout(1):\n        await a()\n", "f.py")
    assert [site.name for site in sites] == ["f.py f: await a"]


def dying(hits: Hits, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    deaths: list[int] = []
    monkeypatch.setattr("tests.chaos.failpoints.hits.os.kill", lambda pid, number: deaths.append(number))
    return lambda: len(deaths)


@pytest.mark.parametrize(
    ("point", "scenes", "dies_at"),
    [
        (Point("x", "before", 0, 1), [0, 0], 1),
        (Point("x", "before", 0, 2), [0, 0, 0], 2),
        (Point("x", "after", 0, 1), [0, 0], None),
        (Point("x", "before", 1, 1), [0, 0, 1], 3),
        (Point("x", "before", 1, 5), [0, 1, 2], 3),
    ],
)
def test_it_dies_at_the_count_of_the_scene_or_the_first_time_after_it(
    point: Point, scenes: list[int], dies_at: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scene").write_bytes(b"\0")
    hits = Hits(tmp_path / "scene", point, tmp_path / "mark")
    deaths = dying(hits, monkeypatch)
    for number, scene in enumerate(scenes, 1):
        with (tmp_path / "scene").open("r+b") as file:
            file.write(bytes([scene]))
        hits._hit("x", "before")
        assert (deaths() > 0) == (dies_at is not None and number >= dies_at)
    assert (tmp_path / "mark").exists() == (dies_at is not None)


def test_a_point_is_read_as_it_is_written() -> None:
    point = Point("processors/lane.py Lane._wait_for_room: await asyncio.wait_for", "during", 1, 12)
    assert Point.parse(str(point)) == point
    with pytest.raises(ValueError, match="'once' is no moment"):
        Point.parse("x | once | 0#1")


def test_the_first_the_middle_and_the_last_time_are_tried_and_earlier_ones_if_need_be() -> None:
    counts = {("x", "before", 0): 2, ("x", "before", 1): 6, ("x", "during", 0): 3, ("x", "after", 4): 1}
    assert [(p.moment, p.scene, p.count) for p in usual_points(counts)] == [
        ("before", 0, 1), ("before", 1, 3), ("before", 1, 6), ("during", 0, 1), ("during", 0, 3), ("after", 4, 1),
    ]  # fmt: skip
    assert easier(Point("x", "before", 1, 6)) == Point("x", "before", 1, 3)
    assert easier(Point("x", "before", 1, 1)) is None


def test_an_await_that_is_new_and_not_reached_is_named() -> None:
    exactly = next(entry for entry in UNREACHED if not entry.endswith(": "))
    function = next(entry for entry in UNREACHED if entry.endswith(": "))
    sites = ["a", "b", "c", exactly, f"{exactly} (2)", f"{function}await anything"]
    assert unexplained(sites, {"a"}, {"b"}) == ["c", f"{exactly} (2)"]
    assert stale([exactly]) == [entry for entry in UNREACHED if entry != exactly]
