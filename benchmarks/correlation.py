"""How well the evidence puts reports together: `python -m benchmarks.correlation --loo`, or `--cost`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median, quantiles

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import INCIDENT_FEATURES
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.pairs import PAIR_FEATURES
from processors.correlation.linking.weights import shipped
from timelines import fits, training

SETS = ("kad", "kaz", "nga", "sol")


def leave_one_out(copies: int, seeds: int, strengths: bool) -> None:
    """Fitted on three sets, measured on the fourth, arrival shuffled inside each day."""
    began = time.perf_counter()
    sets = {name: training.read_set(Path("gold") / f"{name}.jsonl") for name in SETS}
    fitted = fits.Fits(sets, fits.Settings(copies=copies))
    found = []
    for name in SETS:
        found.append(fitted.held_out(name, range(1, seeds + 1)))
        _print(name, found[-1])
    _print("mean", fits.mean_of(found))
    print(f"{time.perf_counter() - began:.0f} s")
    if strengths:
        for model, fit in fitted.pairs(SETS).items():
            print(model, *_strongest(PAIR_FEATURES, fit.strengths))
        print("incident", *_strongest(INCIDENT_FEATURES, fitted.incident(SETS).strengths))


def _print(name: str, figures: fits.Figures) -> None:
    print(f"{name:5} {figures.b_cubed:.3f} / {figures.pairwise:.3f} / {figures.macro:.3f}", flush=True)


def _strongest(names: tuple[str, ...], strengths: tuple[float, ...]) -> list[str]:
    ranked = sorted(zip(names, strengths, strict=True), key=lambda pair: -abs(pair[1]))
    return [f"{name} {value:.2f}" for name, value in ranked if abs(value) >= 0.03]


def cost() -> None:
    """CPU per event with the shipped weights, and how many incidents were looked at."""
    for name in SETS:
        events = training.in_arrival_order(training.read_set(Path("gold") / f"{name}.jsonl").events, 1)
        began = time.process_time()
        features = [features_of(event) for event in events]
        prepared = time.process_time() - began
        linker = EvidenceLinker(shipped())
        looked = []
        began = time.process_time()
        for seq, (event, known) in enumerate(zip(events, features, strict=True)):
            placement = linker.place(known, now=training.NOW)
            looked.append(placement.candidates)
            home = placement.incident_id or event.event_id
            linker.hold(event.event_id, known, seq=seq, incident_id=home)
            linker.merge_of(home, now=training.NOW)
        judged = time.process_time() - began
        p99 = quantiles(looked, n=100)[98]
        spent = f"features {1e6 * prepared / len(events):.0f} us, place and merge {1e6 * judged / len(events):.0f} us"
        print(f"{name:5} per event: {spent}; candidates median {median(looked):.0f}, p99 {p99:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loo", action="store_true", help="leave-one-out figures")
    parser.add_argument("--cost", action="store_true", help="cost and candidates per event")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--strengths", action="store_true", help="print the weights per standard deviation")
    args = parser.parse_args()
    if args.cost:
        cost()
    if args.loo or not args.cost:
        leave_one_out(args.copies, args.seeds, args.strengths)


if __name__ == "__main__":
    main()
