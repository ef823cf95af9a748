"""The report and the wrong incidents as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import set_cell_size
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from runtime.terminal import shown

from .report import Report
from .scores import Counted, Score
from .wrong import PlacedEvent, WrongIncident, WrongRelations

_REASONS_SHOWN = 4
_INCIDENTS_NAMED = 4
_AT_HOME_SHOWN = 6
_LEAST_HEADLINE = 24


def report_table(report: Report) -> RenderableType:
    """Precision, recall and F1 per figure, the floor beside it, counts where the figure is a count."""
    table = Table(
        title=f"{report.events} events, {report.predicted_incidents} incidents predicted, "
        f"{report.gold_incidents} in gold",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        header_style="dim",
    )
    table.add_column("")
    for name in ("precision", "recall", "F1", "floor F1"):
        table.add_column(name, justify="right")
    table.add_column("right/said/gold", justify="right", style="dim")
    got, floor = report.clustering, report.floor
    _row(table, "B-cubed", got.b_cubed, floor=floor.b_cubed)
    _row(table, "B-cubed, 2+ reports", got.b_cubed_multi, floor=floor.b_cubed_multi)
    _row(table, "pairwise", got.pairwise, floor=floor.pairwise)
    table.add_row("macro over incidents", "", "", _share(got.macro_f1), _share(floor.macro_f1, dim=True))
    if report.relations is not None:
        _row(table, "relations", report.relations)
    _row(table, "copies", report.copies)
    if report.copy_pairs is not None:
        _row(table, "copy pairs", report.copy_pairs)
    return table


def notes(report: Report) -> Iterator[Text]:
    """What the table has no column for."""
    if report.relations is not None and report.relations_named is not None:
        yield Text(f"Of {report.relations.right} right relations {report.relations_named} carry gold's name.")
    else:
        yield Text("Relations need --timelines.", style="dim")
    if report.originals is not None:
        yield Text(f"Of {report.originals.predicted} copies found {report.originals.right} name a report they copy.")
    else:
        yield Text("What a copy copies needs --entries.", style="dim")


def print_wrong(console: Console, wrong: Sequence[WrongIncident]) -> None:
    """Each wrong incident: ✗ before the events that belong elsewhere, all of them; ✓ before the first others."""
    if not wrong:
        console.print(Text("Every predicted incident is a gold one."))
        return
    console.print(Text(f"{_count(len(wrong), 'wrong incident')}, costliest first", style="bold"))
    for number, incident in enumerate(wrong, start=1):
        console.print()
        for line in _incident_lines(number, incident, console.width):
            console.print(line, soft_wrap=True)


def print_wrong_relations(console: Console, wrong: WrongRelations) -> None:
    """Relations that gold has and the run has not, and the other way round."""
    for title, triples in (("missed relations", wrong.missed), ("relations that gold has not", wrong.invented)):
        if triples:
            console.print()
            console.print(Text(f"{len(triples)} {title}", style="bold"))
        for one, other, words in triples:
            console.print(Text(f"  {shown(one)} - {shown(other)}  ({shown(words)})"), soft_wrap=True)


def _incident_lines(number: int, incident: WrongIncident, width: int) -> Iterator[Text]:
    yield Text.assemble(
        (f"{number}. {shown(incident.incident_id)}", "bold"),
        f"  {_count(len(incident.events), 'event')}, closest to {shown(incident.gold_incident)} ",
        f"(F1 {incident.f1:.2f}); {_count(incident.wrong_pairs, 'wrong pair')}, {incident.missed_pairs} missed",
    )
    at_home = [event for event in incident.events if event.belongs]
    for event in at_home[:_AT_HOME_SHOWN]:
        yield from _event_lines(event, width)
    if len(at_home) > _AT_HOME_SHOWN:
        yield Text(f"  ✓ and {len(at_home) - _AT_HOME_SHOWN} more that belong here (--json lists all)", style="dim")
    if at_home and at_home[0].elsewhere:
        yield Text(f"  companions of these {_named(at_home[0].elsewhere)}")
    for event in incident.events:
        if not event.belongs:
            yield from _event_lines(event, width)
            elsewhere = f", companions {_named(event.elsewhere)}" if event.elsewhere else ", alone or all here"
            yield Text(f"      belongs to {shown(event.gold_incident)}{elsewhere}")


def _event_lines(event: PlacedEvent, width: int) -> Iterator[Text]:
    mark = ("  ✓ ", "green") if event.belongs else ("  ✗ ", "bold red")
    ahead = f"{shown(event.event_id)}  {shown(event.role):<10} {event.score:>7.2f}  "
    room = max(_LEAST_HEADLINE, width - 4 - len(ahead))
    yield Text.assemble(mark, ahead, (_short(event.headline, room), "dim" if event.belongs else ""))
    if event.reasons:
        why = "; ".join(
            " ".join(f"{shown(reason.feature)} {shown(reason.value)} {reason.contribution:+.2f}".split())
            for reason in event.reasons[:_REASONS_SHOWN]
        )
        more = len(event.reasons) - _REASONS_SHOWN
        yield Text(f"      why here: {why}{f'; {more} more' if more > 0 else ''}", style="dim")


def _named(elsewhere: Iterable[tuple[str, int]]) -> str:
    pairs = list(elsewhere)
    if not pairs:
        return ""
    named = ", ".join(f"{shown(incident)} ({count})" for incident, count in pairs[:_INCIDENTS_NAMED])
    more = len(pairs) - _INCIDENTS_NAMED
    return f"in {named}{f' and {more} more' if more > 0 else ''}"


def _row(table: Table, name: str, figure: Score | Counted, floor: Score | Counted | None = None) -> None:
    score = figure.score if isinstance(figure, Counted) else figure
    under = floor.score if isinstance(floor, Counted) else floor
    table.add_row(
        name,
        # of nothing said nothing is wrong: 1.000 would read like praise
        Text("-") if isinstance(figure, Counted) and figure.predicted == 0 else _share(score.precision),
        _share(score.recall),
        Text(f"{score.f1:.3f}", style="bold"),
        "" if under is None else _share(under.f1, dim=True),
        f"{figure.right}/{figure.predicted}/{figure.gold}" if isinstance(figure, Counted) else "",
    )


def _share(value: float, *, dim: bool = False) -> Text:
    return Text(f"{value:.3f}", style="dim" if dim else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _short(text: str, cells: int) -> str:
    safe = shown(text)
    cut = set_cell_size(safe, cells).rstrip()
    return cut if cut == safe else set_cell_size(safe, cells - 1).rstrip() + "…"
