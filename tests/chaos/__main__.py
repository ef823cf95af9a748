"""`python -m tests.chaos`: a stack under disturbances, and whether its results are right afterwards.

With nothing said: the suite, 300 disturbances in five rounds. `--seed S --disturbances N` with `--nodes`, `--core` or
`--kinds`: one round. The last line is the result; the exit status 0 only where all survived.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from runtime.kafka_java import KafkaUnavailable
from tests.chaos.round import Outcome, Plan, run_round
from tests.chaos.schedule import KINDS, LASTS_S, schedule

#: brokers and core of each round of the suite, and its share of the disturbances
SUITE = ((1, "tally", 60), (3, "tally", 70), (1, "real", 50), (3, "tally", 60), (1, "tally", 60))


def plans(arguments: argparse.Namespace) -> list[Plan]:
    """The rounds that were asked for; the suite's have the seeds S, S + 1, ..."""
    kinds = tuple(arguments.kinds.split(",")) if arguments.kinds else KINDS
    if arguments.nodes or arguments.core or arguments.kinds:
        nodes, core = arguments.nodes or 1, arguments.core or "tally"
        return [Plan(arguments.seed, arguments.disturbances, nodes, core, kinds, arguments.minutes * 60)]
    whole, left, found = sum(share for *_, share in SUITE), arguments.disturbances, []
    for number, (nodes, core, share) in enumerate(SUITE):
        count = left if number == len(SUITE) - 1 else arguments.disturbances * share // whole
        left -= count
        found.append(Plan(arguments.seed + number, count, nodes, core, most_s=arguments.minutes * 60))
    return [plan for plan in found if plan.disturbances]


def table(outcomes: list[Outcome]) -> str:
    """Disturbances by kind, with the least lag that was seen around them; then how workers ended."""
    done = [each for outcome in outcomes for each in outcome.done]
    lines = [f"{'disturbance':16}{'times':>7}{'least lag before':>18}{'after':>8}"]
    for kind in KINDS:
        of_kind = [each for each in done if each.disturbance.kind == kind]
        lags = [(each.lag_before, each.lag_after) for each in of_kind if each.lag_before is not None]
        least = [str(min(lag[at] or 0 for lag in lags)) if lags else "-" for at in (0, 1)]
        lines.append(f"{kind:16}{len(of_kind):>7}{least[0]:>18}{least[1]:>8}")
    lines.append(f"{'all':16}{len(done):>7}")
    ends = sum((outcome.ends for outcome in outcomes), Counter[str]())
    return "\n".join([*lines, "", "workers ended:", *(f"{count:>7}  {how}" for how, count in sorted(ends.items()))])


def tell(outcome: Outcome) -> None:
    verdict, plan = outcome.verdict, outcome.plan
    if verdict is not None:
        looked_at = ", ".join(f"{count} {what}" for what, count in verdict.counts.items())
        print(f"{plan}: {outcome.storm_s:.0f} s of storm, {outcome.verdict_s:.0f} s to judge: {looked_at}", flush=True)
    if outcome.has_survived:
        return
    print(f"FAILED: {plan}")
    print(f"  again: python -m tests.chaos --seed {plan.seed} --disturbances {plan.disturbances} "
          f"--nodes {plan.nodes} --core {plan.core} --kinds {','.join(plan.kinds)}")  # fmt: skip
    print(f"  logs: {outcome.folder}")
    for each in outcome.done:
        print(f"  {each}")
    if outcome.failure is not None:
        print(f"  {type(outcome.failure).__name__}: {outcome.failure}")
    if verdict is not None and not verdict.is_clean:
        print(verdict)
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disturbances", type=int, default=sum(share for *_, share in SUITE))
    parser.add_argument("--nodes", type=int, choices=(1, 3), help="brokers; one round")
    parser.add_argument("--core", choices=("tally", "real"), help="one round")
    parser.add_argument("--kinds", help=f"one round of these only: {','.join(LASTS_S)}")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="most for each round; then it ends early")
    parser.add_argument("--folder", type=Path, help="for logs and data; default: a temporary one")
    arguments = parser.parse_args()
    rounds = plans(arguments)
    try:
        for plan in rounds:
            schedule(plan.seed, plan.disturbances, plan.kinds)
    except ValueError as error:
        parser.error(str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="chaos-"))
    outcomes: list[Outcome] = []
    began = time.monotonic()
    for number, plan in enumerate(rounds, 1):
        print(f"round {number} of {len(rounds)}: {plan}", flush=True)
        try:
            outcome = run_round(plan, folder / f"round-{number}", say=lambda text: print(text, flush=True))
        except KafkaUnavailable as error:
            print(f"Apache Kafka cannot be run: {error}")
            return 1
        outcomes.append(outcome)
        tell(outcome)
    print(f"\n{table(outcomes)}\n\n{time.monotonic() - began:.0f} s in all")
    verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict is not None]
    lost, doubled = (sum(len(getattr(verdict, name)) for verdict in verdicts) for name in ("lost", "doubled"))
    failed = [outcome.plan for outcome in outcomes if not outcome.has_survived]
    if failed:
        survived = sum(len(outcome.done) for outcome in outcomes if outcome.has_survived)
        print(
            f"FAILED: {'; '.join(map(str, failed))} (in the others {survived} survived; {lost} lost, {doubled} doubled)"
        )
        return 1
    print(f"{sum(len(outcome.done) for outcome in outcomes)} disturbances survived, {lost} lost, {doubled} doubled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
