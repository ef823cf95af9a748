"""From a hand-over to the worker's metrics: the core itself counts nothing."""

from __future__ import annotations

from processors.lane import Done
from runtime.metrics import FIELDS, OTHER, WorkerMetrics


def tally(metrics: WorkerMetrics, done: Done) -> None:
    """Count one batch that was committed. How its partition stands is asked of the lane instead."""
    handover = done.handover
    for kind, count in handover.kinds.items():
        metrics.events[kind].inc(count)
    for fault in handover.faults:
        metrics.rejected[field_label(fault.field)].inc()
    for change, count in handover.changes.items():
        metrics.changes[change].inc(count)
    for looked_at in handover.candidates:
        metrics.candidates.observe(looked_at)
    if handover.skipped:
        metrics.skipped.inc(handover.skipped)
    metrics.batch_records.observe(done.records)
    metrics.apply_seconds.observe(done.apply_seconds)
    if not handover.is_empty:
        metrics.transactions.inc()
        metrics.transaction_seconds.observe(done.transaction_seconds)


def field_label(field: str) -> str:
    """First part of a field's path, where it is a field of ours."""
    first = field.partition(".")[0]
    return first if first in FIELDS else OTHER


__all__ = ["field_label", "tally"]
