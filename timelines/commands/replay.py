"""`timelines replay`: the same core over a file, without a broker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from processors.cores import real_cores
from processors.correlation.linking.weights import BadWeights
from timelines.connection import fail, settings_for
from timelines.files import Targets
from timelines.log_file import BadLogLine
from timelines.rejects import RejectsError
from timelines.replaying import Replay, ReplayedFeed
from timelines.sources import SourceError, Status


def register(app: typer.Typer) -> None:
    @app.command()
    def replay(
        source: Annotated[str, typer.Argument(help="File of reports, as --feed says, gzip too; - for standard input.")],
        feed: Annotated[
            ReplayedFeed,
            typer.Option(
                help="Format of SOURCE: coded reports, our own events, rows of a database (ACLED, UCDP GED) or of a "
                "machine coder (GDELT, ICEWS, POLECAT), a log of `dump`."
            ),
        ] = "coded",
        timelines: Annotated[
            str | None, typer.Option(metavar="FILE", help="The newest head of every incident; - is standard output.")
        ] = None,
        entries: Annotated[str | None, typer.Option(metavar="FILE", help="The newest entry of every event.")] = None,
        updates: Annotated[str | None, typer.Option(metavar="FILE", help="Every update.")] = None,
        assignments: Annotated[
            str | None, typer.Option(metavar="FILE", help="One home an event, as `evaluate` reads it.")
        ] = None,
        rejected: Annotated[
            str | None, typer.Option(metavar="FILE", help="Records that the core did not take, and why.")
        ] = None,
        partitions: Annotated[
            int | None,
            typer.Option(min=1, max=1000, help="Of the log that is thought of; shows in causes alone. [default: 6]"),
        ] = None,
        weights: Annotated[
            Path | None, typer.Option(help="Weights that `timelines fit` wrote. [default: those that are shipped]")
        ] = None,
        rejects: Annotated[
            Path | None, typer.Option(help="Where bad lines go. [default: SOURCE.rejects.jsonl here]")
        ] = None,
    ) -> None:
        """Run the same core over a file, without a broker.

        Takes the lines as they stand: nothing is sorted. The same source gives the same bytes, and they equal those
        that `dump` writes after a run through a broker with as many partitions. Lines are sorted by id.

        Exit status: 0 all well, 1 failed, 2 wrong use, 3 bad lines or records, 130 interrupted; after 1, 2 and 130
        no file has changed.
        """
        targets = Targets(timelines, entries, updates, assignments, rejected)
        if (problem := targets.problem()) is not None:
            fail("replay", problem, Status.WRONG_USE)
        count = settings_for("replay", partitions=partitions).partitions
        try:
            also_read = (("the file of --weights", weights),)
            status = Replay(source, feed, targets, real_cores(weights), count, rejects, also_read).run()
        except (SourceError, BadWeights) as error:
            fail("replay", error, Status.WRONG_USE)
        except (RejectsError, BadLogLine) as error:
            fail("replay", error, Status.FAILED)
        except OSError as error:
            fail("replay", f"{error.filename or 'a file'}: {error.strerror}", Status.FAILED)
        raise typer.Exit(status)
