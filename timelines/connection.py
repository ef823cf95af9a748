"""How a command comes to its settings and its broker, and what it says when it does not."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from runtime.clients import BrokerUnreachable, check_reachable
from runtime.settings import Settings, SettingsError, exposed_files, load_settings
from runtime.terminal import shown

BootstrapServers = Annotated[
    str | None,
    typer.Option(help="host:port of a broker, several with commas between. Else TIMELINES_BOOTSTRAP_SERVERS."),
]


def fail(command: str, problem: object, status: int) -> NoReturn:
    """Say what is wrong on stderr, and end. status: 1 it failed, 2 it was asked wrongly."""
    typer.echo(f"timelines {command}: {shown(str(problem))}", err=True)
    raise typer.Exit(status)


def settings_for(command: str, **given: object) -> Settings:
    """Settings from the environment and the command's options; ends the command with status 2 where they are wrong."""
    try:
        settings = load_settings(None, **given)
    except SettingsError as error:
        fail(command, error, 2)
    for warning in exposed_files():
        typer.echo(f"timelines {command}: warning: {warning}", err=True)
    return settings


def connected(command: str, **given: object) -> Settings:
    """Settings of a broker that answers; ends the command where none does."""
    settings = settings_for(command, **given)
    try:
        check_reachable(settings)
    except SettingsError as error:
        fail(command, error, 2)
    except BrokerUnreachable as error:
        fail(command, error, 1)
    return settings
