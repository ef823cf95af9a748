"""`timelines gate`: answers commands with decisions, and ticks silent regions."""

from __future__ import annotations

from typing import Annotated

import typer

from processors.gate_service import run_gate
from runtime.clients import BrokerUnreachable
from runtime.logging import set_up_logging
from runtime.settings import SettingsError
from runtime.topic_admin import TopicsError
from timelines.connection import BootstrapServers, fail, settings_for


def register(app: typer.Typer) -> None:
    @app.command()
    def gate(
        bootstrap_servers: BootstrapServers = None,
        health_port: Annotated[
            int | None, typer.Option(min=0, max=65535, help="Of /live, /ready, /metrics. Else TIMELINES_HEALTH_PORT.")
        ] = None,
        log_format: Annotated[str | None, typer.Option(help="console or json. Else TIMELINES_LOG_FORMAT.")] = None,
        log_level: Annotated[
            str | None, typer.Option(help="debug, info, warning or error. Else TIMELINES_LOG_LEVEL.")
        ] = None,
    ) -> None:
        """Answer commands with decisions in the log, and tick live regions that fall silent.

        A command is checked for its schema, its author's role, its age and its region; one that is refused goes to
        incidents.rejected.v1 with the reason. A region whose log is a replay of the past is never ticked, and its
        decisions carry its own time.

        Runs until SIGTERM or Ctrl-C. Several may run: they share the partitions.

        Exit status: 0 after a signal, 1 failed, 2 wrong use.
        """
        settings = settings_for(
            "gate",
            bootstrap_servers=bootstrap_servers,
            health_port=health_port,
            log_format=log_format,
            log_level=log_level,
        )
        set_up_logging(settings)
        try:
            status = run_gate(settings)
        except SettingsError as error:
            fail("gate", error, 2)
        except (BrokerUnreachable, TopicsError) as error:
            fail("gate", error, 1)
        except OSError as error:
            fail("gate", f"port {settings.health_port} of {settings.health_host} cannot be opened: {error.strerror}", 1)
        raise typer.Exit(status)
