"""Draws the entries of one timeline: when, what, who says what to whom, from which source, and why it is here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from runtime.terminal import shown
from schemas.timeline import Entry, Reason
from schemas.vocabulary import EntryRole

from .story import Line, speakers_of
from .words import KIND_STYLES, ROLE_MARKS, STANCE_STYLES, verb

_REASONS: Final = 4
_STANCES: Final = 3
_SPEAKERS: Final = 2
_COPIES: Final = 6
#: an entry that tells much stands out, one that tells little steps back
_TELLING, _MINOR = 0.6, 0.15


@dataclass(frozen=True, slots=True)
class Look:
    """How much to draw. why: the reasons under each entry.

    most_entries, most_facts: None: all that the head carries; a number of facts also keeps each on its line
    one_line: each entry on one line, for a screen that must not jump
    """

    width: int
    most_entries: int | None = None
    most_facts: int | None = None
    why: bool = False
    one_line: bool = False


def entry_lines(lines: Sequence[Line], look: Look, clock_cells: int) -> RenderableType:
    """Entries under each other: clock, mark of the role, headline, source at the right; more of it below."""
    source_cells = max(14, min(28, look.width // 5))
    indent = clock_cells + 3
    drawn: list[RenderableType] = []
    for line in lines:
        mark, style = ROLE_MARKS.get(str(line.entry.role), ("?", "dim"))
        source = shown(line.entry.source.publisher) + (f" +{len(line.copies)}" if line.copies else "")
        row = Table.grid(padding=(0, 1, 0, 0), expand=True)
        row.add_column(width=clock_cells, justify="right", style="dim", no_wrap=True)
        row.add_column(width=1, no_wrap=True)
        row.add_column(ratio=1)
        row.add_column(width=source_cells, justify="right", style="dim", no_wrap=True, overflow="ellipsis")
        first, *more = _body(line, look, look.width - indent)
        row.add_row(
            Text(line.clock), Text(mark, style=style or KIND_STYLES.get(str(line.entry.kind), "")), first, Text(source)
        )
        drawn += [row, *(Padding(text, (0, 0, 0, indent)) for text in more)]
    return Group(*drawn)


def lines_of_one(look: Look) -> int:
    """How many lines an entry takes where each is on one line."""
    return 2 if look.why else 1


def _body(line: Line, look: Look, room: int) -> Iterator[Text]:
    entry = line.entry
    headline = Text(shown(entry.headline), style=_weight(entry))
    notes = _notes(entry)
    words = said(entry, room)
    if look.one_line:
        first = words + Text(f"  {headline.plain}", style="dim") + notes if words else headline + notes
        first.no_wrap, first.overflow = True, "ellipsis"
        yield first
    else:
        yield headline + notes
        if words:
            yield words
        if line.copies:
            named = ", ".join(shown(name) for name in line.copies[:_COPIES])
            more = len(line.copies) - _COPIES
            yield Text(f"also {named}{f' and {more} more' if more > 0 else ''}", style="dim")
    if look.why:
        yield from [_why_in_short(entry)] if look.one_line else _why(entry)


def _weight(entry: Entry) -> str:
    if entry.retracted_by is not None:
        return "strike dim"
    if entry.significance >= _TELLING:
        return "bold"
    return "dim" if entry.significance < _MINOR else ""


def said(entry: Entry, room: int) -> Text:
    """Speaker -> what the speaker does with the words -> toward whom or what; empty for what is no statement.

    room: cells; whom the speaker speaks for is left out where the rest would not fit beside it.
    """
    if not entry.stances:
        return Text()
    speakers = speakers_of(entry)
    more = len(speakers) - _SPEAKERS
    who = ", ".join(shown(name) for name in speakers[:_SPEAKERS]) + (f" +{more}" if more > 0 else "")
    deeds = Text()
    for number, taken in enumerate(entry.stances[:_STANCES]):
        deeds.append(" → " if number == 0 else ", ", style="dim")
        deeds.append(shown(verb(str(taken.stance))), style=STANCE_STYLES.get(str(taken.stance), ""))
        if taken.target:
            deeds.append(" → ", style="dim")
            deeds.append(shown(taken.target))
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(who or shown(entry.source.publisher), style="bold")
    if entry.on_behalf_of and entry.on_behalf_of not in speakers:
        behalf = Text(f" for {shown(entry.on_behalf_of)}", style="dim")
        if text.cell_len + behalf.cell_len + deeds.cell_len <= room:
            text.append_text(behalf)
    return text.append_text(deeds)


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


def _why_in_short(entry: Entry) -> Text:
    text = Text(f"why {entry.link.score:+.1f}", style="dim", no_wrap=True, overflow="ellipsis")
    for number, reason in enumerate(_by_weight(entry)[:_REASONS]):
        text.append("; " if number else " = ", style="dim")
        text.append(f"{reason.contribution:+.1f}", style="green" if reason.contribution > 0 else "red")
        text.append(f" {shown(reason.feature)}{f': {shown(reason.value)}' if reason.value else ''}", style="dim")
    return text


def _by_weight(entry: Entry) -> list[Reason]:
    return sorted(entry.link.reasons, key=lambda reason: -abs(reason.contribution))


def _why(entry: Entry) -> Iterator[Text]:
    """The link's score and the contributions that weigh most, one a line; the last line sums up the others."""
    reasons = _by_weight(entry)
    yield Text(f"why {entry.link.score:+.1f}", style="dim")
    for reason in reasons[:_REASONS]:
        text = Text("  ", no_wrap=True, overflow="ellipsis")
        text.append(f"{reason.contribution:+5.1f}", style="green" if reason.contribution > 0 else "red")
        text.append(f" {shown(reason.feature)}")
        text.append(f": {shown(reason.value)}" if reason.value else "", style="dim")
        yield text
    if len(reasons) > _REASONS:
        rest = sum(reason.contribution for reason in reasons[_REASONS:])
        yield Text(f"  {rest:+5.1f} from {len(reasons) - _REASONS} more", style="dim")
