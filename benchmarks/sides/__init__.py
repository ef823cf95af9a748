"""The sides of the comparison, each a process of its own: `python -m benchmarks.sides.worker --servers ... `."""

from __future__ import annotations

import argparse


def asked() -> argparse.Namespace:
    """What every side is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", required=True)
    parser.add_argument("--app", required=True, help="name of this run: group, changelog, transactional ids")
    parser.add_argument("--events", type=int, required=True, help="how many will come")
    parser.add_argument("--begin", type=float, default=0.5, help="share of them that only warms up")
    parser.add_argument("--core-us", type=float, default=0.0)
    parser.add_argument("--job", choices=("bytes", "events", "real"), default="events")
    parser.add_argument("--coalesce-ms", type=int, default=None)
    parser.add_argument("--waits-itself", action="store_true", help="the loop by hand: it gathers, not the broker")
    parser.add_argument("--phases", action="store_true", help="the worker's side alone: where the time goes")
    parser.add_argument("--start", choices=("earliest", "latest"), default="earliest")
    return parser.parse_args()
