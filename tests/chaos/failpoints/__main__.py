"""`python -m tests.chaos.failpoints`: the worker dies at every point, and what it leaves is judged.

Prints a line for each function of the worker, and last `N failpoints survived, 0 lost, 0 doubled`. Exit status 1 where
that is not so; each failure is printed with the command that tries its point again. --point TEXT: that one only.
"""

from __future__ import annotations

import argparse
import queue
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.kafka_server import KafkaServer
from tests.chaos.failpoints.choice import least, special_points, usual_points
from tests.chaos.failpoints.hits import Point
from tests.chaos.failpoints.play import Scene, Theatre, survive, theatre
from tests.chaos.failpoints.stand import SECURITY
from tests.chaos.failpoints.unreached import unexplained

_TOLD = 3


@dataclass(slots=True)
class Tally:
    """Of all runs. passed_by: points that were not reached again; their runs ended well."""

    survived: int = 0
    lost: int = 0
    doubled: int = 0
    passed_by: int = 0
    failures: int = 0
    played: int = 0
    is_cut: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, stage: Theatre, point: Point) -> bool:
        """Play one point; whether it was survived."""
        with self.lock:
            self.played += 1
        try:
            ended = survive(stage, point)
        except AssertionError as error:
            self._fail(point, str(error))
            return False
        with self.lock:
            if ended is None:
                self.passed_by += 1
                return False
            verdict = ended.verdict
            self.lost += len(verdict.lost)
            self.doubled += len(verdict.doubled)
            if verdict.is_right:
                self.survived += 1
                return True
        self._fail(point, "\n".join([*verdict.lost[:_TOLD], *verdict.doubled[:_TOLD], *verdict.wrong[:_TOLD]]))
        return False

    def _fail(self, point: Point, told: str) -> None:
        """Told at once: a run takes an hour."""
        with self.lock:
            self.failures += 1
        print(f"FAILED {told}\n  again: make failpoints POINT='{point}'", flush=True)


def choose(stage: Theatre) -> list[Point]:
    """Play without a death, and choose. Raises AssertionError for a run that ends wrongly, and for hidden awaits."""
    usual = [_recorded(stage, Scene.LEAVING) for _ in range(2)]
    points = usual_points(least(usual))
    reached = {site for record in usual for site, *_ in record["counts"]}
    foreign = {site for record in usual for site in record["foreign"]}
    for scene in (Scene.REFUSED, Scene.FROZEN):
        records = [_recorded(stage, scene) for _ in range(2)]
        reached |= {site for record in records for site, *_ in record["counts"]}
        foreign |= {site for record in records for site in record["foreign"]}
        points += special_points(least(records), scene)
    sites = [name for name, *_ in usual[0]["sites"]]
    hidden = unexplained(sites, reached, foreign)
    assert not hidden, f"neither reached nor explained in unreached.py: {hidden}"
    print(f"{len(sites)} awaits and calls, {len(reached)} reached, {len(points)} points", flush=True)
    return points


def _recorded(stage: Theatre, scene: Scene) -> dict[str, Any]:
    ended = stage.play(None, until=scene)
    assert ended.verdict.is_right, (scene.name, ended.verdict)
    return dict(ended.record)


def _work(stage: Theatre, groups: queue.SimpleQueue[tuple[str, list[Point]]], tally: Tally) -> None:
    while not tally.is_cut:
        try:
            function, points = groups.get_nowait()
        except queue.Empty:
            return
        began = time.monotonic()
        survived = sum(tally.take(stage, point) for point in points if not tally.is_cut)
        print(f"{function}: {survived} of {len(points)}, {time.monotonic() - began:.0f} s", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.failpoints", description=__doc__)
    parser.add_argument("--point", type=Point.parse, help="one point, as a failure names it")
    parser.add_argument("--only", default="", help="points of files and functions whose name contains this")
    parser.add_argument("--every", type=int, default=1, help="each n-th point only")
    parser.add_argument("--stages", type=int, default=2, help="how many are played at once, each on its own Kafka")
    given = parser.parse_args(arguments)
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="failpoints-") as folder, ExitStack() as stack:
        stages = [
            _stage(stack, Path(folder) / str(number)) for number in range(1 if given.point else max(1, given.stages))
        ]
        points = [given.point] if given.point else choose(stages[0])
        points = [point for point in points if given.only in point.site][:: given.every]
        by_function: dict[str, list[Point]] = {}
        for point in points:
            by_function.setdefault(point.site.partition(": ")[0], []).append(point)
        groups: queue.SimpleQueue[tuple[str, list[Point]]] = queue.SimpleQueue()
        for group in sorted(by_function.items(), key=lambda group: -len(group[1])):
            groups.put(group)
        with ThreadPoolExecutor(len(stages)) as pool:
            _finish([pool.submit(_work, stage, groups, tally) for stage in stages], tally)
    print(
        f"{len(points)} points in {time.monotonic() - began:.0f} s, of which {tally.passed_by} were not reached again"
        + (f" and {len(points) - tally.played} not tried: it was ended" if tally.is_cut else "")
    )
    print(f"{tally.survived} failpoints survived, {tally.lost} lost, {tally.doubled} doubled")
    return 0 if not tally.failures and tally.survived and not tally.is_cut else 1


def _finish(players: list[Future[None]], tally: Tally) -> None:
    """After Ctrl-C what is being played is played to its end, and no more."""
    try:
        wait(players)  # not the threads: of one whose join was interrupted Python 3.11 thinks that it has ended
    except KeyboardInterrupt:
        tally.is_cut = True
        wait(players)
    for player in players:
        player.result()


def _stage(stack: ExitStack, folder: Path) -> Theatre:
    (folder / "runs").mkdir(parents=True)
    kafka = stack.enter_context(KafkaServer(nodes=1, data=folder / "kafka", security=SECURITY))
    return stack.enter_context(theatre(kafka.bootstrap_servers, folder / "runs"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
