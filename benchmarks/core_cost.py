"""What an event costs the core, and whether that stays so: `python -m benchmarks.correlation --cost`.

CPU time of this thread, decoding left out. The curve lets worlds of 1,000 to 100,000 open incidents come in, report by
report, and measures the last few hundred of each: by then everything before is open and held as evidence. There the
evidence does all its work, and the report then goes where it belongs: else mistakes of the evidence would decide how
many incidents are open.
"""

from __future__ import annotations

import gc
import json
import resource
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from processors.collecting import looking_once
from processors.correlation.correlator import Correlator
from processors.correlation.linking.api import MergeProposal, Placement
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.features import Features
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.weights import shipped
from processors.correlation.records import LogRecord, StateRecord
from schemas.event import AnyEvent
from timelines import training

from . import world
from .machine import UNIT_AT_REST_MS, unit_ms

SETS: Final = ("kad", "kaz", "nga", "sol")
SIZES: Final = (1_000, 3_000, 10_000, 30_000, 100_000)
_MEASURED: Final = 500
#: incidents of a world that has so many reports, and as many to fill it before
LEAST: Final = 500
_BATCH: Final = 200
_REGION: Final = "world"

Figures = dict[str, Any]


class _ToldLinker(EvidenceLinker):
    """Does all that the evidence does, and puts reports where they belong."""

    def __init__(self, home: Mapping[str, str]) -> None:
        super().__init__(shipped())
        self._home = home
        self._told: dict[str, str] = {}
        self.event_id = ""

    def place(self, features: Features, *, now: datetime, named: tuple[str, ...] = ()) -> Placement:
        placement = super().place(features, now=now, named=named)
        return replace(placement, incident_id=self._told.get(self._home[self.event_id]), copy_of=None, copies=())

    def hold(self, event_id: str, features: Features, *, seq: int, incident_id: str) -> None:
        super().hold(event_id, features, seq=seq, incident_id=incident_id)
        self._told.setdefault(self._home[event_id], incident_id)

    def merge_of(self, incident_id: str, *, now: datetime) -> MergeProposal | None:
        super().merge_of(incident_id, now=now)
        return None


@looking_once()  # as in the worker and in a replay
def main(sizes: Sequence[int], out: Path | None) -> None:
    found: Figures = {"machine_unit_ms": unit_ms(), "gold": {}, "curve": []}
    print(f"a fixed loop of Python takes {found['machine_unit_ms']} ms (about {UNIT_AT_REST_MS} at rest)")
    for name in SETS:
        events = training.in_arrival_order(training.read_set(Path("gold") / f"{name}.jsonl").events, 1)
        found["gold"][name] = _stages(events)
        print(f"{name:5} {_said(found['gold'][name])}", flush=True)
    for size in sizes:
        found["curve"].append(_grown(size))
        print(_said(found["curve"][-1]), flush=True)
    texts = world.articles([event for _, event in world.stream(1_000)])[:_MEASURED]
    found["articles"] = _stages(texts)
    print(f"articles {_said(found['articles'])}", flush=True)
    if out is not None:
        out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _stages(events: Sequence[AnyEvent]) -> Figures:
    """Microseconds per event by stage, of a region that holds nothing else."""
    began = time.thread_time()
    features = [features_of(event) for event in events]
    prepared = time.thread_time() - began
    linker = EvidenceLinker(shipped())
    looked, placing, merging, relating = [], 0.0, 0.0, 0.0
    for seq, (event, known) in enumerate(zip(events, features, strict=True)):
        began = time.thread_time()
        placement = linker.place(known, now=training.NOW)
        home = placement.incident_id or event.event_id
        placed = time.thread_time()
        linker.hold(event.event_id, known, seq=seq, incident_id=home)
        linker.merge_of(home, now=training.NOW)
        merged = time.thread_time()
        linker.relations_of(home, now=training.NOW)
        placing, merging, relating = (
            placing + placed - began, merging + merged - placed, relating + time.thread_time() - merged,
        )  # fmt: skip
        looked.append(placement.candidates)
    core = Correlator(_REGION, EvidenceLinker(shipped()))
    each, _ = _apply(core, events, 0)
    per = 1e6 / len(events)
    return {
        "events": len(events),
        "features_us": round(prepared * per),
        "place_us": round(placing * per),
        "hold_and_merge_us": round(merging * per),
        "relations_us": round(relating * per),
        "all_us": round(sum(each) * per),
        "events_per_second": round(len(events) / sum(each)),
        **_spread("candidates", looked),
    }


def _grown(size: int) -> Figures:
    """Reports at the end of a span in which so many incidents happened; memory of everything that came before.

    What comes in after the span is left out: only of the largest incidents there are reports then, so late that a few
    hundred of them would tell of another mixture in each size of world.
    """
    end = world.BEGIN + world.SPAN
    labelled = [(incident, event) for incident, event in world.stream(size) if event.recorded_at <= end]
    events = [event for _, event in labelled]
    linker = _ToldLinker({event.event_id: incident for incident, event in labelled})
    gc.collect()
    before = _resident_kb()
    core = Correlator(_REGION, linker)
    began = time.thread_time()
    _apply(core, events[:-_MEASURED], 0, linker)
    filled = time.thread_time() - began
    gc.collect()
    held = _resident_kb() - before
    each, looked = _apply(core, events[-_MEASURED:], len(events) - _MEASURED, linker)
    activities = core.activities()
    records = [StateRecord(record.key, record.value) for record in core.dump()]
    del core
    began = time.thread_time()
    Correlator(_REGION, EvidenceLinker(shipped())).restore(records)
    restored = time.thread_time() - began
    micros = [1e6 * seconds for seconds in each]
    return {
        "incidents": size,
        "open": activities["active"] + activities["quiet"],
        "events": len(events),
        **_spread("all_us", micros),
        "mean_us": round(sum(micros) / len(micros)),
        "filling_mean_us": round(1e6 * filled / max(1, len(events) - _MEASURED)),
        **_spread("candidates", looked),
        "kb_per_incident": round(held / size, 1),
        "restore_s": round(restored, 2),
    }


def _apply(
    core: Correlator[Any], events: Iterable[AnyEvent], offset: int, told: _ToldLinker | None = None
) -> tuple[list[float], list[int]]:
    """Seconds of each, and candidates looked at. State is drained batch by batch, outside the measurement."""
    each, looked = [], []
    for at, event in enumerate(events, offset):
        if told is not None:
            told.event_id = event.event_id
        began = time.thread_time()
        changes = core.apply(LogRecord(event, _REGION, 0, at))
        each.append(time.thread_time() - began)
        if changes.candidates is not None:
            looked.append(changes.candidates)
        if at % _BATCH == 0:
            core.drain_state()
    return each, looked


def _spread(name: str, values: Sequence[float]) -> Figures:
    return {f"{name}_median": round(median(values)), f"{name}_p99": round(quantiles(values, n=100)[98])}


def _resident_kb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024


def _said(figures: Figures) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in figures.items())
