"""What the gate knows of time in each region."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.region_clocks import RegionClocks
from schemas.regions import ALL_REGIONS

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
PAST = datetime(2021, 11, 7, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def live(at: datetime = NOW) -> RegionClocks:
    clocks = RegionClocks()
    clocks.hear("europe", at, at)
    return clocks


def past() -> RegionClocks:
    clocks = RegionClocks()
    clocks.hear("europe", PAST, NOW)
    return clocks


def ticks(clocks: RegionClocks, now: datetime, after: timedelta = MINUTE) -> list[tuple[str, datetime]]:
    return [(tick.region, tick.recorded_at) for tick in clocks.due_ticks(now, after)]


def test_a_live_regions_decision_is_stamped_now() -> None:
    assert live().stamp("europe", NOW + MINUTE) == NOW + MINUTE


def test_a_replayed_region_is_not_leapt_to_today() -> None:
    assert past().stamp("europe", NOW + MINUTE) == PAST
    assert ticks(past(), NOW + timedelta(days=3)) == []


def test_stamps_never_go_back_when_the_log_is_ahead_of_this_clock() -> None:
    assert live(NOW + MINUTE).stamp("europe", NOW) == NOW + MINUTE


def test_a_region_that_the_log_does_not_know_has_no_time() -> None:
    assert live().stamp("world", NOW) is None


def test_a_gate_that_was_down_for_weeks_knows_a_live_region_by_when_it_was_appended() -> None:
    clocks = live(NOW - timedelta(days=20))
    assert clocks.stamp("europe", NOW) == NOW
    assert ticks(clocks, NOW) == [("europe", NOW)]


def test_a_late_record_of_the_past_does_not_make_a_live_region_a_past_one() -> None:
    clocks = live()
    clocks.hear("europe", PAST, NOW)
    assert clocks.stamp("europe", NOW + MINUTE) == NOW + MINUTE


def test_a_region_whose_replay_has_reached_today_is_live() -> None:
    clocks = past()
    clocks.hear("europe", NOW, NOW)
    assert clocks.stamp("europe", NOW + MINUTE) == NOW + MINUTE


def test_a_decision_in_a_past_region_leaves_it_past() -> None:
    clocks = past()
    clocks.hear("europe", PAST, NOW + MINUTE)
    assert clocks.stamp("europe", NOW + 2 * MINUTE) == PAST


def test_a_silent_region_is_ticked_when_the_time_has_come_and_not_before() -> None:
    assert ticks(live(), NOW + MINUTE - timedelta(microseconds=1)) == []
    assert ticks(live(), NOW + MINUTE) == [("europe", NOW + MINUTE)]


def test_ticks_grow_rarer_as_the_silence_lasts_and_come_hourly_at_least() -> None:
    clocks, now, count = live(), NOW, []
    for hour in range(48):
        sent = 0
        for _ in range(60):
            now += MINUTE
            for tick in clocks.due_ticks(now, MINUTE):
                clocks.hear(tick.region, tick.recorded_at, now, tick=True)
                sent += 1
        count.append(sent)
        assert sent >= 1, hour
    assert count[0] > 20
    assert count[5] <= 3
    assert count[-1] == 1


def test_a_report_ends_the_silence() -> None:
    clocks = live()
    late = NOW + timedelta(hours=20)
    clocks.hear("europe", late, late, tick=True)
    assert ticks(clocks, late + MINUTE) == []
    clocks.hear("europe", late, late)
    assert ticks(clocks, late + MINUTE) == [("europe", late + MINUTE)]


def test_tick_ids_are_of_the_region_and_the_time() -> None:
    (tick,) = live().due_ticks(NOW + MINUTE, MINUTE)
    assert tick.tick_id == "tick/europe/2024-03-01T12:01:00+00:00"


_TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))


@given(st.lists(st.tuples(st.sampled_from(ALL_REGIONS), _TIMES, _TIMES, st.booleans()), max_size=30), _TIMES)
def test_clocks_are_the_same_after_a_restart(heard: list[tuple[str, datetime, datetime, bool]], now: datetime) -> None:
    clocks = RegionClocks()
    for region, recorded_at, appended_at, tick in heard:
        clocks.hear(region, recorded_at, appended_at, tick=tick)
    again = RegionClocks.load(clocks.dump())
    assert again is not None
    assert again.dump() == clocks.dump()
    assert len(clocks.dump()) < 4_096
    assert again.due_ticks(now, MINUTE) == clocks.due_ticks(now, MINUTE)
    for region in ALL_REGIONS:
        assert again.stamp(region, now) == clocks.stamp(region, now)
        greatest = max((at for where, at, _, _ in heard if where == region), default=None)
        stamp = clocks.stamp(region, now)
        assert (stamp is None) == (greatest is None)
        assert stamp is None or greatest is None or stamp >= greatest


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"v":2,"regions":{}}', '{"v":1,"regions":{"x":[1,2,3]}}'])
def test_what_another_version_wrote_is_not_taken_up(text: str | None) -> None:
    assert RegionClocks.load(text) is None
