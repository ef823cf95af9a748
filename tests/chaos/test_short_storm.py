"""A short storm over one broker and two workers; the long one is `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.round import Plan, run_round

pytestmark = pytest.mark.kafka

#: each once, in an order of the seed's. Not here: what waits out a session timeout
CHEAP = ("kill", "term", "doze", "broker_kill", "cut", "slow", "half_close", "hold", "disk_full", "state_deleted")
SEED = 3


def test_what_readers_see_after_a_storm_equals_the_replay_of_the_log(kafka_installed: None, tmp_path: Path) -> None:
    outcome = run_round(Plan(SEED, 8, kinds=CHEAP, is_forked=True), tmp_path)
    story = "\n".join(map(str, outcome.done))
    assert outcome.failure is None, f"{outcome.plan}\n{story}\n{outcome.failure!r}\nlogs: {tmp_path}"
    assert outcome.verdict is not None
    assert outcome.verdict.is_clean, f"{outcome.plan}\n{story}\n{outcome.verdict}\nlogs: {tmp_path}"
    assert len(outcome.done) == 8
    assert outcome.verdict.counts["partitions"] == 4
    assert outcome.verdict.counts["rejects"] > 0
    kills = [done for done in outcome.done if done.disturbance.kind in ("kill", "term", "broker_kill")]
    assert kills
    assert all((done.lag_before or 0) > 0 and (done.lag_after or 0) > 0 for done in kills)
