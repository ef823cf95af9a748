"""How well the evidence puts reports together: `python -m benchmarks.correlation --loo`, or `--cost`."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from processors.correlation.linking.candidates import INCIDENT_FEATURES
from processors.correlation.linking.pair_terms import PAIR_FEATURES
from processors.correlation.linking.weights import shipped
from timelines import fits, training

from . import ablation, calibration, core_cost, order

SETS = ("kad", "kaz", "nga", "sol")
#: what a second coder said of the reports of tuning/real, who saw no label of the first
SECOND_CODING = Path("tuning/real/second_coding.json")


def leave_one_out(copies: int, seeds: int, strengths: bool, invented: bool) -> None:
    """Fitted on three gold sets (and the invented weeks), measured on the fourth, arrival shuffled inside each day."""
    began = time.perf_counter()
    paths = [Path("gold") / f"{name}.jsonl" for name in SETS] + (
        sorted(Path("tuning").glob("*.jsonl")) if invented else []
    )
    sets = {path.stem: training.read_set(path) for path in paths}
    fitted = fits.Fits(sets, fits.Settings(copies=copies))
    found = []
    for name in SETS:
        found.append(fitted.held_out(name, range(1, seeds + 1)))
        _print(name, found[-1])
    _print("mean", fits.mean_of(found))
    print(f"{time.perf_counter() - began:.0f} s")
    if strengths:
        for model, fit in fitted.pairs(list(sets)).items():
            print(model, *_strongest(PAIR_FEATURES, fit.strengths))
        print("incident", *_strongest(INCIDENT_FEATURES, fitted.incident(list(sets)).strengths))


def untouched(folder: Path, seeds: int) -> None:
    """The shipped weights on sets that nothing was fitted on, arrival shuffled inside each day."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        found.append(fits.measure(training.read_set(path), shipped(), range(1, seeds + 1)))
        _print(path.stem, found[-1])
    _print("mean", fits.mean_of(found))


def real(seeds: int) -> None:
    """The shipped weights on real stories that nothing was fitted on, by either of two codings; how these agree; and
    the core itself with its clock, every report at a minute of its day, by the first coding."""
    second = json.loads(SECOND_CODING.read_text("utf-8"))
    of_first, of_second, of_both, of_core = [], [], [], []
    for path in sorted(SECOND_CODING.parent.glob("*.jsonl")):
        first = training.read_set(path)
        other = {event: said["incident"] for event, said in second[first.name].items()}
        of_first.append(fits.measure(first, shipped(), range(1, seeds + 1)))
        of_second.append(fits.measure(replace(first, incident_of=other), shipped(), range(1, seeds + 1)))
        of_both.append(fits.figures(other, first.incident_of))
        of_core.append(fits.mean_of([_of_the_core(first, seed) for seed in range(1, seeds + 1)]))
        _print(first.name, of_first[-1], of_second[-1], of_both[-1], of_core[-1])
    _print("mean", *map(fits.mean_of, (of_first, of_second, of_both, of_core)))
    print("      B-cubed / pairwise / macro F1: the evidence by each coding, one by the other, the core by the first")


def _of_the_core(labelled: training.LabelledSet, seed: int) -> fits.Figures:
    timed = order.with_hours(labelled.events, seed)
    homes = order.homes([event for _, event in timed], [at for at, _ in timed], shipped())
    return fits.figures(homes, labelled.incident_of)


def _print(name: str, *found: fits.Figures) -> None:
    told = (f"{figures.b_cubed:.3f} / {figures.pairwise:.3f} / {figures.macro:.3f}" for figures in found)
    print(f"{name:5}", "   ".join(told), flush=True)


def _strongest(names: tuple[str, ...], strengths: tuple[float, ...]) -> list[str]:
    ranked = sorted(zip(names, strengths, strict=True), key=lambda pair: -abs(pair[1]))
    return [f"{name} {value:.2f}" for name, value in ranked if abs(value) >= 0.03]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loo", action="store_true", help="leave-one-out figures")
    parser.add_argument("--cost", action="store_true", help="cost and candidates per event, and the curve")
    parser.add_argument(
        "--incidents", type=int, nargs="*", default=core_cost.SIZES[:3], help="sizes of the curve's worlds"
    )
    parser.add_argument("--json", type=Path, help="where --cost writes its figures, too")
    parser.add_argument("--seeds", type=int, default=5, help="arrival orders")
    parser.add_argument("--gold-only", action="store_true", help="without the invented weeks")
    parser.add_argument("--unseen", action="store_true", help="the shipped weights on tuning/unseen, invented weeks")
    parser.add_argument(
        "--real", action="store_true", help="the shipped weights on tuning/real, thirteen more real stories"
    )
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--strengths", action="store_true", help="print the weights per standard deviation")
    parser.add_argument("--calibration", action="store_true", help=f"write {calibration.DOCUMENT}")
    parser.add_argument("--order", action="store_true", help=f"write {order.DOCUMENT}")
    parser.add_argument("--ablation", action="store_true", help=f"write {ablation.DOCUMENT}, half an hour")
    args = parser.parse_args()
    if any(size < core_cost.LEAST for size in args.incidents):
        parser.error(f"--incidents: give {core_cost.LEAST} or more: a smaller world has too few reports to measure")
    for asked, document in ((args.calibration, calibration), (args.order, order), (args.ablation, ablation)):
        if asked:
            document.main(args.seeds)
    if args.cost:
        core_cost.main(args.incidents, args.json)
    if args.unseen:
        untouched(Path("tuning") / "unseen", args.seeds)
    if args.real:
        real(args.seeds)
    if args.loo or not (args.cost or args.calibration or args.order or args.ablation or args.unseen or args.real):
        leave_one_out(args.copies, args.seeds, args.strengths, not args.gold_only)


if __name__ == "__main__":
    main()
