"""One round: a stack, workers, a producer, a storm over them, and the verdict on what is left."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from processors.replay import replay
from processors.router import PartitionRouter
from runtime.settings import Settings
from schemas.topics import EVENTS, changelog_topic
from tests.chaos.feed import PARTITIONS, Feed
from tests.chaos.fleet import Fleet
from tests.chaos.progress import Progress, lag
from tests.chaos.schedule import FIRST_WORKERS, KINDS, schedule
from tests.chaos.stack import committed, stack
from tests.chaos.storm import Done, Storm
from tests.chaos.verdict import Results, Verdict, check_applied, check_log, compare
from tests.chaos.worker import cores_named
from tests.log_and_sink import SINK

#: milliseconds a record costs a worker; the real core's results are larger and its replay is slower
DELAY_MS: Final = {"tally": 3, "real": 10}
#: most records that wait, and how many must before a kill
_BEHIND: Final = {"tally": (400, 60), "real": (300, 60)}


@dataclass(frozen=True, slots=True)
class Plan:
    """nodes: brokers. core: tally or real. The seed decides the disturbances and the records.

    most_s: seconds of storm after which no disturbance is begun any more
    is_forked: the workers are (tests.forked)
    """

    seed: int
    disturbances: int
    nodes: int = 1
    core: str = "tally"
    kinds: Sequence[str] = KINDS
    most_s: float = float("inf")
    is_forked: bool = False

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.disturbances} disturbances, {self.nodes} broker(s), {self.core} core"


@dataclass(slots=True)
class Outcome:
    """done: what was done; ends: how workers ended; failure: why the round stopped before its end."""

    plan: Plan
    folder: Path
    done: list[Done] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    verdict: Verdict | None = None
    failure: BaseException | None = None
    storm_s: float = 0.0
    verdict_s: float = 0.0

    @property
    def has_survived(self) -> bool:
        return self.failure is None and self.verdict is not None and self.verdict.is_clean


def run_round(plan: Plan, folder: Path, *, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Everything it writes goes into `folder`. Raises KafkaUnavailable; whatever else happens is in the outcome."""
    outcome = Outcome(plan, folder)
    folder.mkdir(parents=True, exist_ok=True)
    most_behind, enough = _BEHIND[plan.core]

    def note(text: str) -> None:
        with (folder / "storm.log").open("a", encoding="utf-8") as log:
            log.write(f"{text}\n")

    with stack(folder, nodes=plan.nodes, partitions=PARTITIONS, seed=plan.seed) as brokers:
        fleet = Fleet(
            brokers.behind_proxy, folder, core=plan.core, delay_ms=DELAY_MS[plan.core], is_forked=plan.is_forked
        )
        progress = Progress(brokers.direct, PARTITIONS)
        feed = Feed(
            brokers.direct, plan.seed, plan.core,
            behind=lambda: lag(feed.ends, progress.applied()), most_behind=most_behind,
        )  # fmt: skip
        storm = Storm(brokers, fleet, feed, progress, enough=enough, say=note)
        began = time.monotonic()
        try:
            for _ in range(FIRST_WORKERS):
                fleet.start()
            feed.start()
            storm.run(schedule(plan.seed, plan.disturbances, plan.kinds), plan.most_s)
            say(f"{plan}: the storm is over after {time.monotonic() - began:.0f} s")
            storm.finish()
            fleet.end()
            outcome.storm_s = time.monotonic() - began
            outcome.verdict = judge(brokers.direct, plan.core, feed)
            outcome.verdict_s = time.monotonic() - began - outcome.storm_s
            # in the end: the storm goes on over a worker that ended without a reason, its restart is part of it
            assert not fleet.faults, "; ".join(fleet.faults)
        except Exception as error:  # noqa: BLE001 - a failed round is an outcome
            outcome.failure = error
        finally:
            fleet.clean_up()
            progress.stop()
            outcome.done, outcome.ends = storm.done, fleet.ends
    return outcome


def judge(settings: Settings, core: str, feed: Feed) -> Verdict:
    """What stands in the topics when all is quiet, with what was sent and what a replay of the log makes of it."""
    verdict, cores = Verdict(), cores_named(core)
    log = list(committed(settings, EVENTS, PARTITIONS))
    ends = check_log(log, feed.acknowledged, feed.number_of, verdict)
    check_applied(ends, committed(settings, changelog_topic(settings.app_id), PARTITIONS), verdict)

    def router_for(partition: int) -> PartitionRouter:
        return PartitionRouter(partition, cores.core_for, core_version=cores.version, partitions=PARTITIONS)

    expected = Results().take(
        (partition, result) for partition, handover in replay(log, router_for) for result in handover.outgoing
    )
    found = Results().take(
        (record.partition, record) for topic in SINK for record in committed(settings, topic, PARTITIONS)
    )
    compare(expected, found, verdict)
    verdict.counts["partitions"] = len(ends)
    return verdict


__all__ = ["Outcome", "Plan", "judge", "run_round"]
