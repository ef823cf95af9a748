"""The files that are made from the models: written by `timelines schema`, and checked in CI to be up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from .asyncapi import asyncapi
from .compatibility import Break, breaks
from .example_files import examples
from .json_schemas import file_name, json_schemas
from .reference import reference

#: relative to the checkout
JSON_SCHEMAS: Final = Path("schemas/json")
RELEASED: Final = Path("schemas/released")
ASYNCAPI: Final = Path("schemas/asyncapi.json")
REFERENCE: Final = Path("docs/messages.md")


class NoCheckout(Exception):
    """The folder does not hold this project's sources, so there is nothing to write to or to check."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not what the models say. path: relative to the checkout."""

    path: Path
    state: Literal["missing", "out of date", "left over"]


def documents() -> dict[Path, str]:
    """Every made file's text, by its path in the checkout."""
    made = {JSON_SCHEMAS / file_name(ce_type): _pretty(schema) for ce_type, schema in json_schemas().items()}
    made[ASYNCAPI] = _pretty(asyncapi(examples()))
    made[REFERENCE] = reference()
    return made


def differences(root: Path) -> list[Difference]:
    """What `write` would change below root, in order of path. Raises NoCheckout."""
    _must_be_checkout(root)
    return sorted(_differences(root, documents()), key=lambda difference: difference.path)


def write(root: Path) -> list[Difference]:
    """Bring the files below root up to date; returns what was changed. Raises NoCheckout."""
    _must_be_checkout(root)
    made = documents()
    changed = sorted(_differences(root, made), key=lambda difference: difference.path)
    for difference in changed:
        path = root / difference.path
        if difference.state == "left over":
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[difference.path], encoding="utf-8")
    return changed


def release(root: Path) -> None:
    """Make the schemas of today those of the last release: what later ones are compared with. Raises NoCheckout."""
    _must_be_checkout(root)
    folder = root / RELEASED
    folder.mkdir(parents=True, exist_ok=True)
    for ce_type, schema in json_schemas().items():
        (folder / file_name(ce_type)).write_text(_pretty(schema), encoding="utf-8")


def broken_promises(root: Path) -> dict[str, list[Break]]:
    """Where the messages of today break with those of the last release, by `ce_type`. Raises NoCheckout."""
    _must_be_checkout(root)
    today = json_schemas()
    found: dict[str, list[Break]] = {}
    for path in sorted((root / RELEASED).glob("*.schema.json")):
        ce_type = path.name.removesuffix(".schema.json")
        released = json.loads(path.read_text(encoding="utf-8"))
        broken = breaks(released, today[ce_type]) if ce_type in today else [Break("", "both", "message was removed")]
        if broken:
            found[ce_type] = broken
    return found


def _differences(root: Path, made: Mapping[Path, str]) -> Iterator[Difference]:
    for path, text in made.items():
        if not (root / path).exists():
            yield Difference(path, "missing")
        elif (root / path).read_text(encoding="utf-8") != text:
            yield Difference(path, "out of date")
    for found in (root / JSON_SCHEMAS).glob("*"):
        if found.relative_to(root) not in made:
            yield Difference(found.relative_to(root), "left over")


def _must_be_checkout(root: Path) -> None:
    if not (root / "schemas" / "event.py").is_file():
        raise NoCheckout(f"{root} holds no schemas/event.py: run it in a checkout, or name one with --root")


def _pretty(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
