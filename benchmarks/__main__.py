"""`make bench`: every benchmark in turn, kept in docs/benchmarks.json, and the report made of it.

python -m benchmarks [--rounds ROUNDS] [--report]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Final

from benchmarks import machine, report
from benchmarks.figures import keep

#: as one would call them by hand
BENCHMARKS: Final = (
    ("benchmarks.comparing", "--keep"),
    ("benchmarks.latency", "--keep"),
    ("benchmarks.failover", "--keep"),
    ("benchmarks.restoring", "--keep"),
    ("benchmarks.correlation", "--cost"),
    ("benchmarks.correlation", "--loo"),
)


def main() -> int:
    """Exit status: 1 if any of them failed; the others are run all the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", action="store_true", help="measure nothing: write the report anew")
    parser.add_argument("--rounds", type=int, help="fewer repetitions, for a first look")
    given = parser.parse_args()
    failed = []
    if not given.report:
        keep({"machine": machine.facts()})
    for module, *options in () if given.report else BENCHMARKS:
        rounds = ["--rounds", str(given.rounds)] if given.rounds and "--keep" in options else []
        name = " ".join(("python -m", module, *options, *rounds))
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", module, *options, *rounds], check=False).returncode:
            failed.append(name)
    report.write()
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
