"""Draws what is known of one incident and who says so: standing, who did it, numbers side by side, relations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from runtime.terminal import shown
from schemas.timeline import IncidentTimeline, RelatedIncident
from schemas.vocabulary import AttributionState, Stance

from .claims import NUMBERS, Side, Topic, Voice, parties_of, topics_of
from .story import zone_of
from .words import (
    ACTIVITY_MARKS,
    ATTRIBUTED,
    ATTRIBUTION_STYLES,
    OWN_WORD,
    STANCE_STYLES,
    STANDING_STYLES,
    counted,
    related_words,
    verb,
)

_VOICES: Final = 3
_SIDES: Final = 6
_PARTIES: Final = 5
_FEW: Final = 3
_LABEL_CELLS: Final = 12

#: an incident's title; None where it is not known here
TitleOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Fact:
    """A label and what there is to say. need: 0 is never left out, the highest goes first where room is short.

    brief: the same on one line
    """

    need: int
    label: str
    lines: tuple[Text, ...]
    brief: Text | None = None


def facts(head: IncidentTimeline, title_of: TitleOf, *, most_lines: int | None = None) -> RenderableType:
    """What is known, line by line. most_lines: nothing wraps, and what matters least is left out."""
    short = most_lines is not None
    known = list(_facts(head, title_of, short=short))
    if most_lines is not None:
        known = _fitting(known, most_lines)
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=_LABEL_CELLS, justify="right", style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    for fact in known:
        for number, line in enumerate(fact.lines):
            if short:
                line.no_wrap, line.overflow = True, "ellipsis"
            grid.add_row(Text(fact.label if number == 0 else ""), line)
    return grid


def _fitting(known: list[_Fact], most_lines: int) -> list[_Fact]:
    kept = list(known)
    while sum(len(fact.lines) for fact in kept) > most_lines:
        least = max(range(len(kept)), key=lambda place: (kept[place].need, place))
        if kept[least].need == 0:
            break
        fact = kept[least]
        if len(fact.lines) > 1:
            kept[least] = replace(fact, lines=(fact.brief or fact.lines[0],), need=fact.need - 1)
        else:
            del kept[least]
    return kept


def _facts(head: IncidentTimeline, title_of: TitleOf, *, short: bool) -> Iterator[_Fact]:
    standing, style = shown(str(head.standing)), STANDING_STYLES.get(str(head.standing), "")
    yield _Fact(0, "standing", (Text.assemble((standing, f"bold {style}"), "  ", shown(head.standing_reason)),))
    mark, mark_style = ACTIVITY_MARKS.get(str(head.activity), ("?", "dim"))
    activity = Text.assemble(
        (f"{mark} ", mark_style), shown(str(head.activity)), (f"  {shown(head.activity_reason)}", "dim")
    )
    yield _Fact(4, "activity", (activity,))
    yield _Fact(5, "reports", (_reports(head),))
    if head.merged_from or head.split_from:
        yield _Fact(7, "history", (_history(head),))
    if head.attribution.state != AttributionState.UNCLAIMED:
        state, *parties = _attribution(head, _FEW if short else _PARTIES)
        brief = Text("  ").join([state, Text(", ").join(_named(head))])
        yield _Fact(2, "who did it", (state, *parties), brief)
    for topic in topics_of(head.claims, zone_of(head.occurred)):
        number = topic.about in NUMBERS
        need = (1 if topic.disputed else 3) if number else 6
        yield _Fact(need, shown(topic.about), tuple(_topic(topic)))
    if head.related:
        related = head.related[: _FEW if short else _SIDES]
        yield _Fact(3, "related", tuple(_related(other, title_of) for other in related))


def _reports(head: IncidentTimeline) -> Text:
    reports, sources = head.corroboration.reports, head.corroboration.independent_sources
    return Text(
        f"{counted(reports, 'report')} of it from {counted(sources, 'independent source')}; "
        f"{counted(head.entries_total, 'entry', 'entries')} in all"
    )


def _history(head: IncidentTimeline) -> Text:
    said = []
    if head.merged_from:
        said.append(f"{counted(len(head.merged_from), 'incident')} merged into it")
    if head.split_from:
        said.append(f"split from {shown(head.split_from)}")
    return Text("; ".join(said))


def _attribution(head: IncidentTimeline, most: int) -> Iterator[Text]:
    """The state, then each party with who says what of it; staged attacks, where somebody alleges one, last."""
    state = str(head.attribution.state)
    parties, staged = parties_of(head.claims)
    yield Text(shown(state), style=f"bold {ATTRIBUTION_STYLES.get(state, '')}")
    for party in parties[:most]:
        line = Text(shown(party.name))
        for number, (stance, voices) in enumerate(party.voices):
            line.append("; " if number else "  ")
            alone = [voice.speaker for voice in voices] == [party.name]
            if alone and stance in OWN_WORD:
                line.append(OWN_WORD[stance], style=STANCE_STYLES.get(stance, ""))
                line.append_text(_via(voices[0]))
            else:
                line.append(ATTRIBUTED.get(stance, f"{verb(stance)}:"), style=STANCE_STYLES.get(stance, ""))
                line.append_text(_voices(voices, len(voices)))
        yield line
    if len(parties) > most:
        yield Text(f"and {len(parties) - most} more named", style="dim")
    if staged:
        line = Text("staged, a false flag  ")
        line.append("alleged by", style=STANCE_STYLES[Stance.ALLEGES_FALSE_FLAG])
        line.append_text(_voices(staged, len(staged)))
        yield line


def _named(head: IncidentTimeline) -> list[Text]:
    return [Text(shown(party.name)) for party in parties_of(head.claims)[0]]


def _topic(topic: Topic) -> Iterator[Text]:
    """Sides of a dispute beside each other; what was replaced below, struck through."""
    if topic.sides:
        line = Text()
        line.append("disputed  " if topic.disputed else "", style="yellow")
        for number, side in enumerate(topic.sides[:_SIDES]):
            if number:
                line.append(" │ ", style="bold yellow" if side.disputed else "dim")
            line.append_text(_side(side))
        if len(topic.sides) > _SIDES:
            line.append(f" │ {len(topic.sides) - _SIDES} more", style="dim")
        yield line
    if topic.past:
        line = Text("was ", style="dim")
        for number, side in enumerate(topic.past[:_SIDES]):
            line.append(", " if number else "", style="dim")
            line.append(shown(side.value), style="dim strike")
            line.append(f" ({shown(side.voices[0].speaker)})", style="dim")
        yield line


def _side(side: Side) -> Text:
    text = Text()
    text.append(shown(side.value), style="bold yellow" if side.disputed else "bold")
    text.append(" (", style="dim")
    text.append(_voices(side.voices, side.reports).plain.strip(), style="" if side.disputed else "dim")
    text.append(")", style="dim")
    return text


def _voices(voices: Sequence[Voice], reports: int) -> Text:
    """ " A via B" of one voice; " A, B, C +2, 7 reports" of several."""
    if len(voices) == 1:
        text = Text(f" {shown(voices[0].speaker)}")
        text.append_text(_via(voices[0]))
    else:
        text = Text(" " + ", ".join(shown(voice.speaker) for voice in voices[:_VOICES]))
        more = len(voices) - _VOICES
        text.append(f" +{more}" if more > 0 else "", style="dim")
    text.append(f", {reports} reports" if reports > len(voices) else "", style="dim")
    return text


def _via(voice: Voice) -> Text:
    return Text(f" via {shown(voice.via)}" if voice.via is not None else "", style="dim")


def _related(other: RelatedIncident, title_of: TitleOf) -> Text:
    title = title_of(other.incident_id)
    line = Text.assemble(
        (shown(related_words(other.relation, other.direction)), "bold blue"),
        "  ",
        shown(title) if title is not None else (shown(other.incident_id), "dim"),
    )
    if other.reasons:
        line.append(f"  {'; '.join(shown(reason) for reason in other.reasons[:2])}", style="dim")
    return line
