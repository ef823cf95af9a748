"""`timelines worker`: correlate the log into timelines, until told to end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from timelines.connection import BootstrapServers, fail, settings_for


def register(app: typer.Typer) -> None:
    @app.command()
    def worker(
        bootstrap_servers: BootstrapServers = None,
        weights: Annotated[
            Path | None, typer.Option(help="Weights that `timelines fit` wrote. [default: those that are shipped]")
        ] = None,
        health_port: Annotated[
            int | None,
            typer.Option(min=0, max=65_535, help="/live, /ready and /metrics on loopback. Else TIMELINES_HEALTH_PORT."),
        ] = None,
        log_format: Annotated[str | None, typer.Option(help="console or json. Else TIMELINES_LOG_FORMAT.")] = None,
        log_level: Annotated[
            str | None, typer.Option(help="debug, info, warning or error. Else TIMELINES_LOG_LEVEL.")
        ] = None,
    ) -> None:
        """Correlate the log into timelines.

        Run as many as there are partitions, if you like: they share the partitions, and take over from one another.
        Ends on SIGTERM or Ctrl-C, in good order, with status 0; with 1 when it cannot go on.
        """
        settings = settings_for(
            "worker",
            bootstrap_servers=bootstrap_servers,
            health_port=health_port,
            log_format=log_format,
            log_level=log_level,
        )
        # imported here: Faust takes a second, and `--help` should not
        from processors.cores import real_cores
        from processors.correlation.linking.weights import BadWeights
        from processors.service import run_worker
        from runtime.clients import BrokerUnreachable
        from runtime.logging import set_up_logging
        from runtime.settings import SettingsError
        from runtime.topic_admin import TopicsError

        try:
            cores = real_cores(weights)
        except BadWeights as error:
            fail("worker", error, 2)
        set_up_logging(settings)
        try:
            status = run_worker(settings, cores)
        except SettingsError as error:
            fail("worker", error, 2)
        except (BrokerUnreachable, TopicsError) as error:
            fail("worker", error, 1)
        except OSError as error:
            fail("worker", f"health checks cannot listen on {settings.health_host}:{settings.health_port}: {error}", 1)
        raise typer.Exit(status)
