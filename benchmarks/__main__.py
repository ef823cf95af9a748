"""`make bench`: every benchmark in turn, as one would call it by hand."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

BENCHMARKS: Final = (
    ("benchmarks.correlation", "--cost"),
    ("benchmarks.correlation", "--loo"),
    ("benchmarks.transport",),
)


def main() -> int:
    """Exit status: 1 if any of them failed; the others are run all the same."""
    failed = []
    for module, *options in BENCHMARKS:
        name = " ".join(("python -m", module, *options))
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", module, *options], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
