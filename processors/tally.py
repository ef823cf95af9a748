"""From a hand-over to the worker's metrics: the core itself counts nothing."""

from __future__ import annotations

from typing import Final

from processors.lane import Done
from runtime.metrics import WorkerMetrics
from schemas.decision import Decision, Tick
from schemas.event import AttackEvent, ProtestEvent, StatementEvent

#: a sender may write any word as a field; only ours become labels
_FIELDS: Final = frozenset(
    {"key", "value", "ce_type"}.union(
        *(model.model_fields for model in (AttackEvent, StatementEvent, ProtestEvent, Decision, Tick))
    )
)


def tally(metrics: WorkerMetrics, partition: int, done: Done, *, end: int) -> None:
    """Count one batch that was committed. end: where the log of the partition ended when last looked; -1: unknown."""
    handover = done.handover
    for kind, count in handover.kinds.items():
        metrics.events.labels(kind).inc(count)
    for fault in handover.faults:
        metrics.rejected.labels(field_label(fault.field)).inc()
    for change, count in handover.changes.items():
        metrics.changes.labels(change).inc(count)
    for looked_at in handover.candidates:
        metrics.candidates.observe(looked_at)
    metrics.tell_incidents(partition, handover.incidents)
    metrics.skipped.inc(handover.skipped)
    metrics.batch_records.observe(done.records)
    metrics.apply_seconds.observe(done.apply_seconds)
    if not handover.is_empty:
        metrics.transactions.inc()
        metrics.transaction_seconds.observe(done.transaction_seconds)
    number = str(partition)
    metrics.applied_offset.labels(number).set(handover.offset)
    if end >= 0:
        metrics.lag.labels(number).set(max(0, end - 1 - handover.offset))
    if handover.newest_recorded_at is not None:
        metrics.clock.labels(number).set(handover.newest_recorded_at)


def field_label(field: str) -> str:
    """First part of a field's path, where it is a field of ours."""
    first = field.partition(".")[0]
    return first if first in _FIELDS else "other"


__all__ = ["field_label", "tally"]
