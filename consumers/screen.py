"""The live screen: the list above, one timeline below, fitted to the height of the terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.console import Console, Group, RenderableType
from rich.text import Text

from runtime.terminal import shown
from schemas.timeline import IncidentTimeline

from .board import Board
from .render import Look, entries_that_fit, incident_list, status_line, timeline

_LEAST_ROWS, _MOST_ROWS = 3, 12
#: lines of the screen for each line of the list
_SHARE: int = 4


@dataclass(frozen=True, slots=True)
class Screen:
    """What the screen is asked to show.

    incident: the one to open; None: the most significant, with the list above it
    most_entries: of a whole page, at most so many entries, the newest and the most telling; None: all
    filters: what is filtered by, as the user wrote it
    """

    incident: str | None = None
    why: bool = False
    most_entries: int | None = None
    filters: str = ""


def draw(
    console: Console, board: Board, screen: Screen, opened: str | None, *, trouble: str | None, reading: bool
) -> RenderableType:
    """Exactly what fits on the console. opened: the incident to show whole. reading: the end is not reached yet."""
    width, height = console.size
    first = status_line(board.now, len(board), screen.filters, trouble, width, reading=reading)
    parts: list[RenderableType] = [first]
    if screen.incident is None:
        parts += _list(board, opened, width, height)
    head = None if opened is None else board.head(opened)
    if head is not None:
        parts.append(Text())
        parts.append(_fitted(console, board, head, screen, height - _lines(console, Group(*parts))))
    elif screen.incident is not None:
        parts.append(Text(f"no incident {shown(screen.incident)} here yet", style="dim"))
    return Group(*parts)


def whole(board: Board, screen: Screen, head: IncidentTimeline | None, width: int) -> RenderableType:
    """All that the board holds of what is asked, however long: for a page, a file, a picture."""
    parts: list[RenderableType] = []
    if screen.incident is None:
        opened = None if head is None else head.incident_id
        look = Look(width)
        parts += [
            status_line(board.now, len(board), screen.filters, None, width),
            incident_list(board.rows(_MOST_ROWS), len(board), look, opened),
        ]
    if head is not None:
        if parts:
            parts.append(Text())
        parts.append(timeline(head, Look(width, most_entries=screen.most_entries, why=screen.why), board.title_of))
    return Group(*parts)


def _list(board: Board, opened: str | None, width: int, height: int) -> list[RenderableType]:
    rows = max(_LEAST_ROWS, min(_MOST_ROWS, height // _SHARE))
    return [incident_list(board.rows(rows), len(board), Look(width), opened)] if len(board) else []


def _fitted(console: Console, board: Board, head: IncidentTimeline, screen: Screen, height: int) -> RenderableType:
    """Facts take at most half of the room, entries the rest."""
    look = Look(console.width, most_entries=0, most_facts=max(1, height // 2 - 2), why=screen.why, one_line=True)
    above = _lines(console, timeline(head, look, board.title_of))
    fitting = entries_that_fit(head, look, height - above)
    return timeline(head, replace(look, most_entries=fitting), board.title_of)


def _lines(console: Console, drawn: RenderableType) -> int:
    return len(console.render_lines(drawn, console.options.update(height=None), pad=False))
