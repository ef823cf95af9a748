"""`timelines schema`: write or check the files that are made from the models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import schemas
from schemas.documents import NoCheckout, broken_promises, differences, release, write

_Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; exit 1 and name the files that are out of date.")
]
_Release = Annotated[bool, typer.Option("--release", help="Also make today's schemas those of the last release.")]
_Root = Annotated[Path | None, typer.Option(help="The checkout. Else the one that this program runs from.")]


def register(app: typer.Typer) -> None:
    @app.command()
    def schema(check: _Check = False, release_: _Release = False, root: _Root = None) -> None:
        """Write the JSON Schemas, the AsyncAPI document and docs/messages.md from the models, or check them."""
        where = root if root is not None else Path(schemas.__file__).parent.parent
        try:
            failed = _check(where) if check else _write(where, as_release=release_)
        except NoCheckout as error:
            typer.echo(f"schema: {error}", err=True)
            raise typer.Exit(2) from None
        if failed:
            raise typer.Exit(1)


def _check(root: Path) -> bool:
    """Whether something is wrong; it is said on standard error."""
    found = differences(root)
    for difference in found:
        typer.echo(f"{difference.path}: {difference.state}", err=True)
    if found:
        typer.echo("run `timelines schema` and commit what it changes", err=True)
    broken = broken_promises(root)
    for ce_type, breaks in broken.items():
        for one in breaks:
            typer.echo(f"{ce_type}: {one}", err=True)
    if broken:
        typer.echo("within v1 fields and words are only added: undo it, or make a v2", err=True)
    return bool(found or broken)


def _write(root: Path, *, as_release: bool) -> bool:
    changed = write(root)
    for difference in changed:
        typer.echo(f"{'removed' if difference.state == 'left over' else 'written'}: {difference.path}")
    if as_release:
        release(root)
        typer.echo("today's schemas are those of the last release")
    elif not changed:
        typer.echo("everything is up to date")
    return False
