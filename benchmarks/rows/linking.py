"""Rows put together by the linker and scored against what they were made from."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation import scores
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item, kilometres
from processors.correlation.linking.weights import Weights
from producers.feeds import Line, Parsed
from producers.feeds.acled import AcledFeed
from producers.feeds.coded import parse_coded
from producers.feeds.ged import GedFeed
from schemas.event import AnyEvent
from timelines import training

from .twins import CsvRow

_KM = 3.0


@dataclass(frozen=True, slots=True)
class Figures:
    """rows, incidents, both: how many there are, and how many incidents two databases have. The rest from 0 to 1."""

    rows: int
    incidents: int
    both: int
    b_cubed: float
    precision: float
    recall: float
    pairwise: float
    macro: float


def events_of(feed: AcledFeed | GedFeed, rows: Sequence[tuple[CsvRow, str]]) -> list[tuple[AnyEvent, str]]:
    """Rows with their incidents through a feed; what is no event of ours is left out."""
    if not rows:
        return []
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell.replace("\n", " ") for name, cell in row.items()} for row, _ in rows)
    lines = (Line(number, raw) for number, raw in enumerate(out.getvalue().encode().split(b"\n"), start=1))
    return [(parsed.event, rows[parsed.number - 2][1]) for parsed in feed.read(lines) if isinstance(parsed, Parsed)]


def coded_events_of(records: Iterable[tuple[Mapping[str, object], str]]) -> list[tuple[AnyEvent, str]]:
    return [(parse_coded(json.dumps(record).encode())[0], incident) for record, incident in records]


def labelled(name: str, events: Sequence[tuple[AnyEvent, str]]) -> training.LabelledSet:
    return training.LabelledSet(
        name, tuple(event for event, _ in events), {event.event_id: incident for event, incident in events}
    )


def put_together(rows: training.LabelledSet, weights: Weights, seed: int) -> dict[str, str]:
    """Event -> incident, arrival shuffled inside each day."""
    return training.assign(training.in_arrival_order(rows.events, seed), weights)


def figures(rows: training.LabelledSet, predicted: Mapping[str, str]) -> Figures:
    gold = rows.incident_of
    b_cubed = scores.b_cubed(predicted, gold)
    sizes = Counter(gold.values())
    return Figures(
        len(gold), len(sizes), sum(size > 1 for size in sizes.values()), b_cubed.f1, b_cubed.precision, b_cubed.recall,
        scores.pairwise(predicted, gold).score.f1, scores.macro_f1(predicted, gold),
    )  # fmt: skip


def by_distance_and_day(rows: training.LabelledSet) -> dict[str, str]:
    """What a rule gives that knows place, day and kind alone: within 3 km and a day, the nearest first, one to one.

    The thresholds are MELTT's (Donnay et al. 2019, "Integrating conflict event data").
    """
    items = [(event.event_id, Item(features_of(event))) for event in rows.events]
    by_day: dict[int, list[int]] = defaultdict(list)
    for at, (_, item) in enumerate(items):
        by_day[item.first_day].append(at)
    found = []
    for at, (_, item) in enumerate(items):
        for other in (near for day in range(item.first_day - 1, item.first_day + 2) for near in by_day[day]):
            theirs = items[other][1]
            if other >= at or item.f.kind != theirs.f.kind or item.f.publisher == theirs.f.publisher:
                continue
            km = kilometres(item, theirs)
            if km <= _KM:
                found.append((km / _KM + abs(item.first_day - theirs.first_day), at, other))
    homes = {event_id: event_id for event_id, _ in items}
    taken: set[int] = set()
    for _, one, other in sorted(found):
        if one not in taken and other not in taken:
            taken |= {one, other}
            homes[items[one][0]] = homes[items[other][0]]
    return homes


def wrong(rows: training.LabelledSet, predicted: Mapping[str, str]) -> list[list[AnyEvent]]:
    """Rows that were put together and belong apart, or stand apart and belong together; each group once."""
    by_id = {event.event_id: event for event in rows.events}
    together: dict[str, list[str]] = defaultdict(list)
    belongs: dict[str, list[str]] = defaultdict(list)
    for event_id, incident in predicted.items():
        together[incident].append(event_id)
        belongs[rows.incident_of[event_id]].append(event_id)
    mixed = [ids for ids in together.values() if len({rows.incident_of[event_id] for event_id in ids}) > 1]
    split = [ids for ids in belongs.values() if len({predicted[event_id] for event_id in ids}) > 1]
    return [[by_id[event_id] for event_id in ids] for ids in (*mixed, *split)]
