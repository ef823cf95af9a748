"""What a correlator answered, read from the files that `timelines replay` and `timelines dump` write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.codec import TYPE_ENTRY, TYPE_TIMELINE, decode
from schemas.errors import MalformedRecord
from schemas.timeline import Entry, IncidentTimeline
from schemas.vocabulary import EntryRole

from .gold import BadInput, rows_of, text_of
from .scores import Pair


@dataclass(frozen=True, slots=True)
class Assignment:
    """One event's home. line: where it stands in the file, 1-based."""

    incident_id: str
    role: str
    score: float
    line: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """One run's answer, forwarding ids followed to the incident that stays.

    incident_of: event_id -> incident
    assignments: event_id -> what the file says (incident ids as written)
    related: pairs of live incidents -> relations named; None where no timelines were given
    entries: event_id -> entry; None where no entries were given
    """

    incident_of: Mapping[str, str]
    assignments: Mapping[str, Assignment]
    related: Mapping[Pair, frozenset[str]] | None
    entries: Mapping[str, Entry] | None

    @property
    def marked_copies(self) -> frozenset[str]:
        return frozenset(event for event, given in self.assignments.items() if given.role == EntryRole.DUPLICATE)


def read_predicted(
    assignments: Path, events: Sequence[str], *, gold: Path, timelines: Path | None = None, entries: Path | None = None
) -> Predicted:
    """The answer for exactly these events (the ids of the gold file).

    Raises BadInput with file, line and remedy: an event without a line, a line without a label, an event
    twice, files of different runs; OSError where a file cannot be read.
    """
    given = read_assignments(assignments)
    _same_events(assignments, given, events, gold)
    heads = None if timelines is None else _read_heads(timelines)
    home = _forwarding(timelines, heads or {})
    incident_of = {event: home.get(one.incident_id, one.incident_id) for event, one in given.items()}
    if timelines is not None and heads is not None:
        for event, one in given.items():
            if one.incident_id not in heads:
                raise BadInput(
                    assignments,
                    one.line,
                    f"{event!r} is in incident {one.incident_id!r}, of which {timelines} has no timeline: "
                    "give the two files of one run",
                )
    return Predicted(
        incident_of=incident_of,
        assignments=given,
        related=None if heads is None else _relations(heads, home),
        entries=None if entries is None else _read_entries(entries, assignments, given, home),
    )


def read_assignments(path: Path) -> dict[str, Assignment]:
    """Raises BadInput; OSError where the file cannot be read."""
    found: dict[str, Assignment] = {}
    for number, row in rows_of(path):
        event = text_of(row, "event_id", path, number)
        if event in found:
            raise BadInput(
                path, number, f"event {event!r} stands in line {found[event].line} too: an event has one home"
            )
        score = row.get("score")
        if not isinstance(score, int | float) or isinstance(score, bool):
            raise BadInput(path, number, f"score must be a number, not {score!r:.60}")
        found[event] = Assignment(
            text_of(row, "incident_id", path, number), text_of(row, "role", path, number), float(score), number
        )
    return found


def _same_events(path: Path, given: Mapping[str, Assignment], events: Sequence[str], gold: Path) -> None:
    known = set(events)
    for event, one in given.items():
        if event not in known:
            raise BadInput(
                path, one.line, f"event {event!r} is none of {gold}: give the gold file that this run has read"
            )
    missing = [event for event in events if event not in given]
    if missing:
        raise BadInput(
            path,
            0,
            f"{len(missing)} of {len(events)} events of {gold} have no line, first {', '.join(missing[:3])}: "
            "run all of the file, and look into the rejects",
        )


def _read_heads(path: Path) -> dict[str, IncidentTimeline]:
    heads: dict[str, IncidentTimeline] = {}
    for number, raw in _lines(path):
        head = _decoded(TYPE_TIMELINE, raw, path, number)
        assert isinstance(head, IncidentTimeline)
        if head.incident_id in heads:
            raise BadInput(path, number, f"incident {head.incident_id!r} stands here twice: one newest head each")
        heads[head.incident_id] = head
    return heads


def _read_entries(
    path: Path, assignments: Path, given: Mapping[str, Assignment], home: Mapping[str, str]
) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for number, raw in _lines(path):
        entry = _decoded(TYPE_ENTRY, raw, path, number)
        assert isinstance(entry, Entry)
        event = entry.event_id
        if event in entries:
            raise BadInput(path, number, f"event {event!r} stands here twice: one newest entry each")
        if event not in given:
            raise BadInput(path, number, f"event {event!r} is none of {assignments}: give the two files of one run")
        if home.get(entry.incident_id, entry.incident_id) != home.get(
            given[event].incident_id, given[event].incident_id
        ):
            raise BadInput(
                path,
                number,
                f"event {event!r} is in {entry.incident_id!r} here and in {given[event].incident_id!r} in "
                f"{assignments}, line {given[event].line}: give the two files of one run",
            )
        entries[event] = entry
    return entries


def _lines(path: Path) -> list[tuple[int, bytes]]:
    with path.open("rb") as file:
        return [(number, raw.strip()) for number, raw in enumerate(file, start=1) if raw.strip()]


def _decoded(ce_type: str, raw: bytes, path: Path, number: int) -> object:
    try:
        return decode(ce_type, raw)
    except MalformedRecord as error:
        raise BadInput(path, number, str(error)) from error


def _forwarding(path: Path | None, heads: Mapping[str, IncidentTimeline]) -> dict[str, str]:
    """Every incident -> the one that stays. Raises BadInput for a forwarding that leads nowhere or in a circle."""
    home: dict[str, str] = {}
    for incident in heads:
        seen = [incident]
        while (into := heads[seen[-1]].merged_into) is not None:
            assert path is not None
            if into not in heads:
                raise BadInput(path, 0, f"{seen[-1]!r} forwards to {into!r}, which has no line: give the whole sink")
            if into in seen:
                raise BadInput(path, 0, f"the forwarding of {' -> '.join([*seen, into])} goes in a circle")
            seen.append(into)
        home[incident] = seen[-1]
    return home


def _relations(heads: Mapping[str, IncidentTimeline], home: Mapping[str, str]) -> dict[Pair, frozenset[str]]:
    related: dict[Pair, frozenset[str]] = {}
    for head in heads.values():
        if head.merged_into is not None:
            continue  # what it was related to then has been taken over by the incident that stays
        for other in head.related:
            pair = frozenset({head.incident_id, home.get(other.incident_id, other.incident_id)})
            if len(pair) == 2:  # the two have become one since
                related[pair] = related.get(pair, frozenset()) | {str(other.relation)}
    return related
