"""`timelines produce`: a feed's events, appended to the log."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from producers.feeds.times import NotATime, ReportedTime
from producers.outgoing import Choice
from producers.pace import parse_duration
from producers.resume import ResumeError
from runtime.clients import BrokerUnreachable
from runtime.settings import SettingsError
from runtime.terminal import shown
from timelines.connection import BootstrapServers, settings_for
from timelines.producing import NoLog, ProductionRun
from timelines.sources import FeedName, SourceError, Status


class Order(StrEnum):
    FILE = "file"
    PUBLISHED = "published"


class Speed(StrEnum):
    MAX = "max"


class Stamps(StrEnum):
    REPORT = "report"
    NOW = "now"


def register(app: typer.Typer) -> None:
    @app.command()
    def produce(
        source: Annotated[str, typer.Argument(help="File of reports, as --feed says, gzip too; - for standard input.")],
        feed: Annotated[
            FeedName,
            typer.Option(
                help="Format of SOURCE: coded reports, our own events, rows of a database (ACLED, UCDP GED) or of a "
                "machine coder (GDELT, ICEWS, POLECAT)."
            ),
        ] = "coded",
        order: Annotated[
            Order, typer.Option(help="As the lines stand, or by the time of publication (else end of occurrence).")
        ] = Order.FILE,
        since: Annotated[
            str | None,
            typer.Option("--from", help='Only reports from this time on: "2021-11-07", "2021-11-07T02:30Z".'),
        ] = None,
        until: Annotated[
            str | None,
            typer.Option("--to", help="Only reports up to this time; a bare date counts to its last second."),
        ] = None,
        duration: Annotated[
            str | None, typer.Option(help='Spread the reports over so long ("40s", "5m"), each day the same share.')
        ] = None,
        speed: Annotated[Speed | None, typer.Option(help="max, as without --duration: send at once.")] = None,
        clock: Annotated[
            Stamps, typer.Option(help="recorded_at: the reports' own time (past reports), or now (live use).")
        ] = Stamps.REPORT,
        rejects: Annotated[
            Path | None, typer.Option(help="Where bad lines go (default: SOURCE.rejects.jsonl in the working folder).")
        ] = None,
        resume: Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")] = False,
        bootstrap_servers: BootstrapServers = None,
    ) -> None:
        """Read a feed and append its events to the log.

        A bad line is told about, goes with its bytes to the rejects file and does not stop the rest.

        An event whose id was sent before is sent again: the worker knows it by its id.

        Ctrl-C stops: what is on its way is waited for, and --resume goes on from there, nothing lost, nothing doubled.

        Exit status: 0 all well, 1 failed, 2 wrong use, 3 bad lines, 130 interrupted.
        """
        try:
            choice = _choice(order, since, until, duration, speed, clock)
            settings = settings_for("produce", bootstrap_servers=bootstrap_servers)
            options = {
                "feed": feed, "order": order.value, "from": since or "", "to": until or "", "clock": clock.value
            }  # fmt: skip
            status = ProductionRun(source, feed, choice, options, settings, rejects, resume=resume).run()
        except (SourceError, SettingsError, ResumeError, _WrongUse) as error:
            typer.echo(f"produce: {shown(str(error))}", err=True)
            raise typer.Exit(Status.WRONG_USE) from None
        except (BrokerUnreachable, NoLog) as error:
            typer.echo(f"produce: {error}", err=True)
            raise typer.Exit(Status.FAILED) from None
        raise typer.Exit(status)


class _WrongUse(Exception):
    """Options that do not go together, or cannot be read."""


def _choice(
    order: Order, since: str | None, until: str | None, duration: str | None, speed: Speed | None, clock: Stamps
) -> Choice:
    if duration is not None and speed is not None:
        raise _WrongUse("--duration and --speed exclude each other: give one of them")
    try:
        seconds = parse_duration(duration).total_seconds() if duration is not None else None
    except ValueError as error:
        raise _WrongUse(f"--duration {duration}: {error}") from error
    first, last = _time("--from", since, end=False), _time("--to", until, end=True)
    if first is not None and last is not None and last < first:
        raise _WrongUse(f"--to {until} lies before --from {since}: swap them")
    return Choice(order=order.value, since=first, until=last, duration_s=seconds, clock=clock.value)


def _time(option: str, text: str | None, *, end: bool) -> datetime | None:
    """A time without a zone is UTC, as in the reports themselves."""
    if text is None:
        return None
    try:
        written = ReportedTime.read(text)
        return written.at(UTC) if end else written.interval(written.form, UTC)[0]
    except NotATime as error:
        raise _WrongUse(f"{option} {text}: {error}") from error
