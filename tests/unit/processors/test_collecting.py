"""The collector looks at objects once, and rests while a state is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from processors.collecting import look_again, looking_once, resting


class Linked:
    """May refer to itself."""

    def __init__(self) -> None:
        self.other: Linked | None = None


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
    with looking_once():
        kept = [[number] for number in range(10_000)]
        gc.collect(0)
        assert len(gc.get_objects(generation=0)) < len(kept)
        assert not gc.get_objects(generation=1)
        assert not gc.get_objects(generation=2)


def test_a_circle_that_is_let_go_while_young_is_found() -> None:
    with looking_once():
        circle = Linked()
        circle.other = circle
        seen = ref(circle)
        del circle
        gc.collect(0)
        assert seen() is None


def test_a_circle_that_was_kept_for_a_while_is_found_when_partitions_go() -> None:
    with looking_once():
        circle = Linked()
        circle.other = circle
        seen = ref(circle)
        gc.collect(0)
        del circle
        gc.collect()
        assert seen() is not None
        look_again()
        assert seen() is None


@pytest.fixture
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("thresholds")
def test_afterwards_the_collector_is_as_it_was() -> None:
    gc.set_threshold(701, 11, 11)
    before = list(gc.callbacks)
    with pytest.raises(ValueError, match="ended"), looking_once():
        gc.collect()
        assert gc.get_freeze_count() > 0
        raise ValueError("ended")
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == (701, 11, 11)
    assert gc.callbacks == before


def test_one_inside_another_leaves_the_outer_at_work() -> None:
    with looking_once():
        with looking_once():
            pass
        gc.collect()
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
