"""Follows the sink: once, as lines, as JSON, or live on the terminal. The shell around the pure parts.

To follow is to read until `stop` answers yes; it is asked between polls, never in the middle of one, so that
no record that was taken is lost. All raise CannotRead with what to do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from rich.console import Console, RenderableType
from rich.live import Live

from runtime.settings import Settings
from schemas.errors import MalformedRecord
from schemas.topics import ENTRIES, TIMELINES, UPDATES

from .board import Board
from .changes import ChangeLog, Told
from .lines import PlainLog
from .reader import CannotRead, Record, SinkReader, Wanted
from .screen import Screen, draw

_POLL_S: Final = 0.25
_REDRAW_S: Final = 0.25
#: with nothing read for so long and the end not reached, the broker is taken for gone
_SILENCE_S: Final = 30.0
#: when told to stop, what is on its way already is still told: until nothing came for so long, and no longer than
_QUIET_S: Final = 0.4
_LAST_LOOK_S: Final = 3.0

Write = Callable[[str], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched. incident: only this one, and what it is merged into; None: all that is wanted.

    from_beginning: changes from the oldest that is kept; else only those that come from now on
    """

    settings: Settings
    wanted: Wanted
    incident: str | None = None
    from_beginning: bool = False


def read_board(watch: Watch) -> tuple[Board, int]:
    """Everything wanted that the sink holds now, and how many records could not be read."""
    board, unreadable = Board(keep=watch.incident), 0
    with SinkReader(watch.settings, [TIMELINES], watch.wanted) as reader:
        patience = _Patience(reader)
        while not reader.caught_up:
            unreadable += _take_heads(board, patience.poll())
    return board, unreadable


def write_heads(board: Board, incident: str | None, write: Write) -> int:
    """One head a line, the most active first; of one incident only its own. Returns how many were not held."""
    names = [row.incident_id for row in board.rows()] if incident is None else [incident]
    missing = board.dropped
    for name in names:
        raw = board.raw(name)
        if raw is None:
            missing += 1
        else:
            write(_one_line(raw))
    return missing


def follow_as_json(watch: Watch, write: Write, stop: Stop) -> None:
    """Every update, one JSON object a line, as it stands in the topic; only ASCII, so that no terminal minds."""
    topics = [UPDATES, TIMELINES] if watch.wanted.needs_head else [UPDATES]
    changes = ChangeLog(watch.wanted, incident=watch.incident, with_entries=False)
    _follow(watch, topics, changes, lambda _: None, lambda told: write(_one_line(told.raw)), stop)


def follow_as_lines(watch: Watch, write: Write, stop: Stop) -> None:
    """Every change that is worth a line, as plain text."""
    board = Board(keep=watch.incident)
    changes = ChangeLog(watch.wanted, incident=watch.incident)
    log = PlainLog(board.title_of)

    def tell(told: Told) -> None:
        for line in log.lines(told):
            write(line)

    _follow(watch, [ENTRIES, TIMELINES, UPDATES], changes, lambda records: _take_heads(board, records), tell, stop)


def follow_live(watch: Watch, screen: Screen, console: Console, stop: Stop) -> None:
    """The live screen. Draws only when something has changed, at most four times a second."""
    board = Board(keep=watch.incident)
    opened: str | None = None
    with (
        SinkReader(watch.settings, [TIMELINES], watch.wanted) as reader,
        Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live,
    ):
        shown_as: tuple[object, ...] | None = None
        changed, drawn_at = True, 0.0
        while not stop():
            records = reader.poll(_POLL_S)
            _take_heads(board, records)
            changed = changed or bool(records)
            state = (console.size, reader.trouble, reader.caught_up)
            if (changed or state != shown_as) and time.monotonic() - drawn_at >= _REDRAW_S:
                opened = screen.incident if screen.incident is not None else board.opened(opened)
                live.update(
                    draw(console, board, screen, opened, trouble=reader.trouble, reading=not reader.caught_up),
                    refresh=True,
                )
                changed, drawn_at, shown_as = False, time.monotonic(), state


def drawn(console: Console, renderable: RenderableType) -> str:
    """What the console would print, with its colours, as text."""
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def _follow(
    watch: Watch,
    topics: list[str],
    changes: ChangeLog,
    also: Callable[[list[Record]], object],
    tell: Callable[[Told], None],
    stop: Stop,
) -> None:
    new_only = [] if watch.from_beginning else [UPDATES]
    with SinkReader(watch.settings, topics, watch.wanted, new_only=new_only) as reader:

        def step(timeout_s: float, *, last: bool = False) -> bool:
            records = reader.poll(timeout_s)
            also(records)
            changes.take(records, time.monotonic())
            for told in changes.ready(time.monotonic(), caught_up=reader.caught_up, all_of_them=last):
                tell(told)
            return bool(records)

        while not stop():
            step(_POLL_S)
        began = heard = time.monotonic()
        while time.monotonic() - heard < _QUIET_S and time.monotonic() - began < _LAST_LOOK_S:
            if step(_POLL_S):
                heard = time.monotonic()
        step(0, last=True)


def _take_heads(board: Board, records: Iterable[Record]) -> int:
    """Heads onto the board; those not wanted any more off it. Returns how many could not be read."""
    unreadable = 0
    for record in records:
        if record.topic != TIMELINES:
            continue
        if record.value is None:
            board.forget(record.key)
            continue
        try:
            board.take(record.value)
        except MalformedRecord:
            unreadable += 1
    return unreadable


class _Patience:
    """Polls a reader that must get to the end; gives up where nothing comes for too long."""

    def __init__(self, reader: SinkReader) -> None:
        self._reader = reader
        self._heard_at = time.monotonic()

    def poll(self) -> list[Record]:
        records = self._reader.poll(_POLL_S)
        if records or self._reader.heard:
            self._heard_at = time.monotonic()
        elif time.monotonic() - self._heard_at > _SILENCE_S:
            why = f" ({self._reader.trouble})" if self._reader.trouble else ""
            raise CannotRead(f"nothing came for {_SILENCE_S:.0f} s and the end is not reached{why}: is the broker up?")
        return records


def _one_line(raw: bytes) -> str:
    try:
        return json.dumps(json.loads(raw), separators=(",", ":"))
    except ValueError:
        return json.dumps({"unreadable": raw.decode("utf-8", "backslashreplace")[:1_000]})
