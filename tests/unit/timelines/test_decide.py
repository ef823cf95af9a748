"""`timelines decide` looks at what is asked before it looks for a broker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from timelines.cli import app

ROOT = Path(__file__).parents[3]
NO_BROKER = {"TIMELINES_BOOTSTRAP_SERVERS": "127.0.0.1:1", "TIMELINES_DECIDED_BY": ""}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["merge", "inc-1", "--by", "a", "--reason", "b"], "incidents: merge names 2 to 20, not 1"),
        (["merge", "inc-1", "inc-1", "--by", "a", "--reason", "b"], "incidents: "),
        (["split", "inc-1", "--by", "a", "--reason", "b"], "events: split names 1 to 200, not 0"),
        (["redact", "inc-1", "--event", "e", "--by", "a", "--reason", "b"], "incidents: redact names 0 to 0, not 1"),
        (["retract", "--by", "a", "--reason", "b"], "incidents: "),
        (["close", "inc-1", "--by", "a", "--reason", ""], "reason: "),
        (["close", "inc-1", "--by", "a", "--reason", "  "], "--reason: is blank"),
        (["close", "inc-1", "--by", " ", "--reason", "b"], "--by: is blank"),
        (["close", "inc 1", "--by", "a", "--reason", "b"], "incidents.0: "),
        (["close", "inc-1", "--by", "a", "--reason", "b", "--command-id", "a b"], "command_id: "),
        (["close", "inc-1", "--reason", "b"], "--by"),
        (["close", "inc-1", "--by", "a"], "--reason"),
        (["explode", "inc-1", "--by", "a", "--reason", "b"], "explode"),
        (["close", "inc-1", "--by", "a", "--reason", "b", "--region", "atlantis"], "atlantis"),
    ],
)
def test_wrong_use_is_told_with_the_field(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(app, ["decide", *arguments], env=NO_BROKER)
    assert result.exit_code == 2, result.output
    assert says in result.stderr


def test_a_redaction_is_not_said_to_reach_the_log() -> None:
    """It cannot: timelines are made anew from the log, and who must have words deleted has to know."""
    told = CliRunner().invoke(app, ["decide", "--help"], env={"TERM": "dumb", "COLUMNS": "120"}).stdout
    assert re.search(r"redact --event ID \.\.\. +its words leave the timelines; the log keeps them", told)
    assert "What a redaction removes" in (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
