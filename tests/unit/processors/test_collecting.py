"""The collector looks at objects once, and rests while a state is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from processors.collecting import look_again, look_once, resting


class Linked:
    """May refer to itself."""

    def __init__(self) -> None:
        self.other: Linked | None = None


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """As Python has it, whatever was done to it before; and afterwards as it was."""
    thresholds, callbacks = gc.get_threshold(), list(gc.callbacks)
    gc.callbacks.clear()
    gc.unfreeze()
    yield
    gc.callbacks[:] = callbacks
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_the_collector_rests_inside_and_works_afterwards() -> None:
    with resting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_read_is_out_of_sight_until_the_partitions_go() -> None:
    before = gc.get_freeze_count()
    with resting():
        kept = [[number] for number in range(10_000)]
    assert gc.get_freeze_count() >= before + len(kept)
    look_again()
    assert gc.get_freeze_count() == 0


def test_a_restore_that_fails_leaves_the_collector_as_it_was() -> None:
    before = gc.get_freeze_count()
    with pytest.raises(ValueError, match="outdated"), resting():
        raise ValueError("outdated")
    assert gc.isenabled()
    assert gc.get_freeze_count() == before


def test_what_is_kept_is_not_looked_at_again() -> None:
    look_once()
    kept = [[number] for number in range(10_000)]
    gc.collect(0)
    assert len(gc.get_objects(generation=0)) < len(kept)
    assert not gc.get_objects(generation=1)
    assert not gc.get_objects(generation=2)


def test_a_circle_that_is_let_go_while_young_is_found() -> None:
    look_once()
    circle = Linked()
    circle.other = circle
    seen = ref(circle)
    del circle
    gc.collect(0)
    assert seen() is None


def test_a_circle_that_was_kept_for_a_while_is_found_when_partitions_go() -> None:
    look_once()
    circle = Linked()
    circle.other = circle
    seen = ref(circle)
    gc.collect(0)
    del circle
    gc.collect()
    assert seen() is not None
    look_again()
    assert seen() is None


def test_asking_twice_is_as_asking_once() -> None:
    look_once()
    before = len(gc.callbacks)
    look_once()
    assert len(gc.callbacks) == before
