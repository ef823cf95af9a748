"""Hand-coded labels: JSON Lines, one report a line (gold/GUIDE.md says what each field means)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from runtime.unpacking import Unreadable, unpacked

from .scores import Pair

_AT_ONCE: Final = 256 * 1024


class BadInput(ValueError):
    """A file that cannot be scored: names the file, the line and the remedy.

    line: 1-based; 0 where the fault is of the file as a whole
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Labels of one set, events in the file's order.

    incident_of: event_id -> gold incident
    copy_of: event_id -> the earlier event that it copies
    related: pairs of gold incidents, without direction -> what the coder called the relation
    headlines, kinds: event_id -> as coded; empty text where the set gives none
    """

    incident_of: Mapping[str, str]
    copy_of: Mapping[str, str]
    related: Mapping[Pair, frozenset[str]]
    headlines: Mapping[str, str]
    kinds: Mapping[str, str]


def read_gold(path: Path) -> GoldSet:
    """Raises BadInput; OSError where the file cannot be read."""
    incident_of: dict[str, str] = {}
    copy_of: dict[str, str] = {}
    related: dict[Pair, frozenset[str]] = {}
    headlines: dict[str, str] = {}
    kinds: dict[str, str] = {}
    wanted: list[tuple[int, str, str]] = []
    lines: dict[str, int] = {}
    for number, row in rows_of(path):
        event = text_of(row, "id", path, number)
        if event in incident_of:
            raise BadInput(path, number, f"id {event!r} stands in line {lines[event]} too: each record has its own id")
        lines[event] = number
        incident_of[event] = text_of(row, "gold_incident", path, number)
        headlines[event] = str(row.get("headline") or "")
        kinds[event] = str(row.get("kind") or "")
        original = row.get("gold_duplicate_of")
        if original is not None:
            copy_of[event] = text_of(row, "gold_duplicate_of", path, number)
        for relation in _relations_of(row, path, number):
            pair = frozenset({incident_of[event], relation[0]})
            related[pair] = related.get(pair, frozenset()) | {relation[1]}
            wanted.append((number, incident_of[event], relation[0]))
    if not incident_of:
        raise BadInput(path, 0, "holds no record: name a file of coded reports, such as gold/kad.jsonl")
    known = set(incident_of.values())
    for number, incident, other in wanted:
        if other not in known or other == incident:
            raise BadInput(path, number, f"gold_related names {other!r}: name another incident of this set")
    return GoldSet(incident_of, copy_of, related, headlines, kinds)


def rows_of(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers; blank lines are passed over.

    Raises as `lines_of` does.
    """
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, raw in lines_of(path):
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise BadInput(path, number, f"is no JSON ({error}): write one object a line") from error
        if not isinstance(row, dict):
            raise BadInput(path, number, "is no JSON object: write one object a line")
        rows.append((number, row))
    return rows


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers from 1; unpacked where its bytes are gzip's.

    Raises BadInput; OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        try:
            whole = b"".join(unpacked(iter(lambda: file.read(_AT_ONCE), b"")))
        except Unreadable as error:
            raise BadInput(path, 0, str(error)) from error
    for number, raw in enumerate(whole.split(b"\n"), start=1):
        if raw.strip():
            yield number, raw


def text_of(row: Mapping[str, Any], field: str, path: Path, line: int) -> str:
    """A field that must hold some text. Raises BadInput."""
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise BadInput(path, line, f"{field} must be some text, not {value!r:.60}")
    return value


def _relations_of(row: Mapping[str, Any], path: Path, line: int) -> list[tuple[str, str]]:
    labels = row.get("gold_related") or []
    if not isinstance(labels, list) or not all(isinstance(label, dict) for label in labels):
        raise BadInput(path, line, 'gold_related must be a list of {"incident": ..., "relation": ...}')
    return [(text_of(label, "incident", path, line), text_of(label, "relation", path, line)) for label in labels]
