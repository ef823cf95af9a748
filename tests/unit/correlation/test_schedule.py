"""What is due is met in order, and what no longer stands takes no room."""

from __future__ import annotations

from processors.correlation.schedule import Schedule


def test_incidents_that_come_and_go_long_before_they_are_due_leave_nothing_behind() -> None:
    schedule = Schedule()
    schedule.put("stays", 50_000)
    for due in range(100_000, 110_000):
        schedule.put("restless", due)
        schedule.drop("restless")
    assert len(schedule) == 1
    assert len(schedule._heap) < 100
    assert schedule.next(200_000) == (50_000, "stays")


def test_what_is_cleared_away_changes_no_order() -> None:
    schedule = Schedule()
    for at in range(500):
        schedule.put(f"i{at:03d}", 1_000 - at)
        schedule.put(f"i{at:03d}", 900 - at)  # earlier than it stood
    met = []
    while (found := schedule.next(2_000)) is not None:
        met.append(found)
        schedule.drop(found[1])
    assert met == sorted((900 - at, f"i{at:03d}") for at in range(500))
