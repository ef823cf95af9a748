"""The collector rests while a state is read."""

from __future__ import annotations

import gc

import pytest

from processors.collecting import look_again, resting, seldom


def test_the_collector_rests_inside_and_works_afterwards() -> None:
    with resting():
        assert not gc.isenabled()
    assert gc.isenabled()
    look_again()


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


def test_rounds_are_rarer_than_python_has_them() -> None:
    before = gc.get_threshold()
    pythons = 700, 10, 10
    try:
        gc.set_threshold(*pythons)
        seldom()
        assert all(now > was for now, was in zip(gc.get_threshold(), pythons, strict=True))
    finally:
        gc.set_threshold(*before)
