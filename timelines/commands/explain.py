"""`timelines explain`: why a report stands where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from processors.cores import load_weights
from processors.correlation.linking.reasons import ALONE
from processors.correlation.linking.weights import BadWeights
from runtime.terminal import shown
from schemas.timeline import Link
from timelines import explaining
from timelines.connection import fail
from timelines.explaining import Looked, Story, UnknownEvent
from timelines.log_file import BadLogLine
from timelines.outputs import PRINTED, overlap
from timelines.picturing import picture
from timelines.replaying import ReplayedFeed
from timelines.sources import SourceError, Status

_SHOWN: Final = 5


def register(app: typer.Typer) -> None:
    @app.command()
    def explain(
        source: Annotated[str, typer.Argument(help="File of reports, as `replay` takes it; - for standard input.")],
        event: Annotated[str, typer.Argument(help="Id of one of its reports.")],
        incident: Annotated[
            str | None, typer.Argument(help="Of the incidents that were looked at, this one alone.")
        ] = None,
        feed: Annotated[
            ReplayedFeed,
            typer.Option(help="Format of SOURCE, as `replay` takes it; log: of `dump --log`."),
        ] = "coded",
        weights: Annotated[
            Path | None, typer.Option(help="Weights that `timelines fit` wrote. [default: those that are shipped]")
        ] = None,
        svg: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Draw it as well: the incidents, and what spoke for each.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object, with all that was looked at.")] = False,
    ) -> None:
        """Say why a report stands where it stands.

        Replays SOURCE and tells which incidents the report was held against when it came, the score of each (log-odds)
        with what spoke for and against it, where it went, and what has moved it since. Of a running service:
        `timelines dump --log LOG`, then `timelines explain LOG EVENT --feed log`.

        Exit status: 0 told, 1 no such report or incident, 2 wrong use.
        """
        problem = overlap([PRINTED, ("--svg", svg)], [("the source", source), ("the file of --weights", weights)])
        if problem is not None:
            fail("explain", problem, Status.WRONG_USE)
        try:
            loaded, _ = load_weights(weights)
            story = explaining.explain(source, feed, event, loaded, lambda line: typer.echo(line, err=True))
        except (SourceError, BadWeights) as error:
            fail("explain", error, Status.WRONG_USE)
        except OSError as error:
            fail("explain", f"{error.filename or 'a file'}: {error.strerror}", Status.FAILED)
        except (UnknownEvent, BadLogLine) as error:
            fail("explain", error, Status.FAILED)
        looked = story.looked
        if incident is not None:
            looked = tuple(one for one in looked if one.incident_id == incident)
            if not looked:
                known = ", ".join(one.incident_id for one in story.looked) or "none"
                fail("explain", f"{incident} was not looked at when {event} came; those were: {known}", Status.FAILED)
        if svg is not None:
            try:
                svg.write_text(picture(story), encoding="utf-8")
            except OSError as error:
                fail("explain", f"{svg}: {error.strerror}", Status.FAILED)
        if as_json:
            typer.echo(json.dumps(_as_dict(story, looked), ensure_ascii=False))
            return
        for line in _lines(story, looked, all_of_it=incident is not None):
            typer.echo(line)


def _lines(story: Story, looked: tuple[Looked, ...], *, all_of_it: bool) -> Iterator[str]:
    event = story.event
    yield shown(f"{event.event_id}: {event.kind}, {event.source.publisher}")
    yield f"  {shown(event.headline)}"
    count = len(story.looked)
    incidents = "1 incident was" if count == 1 else f"{count} incidents were"
    yield f"It came as report {story.place} of its region; {incidents} looked at."
    for one in looked if all_of_it else looked[:_SHOWN]:
        mark = "joined" if one.incident_id == story.joined else ""
        reports = "1 report" if one.reports == 1 else f"{one.reports} reports"
        yield f"  {one.link.score:+6.2f}  {_named(story, one.incident_id)}, {reports} {mark}".rstrip()
        yield from _reasons(one.link, 99 if all_of_it else 4)
    if all(one.incident_id != story.joined for one in story.looked):
        yield f"It {'opened' if story.opened else 'went to'} {_named(story, story.joined)}."
    for at, told in story.history:
        yield f"{at:%Y-%m-%d %H:%M} {shown(told)}"
    entry = story.entry
    yield f"Now: {shown(str(entry.role))} in {_named(story, entry.incident_id)}"
    if entry.link is not None and all(reason.feature in ALONE for reason in entry.link.reasons):
        yield from (f"  {shown(reason.value)}" for reason in entry.link.reasons)
    elif entry.link is not None:
        yield f"  {entry.link.score:+6.2f}  held against the others there"
        yield from _reasons(entry.link, 99)


def _reasons(link: Link, most: int) -> Iterator[str]:
    for reason in link.reasons[:most]:
        yield f"            {reason.contribution:+6.2f} {reason.feature}: {shown(str(reason.value))}"
    if rest := link.reasons[most:]:
        yield f"            {sum(reason.contribution for reason in rest):+6.2f} from {len(rest)} more"


def _named(story: Story, incident_id: str) -> str:
    title = story.titles.get(incident_id)
    return shown(f"{incident_id} ({title})" if title else incident_id)


def _as_dict(story: Story, looked: tuple[Looked, ...]) -> dict[str, Any]:
    return {
        "event_id": story.event.event_id,
        "headline": story.event.headline,
        "report_of_region": story.place,
        "looked_at": [
            {"incident_id": one.incident_id, "reports": one.reports, "link": one.link.model_dump(mode="json")}
            for one in looked
        ],
        "joined": story.joined,
        "opened": story.opened,
        "history": [{"at": at.isoformat(), "what": what} for at, what in story.history],
        "incident_id": story.entry.incident_id,
        "role": story.entry.role,
        "link": None if story.entry.link is None else story.entry.link.model_dump(mode="json"),
        "titles": story.titles,
    }
