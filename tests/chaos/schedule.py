"""What is done to a running stack, and when: a list that a seed decides, the same for anyone.

Pure: only the seed speaks. Which worker or connection is met is a number between 0 and 1 (`aim`); the round picks with
it among those that are there at the time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: kind -> seconds it lasts, at least and at most; for workers that end: until another is started in their place
LASTS_S: Final[dict[str, tuple[float, float]]] = {
    "kill": (0.0, 3.0),  # kill -9 of a worker
    "term": (0.0, 2.0),  # SIGTERM to a worker
    "freeze": (7.5, 10.0),  # SIGSTOP past the session timeout (6 s), then SIGCONT
    "doze": (0.3, 4.0),  # SIGSTOP within the session timeout
    "add": (0.0, 0.0),  # one worker more
    "remove": (0.0, 0.0),  # SIGTERM to a worker, and none in its place
    "disk_full": (0.0, 0.0),  # a worker's files may not grow any more, from now on
    "state_deleted": (0.0, 0.0),  # home, temporary files and working directory of a worker go
    "broker_kill": (0.5, 5.0),  # kill -9 of a broker, and its restart
    "broker_freeze": (1.0, 9.0),  # SIGSTOP of a broker, and SIGCONT: its connections stay and nobody answers
    "cut": (0.0, 0.0),  # connections end with a reset
    "slow": (1.5, 4.0),  # latency and little bandwidth
    "half_close": (1.0, 4.0),  # FIN one way; what the other end answers is held back
    "swallow": (1.0, 9.0),  # connections stay, everything sent is lost; reset in the end
    "hold": (1.0, 9.0),  # connections stay, everything sent arrives when it is over
}
KINDS: Final = tuple(LASTS_S)
#: how often each is drawn, in one bag of all
_TIMES: Final = {"kill": 5, "term": 3, "broker_kill": 2, "cut": 2, "freeze": 2, "swallow": 2, "hold": 2}
MOST_WORKERS: Final = 3
FIRST_WORKERS: Final = 2
_WAIT_S: Final = (0.2, 3.0)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """number: from 1. wait_s: after the one before began. aim, share: of whom or what is there, 0 to 1."""

    number: int
    kind: str
    wait_s: float
    lasts_s: float
    aim: float
    share: float

    def __str__(self) -> str:
        return f"{self.number} {self.kind} for {self.lasts_s:.1f} s (aim {self.aim:.2f}, share {self.share:.1f})"


def schedule(seed: int, count: int, kinds: Sequence[str] = KINDS) -> list[Disturbance]:
    """Raises ValueError for a kind that there is not. Adding and removing keep the workers between 1 and MOST_WORKERS.

    Each kind is drawn before any comes again more often than its share.
    """
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown or not kinds:
        raise ValueError(f"--kinds {','.join(unknown) or '(none)'}: of {', '.join(KINDS)}")
    chooser = random.Random(f"chaos {seed}")
    found: list[Disturbance] = []
    bag: list[str] = []
    workers = FIRST_WORKERS
    while len(found) < count:
        if not bag:
            # each once first: a short run meets as many kinds as it can
            rest = [kind for kind in kinds for _ in range(_TIMES.get(kind, 1) - 1)]
            bag = [*chooser.sample(rest, len(rest)), *chooser.sample(list(kinds), len(kinds))]
        kind = bag.pop()
        if kind in ("add", "remove"):
            possible = "remove" if workers == MOST_WORKERS else "add" if workers == 1 else kind
            kind = possible if possible in kinds else kind
            if not 1 <= workers + (1 if kind == "add" else -1) <= MOST_WORKERS:
                kind = "cut"
            else:
                workers += 1 if kind == "add" else -1
        found.append(
            Disturbance(
                number=len(found) + 1,
                kind=kind,
                wait_s=round(chooser.uniform(*_WAIT_S), 2),
                lasts_s=round(chooser.uniform(*LASTS_S[kind]), 2),
                aim=round(chooser.random(), 4),
                share=chooser.choice((0.5, 1.0)),
            )
        )
    return found


__all__ = ["FIRST_WORKERS", "KINDS", "LASTS_S", "MOST_WORKERS", "Disturbance", "schedule"]
