"""The account of rows."""

from __future__ import annotations

import pytest

from producers.ledger import Counts, Ledger, RowNumbers


def test_row_numbers_are_told_as_intervals_and_read_back() -> None:
    numbers = RowNumbers([3, 1, 2, 7, 9, 8, 12])
    assert str(numbers) == "1-3,7-9,12"
    assert RowNumbers.read(str(numbers), most=12) == numbers
    assert len(numbers) == 7
    assert [number for number in range(14) if number in numbers] == [1, 2, 3, 7, 8, 9, 12]


def test_the_number_that_was_missing_joins_the_intervals() -> None:
    numbers = RowNumbers([1, 3])
    numbers.add(2)
    numbers.add(2)
    assert str(numbers) == "1-3"
    assert len(numbers) == 3


def test_no_numbers_are_told_as_nothing() -> None:
    assert str(RowNumbers()) == ""
    assert RowNumbers.read("", most=0) == RowNumbers()


@pytest.mark.parametrize("text", ["x", "3-1", "0-4", "5,4", "1-3,3", "1-11", "1--3", "2-", ",", "-5"])
def test_a_damaged_list_of_rows_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        RowNumbers.read(text, most=10)


def test_a_list_of_rows_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        RowNumbers.read("2-900000000", most=900_000_000)
    assert 900_000_000 in RowNumbers.read("1-900000000", most=900_000_000)


def test_every_row_is_delivered_rejected_or_unsent() -> None:
    ledger = Ledger()
    for number in (1, 2, 3, 4):
        assert ledger.reads(number)
    ledger.delivers(1)
    ledger.delivers(3)
    ledger.rejects(2)
    assert ledger.counts() == Counts(read=4, delivered=2, rejected=1, unsent=1)
    assert str(ledger.counts()) == "delivered 2 + rejected 1 + unsent 1 == read 4"


def test_no_row_is_counted_twice() -> None:
    ledger = Ledger()
    ledger.reads(1)
    ledger.delivers(1)
    with pytest.raises(KeyError):
        ledger.delivers(1)
    with pytest.raises(KeyError):
        ledger.rejects(1)


def test_what_an_earlier_run_has_settled_is_not_to_be_done_again() -> None:
    ledger = Ledger(RowNumbers([1, 3]), RowNumbers([2]))
    assert [ledger.reads(number) for number in (1, 2, 3, 4)] == [False, False, False, True]
    assert ledger.counts() == Counts(read=4, delivered=2, rejected=1, unsent=1)


def test_an_account_that_does_not_balance_says_so() -> None:
    counts = Counts(read=4, delivered=2, rejected=1, unsent=0)
    assert not counts.balance
    assert "!= read 4" in str(counts)
