"""`timelines fit`: weights of the evidence, from coded reports with labels."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from evaluation.gold import BadInput
from timelines.connection import fail
from timelines.outputs import PRINTED, overlap


def register(app: typer.Typer) -> None:
    @app.command()
    def fit(
        sets: Annotated[
            list[Path],
            typer.Argument(help="Coded reports with labels: gold/*.jsonl", exists=True, dir_okay=False, readable=True),
        ],
        out: Annotated[Path, typer.Option(help="Where the weights go.")],
        report: Annotated[
            Path | None, typer.Option(help="Where the leave-one-out figures go, as JSON. [default: printed only]")
        ] = None,
        copies: Annotated[int, typer.Option(min=0, max=20, help="Corrupted copies of each set to fit on as well.")] = 2,
        seeds: Annotated[int, typer.Option(min=1, max=20, help="Arrival orders to measure on.")] = 3,
        measure: Annotated[
            bool, typer.Option("--measure/--no-measure", help="Leave each set out once and measure on it.")
        ] = True,
    ) -> None:
        """Fit the weights of the evidence on labelled sets, and say what they are worth on a set not fitted on.

        The same files give the same bytes. The weights that are written are fitted on all sets; the figures are of
        weights fitted without the set that is measured, with arrival shuffled inside each day.
        """
        try:
            import numpy  # noqa: F401 - an extra: said here rather than in a traceback
            import scipy  # noqa: F401 - the same
        except ImportError:
            fail("fit", "numpy and scipy are missing: install the extra, pip install 'incident-timelines[fit]'", 1)
        from processors.correlation.linking.pair_terms import PAIR_FEATURES
        from processors.correlation.linking.weights import write
        from timelines import fits, training

        ordered = sorted(sets, key=lambda path: path.stem)
        if len({path.stem for path in ordered}) < len(ordered):
            fail("fit", "two sets have the same file name: rename one", 2)
        problem = overlap([PRINTED, ("--out", out), ("--report", report)], [("one of the sets", path) for path in sets])
        if problem is not None:
            fail("fit", problem, 2)
        try:
            labelled = {path.stem: training.read_set(path) for path in ordered}
        except BadInput as error:
            fail("fit", error, 1)
        settings = fits.Settings(copies=copies)
        fitted = fits.Fits(labelled, settings)
        names = list(labelled)
        figures: dict[str, fits.Figures] = {}
        if measure and len(names) > 1:
            typer.echo("held out    b-cubed  pairwise  macro")
            for name in names:
                figures[name] = fitted.held_out(name, range(1, seeds + 1))
                typer.echo(_line(name, figures[name]))
            figures["mean"] = fits.mean_of(list(figures.values()))
            typer.echo(_line("mean", figures["mean"]))
        provenance = {
            "fitted_on": {path.name: sha256(path.read_bytes()).hexdigest() for path in ordered},
            "settings": asdict(settings),
            "by": "timelines fit",
        }
        weights = replace(fitted.weights(names), provenance=provenance)
        _write(out, write(weights))
        typer.echo(f"weights of {len(names)} sets -> {out}")
        if report is not None:
            strengths = {
                model: {n: v for n, v in zip(PAIR_FEATURES, found.strengths, strict=True) if v}
                for model, found in fitted.pairs(names).items()
            }
            document: dict[str, Any] = {
                "leave_one_out": {name: _rounded(found) for name, found in figures.items()},
                "arrival_orders": seeds,
                "strengths": strengths,
                **provenance,
            }
            _write(report, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail("fit", f"{path}: {error.strerror}", 1)


def _line(name: str, figures: Any) -> str:
    return f"{name:<12}{figures.b_cubed:7.3f}  {figures.pairwise:8.3f}  {figures.macro:5.3f}"


def _rounded(figures: Any) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(figures).items()}
