"""`python -m benchmarks.rows`: rows of two databases about the same incidents, linked by the shipped weights.

The rows are invented (`world`); `--acled FILE` takes an export of ACLED instead, whose rows get their twins here, too.
`--write FILE` makes a set to fit on, in the format of `gold/`.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

from processors.correlation.linking.weights import parse, shipped

from .linking import by_distance_and_day, figures, put_together
from .pairing import Second, paired, record_of
from .twins import CsvRow
from .world import acled_rows

#: worlds that are measured on, and those of `tuning/rows-*.jsonl`, that are fitted on
SEEDS = (1, 2, 3)
FITTED_ON = (7, 8)


def _read(path: Path) -> list[CsvRow]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: (cell or "").strip() for name, cell in row.items()} for row in csv.DictReader(file)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    parser.add_argument("--acled", type=Path, nargs="*", help="exports of ACLED in place of invented rows")
    parser.add_argument("--rows", type=int, default=600, help="of an invented fortnight")
    parser.add_argument("--orders", type=int, default=2, help="arrival orders, shuffled inside each day")
    parser.add_argument("--weights", type=Path, help="weights that `timelines fit` wrote, in place of the shipped ones")
    parser.add_argument("--write", type=Path, help="write a set to fit on, and measure nothing")
    parser.add_argument("--seed", type=int, default=FITTED_ON[0], help="of the set that is written")
    args = parser.parse_args()
    if args.write:
        made = paired("rows", acled_rows(args.seed, args.rows), Second.BOTH, args.seed)
        lines = [json.dumps(record_of(event, made.incident_of[event.event_id])) for event in made.events]
        args.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return
    weights = parse(args.weights.read_text(encoding="utf-8")) if args.weights else shipped()
    if args.acled:
        tables = {path.stem[:24]: _read(path) for path in args.acled}
    else:
        tables = {f"invented {seed}": acled_rows(seed, args.rows) for seed in SEEDS}
    print(f"{'rows, twins in':32}{'rows':>6}{'both':>6}   b-cubed (P, R)  pairwise   macro   3 km and a day")
    for name, rows in tables.items():
        for second in Second:
            made = paired(name, rows, second, 1)
            found = [figures(made, put_together(made, weights, seed)) for seed in range(1, args.orders + 1)]
            b, p, r, pairs, macro = (
                sum(getattr(one, field) for one in found) / len(found)
                for field in ("b_cubed", "precision", "recall", "pairwise", "macro")
            )
            known = figures(made, by_distance_and_day(made))
            print(
                f"{name + ', ' + second:32}{found[0].rows:6}{found[0].both:6}   {b:.3f} ({p:.3f}, {r:.3f})  {pairs:.3f}"
                f"   {macro:.3f}   {known.b_cubed:.3f} / {known.pairwise:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
