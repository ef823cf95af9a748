"""`timelines evaluate`: how right a run is, against hand-coded labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from evaluation.gold import BadInput, read_gold
from evaluation.predicted import read_predicted
from evaluation.report import report_of
from evaluation.tables import notes, print_wrong, print_wrong_relations, report_table
from evaluation.wrong import wrong_incidents, wrong_relations
from runtime.terminal import shown


def register(app: typer.Typer) -> None:
    @app.command()
    def evaluate(
        assignments: Annotated[
            Path,
            typer.Argument(
                help="One home an event, as `replay --assignments` writes it.",
                exists=True,
                dir_okay=False,
                readable=True,
            ),
        ],
        gold: Annotated[
            Path,
            typer.Argument(
                help="Coded reports with labels, such as gold/kad.jsonl.", exists=True, dir_okay=False, readable=True
            ),
        ],
        timelines: Annotated[
            Path | None,
            typer.Option(
                help="Heads of the same run: follows merges, scores relations.",
                exists=True,
                dir_okay=False,
                readable=True,
            ),
        ] = None,
        entries: Annotated[
            Path | None,
            typer.Option(
                help="Entries of the same run: scores what copies copy, gives reasons to --errors.",
                exists=True,
                dir_okay=False,
                readable=True,
            ),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
        errors: Annotated[
            bool, typer.Option("--errors", help="List the wrong incidents with their events, scores and reasons.")
        ] = False,
    ) -> None:
        """Score a run against hand-coded labels: B-cubed, pairs, macro, relations, copies.

        Exit status 1: the files do not fit together; the message names file, line and remedy. 2: wrong use.
        """
        try:
            labels = read_gold(gold)
            predicted = read_predicted(
                assignments, list(labels.incident_of), gold=gold, timelines=timelines, entries=entries
            )
        except (BadInput, OSError) as error:
            typer.echo(f"timelines evaluate: {shown(str(error))}", err=True)
            raise typer.Exit(1) from error
        report = report_of(predicted, labels)
        wrong = wrong_incidents(predicted, labels) if errors else []
        unrelated = wrong_relations(predicted, labels) if errors else None
        if as_json:
            figures: dict[str, Any] = report.as_dict()
            if errors:
                figures["errors"] = [incident.as_dict() for incident in wrong]
                figures["wrong_relations"] = None if unrelated is None else unrelated.as_dict()
            typer.echo(json.dumps(figures, ensure_ascii=True))
            return
        console = Console(highlight=False)
        console.print(report_table(report))
        for note in notes(report):
            console.print(note)
        if errors:
            console.print()
            print_wrong(console, wrong)
            if unrelated is not None:
                print_wrong_relations(console, unrelated)
