from __future__ import annotations

import hashlib

import pytest

from tests.chaos.schedule import FIRST_WORKERS, KINDS, LASTS_S, MOST_WORKERS, schedule


def test_a_seed_gives_the_same_schedule_to_everyone() -> None:
    text = "\n".join(repr(disturbance) for disturbance in schedule(4, 120))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "f8b76b6691e1b64e"


def test_another_seed_gives_another_schedule() -> None:
    assert schedule(1, 30) != schedule(2, 30)


def test_a_longer_schedule_begins_like_a_shorter_one() -> None:
    assert schedule(7, 200)[:40] == schedule(7, 40)


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_comes_before_any_comes_again(seed: int) -> None:
    first = [disturbance.kind for disturbance in schedule(seed, len(KINDS))]
    # where no worker can be added or removed the other of the two stands there
    assert len(set(first)) >= len(KINDS) - 1


@pytest.mark.parametrize("seed", range(20))
def test_there_is_always_a_worker_and_never_too_many(seed: int) -> None:
    workers = FIRST_WORKERS
    for disturbance in schedule(seed, 300):
        workers += {"add": 1, "remove": -1}.get(disturbance.kind, 0)
        assert 1 <= workers <= MOST_WORKERS


def test_disturbances_last_as_long_as_their_kind_says() -> None:
    for disturbance in schedule(3, 300):
        least, most = LASTS_S[disturbance.kind]
        assert least <= disturbance.lasts_s <= most


def test_only_the_kinds_that_were_asked_for_are_drawn() -> None:
    assert {disturbance.kind for disturbance in schedule(1, 40, ("cut", "hold"))} == {"cut", "hold"}


def test_a_kind_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="earthquake"):
        schedule(1, 10, ("kill", "earthquake"))
