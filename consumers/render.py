"""Draws what a watcher knows: the list of incidents, and one timeline opened. Rich renderables, no terminal.

Everything that comes from a message goes through `shown` into a `Text`: rich reads no markup in it and the
terminal no control sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from runtime.terminal import shown
from schemas.timeline import Entry, IncidentTimeline, RelatedIncident
from schemas.vocabulary import AttributionState, EntryRole

from .board import Row
from .claims import Side, Topic, Voice, parties_of, topics_of
from .story import Line, day_label, days_of, fold_copies, local, most_telling, speakers_of, zone_label, zone_of
from .words import (
    ACTIVITY_MARKS,
    ATTRIBUTED,
    ATTRIBUTION_STYLES,
    RELATIONS,
    ROLE_MARKS,
    STANCE_STYLES,
    STANDING_STYLES,
    verb,
)

_VOICES: Final = 3
_SIDES: Final = 6
_PARTIES: Final = 5
_REASONS: Final = 4
_STANCES: Final = 3
_COPIES: Final = 6
#: an entry that tells much stands out, one that tells little steps back
_TELLING, _MINOR = 0.6, 0.15
_LABEL_CELLS: Final = 12

TitleOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Look:
    """How much to draw. most_entries: None: all that the head carries. why: the reasons under each entry.

    one_line: each entry on one line, for a screen that must not jump
    """

    width: int
    most_entries: int | None = None
    why: bool = False
    one_line: bool = False


def incident_list(rows: Sequence[Row], total: int, look: Look, opened: str | None = None) -> RenderableType:
    """Incidents, one a line. opened: the one that is shown below, marked. total: how many there are in all."""
    wide = look.width >= 110
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True, show_edge=False, header_style="dim")
    table.add_column("", width=2, no_wrap=True)
    table.add_column("incident", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("kind", width=9, no_wrap=True)
    if wide:
        table.add_column("place", ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    table.add_column("standing", width=12, no_wrap=True)
    table.add_column("reports", width=7, justify="right", no_wrap=True)
    table.add_column("sources", width=7, justify="right", no_wrap=True)
    if wide:
        table.add_column("newest", ratio=2, no_wrap=True, overflow="ellipsis", style="dim")
    for row in rows:
        mark, style = ACTIVITY_MARKS.get(row.activity, ("?", "dim"))
        here = row.incident_id == opened
        cells = [
            Text.assemble(("▸" if here else " ", "bold"), (mark, style)),
            Text(shown(row.title), style="bold" if here else ""),
            Text(shown(row.kind)),
        ]
        if wide:
            cells.append(Text(shown(row.place or "")))
        standing = Text(shown(row.standing), style=STANDING_STYLES.get(row.standing, ""))
        cells += [standing, Text(f"{row.reports:,}"), Text(f"{row.independent_sources:,}")]
        if wide:
            cells.append(_newest(row.newest))
        table.add_row(*cells)
    if len(rows) < total:
        more = Text(f"   and {total - len(rows):,} more", style="dim")
        return Group(table, more)
    return table


def timeline(head: IncidentTimeline, look: Look, title_of: TitleOf) -> RenderableType:
    """One incident: title, what is known and who says so, related incidents, entries by day."""
    zone = zone_of(head.occurred)
    parts: list[RenderableType] = [_title(head, zone), _facts(head, title_of)]
    folded = fold_copies(head.entries)
    kept = folded if look.most_entries is None else most_telling(folded, look.most_entries)
    for day in days_of(kept, zone):
        parts.append(Rule(Text(day.label, style="bold"), align="left", style="dim", characters="─"))
        parts.append(_entry_table(day.lines, look))
    missing = _not_shown(head, len(folded) - len(kept))
    if missing is not None:
        parts.append(missing)
    return Group(*parts)


def _title(head: IncidentTimeline, zone: tzinfo) -> RenderableType:
    where = ", ".join(part for part in (head.location.name, head.location.country) if part) if head.location else ""
    when = f"{day_label(local(head.occurred.from_, zone_of(head.occurred)))}" if head.occurred else ""
    facts = [str(head.kind), where, when, f"times of {zone_label(zone)}" if head.occurred else "", head.region]
    return Group(
        Text(shown(head.title), style="bold"),
        Text(" · ".join(shown(fact) for fact in facts if fact), style="dim"),
        Text(f"{shown(head.incident_id)}, revision {head.revision:,}", style="dim"),
    )


def _facts(head: IncidentTimeline, title_of: TitleOf) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=_LABEL_CELLS, justify="right", style="dim", no_wrap=True)
    grid.add_column(ratio=1)

    def add(label: str, *lines: Text) -> None:
        for number, line in enumerate(lines):
            grid.add_row(Text(label if number == 0 else ""), line)

    standing_style = STANDING_STYLES.get(str(head.standing), "")
    add(
        "standing",
        Text.assemble((shown(str(head.standing)), f"bold {standing_style}"), "  ", shown(head.standing_reason)),
    )
    mark, style = ACTIVITY_MARKS.get(str(head.activity), ("?", "dim"))
    add(
        "activity",
        Text.assemble((f"{mark} ", style), shown(str(head.activity)), (f"  {shown(head.activity_reason)}", "dim")),
    )
    add("reports", _reports(head))
    if head.merged_from or head.split_from:
        add("history", _history(head))
    if head.attribution.state != AttributionState.UNCLAIMED:
        add("who did it", *_attribution(head))
    for topic in topics_of(head.claims):
        add(shown(topic.about), *_topic(topic))
    if head.related:
        add("related", *(_related(other, title_of) for other in head.related[:_SIDES]))
    return grid


def _reports(head: IncidentTimeline) -> Text:
    reports, sources = head.corroboration.reports, head.corroboration.independent_sources
    return Text(f"{_count(reports, 'report')} of {_count(sources, 'independent source')}")


def _history(head: IncidentTimeline) -> Text:
    said = []
    if head.merged_from:
        said.append(f"{_count(len(head.merged_from), 'incident')} merged into it")
    if head.split_from:
        said.append(f"split from {shown(head.split_from)}")
    return Text("; ".join(said))


def _attribution(head: IncidentTimeline) -> Iterator[Text]:
    state = str(head.attribution.state)
    parties = parties_of(head.claims)
    if not parties:
        names = ", ".join(shown(name) for name in head.attribution.parties[:_PARTIES])
        yield Text.assemble((shown(state), f"bold {ATTRIBUTION_STYLES.get(state, '')}"), f"  {names}")
        return
    yield Text(shown(state), style=f"bold {ATTRIBUTION_STYLES.get(state, '')}")
    for party in parties[:_PARTIES]:
        line = Text(shown(party.name))
        for number, (stance, voices) in enumerate(party.voices):
            line.append("; " if number else "  ")
            if [voice.speaker for voice in voices] == [party.name]:
                own = {"claimed by": "claims it", "denied by": "denies it"}.get(ATTRIBUTED.get(stance, ""))
            else:
                own = None
            line.append(own or ATTRIBUTED.get(stance, verb(stance)), style=STANCE_STYLES.get(stance, ""))
            if own is None:
                line.append(" ")
                line.append_text(_voices(voices, len(voices)))
        yield line
    if len(parties) > _PARTIES:
        yield Text(f"and {len(parties) - _PARTIES} more named", style="dim")


def _topic(topic: Topic) -> Iterator[Text]:
    """Sides of a dispute beside each other; what was replaced below, struck through."""
    if topic.sides:
        line = Text()
        for number, side in enumerate(topic.sides[:_SIDES]):
            if number:
                line.append(" │ ", style="bold yellow" if side.disputed else "dim")
            line.append_text(_side(side))
        if len(topic.sides) > _SIDES:
            line.append(f" │ {len(topic.sides) - _SIDES} more", style="dim")
        if topic.disputed:
            line.append("  disputed", style="yellow")
        yield line
    if topic.past:
        line = Text("was ", style="dim")
        for number, side in enumerate(topic.past[:_SIDES]):
            line.append(", " if number else "", style="dim")
            line.append(shown(side.value), style="dim strike")
            line.append(f" ({shown(side.voices[0].speaker)})", style="dim")
        yield line


def _side(side: Side) -> Text:
    text = Text(shown(side.value), style="bold yellow" if side.disputed else "bold")
    text.append(" (", style="dim")
    text.append_text(_voices(side.voices, side.reports))
    text.append(")", style="dim")
    return text


def _voices(voices: Sequence[Voice], reports: int) -> Text:
    named = [
        shown(voice.speaker) + (f" via {shown(voice.via)}" if voice.via is not None and len(voices) == 1 else "")
        for voice in voices[:_VOICES]
    ]
    more = len(voices) - _VOICES
    text = ", ".join(named) + (f" +{more}" if more > 0 else "")
    if reports > len(voices):
        text += f", {reports} reports"
    return Text(text, style="dim" if len(voices) > 1 else "")


def _related(other: RelatedIncident, title_of: TitleOf) -> Text:
    title = title_of(other.incident_id)
    line = Text.assemble(
        (RELATIONS.get(str(other.relation), shown(str(other.relation))), "bold blue"),
        "  ",
        shown(title) if title is not None else (shown(other.incident_id), "dim"),
    )
    if other.reasons:
        line.append(f"  {'; '.join(shown(reason) for reason in other.reasons[:2])}", style="dim")
    return line


def _entry_table(lines: Iterable[Line], look: Look) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=5, justify="right", style="dim", no_wrap=True)
    table.add_column(width=1, no_wrap=True)
    overflow: dict[str, object] = {"no_wrap": True, "overflow": "ellipsis"} if look.one_line else {}
    table.add_column(ratio=1, **overflow)  # type: ignore[arg-type]  # two keywords of add_column
    table.add_column(
        width=max(14, min(28, look.width // 5)), justify="right", style="dim", no_wrap=True, overflow="ellipsis"
    )
    for line in lines:
        entry = line.entry
        mark, style = ROLE_MARKS.get(str(entry.role), ("?", "dim"))
        source = shown(entry.source.publisher) + (f" +{len(line.copies)}" if line.copies else "")
        body = list(_entry_body(line, look))
        table.add_row(Text(line.clock), Text(mark, style=style), body[0], Text(source))
        for more in body[1:]:
            table.add_row(Text(), Text(), more, Text())
    return table


def _entry_body(line: Line, look: Look) -> Iterator[Text]:
    entry = line.entry
    head = Text(shown(entry.headline), style=_weight(entry))
    said = _said(entry)
    notes = _notes(entry)
    if look.one_line:
        yield Text.assemble(said, ("  ", ""), (shown(entry.headline), "dim"), notes) if said else head + notes
    else:
        yield head + notes
        if said:
            yield said
        if line.copies:
            named = ", ".join(shown(name) for name in line.copies[:_COPIES])
            more = len(line.copies) - _COPIES
            yield Text(f"also {named}{f' and {more} more' if more > 0 else ''}", style="dim")
    if look.why:
        yield _why(entry)


def _weight(entry: Entry) -> str:
    if entry.retracted_by is not None:
        return "strike dim"
    if entry.significance >= _TELLING:
        return "bold"
    return "dim" if entry.significance < _MINOR else ""


def _said(entry: Entry) -> Text:
    """Speaker -> what the speaker does with the words -> toward whom or what."""
    text = Text()
    if not entry.stances:
        return text
    speakers = speakers_of(entry)
    who = ", ".join(shown(name) for name in speakers[:2]) + (f" +{len(speakers) - 2}" if len(speakers) > 2 else "")
    text.append(who or shown(entry.source.publisher), style="bold")
    if entry.on_behalf_of and entry.on_behalf_of not in speakers:
        text.append(f" for {shown(entry.on_behalf_of)}")
    for number, taken in enumerate(entry.stances[:_STANCES]):
        text.append(" → " if number == 0 else ", ", style="dim")
        text.append(shown(verb(str(taken.stance))), style=STANCE_STYLES.get(str(taken.stance), ""))
        if taken.target:
            text.append(" → ", style="dim")
            text.append(shown(taken.target))
    return text


def _notes(entry: Entry) -> Text:
    notes = []
    if entry.role == EntryRole.CORRECTION:
        notes.append(("correction", "yellow"))
    if entry.role == EntryRole.DUPLICATE:
        notes.append(("copy", "dim"))
    if entry.role == EntryRole.BACKGROUND:
        notes.append(("background", "dim"))
    if entry.corrected_by is not None:
        notes.append(("corrected since", "yellow"))
    if entry.retracted_by is not None:
        notes.append(("withdrawn", "red"))
    if entry.redacted:
        notes.append(("redacted", "dim"))
    if entry.pinned_by is not None:
        notes.append((f"pinned by {shown(entry.pinned_by)}", "blue"))
    text = Text()
    for word, style in notes:
        text.append(f"  {word}", style=f"italic {style}")
    return text


def _why(entry: Entry) -> Text:
    reasons = sorted(entry.link.reasons, key=lambda reason: -abs(reason.contribution))
    text = Text(f"why {entry.link.score:+.1f}", style="dim")
    for number, reason in enumerate(reasons[:_REASONS]):
        text.append("; " if number else " = ", style="dim")
        text.append(f"{reason.contribution:+.1f}", style="green" if reason.contribution > 0 else "red")
        value = f" {shown(reason.value)}" if reason.value else ""
        text.append(f" {shown(reason.feature)}{value}", style="dim")
    if len(reasons) > _REASONS:
        rest = sum(reason.contribution for reason in reasons[_REASONS:])
        text.append(f"; {rest:+.1f} from {len(reasons) - _REASONS} more", style="dim")
    return text


def _newest(entry: Entry | None) -> Text:
    if entry is None:
        return Text()
    return _said(entry) or Text(shown(entry.headline))


def _not_shown(head: IncidentTimeline, left_out: int) -> Text | None:
    beyond = max(0, head.entries_total - len(head.entries))
    said = []
    if left_out:
        said.append(f"{left_out:,} less telling here")
    if beyond:
        said.append(f"{beyond:,} beyond what a head carries (timelines dump --entries)")
    return Text(f"not shown: {'; '.join(said)}", style="dim") if said else None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def status_line(now: datetime | None, shown_incidents: int, filters: str, trouble: str | None, width: int) -> Text:
    """The first line of the screen: what is shown, the log's clock, what is wrong."""
    left = Text.assemble(("Incident timelines", "bold"), f"  {_count(shown_incidents, 'incident')}")
    if filters:
        left.append(f"  {shown(filters)}", style="cyan")
    right = Text(f"log at {now:%Y-%m-%d %H:%M} UTC" if now else "nothing yet", style="dim")
    if trouble is not None:
        right = Text(f"no answer from the broker: {shown(trouble)}", style="bold red")
    gap = width - cell_len(left.plain) - cell_len(right.plain)
    return Text.assemble(left, " " * max(2, gap), right, no_wrap=True, overflow="ellipsis")
