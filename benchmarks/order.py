"""What the order of arrival changes: `python -m benchmarks.correlation --order`.

The coded sets say at which hour a report was published for one in eight; here every report is given a minute of its
day, and then those of one hour, or of one day, change places. Weights are fitted without the set that is measured.
"""

from __future__ import annotations

import random
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from statistics import mean
from typing import Final

from evaluation import scores
from evaluation.companions import share_with_the_same_companions
from processors.correlation import Correlator
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.weights import Weights
from processors.correlation.records import LogRecord
from schemas.arrival import came_by, in_report_time, reported_at, stamped
from schemas.codec import LogMessage
from schemas.decision import Tick
from schemas.event import AnyEvent
from schemas.timeline import Entry
from timelines import fits, training
from timelines.training import LabelledSet

from .copies_and_relations import SETS, Sets

DOCUMENT: Final = Path("docs/order.md")
LATE: Final = timedelta(days=21)
_REGION: Final = "world"
#: of how many reports one is sent once more, weeks late
_ONE_OF: Final = 8


@dataclass(frozen=True, slots=True)
class Moved:
    """same: share of events with exactly their companions; figures: B-cubed F1 before and after."""

    same: float
    before: float
    after: float


def with_hours(events: Sequence[AnyEvent], seed: int) -> list[tuple[datetime, AnyEvent]]:
    """Each report at some minute of the day it came on, in order; one that has no time, on the day of the last."""
    chance = random.Random(seed)
    timed = []
    for event, at in in_report_time(iter(training.in_arrival_order(events, None)), came_by):
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        timed.append((day + timedelta(minutes=chance.randrange(24 * 60)), event))
    return sorted(timed, key=lambda pair: (pair[0], pair[1].event_id))


def shuffled(timed: Sequence[tuple[datetime, AnyEvent]], hours: int, seed: int) -> list[AnyEvent]:
    """Those of the same `hours` of a day in any order. hours: 1 or 24."""
    chance = random.Random(seed)
    held: dict[tuple[object, int], list[AnyEvent]] = defaultdict(list)
    for at, event in timed:
        held[at.date(), at.hour // hours].append(event)
    for events in held.values():
        chance.shuffle(events)
    return [event for events in held.values() for event in events]


def moved(labelled: LabelledSet, weights: Weights, hours: int, seeds: Sequence[int]) -> list[Moved]:
    found = []
    for seed in seeds:
        timed = with_hours(labelled.events, seed)
        minutes = [at for at, _ in timed]
        before = homes([event for _, event in timed], minutes, weights)
        after = homes(shuffled(timed, hours, seed + 100), minutes, weights)
        gold = labelled.incident_of
        found.append(
            Moved(
                share_with_the_same_companions(before, after),
                scores.b_cubed(before, gold).f1,
                scores.b_cubed(after, gold).f1,
            )
        )
    return found


def homes(events: Sequence[AnyEvent], minutes: Sequence[datetime], weights: Weights) -> dict[str, str]:
    """Event -> incident, of the core itself in one region, a day after the last of them came in.

    minutes: when the log gets each of the events
    """
    log: list[LogMessage] = [stamped(event, at) for event, at in zip(events, minutes, strict=True)]
    log.append(Tick(tick_id="the-day-after", region=_REGION, recorded_at=minutes[-1] + timedelta(days=1)))
    return {event_id: entry.incident_id for event_id, entry in _newest(log, weights).items()}


def run(events: Sequence[AnyEvent], weights: Weights, late: AnyEvent | None = None) -> dict[str, Entry]:
    """The newest entry of every event, of the core itself in one region. late: comes LATE after its own time."""
    log = [stamped(event, at) for event, at in in_report_time(iter(events), came_by)]
    if late is not None:
        insort(log, stamped(late, reported_at(late) + LATE), key=attrgetter("recorded_at"))
    return _newest(log, weights)


def _newest(log: Sequence[LogMessage], weights: Weights) -> dict[str, Entry]:
    core = Correlator(_REGION, EvidenceLinker(weights))
    newest: dict[str, Entry] = {}
    for offset, message in enumerate(log):
        changes = core.apply(LogRecord(region=_REGION, partition=0, offset=offset, message=message))
        newest.update((entry.event_id, entry) for entry in changes.entries)
    return newest


def doubled_changes(labelled: LabelledSet, weights: Weights, seed: int) -> int:
    """Entries that are others where every report is sent twice."""
    events = training.in_arrival_order(labelled.events, seed)
    once = run(events, weights)
    twice = run([event for event in events for _ in range(2)], weights)
    return sum(once[event].incident_id != twice[event].incident_id for event in once) + abs(len(once) - len(twice))


def late_found(labelled: LabelledSet, weights: Weights, seed: int) -> tuple[int, int, int]:
    """(found when in time, found weeks late, asked): every _ONE_OF-th report that is not alone by the labels.

    Found: at least half of those it stands with belong with it, and it does not stand alone.
    """
    gold = labelled.incident_of
    sizes = Counter(gold.values())
    events = training.in_arrival_order(labelled.events, seed)
    chosen = [event for event in events if sizes[gold[event.event_id]] > 1][::_ONE_OF]
    in_time = run(events, weights)
    found_in_time = sum(_stands_right(event.event_id, in_time, gold) for event in chosen)
    found_late = sum(
        _stands_right(event.event_id, run([e for e in events if e is not event], weights, event), gold)
        for event in chosen
    )
    return found_in_time, found_late, len(chosen)


def _stands_right(event: str, entries: Mapping[str, Entry], gold: Mapping[str, str]) -> bool:
    home = entries[event].incident_id
    others = [other for other, entry in entries.items() if entry.incident_id == home and other != event]
    return bool(others) and 2 * sum(gold[other] == gold[event] for other in others) >= len(others)


def main(seeds: int) -> None:
    labelled = Sets().labelled
    fitted = fits.Fits(labelled, fits.Settings())
    rows: list[str] = []
    totals: dict[int, list[Moved]] = {1: [], 24: []}
    late_totals = [0, 0, 0]
    doubles = 0
    for name in SETS:
        others = [other for other in labelled if other != name and other not in fits.KIN.get(name, ())]
        weights = fitted.weights(others)
        told = [name]
        for hours, total in totals.items():
            found = moved(labelled[name], weights, hours, range(1, seeds + 1))
            total += found
            told.append(_moved(found))
        doubled = doubled_changes(labelled[name], weights, 1)
        doubles += doubled
        late = late_found(labelled[name], weights, 1)
        late_totals = [total + one for total, one in zip(late_totals, late, strict=True)]
        told += [str(doubled), _late(late)]
        rows.append(f"| {' | '.join(told)} |")
        print(rows[-1], flush=True)
    told = ["all", *(_moved(total) for total in totals.values()), str(doubles), _late(late_totals)]
    rows.append(f"| {' | '.join(told)} |")
    DOCUMENT.write_text(_HEAD.format(orders=seeds, days=LATE.days, one_of=_ONE_OF) + "\n".join(rows) + "\n", "utf-8")
    print(rows[-1])


def _moved(found: Sequence[Moved]) -> str:
    changes = [one.after - one.before for one in found]
    return f"{mean(one.same for one in found):.3f}, {mean(changes):+.3f} ({min(changes):+.3f} to {max(changes):+.3f})"


def _late(late: Sequence[int]) -> str:
    return f"{late[1]} of {late[2]} ({late[0]})"


_HEAD: Final = """\
# What the order of arrival changes

Written by `python -m benchmarks.correlation --order --seeds {orders}`; do not edit. Weights fitted without the set that
is measured. The coded sets have no hours: every report is given a minute of its day, and then those of one hour, or of
one day, change places; the core gets them at these minutes. Told are the share of the reports that keep exactly their
companions, and the change of B-cubed F1, mean and (lowest to highest). One report that goes elsewhere changes the
companions of all that it leaves and joins: where one incident holds half of a set, a single other choice costs half of
the share.

Doubled: entries that are others where every report is sent twice. Late: every {one_of}th report that has companions by
the labels, taken out and sent {days} days late: how many then stand with their own, of how many (in
brackets: when they came in their time).

| set | shuffled within the hour | shuffled within the day | doubled | late |
| --- | --- | --- | --- | --- |
"""
