"""`timelines topics` on the embedded broker, which has its topics already."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from runtime.settings import Settings
from schemas.topics import EVENTS, REGISTRY, changelog_topic
from timelines.cli import app

pytestmark = pytest.mark.broker


def topics(settings: Settings, *arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["topics", *arguments], env={"TIMELINES_BOOTSTRAP_SERVERS": settings.bootstrap_servers, **environment}
    )
    return result.exit_code, result.output


def test_they_are_there_already_and_as_they_must_be(settings: Settings) -> None:
    status, told = topics(settings, "create")
    assert status == 0
    assert f"{EVENTS}: exists" in told
    assert "0 created, 7 were there, 0 failed" in told
    status, told = topics(settings, "check")
    assert status == 0
    assert "as they must be" in told


def test_another_app_needs_a_state_topic_that_this_broker_cannot_make(settings: Settings) -> None:
    status, told = topics(settings, "create", TIMELINES_APP_ID="shadow")
    assert status == 1
    assert "shadow-state-changelog: failed: the embedded broker makes no topics for clients" in told


def test_each_difference_is_named(settings: Settings) -> None:
    status, told = topics(settings, "check", "--partitions", "4")
    assert status == 1
    assert told.count("partitions is 6, must be 4: set TIMELINES_PARTITIONS=6") == len(REGISTRY) + 1
    assert "7 to be mended" in told


def test_they_are_described_for_people_and_for_scripts(settings: Settings) -> None:
    status, told = topics(settings, "describe")
    assert status == 0
    assert f"{EVENTS}: 6 partitions, 1 replicas; key: region; kept: for ever" in told
    assert "This is the embedded broker" in told
    status, told = topics(settings, "describe", "--json")
    rows = [json.loads(line) for line in told.splitlines()]
    assert [row["topic"] for row in rows] == [
        *(topic.name for topic in REGISTRY),
        changelog_topic("incident-timelines"),
    ]
