"""What a broker's sink holds after a run is what `replay` makes of the same file: byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests import forked
from timelines.demo_stack import start_services, wait_until_caught_up
from timelines.processes import Stack

pytestmark = pytest.mark.broker

GOLD = Path(__file__).parents[3] / "gold"
FILES = ("timelines", "entries", "updates", "assignments")
PARTITIONS = 6


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, for it has a hash seed of its own."""
    return subprocess.run(
        [sys.executable, "-m", "timelines", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def targets(folder: Path) -> list[str]:
    folder.mkdir()
    return [part for name in FILES for part in (f"--{name}", str(folder / f"{name}.jsonl"))]


@pytest.fixture(scope="module")
def all_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four sets as one stream, two lines of which nobody can read: several regions, several partitions."""
    path = tmp_path_factory.mktemp("source") / "all.jsonl"
    sets = [(GOLD / f"{name}.jsonl").read_bytes() for name in ("sol", "nga", "kad", "kaz")]
    path.write_bytes(b'{"id": "broken"}\n' + sets[0] + b"\xff\xfe not json\n" + b"".join(sets[1:]))
    return path


def replayed(source: Path, folder: Path, **environment: str) -> dict[str, bytes]:
    """Where a replay is made makes no difference, so each test gives it another place."""
    rejects = folder.with_suffix(".rejects")
    asked = (str(source), *targets(folder), "--partitions", str(PARTITIONS), "--rejects", str(rejects))
    done = run("replay", *asked, **environment)
    assert done.returncode == 3, done.stderr
    return {name: (folder / f"{name}.jsonl").read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def replay(all_sets: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("replay") / "files"
    return replayed(all_sets, folder, PYTHONHASHSEED="1", TZ="Asia/Baghdad")


def test_the_sink_of_the_embedded_broker_equals_replay(
    all_sets: Path, replay: dict[str, bytes], tmp_path: Path
) -> None:
    with Stack(tmp_path, {}) as stack:
        services = start_services(stack, PARTITIONS)
        rejects = str(tmp_path / "rejects.jsonl")
        environment = {**os.environ, **services.environment}
        produced = forked.run("timelines", "produce", str(all_sets), "--rejects", rejects, environment=environment)
        assert produced.returncode == 3, produced.stderr
        wait_until_caught_up(stack, services)
        dumped = forked.run("timelines", "dump", *targets(tmp_path / "sink"), environment=environment)
        assert dumped.returncode == 0, dumped.stderr

    for name in FILES:
        assert (tmp_path / "sink" / f"{name}.jsonl").read_bytes() == replay[name], f"{name} differ"

    assignments = [json.loads(line) for line in (tmp_path / "sink" / "assignments.jsonl").read_bytes().splitlines()]
    homes = Counter(row["event_id"] for row in assignments)
    coded = [json.loads(line)["id"] for line in all_sets.read_bytes().splitlines() if b"gold_incident" in line]
    assert len(coded) == 541
    assert homes == Counter(coded), "every event has exactly one home"
    heads = [json.loads(line) for line in (tmp_path / "sink" / "timelines.jsonl").read_bytes().splitlines()]
    assert len({head["region"] for head in heads}) >= 4
    updates = [json.loads(line) for line in (tmp_path / "sink" / "updates.jsonl").read_bytes().splitlines()]
    assert len({update["cause"]["partition"] for update in updates}) >= 3
    newest: dict[str, int] = {}
    for update in updates:  # sorted by incident and revision: a chain without a hole or a double
        assert update["revision"] == newest.get(update["incident_id"], 0) + 1
        newest[update["incident_id"]] = update["revision"]
    assert newest == {head["incident_id"]: head["revision"] for head in heads}


def test_replay_is_the_same_whatever_the_hash_seed_and_the_time_zone(
    all_sets: Path, replay: dict[str, bytes], tmp_path: Path
) -> None:
    assert all(replay.values())
    other = replayed(all_sets, tmp_path / "other", PYTHONHASHSEED="77", TZ="America/Los_Angeles")
    assert other == replay
