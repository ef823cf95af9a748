"""Decisions of people, from the command line to the timelines and back into a replay of the log."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.embedded import EmbeddedBroker
from tests import forked
from timelines.demo_stack import Services, start_services, wait_until_caught_up
from timelines.processes import Stack

pytestmark = pytest.mark.broker

GOLD = Path(__file__).parents[3] / "gold"
FILES = ("timelines", "entries", "updates", "assignments", "rejected")
PARTITIONS = 6


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return forked.run("timelines", *arguments, environment={**os.environ, **environment})


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("services"), {}) as running:
        yield running


@pytest.fixture(scope="module")
def services(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Broker, worker and gate, with forty reports of one coded set."""
    folder = tmp_path_factory.mktemp("reports")
    source = folder / "reports.jsonl"
    source.write_bytes(b"\n".join((GOLD / "sol.jsonl").read_bytes().splitlines()[:40]))
    started = start_services(stack, PARTITIONS)
    assert run("produce", str(source), **started.environment).returncode == 0
    wait_until_caught_up(stack, started)
    return started


def decide(services: Services, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("decide", *arguments, "--by", "Ada", "--reason", "read both", **services.environment)


def heads(services: Services) -> dict[str, dict[str, Any]]:
    told = run("dump", "--timelines", "-", **services.environment)
    assert told.returncode == 0, told.stderr
    return {head["incident_id"]: head for head in map(json.loads, told.stdout.splitlines())}


def two_live(services: Services) -> tuple[str, str]:
    """Two incidents of one region that are open."""
    live = [head for head in heads(services).values() if "merged_into" not in head and head["activity"] != "closed"]
    first = live[0]
    other = next(head for head in live[1:] if head["region"] == first["region"])
    return first["incident_id"], other["incident_id"]


def test_a_merge_is_seen_in_the_timelines_and_the_replay_of_the_log_is_the_sink(
    services: Services, stack: Stack, tmp_path: Path
) -> None:
    stays, goes = two_live(services)
    before = heads(services)
    done = decide(services, "merge", stays, goes, "--wait")
    assert done.returncode == 0, done.stderr
    assert any(line.startswith(f"{stays}, revision") and "merged" in line for line in done.stdout.splitlines())
    after = heads(services)
    assert after[goes]["merged_into"] == stays
    assert goes in after[stays]["merged_from"]
    # the reports are of 2019 and 2020, the decision of today: nothing is leapt over
    assert {name: head["activity"] for name, head in after.items() if name not in (stays, goes)} == {
        name: head["activity"] for name, head in before.items() if name not in (stays, goes)
    }

    refused = decide(services, "redact", "--event", "sol-001", "--wait")
    assert refused.returncode == 1
    assert "the gate refused it: role: analyst may not redact: ask an editor" in refused.stderr

    unknown = decide(services, "close", "inc-none", "--region", after[stays]["region"], "--wait")
    assert unknown.returncode == 1
    assert "the worker could not apply it: incidents" in unknown.stderr

    closed = decide(services, "close", stays, "--wait", "--json")
    assert closed.returncode == 0, closed.stderr
    (update,) = map(json.loads, closed.stdout.splitlines())
    assert update["incident_id"] == stays
    assert {change["type"] for change in update["changes"]} >= {"decided", "activity_changed"}

    wait_until_caught_up(stack, services)
    for folder in ("sink", "replay"):
        (tmp_path / folder).mkdir()
    log = tmp_path / "log"
    sink = [part for name in FILES for part in (f"--{name}", str(tmp_path / "sink" / name))]
    replay = [part for name in FILES for part in (f"--{name}", str(tmp_path / "replay" / name))]
    dumped = run("dump", *sink, "--log", str(log), **services.environment)
    assert dumped.returncode == 0, dumped.stderr
    replayed = run("replay", str(log), "--feed", "log", *replay)
    assert replayed.returncode == 0, replayed.stderr
    for name in FILES:
        of_sink, of_replay = ((tmp_path / folder / name).read_bytes() for folder in ("sink", "replay"))
        if name == "rejected":  # what the gate refused never stood in the log
            of_sink = b"".join(line + b"\n" for line in of_sink.splitlines() if b"incidents.events.v1" in line)
        assert of_sink == of_replay, f"{name} differ"
        assert of_sink


def test_an_id_that_no_timeline_has_is_told_before_anything_is_sent(services: Services) -> None:
    done = decide(services, "close", "inc-none")
    assert done.returncode == 1
    assert "incident inc-none is not on this broker: `timelines watch` shows the ids" in done.stderr
    assert "sent as" not in done.stderr


def test_without_a_gate_the_wait_ends_and_says_so() -> None:
    with EmbeddedBroker(partitions=PARTITIONS) as broker:
        done = run(
            *("decide", "close", "inc-1", "--by", "a", "--reason", "b", "--region", "europe", "--wait"),
            *("--timeout", "1"),
            TIMELINES_BOOTSTRAP_SERVERS=broker.bootstrap_servers,
        )
    assert done.returncode == 1
    assert "no gate has answered within 1 s: is one running?" in done.stderr
    assert "answered before" not in done.stderr


def test_a_command_that_is_sent_again_and_not_answered_may_have_been_before() -> None:
    with EmbeddedBroker(partitions=PARTITIONS) as broker:
        done = run(
            *("decide", "close", "inc-1", "--by", "a", "--reason", "b", "--region", "europe", "--wait"),
            *("--timeout", "1", "--command-id", "mine"),
            TIMELINES_BOOTSTRAP_SERVERS=broker.bootstrap_servers,
        )
    assert done.returncode == 1
    assert "Or was it answered before?" in done.stderr
