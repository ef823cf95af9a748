"""What a command says where no broker is given, and where none answers: which one it asked, and how to name another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from processors import gate_service, service
from runtime import clients
from runtime.clients import BrokerUnreachable, check_reachable
from runtime.settings import Settings
from timelines import connection, producing
from timelines.cli import app
from timelines.commands import gate

COMMANDS: Final = (
    "worker",
    "gate",
    "watch",
    "watch --once",
    "watch --json",
    "dump --timelines t",
    "decide merge inc-a inc-b --by me --reason r",
    "topics create",
    "topics describe",
    "topics check",
    "topics acl --apply",
    "produce /dev/null",
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In an empty folder, with nothing set; a broker has half a second to answer."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TIMELINES_")]:
        monkeypatch.delenv(name)

    def soon(settings: Settings, *_: float, **__: float) -> None:
        check_reachable(settings, clients._SLICE_S)

    for module in (connection, service, gate_service, producing):
        monkeypatch.setattr(module, "check_reachable", soon)
    for where in ("runtime.logging", gate.__name__):  # that of the tests stays as it is
        monkeypatch.setattr(f"{where}.set_up_logging", lambda _: None)


def ended(command: str, *options: str, **environment: str) -> Result:
    done = CliRunner().invoke(app, [*command.split(), *options], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_where_none_is_given_both_ways_to_give_one_are_named(command: str, tmp_path: Path) -> None:
    done = ended(command)
    assert done.exit_code in (1, 2)
    for remedy in ("TIMELINES_BOOTSTRAP_SERVERS", "--bootstrap-servers", '"127.0.0.1:9092"', "`timelines kafka start`"):
        assert remedy in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", [True, False])
def test_where_none_answers_the_address_that_was_asked_is_named_and_how_to_name_another(
    command: str, option: bool, tmp_path: Path
) -> None:
    closed = "127.0.0.1:1"
    given = ("--bootstrap-servers", closed) if option else ()
    done = ended(command, *given, **({} if option else {"TIMELINES_BOOTSTRAP_SERVERS": closed}))
    assert done.exit_code == 1
    assert f"no Kafka broker answers at {closed} (" in done.stderr
    for remedy in ("`timelines kafka start`", "TIMELINES_BOOTSTRAP_SERVERS or --bootstrap-servers"):
        assert remedy in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["worker", "gate", "watch", "dump", "decide", "topics create", "produce"])
def test_help_names_the_variable_beside_the_option(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert "TIMELINES_BOOTSTRAP_SERVERS" in done.stdout


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state UP)",
            "Connect to ipv4#127.0.0.1:1 failed: Connection refused",
        ),
        (
            "kafka:9092/2: Connection setup timed out in state CONNECT (after 30028ms in state CONNECT, "
            "1 identical error(s) suppressed)",
            "Connection setup timed out in state CONNECT",
        ),
        ("Failed to get metadata: Local: Broker transport failure",) * 2,
    ],
)
def test_what_the_client_says_of_its_own_states_is_left_out(told: str, why: str) -> None:
    assert f"no Kafka broker answers at kafka:9092 ({why}): start one" in str(BrokerUnreachable("kafka:9092", told))
