"""A worker that dies at an await, in a call of Kafka or between two of its threads leaves what a replay gives.

Here: that no await of the worker hides, and a seeded handful of points. All of them: `make failpoints`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from runtime.kafka_server import KafkaServer
from tests.chaos.failpoints.choice import counts_of, special_points, usual_points
from tests.chaos.failpoints.hits import Point
from tests.chaos.failpoints.play import Ended, Scene, Theatre, survive, theatre
from tests.chaos.failpoints.stand import SECURITY
from tests.chaos.failpoints.unreached import stale, unexplained

pytestmark = pytest.mark.kafka

SEED = int(os.environ.get("FAILPOINTS_SEED", "1"))
#: the transaction and what is about it; one of each is always tried
ALWAYS = ("commit_transaction()", "Lane._begin: ", "Lane._tell: ", "init_transactions()")


@pytest.fixture(scope="module")
def stage(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """A broker of its own: it misses a dead worker after a second, and its topics serve one run after another."""
    folder = tmp_path_factory.mktemp("failpoints")
    with (
        KafkaServer(nodes=1, data=folder / "kafka", security=SECURITY) as server,
        theatre(server.bootstrap_servers, tmp_path_factory.mktemp("runs")) as stage,
    ):
        yield stage


@pytest.fixture(scope="module")
def usual(stage: Theatre) -> Ended:
    return stage.play(None)


@pytest.fixture(scope="module")
def refused(stage: Theatre) -> Ended:
    return stage.play(None, until=Scene.REFUSED)


def test_without_a_death_the_sink_is_the_replay_and_the_incidents_were_merged_and_split(usual: Ended) -> None:
    assert (usual.status, usual.mark) == (0, "")
    assert usual.verdict.is_right, usual.verdict
    assert (usual.verdict.changes["merged"], usual.verdict.changes["split"], usual.verdict.rejects) == (16, 16, 4)


def test_a_worker_whose_records_the_broker_refuses_ends_and_the_next_one_goes_on(refused: Ended) -> None:
    assert refused.status == 1
    assert refused.verdict.is_right, refused.verdict


def test_every_await_and_every_kafka_call_of_the_worker_is_reached_or_explained(usual: Ended, refused: Ended) -> None:
    sites = [name for name, *_ in usual.record["sites"]]
    reached = {site for ended in (usual, refused) for site, *_ in ended.record["counts"]}
    foreign = {site for ended in (usual, refused) for site in ended.record["foreign"]}
    assert len(reached) > 50
    assert unexplained(sites, reached, foreign) == []
    assert stale(sites) == []


def a_sample(usual: Ended, refused: Ended) -> list[Point]:
    chooser = random.Random(SEED)
    points = usual_points(counts_of(usual.record))
    aborts = [p for p in special_points(counts_of(refused.record), Scene.REFUSED) if "abort_transaction" in p.site]
    return [
        *(chooser.choice([point for point in points if name in point.site]) for name in ALWAYS),
        chooser.choice(aborts),
    ]


def test_whoever_comes_after_a_worker_that_died_leaves_what_the_replay_gives(
    stage: Theatre, usual: Ended, refused: Ended
) -> None:
    survived = 0
    for point in a_sample(usual, refused):
        ended = survive(stage, point)
        if ended is not None:
            assert ended.verdict.is_right, f"make failpoints POINT='{point}' (FAILPOINTS_SEED={SEED}): {ended.verdict}"
            survived += 1
    assert survived >= len(ALWAYS)
