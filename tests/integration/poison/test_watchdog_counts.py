"""What the watchdog takes for a halt, on a clock of numbers."""

from __future__ import annotations

from processors.watchdog import Sample, Watchdog


def at_work(offset: int | None, applied: int = 4) -> Sample:
    return Sample(working_on=offset, applied=applied, is_busy=True, waiting=9)


def at_rest(applied: int, waiting: int | None) -> Sample:
    return Sample(working_on=None, applied=applied, is_busy=False, waiting=waiting)


def test_the_time_on_one_record_counts_and_the_next_record_begins_anew() -> None:
    dog = Watchdog()
    for now in (0.0, 0.5, 1.0, 1.5):
        dog.sample(now, {2: at_work(7)})
    assert dog.in_core() == (2, 7, 1.5)
    dog.sample(2.0, {2: at_work(8)})
    assert dog.in_core() == (2, 8, 0.0)
    dog.sample(2.5, {2: at_work(None)})
    assert dog.in_core() is None


def test_a_process_that_was_frozen_did_not_hang() -> None:
    dog = Watchdog()
    dog.sample(0.0, {0: at_work(1)})
    dog.sample(3_600.0, {0: at_work(1)})
    assert dog.in_core() == (0, 1, 2.0)


def test_records_that_wait_and_do_not_come_in_are_a_halt_unless_a_batch_is_in_work_or_none_wait() -> None:
    dog = Watchdog()
    for now in (0.0, 1.0, 2.0):
        dog.sample(now, {0: at_rest(5, 3), 1: at_rest(5, 0), 2: at_rest(5, None), 3: at_work(6, 5)})
    assert dog.idle() == (0, 5, 2.0)
    dog.sample(3.0, {0: at_rest(6, 2)})
    assert dog.idle() == (0, 6, 0.0)
    dog.sample(4.0, {})
    assert dog.idle() is None


def test_of_several_the_longest_is_told() -> None:
    dog = Watchdog()
    dog.sample(0.0, {0: at_work(1)})
    dog.sample(1.0, {0: at_work(1), 1: at_work(3)})
    dog.sample(2.0, {0: at_work(1), 1: at_work(3)})
    assert dog.in_core() == (0, 1, 2.0)
