"""Draws what a watcher knows: the list of incidents, and one timeline opened. Rich renderables, no terminal.

Everything that comes from a message goes through `shown` into a `Text`: rich reads no markup in it and the
terminal no control sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from runtime.terminal import shown
from schemas.timeline import Entry, IncidentTimeline

from .board import Row
from .render_entries import Look, entry_lines, lines_of_one, said
from .render_facts import TitleOf, facts
from .story import days_of, fold_copies, local, most_telling, time_label, zone_label, zone_of
from .words import ACTIVITY_MARKS, STANDING_STYLES, counted

#: below this the list gives up columns, so that something is left of the titles
_NARROW: Final = 60

__all__ = ["Look", "TitleOf", "incident_list", "status_line", "timeline"]


def incident_list(rows: Sequence[Row], total: int, look: Look, opened: str | None = None) -> RenderableType:
    """Incidents, one a line. opened: the one that is shown below, marked. total: how many there are in all."""
    narrow, wide, widest = look.width < _NARROW, look.width >= 110, look.width >= 130
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True, show_edge=False, header_style="dim")
    table.add_column("", width=2, no_wrap=True)
    table.add_column("incident", ratio=3, no_wrap=True, overflow="ellipsis")
    if not narrow:
        table.add_column("kind", width=9, no_wrap=True)
    if wide:
        table.add_column("place", ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    table.add_column("standing", width=12, no_wrap=True)
    if not narrow:
        table.add_column("reports", width=7, justify="right", no_wrap=True)
    table.add_column("sources", width=7, justify="right", no_wrap=True)
    if widest:
        table.add_column("newest", ratio=2, no_wrap=True, overflow="ellipsis", style="dim")
    for row in rows:
        mark, style = ACTIVITY_MARKS.get(row.activity, ("?", "dim"))
        here = row.incident_id == opened
        cells = [
            Text.assemble(("▸" if here else " ", "bold"), (mark, style)),
            Text(shown(row.title), style="bold" if here else ""),
        ]
        if not narrow:
            cells.append(Text(shown(row.kind)))
        if wide:
            cells.append(Text(shown(row.place or "")))
        standing = Text(shown(row.standing), style=STANDING_STYLES.get(row.standing, ""))
        cells += [standing] if narrow else [standing, Text(f"{row.reports:,}")]
        cells.append(Text(f"{row.independent_sources:,}"))
        if widest:
            cells.append(_newest(row.newest))
        table.add_row(*cells)
    if len(rows) < total:
        more = Text(f"   and {total - len(rows):,} more", style="dim")
        return Group(table, more)
    return table


def timeline(head: IncidentTimeline, look: Look, title_of: TitleOf) -> RenderableType:
    """One incident: title, what is known and who says so, related incidents, entries by day."""
    zone = zone_of(head.occurred)
    parts: list[RenderableType] = [*_title(head, zone, look), facts(head, title_of, most_lines=look.most_facts)]
    folded = fold_copies(head.entries)
    kept = folded if look.most_entries is None else most_telling(folded, look.most_entries)
    days = days_of(kept, zone)
    clock_cells = 5 if any(line.clock for day in days for line in day.lines) else 1
    for day in days:
        parts.append(Rule(Text(day.label, style="bold"), align="left", style="dim", characters="─"))
        parts.append(entry_lines(day.lines, look, clock_cells))
    missing = _not_shown(head, len(folded) - len(kept))
    if missing is not None:
        missing.no_wrap = look.one_line
        parts.append(missing)
    return Group(*parts)


def entries_that_fit(head: IncidentTimeline, look: Look, lines: int) -> int:
    """How many entries, one a line with the headings of their days, go into so many lines of the screen."""
    folded = fold_copies(head.entries)
    zone = zone_of(head.occurred)
    for most in range(min(len(folded), max(0, lines)), 0, -1):
        kept = most_telling(folded, most)
        height = len(days_of(kept, zone)) + len(kept) * lines_of_one(look)
        if height <= lines:
            return most
    return 0


def _title(head: IncidentTimeline, zone: tzinfo, look: Look) -> list[Text]:
    where = ", ".join(part for part in (head.location.name, head.location.country) if part) if head.location else ""
    when = time_label(local(head.occurred.from_, zone), head.occurred.precision) if head.occurred else ""
    described = [str(head.kind), where, when, f"times of {zone_label(zone)}" if head.occurred else "", head.region]
    identity = f"{shown(head.incident_id)}, revision {head.revision:,}"
    title = Text(shown(head.title), style="bold")
    about = Text(" · ".join(shown(fact) for fact in described if fact), style="dim")
    if not look.one_line:
        return [title, about, Text(identity, style="dim")]
    about.append(f" · {identity}")
    for line in (title, about):
        line.no_wrap, line.overflow = True, "ellipsis"
    return [title, about]


def _newest(entry: Entry | None) -> Text:
    if entry is None:
        return Text()
    return said(entry, 0) or Text(shown(entry.headline))


def _not_shown(head: IncidentTimeline, left_out: int) -> Text | None:
    beyond = max(0, head.entries_total - len(head.entries))
    said = []
    if left_out:
        said.append(f"{left_out:,} less telling here")
    if beyond:
        said.append(f"{beyond:,} beyond what a head carries (timelines dump --entries)")
    return Text(f"not shown: {'; '.join(said)}", style="dim") if said else None


def status_line(
    now: datetime | None, incidents: int, filters: str, trouble: str | None, width: int, *, reading: bool = False
) -> Text:
    """The first line of the screen: what is shown, the log's clock, what is wrong. reading: more is coming."""
    left = Text.assemble(("Incident timelines", "bold"), f"  {counted(incidents, 'incident')}")
    left.append(", still reading" if reading else "", style="dim")
    if filters:
        left.append(f"  {shown(filters)}", style="cyan")
    right = Text(f"log at {now:%Y-%m-%d %H:%M} UTC" if now else "nothing yet", style="dim")
    if trouble is not None:
        right = Text(f"no answer from the broker: {shown(trouble)}", style="bold red")
    gap = width - left.cell_len - right.cell_len
    return Text.assemble(left, " " * max(2, gap), right, no_wrap=True, overflow="ellipsis")
