"""The metrics of the services: one list, read by people who write alerts. All names begin with incident_timelines_.

The core counts nothing and knows no clock: what is counted here stands in the hand-overs of its router.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from schemas.decision import Decision, Tick
from schemas.event import AttackEvent, ProtestEvent, StatementEvent

#: of the records of the log
KINDS: Final = ("attack", "statement", "protest", "decision", "tick")
#: a sender may write any word as a field; only ours become labels
FIELDS: Final = frozenset(
    {"key", "value", "ce_type"}.union(
        *(model.model_fields for model in (AttackEvent, StatementEvent, ProtestEvent, Decision, Tick))
    )
)
OTHER: Final = "other"

_NAMESPACE: Final = "incident_timelines"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FEW: Final = (0, 1, 2, 5, 10, 20, 50, 100)
_ACTIVITIES: Final = ("active", "quiet", "closed")
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


class Children(dict[str, Counter]):
    """A counter's children by the value of its one label. The client's own look-up costs more than the counting.

    known: values that are there at 0 from the start. To Prometheus a series that begins with its first count has not
        risen: the first burst would be missed by whoever takes its rate
    """

    def __init__(self, counter: Counter, known: Iterable[str] = ()) -> None:
        super().__init__()
        self._counter = counter
        for label in known:
            self[label]

    def __missing__(self, label: str) -> Counter:
        child = self[label] = self._counter.labels(label)
        return child


class WorkerMetrics:
    """What a worker tells. Each has a registry of its own, so that two in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        # --- what came in -----------------------------------------------------------------------------------
        #: records applied, by kind: attack, statement, protest, decision, tick
        self.events = Children(self._counter("events", "Records of the log that were applied.", "kind"), KINDS)
        #: records written to the topic of rejects, by the first part of the field at fault ("other": not ours)
        rejected = self._counter("rejected", "Records of the log that were rejected.", "field")
        self.rejected = Children(rejected, sorted({*FIELDS, OTHER}))
        #: records that had been applied before and came again
        self.skipped = self._counter("skipped", "Records passed over because their offset had been applied.")
        #: records in one batch; small ones under load: too many partitions, or coalesce_ms too short
        self.batch_records = self._histogram("batch_records", "Records in one batch.", _SIZES)

        # --- what came of it --------------------------------------------------------------------------------
        #: changes of timelines, by type: opened, entry_added, claim_changed, merged, split ...
        self.changes = Children(self._counter("changes", "Changes of timelines.", "type"))
        #: incidents that the core looked at to place one event; the cost of an event grows with it, the core bounds it
        self.candidates = self._histogram("candidates", "Incidents looked at to place one event.", _FEW)
        #: incidents by activity (active, quiet, closed) of each assigned partition; not those merged into others
        self.incidents = self._gauge("incidents", "Incidents by activity.", "partition", "activity")
        #: time in the core for one batch
        self.apply_seconds = self._histogram("apply_seconds", "Time in the core for one batch.", _SECONDS)
        #: one transaction, from begin to committed
        self.transaction_seconds = self._histogram("transaction_seconds", "One transaction.", _SECONDS)
        #: transactions committed
        self.transactions = self._counter("transactions", "Transactions committed.")

        # --- where it stands --------------------------------------------------------------------------------
        #: last offset applied and committed, of each assigned partition
        self.applied_offset = self._gauge("applied_offset", "Last offset of the log applied.", "partition")
        #: records of the log that wait, of each assigned partition
        self.lag = self._gauge("lag_records", "Records of the log not yet applied.", "partition")
        #: the core's clock (greatest recorded_at) of each assigned partition, seconds since 1970
        self.clock = self._gauge("clock_seconds", "Greatest recorded_at applied, seconds since 1970.", "partition")
        #: partitions that this worker has and whose state it has read; 0 as soon as it gives them up
        self.assigned = self._gauge("assigned_partitions", "Partitions of the log that this worker works off.")
        #: assignments taken so far; many in an hour: a worker that comes and goes
        self.assignments = self._counter("assignments", "Assignments taken.")
        #: from the assignment to readiness
        self.restore_seconds = self._histogram("restore_seconds", "From an assignment to readiness.", _SECONDS)
        #: records of state read at the last assignment
        self.restored_records = self._gauge("restored_records", "Records of state read at the last assignment.")
        #: 1: ready, 0: not
        self.ready = self._gauge("ready", "Whether the readiness check passes.")
        #: how long the event loop came late to a task of its own, at worst since the last scrape
        self.loop_late_seconds = self._gauge("loop_late_seconds", "Delay of the event loop, at worst since last asked.")
        #: how old the newest word of the broker on the log's end is; lag_records is as of then. Where there is none,
        #: since the partitions were taken up or lost
        self.lag_age_seconds = self._gauge("lag_age_seconds", "Age of what lag_records is measured against.")

    def forget_partition(self, partition: int) -> None:
        """It is another worker's now: a stale lag would raise an alarm here for ever."""
        for gauge in (self.applied_offset, self.lag, self.clock):
            gauge.remove(str(partition))
        for activity in _ACTIVITIES:
            self.incidents.remove(str(partition), activity)

    def tell_partition(
        self, partition: int, *, offset: int, clock: float | None, incidents: Mapping[str, int], lag: int | None
    ) -> None:
        """How a partition stands, asked of it when the metrics are. Of these, what is not known stays as it was.

        offset: last one applied; clock: seconds since 1970; incidents: by activity, empty where the core does not tell
        """
        number = str(partition)
        self.applied_offset.labels(number).set(offset)
        if clock is not None:
            self.clock.labels(number).set(clock)
        for activity in _ACTIVITIES if incidents else ():
            self.incidents.labels(number, activity).set(incidents.get(activity, 0))
        if lag is not None:
            self.lag.labels(number).set(lag)

    def render(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=_NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, namespace=_NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, text, namespace=_NAMESPACE, registry=self.registry, buckets=buckets)


class GateMetrics:
    """What a gate tells."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        #: commands that became decisions, by kind: merge, split, pin, retract, redact, close, reopen
        self.decisions = self._counter("gate_decisions", "Commands that became decisions.", "decision")
        #: commands that were refused, by the field at fault
        self.refused = self._counter("gate_refused", "Commands that were refused.", "field")
        #: commands whose decision stood in the log already: a gate died between the append and the commit
        self.repeated = self._counter("gate_repeated", "Commands that had been answered before.")
        #: ticks appended to the log
        self.ticks = self._counter("gate_ticks", "Ticks appended to the log.")
        #: 1: ready, 0: not
        self.ready = Gauge(
            "gate_ready", "Whether the readiness check passes.", namespace=_NAMESPACE, registry=self.registry
        )

    def render(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=_NAMESPACE, registry=self.registry)


__all__ = ["FIELDS", "KINDS", "OTHER", "GateMetrics", "WorkerMetrics"]
