from __future__ import annotations

import pytest

from processors.batch import _KINDS
from processors.handover import Fault, Handover
from processors.lane import Done
from processors.rejects import RejectLimit, TooManyRejects
from processors.tally import field_label, tally
from runtime.metrics import FIELDS, KINDS, WorkerMetrics


def test_as_many_rejects_as_allowed_pass_and_one_more_stops() -> None:
    limit = RejectLimit(10)
    limit.count(4, "a", now=0.0)
    limit.count(6, "b", now=59.0)
    with pytest.raises(TooManyRejects, match=r"more than 10 records.*because key: is missing.*MAX_REJECTED_PER_MINUTE"):
        limit.count(1, "key: is missing", now=59.9)


def test_rejects_of_more_than_a_minute_ago_do_not_count() -> None:
    limit = RejectLimit(10)
    limit.count(10, "a", now=0.0)
    limit.count(10, "b", now=60.0)
    with pytest.raises(TooManyRejects):
        limit.count(1, "c", now=119.9)


def test_no_reject_is_no_news() -> None:
    limit = RejectLimit(1)
    for now in range(100):
        limit.count(0, "", now=float(now))


@pytest.mark.parametrize(
    ("field", "label"),
    [("location.lat", "location"), ("key", "key"), ("ce_type", "ce_type"), ("x" * 5_000, "other"), ("", "other")],
)
def test_only_our_own_fields_become_labels(field: str, label: str) -> None:
    assert field_label(field) == label


def values(metrics: WorkerMetrics) -> dict[str, float]:
    lines = [line for line in metrics.render().decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_a_batch_shows_in_the_metrics() -> None:
    metrics = WorkerMetrics()
    handover = Handover(
        (), (), 41, taken=3, skipped=1, kinds={"attack": 2}, changes={"opened": 1}, faults=(Fault(40, "value", "no"),),
        newest_recorded_at=1_636_300_000.0,
    )  # fmt: skip
    tally(metrics, Done(handover, 4, 0.02, 0.004))
    found = values(metrics)
    prefix = "incident_timelines_"
    assert found[prefix + 'events_total{kind="attack"}'] == 2
    assert found[prefix + 'rejected_total{field="value"}'] == 1
    assert found[prefix + "skipped_total"] == 1
    assert found[prefix + 'changes_total{type="opened"}'] == 1
    assert found[prefix + "transactions_total"] == 1
    assert found[prefix + "batch_records_sum"] == 4


def test_whatever_can_be_counted_by_kind_or_field_is_there_at_0_before_it_happens() -> None:
    """What begins with its first count has not risen, to Prometheus: nobody would be called for the first burst."""
    assert set(KINDS) == set(_KINDS.values())
    found, prefix = values(WorkerMetrics()), "incident_timelines_"
    assert {found[f'{prefix}events_total{{kind="{kind}"}}'] for kind in KINDS} == {0}
    labels = {field_label(field) for field in (*FIELDS, "location.lat", "x")}
    assert "other" in labels
    assert {found[f'{prefix}rejected_total{{field="{label}"}}'] for label in labels} == {0}


def test_a_batch_of_records_that_had_been_before_is_no_transaction() -> None:
    metrics = WorkerMetrics()
    tally(metrics, Done(Handover((), (), 5, skipped=2), 2, 0.001, 0.0))
    found = values(metrics)
    assert found["incident_timelines_transactions_total"] == 0
    assert found["incident_timelines_skipped_total"] == 2


def test_a_partition_tells_how_it_stands_and_what_it_does_not_know_stays_as_it_was() -> None:
    metrics = WorkerMetrics()
    metrics.tell_partition(2, offset=41, clock=1_636_300_000.0, incidents={"active": 3}, lag=8)
    metrics.tell_partition(2, offset=42, clock=None, incidents={}, lag=None)
    found, prefix = values(metrics), "incident_timelines_"
    assert found[prefix + 'applied_offset{partition="2"}'] == 42
    assert found[prefix + 'lag_records{partition="2"}'] == 8
    assert found[prefix + 'clock_seconds{partition="2"}'] == 1_636_300_000
    assert found[prefix + 'incidents{activity="active",partition="2"}'] == 3
    assert found[prefix + 'incidents{activity="closed",partition="2"}'] == 0


def test_of_a_partition_whose_end_is_not_known_there_is_no_lag() -> None:
    metrics = WorkerMetrics()
    metrics.tell_partition(0, offset=5, clock=None, incidents={}, lag=None)
    assert 'incident_timelines_lag_records{partition="0"}' not in values(metrics)


def test_a_partition_that_went_away_leaves_no_lag_behind() -> None:
    metrics = WorkerMetrics()
    metrics.tell_partition(2, offset=41, clock=1_636_300_000.0, incidents={"active": 3}, lag=8)
    metrics.forget_partition(2)
    metrics.forget_partition(2)
    assert not [name for name in values(metrics) if 'partition="2"' in name]


def test_all_metrics_carry_the_prefix_and_a_text() -> None:
    text = WorkerMetrics().render().decode()
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert len(names) > 12
    assert all(name.startswith("incident_timelines_") for name in names)
