"""What the command says of itself, and what its options take."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from timelines.cli import app
from timelines.replaying import LOG, ReplayedFeed
from timelines.sources import FEEDS, FeedName

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_the_version_is_that_of_the_package() -> None:
    done = CliRunner().invoke(app, ["--version"])
    version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{version}\n", "")


def test_the_feeds_are_listed_once() -> None:
    assert get_args(FeedName) == tuple(FEEDS) == tuple(feed.name for feed in FEEDS.values())
    assert get_args(ReplayedFeed) == (*FEEDS, LOG)


@pytest.mark.parametrize(("command", "others"), [("produce", []), ("replay", [LOG]), ("explain", [LOG])])
def test_a_feed_that_is_not_there_is_told_with_those_that_are(command: str, others: list[str]) -> None:
    done = CliRunner().invoke(app, [command, "--feed", "gazette"])
    assert done.exit_code == 2
    told = done.stderr.partition("'gazette' is not one of")[2]
    assert re.findall(r"'(\w+)'", told) == [*FEEDS, *others]
