"""What a watcher holds: the newest head of each incident, the most active first, within bounds."""

from __future__ import annotations

from zlib import compress

import pytest

from consumers.board import Board
from schemas.codec import encode
from schemas.errors import MalformedRecord
from schemas.timeline import IncidentTimeline
from tests.results import a_head, an_entry


def a_board(*heads: IncidentTimeline, **bounds: int) -> Board:
    board = Board(**bounds)
    for head in heads:
        board.take(encode(head))
    return board


def names(board: Board) -> list[str]:
    return [row.incident_id for row in board.rows()]


def test_the_incident_of_most_independent_sources_comes_first() -> None:
    board = a_board(a_head("inc-one", sources=1, reports=40), a_head("inc-three", sources=3))
    assert names(board) == ["inc-three", "inc-one"]


def test_a_week_of_silence_halves_the_attention_by_the_logs_clock_alone() -> None:
    # 3 sources a week ago count 1.5, less than 2 of today
    board = a_board(a_head("inc-old", sources=3, at="10:00"), a_head("inc-new", sources=2, at="+7d 10:00"))
    assert names(board) == ["inc-new", "inc-old"]
    # six days ago they count 3 * 2 ** (-6/7) = 1.66; against 1 source of today they stay first
    board = a_board(a_head("inc-old", sources=3, at="+1d 10:00"), a_head("inc-new", sources=1, at="+7d 10:00"))
    assert names(board) == ["inc-old", "inc-new"]


def test_a_closed_incident_asks_for_a_quarter_and_a_retracted_one_comes_last() -> None:
    board = a_board(
        a_head("inc-closed", sources=3, activity="closed"),
        a_head("inc-retracted", sources=9, standing="retracted"),
        a_head("inc-active", sources=1),
    )
    assert names(board) == ["inc-active", "inc-closed", "inc-retracted"]


def test_a_lower_revision_that_comes_late_changes_nothing() -> None:
    board = a_board(a_head(revision=3, title="now"), a_head(revision=2, title="before"))
    assert [row.title for row in board.rows()] == ["now"]
    assert board.head("inc-1").title == "now"


def test_a_merged_incident_leads_to_the_one_it_became_part_of() -> None:
    board = a_board(
        a_head("inc-a"), a_head("inc-b", title="what stays"), a_head("inc-a", revision=2, into="inc-b"),
        a_head("inc-c", into="inc-a"),
    )  # fmt: skip
    assert names(board) == ["inc-b"]
    assert board.title_of("inc-c") == "what stays"
    assert board.head("inc-a").incident_id == "inc-b"


def test_a_forwarding_in_a_circle_ends() -> None:
    board = a_board(a_head("inc-a", into="inc-b"), a_head("inc-b", into="inc-a"))
    assert board.head("inc-a") is None


def test_an_incident_that_left_the_filter_is_gone_and_may_come_back() -> None:
    board = a_board(a_head(revision=1))
    board.forget("inc-1")
    assert (len(board), board.head("inc-1"), board.opened(None)) == (0, None, None)
    board.take(encode(a_head(revision=2)))
    assert names(board) == ["inc-1"]


def test_the_most_significant_incident_is_opened_even_when_others_are_more_active() -> None:
    board = a_board(
        a_head("inc-great", sources=14, activity="closed", at="10:00"), a_head("inc-fresh", at="+50d 10:00")
    )
    assert names(board) == ["inc-fresh", "inc-great"]
    # 14 sources 50 of 90 days ago: 14 * 2 ** (-50/90) = 9.5, against 1
    assert board.opened(None) == "inc-great"
    board.take(encode(a_head("inc-later", at="+500d 10:00", sources=2)))
    # 500 of 90 days ago: .3
    assert board.opened(None) == "inc-later"


def test_the_opened_incident_stays_until_another_is_clearly_more_significant() -> None:
    board = a_board(a_head("inc-a", sources=4), a_head("inc-b", sources=5))
    assert board.opened(None) == "inc-b"
    assert board.opened("inc-a") == "inc-a"
    board.take(encode(a_head("inc-b", revision=2, sources=7)))
    assert board.opened("inc-a") == "inc-b"


def test_the_board_drops_the_coldest_beyond_its_bounds_and_keeps_what_it_was_told_to() -> None:
    board = Board(keep="inc-0", most_incidents=10)
    for number in range(40):
        board.take(encode(a_head(f"inc-{number}", sources=number)))
    assert len(board) <= 11
    assert board.dropped == 40 - len(board)
    assert "inc-39" in names(board)
    assert board.head("inc-0") is not None


def test_beyond_its_bytes_the_board_keeps_the_rows_of_the_coldest_and_lets_their_heads_go() -> None:
    board = Board(keep="inc-00", most_bytes=2_000)
    for number in range(40):
        board.take(encode(a_head(f"inc-{number:02}", sources=number)))
    assert (len(board), board.dropped) == (40, 0)
    held = [name for name in names(board) if board.raw(name) is not None]
    assert sum(len(compress(board.raw(name) or b"", level=1)) for name in held) <= 2_000 * 1.2
    # the hottest, in their order; and the one that was to stay
    assert held[-1] == "inc-00"
    assert held[:-1] == names(board)[: len(held) - 1] != []
    assert board.head("inc-39") == a_head("inc-39", sources=39)


def test_the_newest_entry_is_the_one_that_entered_the_log_last() -> None:
    entries = (an_entry("late", at="+1d 09:00"), an_entry("early", at="10:00"))
    assert a_board(a_head(entries=entries)).rows()[0].newest.event_id == "late"


def test_what_is_no_head_is_refused_and_the_board_stays_as_it_was() -> None:
    board = a_board(a_head())
    with pytest.raises(MalformedRecord):
        board.take(b'{"incident_id": "inc-1"}')
    assert names(board) == ["inc-1"]
