"""`timelines watch`: incidents and one opened timeline in the terminal; changes as lines or JSON for scripts."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from consumers.picture import draw_picture
from consumers.reader import CannotRead, Wanted
from consumers.screen import Screen, whole
from consumers.watch import (
    Watch,
    drawn,
    follow_as_json,
    follow_as_lines,
    follow_live,
    read_board,
    write_heads,
)
from schemas.vocabulary import EventKind, Standing, WorldRegion
from timelines.connection import BootstrapServers, connected, fail
from timelines.outputs import PRINTED, overlap
from timelines.standard_output import nobody_reads

_INTERRUPTED: Final = 130
_PICTURE_CELLS: Final = 110


def register(app: typer.Typer) -> None:
    @app.command()
    def watch(
        incident: Annotated[
            str | None, typer.Option(help="Open this incident; a merged one leads to what it became part of.")
        ] = None,
        region: Annotated[WorldRegion | None, typer.Option(help="Only incidents of this region.")] = None,
        kind: Annotated[EventKind | None, typer.Option(help="Only incidents of this kind.")] = None,
        standing: Annotated[Standing | None, typer.Option(help="Only incidents of this standing.")] = None,
        why: Annotated[bool, typer.Option("--why", help="Under each entry, why it belongs there.")] = False,
        once: Annotated[bool, typer.Option("--once", help="Show what the sink holds now, and end.")] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="One update a line as JSON; with --once one timeline a line.")
        ] = False,
        from_beginning: Annotated[
            bool, typer.Option("--from-beginning", help="Lines and JSON: from the oldest change that is kept.")
        ] = False,
        entries: Annotated[
            int | None,
            typer.Option(min=1, help="With --once: at most so many entries, the newest and the most telling."),
        ] = None,
        svg: Annotated[
            Path | None, typer.Option(help="With --once: also draw the picture into this file.", dir_okay=False)
        ] = None,
        width: Annotated[
            int | None, typer.Option(min=60, max=400, help="With --once: columns, instead of the terminal's.")
        ] = None,
        bootstrap_servers: BootstrapServers = None,
    ) -> None:
        """See incidents and one opened timeline, live, in the terminal.

        The list has the most active first; the most significant is opened below it, or the one that --incident names.
        Where the output is no terminal, changes are printed line by line as they come. Only committed records are
        shown. Filters are answered from the records' headers; --standing means the standing as it is now.

        Ctrl-C ends it (exit status 130). 1: failed, 2: wrong use.
        """
        if any(given is not None for given in (svg, width, entries)) and not once:
            fail("watch", "--svg, --width and --entries are for one page: give --once with them", 2)
        if once and from_beginning:
            fail("watch", "--from-beginning is for changes as they come: --once shows what holds now", 2)
        if as_json and (why or any(given is not None for given in (svg, width, entries))):
            fail("watch", "--json prints messages whole: leave out --why, --svg, --width and --entries", 2)
        if (problem := overlap([PRINTED, ("--svg", svg)])) is not None:
            fail("watch", problem, 2)
        wanted = Wanted(*(None if word is None else word.value for word in (region, kind, standing)))
        filters = " ".join(word for word in (wanted.region, wanted.kind, wanted.standing) if word)
        settings = connected("watch", bootstrap_servers=bootstrap_servers)
        watched = Watch(settings, wanted, incident, from_beginning)
        screen = Screen(incident, why, entries, filters)
        try:
            if once:
                _once(watched, screen, as_json=as_json, svg=svg, width=width)
                return
            told = _told_to_end()
            if as_json:
                follow_as_json(watched, _write_on, told.is_set)
            elif sys.stdout.isatty():
                follow_live(watched, screen, Console(highlight=False), told.is_set)
            else:
                follow_as_lines(watched, _write_on, told.is_set)
        except CannotRead as error:
            fail("watch", error, 1)
        except KeyboardInterrupt:
            raise typer.Exit(_INTERRUPTED) from None
        raise typer.Exit(_INTERRUPTED)


def _once(watched: Watch, screen: Screen, *, as_json: bool, svg: Path | None, width: int | None) -> None:
    board, unreadable = read_board(watched)
    if unreadable:
        typer.echo(f"timelines watch: {unreadable} records of the sink are no timelines: passed over", err=True)
    opened = screen.incident if screen.incident is not None else board.opened(None)
    if screen.incident is not None and board.raw(screen.incident) is None:
        here = f" among {screen.filters}" if screen.filters else ""
        fail("watch", f"no incident {screen.incident}{here}: `timelines watch --once` lists those that there are", 1)
    if as_json:
        missing = write_heads(board, screen.incident, _write)
        if missing:
            fail("watch", f"{missing:,} incidents are more than a watcher holds: `timelines dump` writes them all", 1)
        return
    head = None if opened is None else board.head(opened)
    console = Console(highlight=False, width=width)
    _write(drawn(console, whole(board, screen, head, console.width)).rstrip("\n"))
    if svg is not None:
        cells = width or _PICTURE_CELLS
        try:
            draw_picture(whole(board, screen, head, cells), svg, cells, "timelines watch")
        except OSError as error:
            fail("watch", f"--svg {svg}: {error.strerror}", 1)


def _write(line: str) -> None:
    """One line, at once: whoever reads the pipe wants it now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _write_on(line: str) -> None:
    """One of lines without an end: it ends where whoever reads the pipe has seen enough."""
    _write(line)
    if nobody_reads():
        raise typer.Exit(0)


def _told_to_end() -> threading.Event:
    """Set by Ctrl-C and by SIGTERM; a second Ctrl-C ends at once."""
    told = threading.Event()

    def end(*_: object) -> None:
        if told.is_set():
            raise KeyboardInterrupt
        told.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return told
