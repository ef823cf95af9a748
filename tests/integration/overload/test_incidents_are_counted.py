"""The figures of incidents by activity are kept along the way; here they are counted, and restored."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings

from processors.correlation import CannotApply, Correlator, LogRecord
from processors.correlation.incidents import Stage
from tests.place_and_day_linker import PlaceAndDayLinker
from tests.random_logs import REGION, TIGHT, a_core, logs


def counted(core: Correlator[Any]) -> dict[str, int]:
    shown = (
        incident
        for incident in core._store.incidents.values()
        if incident.merged_into is None and incident.stage is not Stage.FORGETTING
    )
    return dict(Counter(str(incident.activity) for incident in shown))


def without_zeros(figures: dict[str, int]) -> dict[str, int]:
    return {str(name): number for name, number in figures.items() if number}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs())
def test_what_is_kept_is_what_a_count_gives_and_what_a_restored_core_says(log: list[LogRecord]) -> None:
    core = a_core()
    for record in log:
        try:
            core.apply(record)
        except CannotApply:
            continue
        assert without_zeros(core.activities()) == counted(core)
    again: Correlator[Any] = Correlator(REGION, PlaceAndDayLinker(), TIGHT)
    again.restore(core.dump())
    assert without_zeros(again.activities()) == counted(core)
