"""`timelines dump`: what the sink of a broker holds, as the files that `replay` writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from consumers.export import ExportError, spans_of, stored_records
from runtime.settings import Settings
from schemas.topics import ENTRIES, EVENTS, REJECTED, TIMELINES, UPDATES
from timelines.connection import BootstrapServers, connected, fail
from timelines.files import Results, Targets, write_lines
from timelines.log_file import Holes, first_line, log_line
from timelines.progress import Bar

_A_HOLE: Final = (
    "`replay --feed log` refuses such a file, and a worker such a log. Keep what was dumped before; of what is left "
    "docs/examples/restore.py makes a log without holes, in empty topics"
)


def register(app: typer.Typer) -> None:
    @app.command()
    def dump(
        bootstrap_servers: BootstrapServers = None,
        timelines: Annotated[
            str | None, typer.Option(metavar="FILE", help="The newest head of every incident; - is standard output.")
        ] = None,
        entries: Annotated[str | None, typer.Option(metavar="FILE", help="The newest entry of every event.")] = None,
        updates: Annotated[
            str | None, typer.Option(metavar="FILE", help="All updates that the topic still holds.")
        ] = None,
        assignments: Annotated[
            str | None, typer.Option(metavar="FILE", help="One home an event, as `evaluate` reads it.")
        ] = None,
        rejected: Annotated[str | None, typer.Option(metavar="FILE", help="What could not be taken, and why.")] = None,
        log: Annotated[
            str | None, typer.Option(metavar="FILE", help="The log itself, for `replay --feed log`.")
        ] = None,
    ) -> None:
        """Write what the sink of a broker holds to files: the same as `replay`, byte for byte.

        Reads committed records, up to the end as it was at the start. Lines are sorted by id.

        Exit status 1: it failed, and no file was changed. 2: wrong use. 3: the log has holes, and was written as it is.
        """
        targets = Targets(timelines, entries, updates, assignments, rejected, log)
        if (problem := targets.problem()) is not None:
            fail("dump", problem, 2)
        settings = connected("dump", bootstrap_servers=bootstrap_servers)
        holes = Holes()
        try:
            results = _gathered(settings, targets)
            if log is not None:
                write_lines(log, _log_lines(settings, holes))
            targets.write(results)
        except (ExportError, ValueError) as error:
            fail("dump", error, 1)
        except OSError as error:
            fail("dump", f"{error.filename or 'the file'} cannot be written: {error.strerror}", 1)
        except KeyboardInterrupt:
            fail("dump", "stopped; nothing was written", 130)
        typer.echo(_summary(results, targets), err=True)
        if holes.count:
            for hole in holes.told:
                typer.echo(f"timelines dump: {hole}", err=True)
            fail("dump", f"the log lacks records in {holes.count:,} places: {_A_HOLE}", 3)


def _gathered(settings: Settings, targets: Targets) -> Results:
    results = Results()
    # the updates last: what is committed meanwhile then shows as an update without a head, never as a hole
    wanted = [
        (TIMELINES, targets.timelines or targets.updates),
        (ENTRIES, targets.entries or targets.assignments),
        (REJECTED, targets.rejected),
        (UPDATES, targets.updates),
    ]
    topics = [topic for topic, asked_for in wanted if asked_for]
    if topics:
        with Bar("reading the sink") as bar:
            for stored in stored_records(settings, topics, progress=bar.show):
                results.take(stored.topic, stored.partition, stored.key, stored.value, stored.headers)
    return results


def _log_lines(settings: Settings, holes: Holes) -> Iterator[bytes]:
    spans = spans_of(settings, EVENTS)
    yield first_line(len(spans))
    with Bar("reading the log") as bar:
        for stored in stored_records(settings, [EVENTS], one_by_one=True, progress=bar.show):
            holes.see(stored.partition, stored.offset)
            yield log_line(
                stored.partition, stored.offset, stored.timestamp_ms, stored.key, stored.value, stored.headers
            )
    for partition, (_, end) in spans.items():  # one of which nothing is left shows in this alone
        holes.end(partition, end)


def _summary(results: Results, targets: Targets) -> str:
    parts = []
    if targets.timelines or targets.updates:
        parts.append(f"{results.incidents:,} incidents")
    if targets.entries or targets.assignments:
        parts.append(f"{results.events:,} events")
    if targets.updates:
        parts.append(f"{results.updates_total:,} updates")
        if results.doubled:
            parts.append(f"{results.doubled:,} updates came twice (the embedded broker isolates no transactions)")
        if missing := results.missing_updates():
            parts.append(f"{missing:,} updates are no longer there (their topic keeps 30 days)")
    if targets.rejected:
        parts.append(f"{results.rejected_total:,} rejected")
    if targets.log:
        parts.append("the log")
    return "dump: " + ", ".join(parts)
