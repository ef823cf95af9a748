"""`python -m benchmarks.rivals`: make all environments, say what could not be made."""

from __future__ import annotations

import sys

from benchmarks.rivals import NAMES, install


def main() -> int:
    failures = [why for name in NAMES if (why := install(name)) is not None]
    for why in failures:
        print(why, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
