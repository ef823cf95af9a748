"""What is sent, in which order, stamped with what, due when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from producers import outgoing as module
from producers.outgoing import Choice, Numbered, TooManyToPlan, outgoing
from schemas.arrival import UNSTAMPED
from schemas.event import AnyEvent
from tests.builders import an_attack, occurred_at, time_of


def report(name: str, published: str | None, happened: str | None = None) -> AnyEvent:
    """A report that is not stamped yet."""
    return an_attack(event_id=name).model_copy(
        update={
            "published_at": time_of(published) if published else None,
            "occurred": occurred_at(happened, "day") if happened else None,
            "recorded_at": UNSTAMPED,
        }
    )


def sent(*events: AnyEvent, **choice: Any) -> list[tuple[str, datetime, float]]:
    numbered = [Numbered(number, event) for number, event in enumerate(events, start=1)]
    found = list(outgoing(iter(numbered), Choice(**choice)))
    assert all(numbered[item.number - 1].event.event_id == item.event.event_id for item in found)
    return [(item.event.event_id, item.event.recorded_at, item.due_s) for item in found]


LATE = report("late", "2021-11-09")
EARLY = report("early", "2021-11-05")
HAPPENED = report("happened", None, "2021-11-06")
UNDATED = report("undated", None)


def test_the_order_of_the_file_is_the_order_of_arrival() -> None:
    assert [name for name, _, _ in sent(LATE, UNDATED, EARLY, HAPPENED)] == ["late", "undated", "early", "happened"]


def test_recorded_at_is_the_time_of_the_report_made_monotone() -> None:
    stamps = [at for _, at, _ in sent(EARLY, LATE, HAPPENED)]
    assert stamps == [time_of("2021-11-05"), time_of("2021-11-09"), time_of("2021-11-09")]


def test_in_order_of_publication_a_happening_counts_to_its_last_second_and_what_has_no_time_comes_last() -> None:
    found = sent(LATE, UNDATED, HAPPENED, EARLY, order="published")
    assert [name for name, _, _ in found] == ["early", "happened", "late", "undated"]
    assert found[1][1] == time_of("2021-11-06T23:59:59Z")
    assert found[3][1] == time_of("2021-11-09")


def test_of_reports_of_one_second_the_id_decides() -> None:
    b, a = report("b", "2021-11-05"), report("a", "2021-11-05")
    assert [name for name, _, _ in sent(b, a, order="published")] == ["a", "b"]


def test_an_event_is_the_same_after_it_waited_on_disk() -> None:
    event = an_attack(killed="at least 3", weapons="2 drone", text="Ан-Наджаф\n\x1b[31m", event_id="x")
    (direct,) = outgoing(iter([Numbered(1, event)]), Choice())
    (planned,) = outgoing(iter([Numbered(1, event)]), Choice(order="published"))
    assert direct == planned


def test_a_paced_run_spreads_by_day_and_by_rank_within_the_day() -> None:
    found = sent(EARLY, report("early-2", "2021-11-05"), LATE, duration_s=8)
    assert [due for _, _, due in found] == [0.0, 2.0, 4.0]


def test_at_full_speed_everything_is_due_at_once() -> None:
    assert {due for _, _, due in sent(EARLY, LATE)} == {0.0}


@pytest.mark.parametrize("planned", [{}, {"order": "published"}])
def test_with_the_clock_of_now_events_are_stamped_when_they_are_sent(planned: dict[str, Any]) -> None:
    assert {at for _, at, _ in sent(EARLY, LATE, clock="now", **planned)} == {UNSTAMPED}


def test_in_live_use_no_event_waits_for_the_next() -> None:
    def endless() -> Iterator[Numbered]:
        yield Numbered(1, EARLY)
        raise AssertionError("asked for a second event before the first was sent")

    assert next(outgoing(endless(), Choice(clock="now"))).event == EARLY


def test_a_window_takes_both_its_ends_and_nothing_without_a_time() -> None:
    window = Choice(since=time_of("2021-11-05"), until=time_of("2021-11-09"))
    assert [window.takes(event) for event in (EARLY, HAPPENED, LATE, UNDATED)] == [True, True, True, False]
    narrow = Choice(since=time_of("2021-11-05T00:00:01Z"), until=time_of("2021-11-08T23:59:59Z"))
    assert [narrow.takes(event) for event in (EARLY, HAPPENED, LATE)] == [False, True, False]
    assert Choice().takes(UNDATED)


def test_a_window_may_be_open_at_either_end() -> None:
    before, after = Choice(until=time_of("2021-11-06")), Choice(since=time_of("2021-11-06"))
    assert [before.takes(event) for event in (EARLY, LATE, UNDATED)] == [True, False, False]
    assert [after.takes(event) for event in (EARLY, LATE, UNDATED)] == [False, True, False]


def test_a_source_that_is_too_long_to_be_put_in_order_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLANNED", 2)
    with pytest.raises(TooManyToPlan, match="--from and --to"):
        sent(EARLY, LATE, HAPPENED, order="published")
    assert len(sent(EARLY, LATE, HAPPENED)) == 3
