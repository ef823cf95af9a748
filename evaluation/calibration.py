"""Is what is said with 80 % right four times out of five? Pure functions: tables, their error, the map that mends it.

Scores are log-odds; a score s is said with the probability 1 / (1 + exp(-s)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log

#: bins of a table, each a tenth of what can be said
BINS = 10
#: how much a map is held to "as it is", in judged choices
_HELD = 4.0
_ROUNDS = 50
_ENOUGH = 1e-10


@dataclass(frozen=True, slots=True)
class Judged:
    """One choice with its score, log-odds that it is right, and whether it was."""

    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """said: mean probability of its choices; right: share of them that were; both 0 where there are none."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Map:
    """score -> slope * score + offset: never changes an order, and a sum of parts stays one."""

    slope: float = 1.0
    offset: float = 0.0

    def of(self, score: float) -> float:
        return self.slope * score + self.offset


def probability(score: float) -> float:
    """Of log-odds."""
    if score < 0:
        return exp(max(score, -700.0)) / (1.0 + exp(max(score, -700.0)))
    return 1.0 / (1.0 + exp(-min(score, 700.0)))


def reliability(judged: Sequence[Judged], bins: int = BINS) -> list[Bin]:
    """One bin for each equal part of 0 to 1, empty ones included."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for one in judged:
        said = probability(one.score)
        held[min(bins - 1, int(said * bins))].append((said, one.right))
    return [
        Bin(
            at / bins,
            (at + 1) / bins,
            len(of),
            fsum(said for said, _ in of) / len(of) if of else 0.0,
            sum(right for _, right in of) / len(of) if of else 0.0,
        )
        for at, of in enumerate(held)
    ]


def expected_error(judged: Sequence[Judged], bins: int = BINS) -> float:
    """Mean over all choices of how far what their bin says is from what is right there; 0 without choices."""
    if not judged:
        return 0.0
    return fsum(one.count * abs(one.said - one.right) for one in reliability(judged, bins)) / len(judged)


def log_loss(judged: Sequence[Judged]) -> float:
    """Mean, in nats; 0 without choices."""
    if not judged:
        return 0.0
    return fsum(-log(max(1e-12, probability(one.score if one.right else -one.score))) for one in judged) / len(judged)


def fit_map(judged: Sequence[Judged]) -> Map:
    """Platt's map: logistic regression of "right" on the score, held a little to the score as it is (Newton's method).

    The slope is never negative. Deterministic; the same choices in another order give the same to many digits.
    """
    slope, offset = 1.0, 0.0
    for _ in range(_ROUNDS):
        said = [probability(slope * one.score + offset) for one in judged]
        off = [p - one.right for p, one in zip(said, judged, strict=True)]
        spread = [p * (1.0 - p) for p in said]
        g0 = fsum(o * one.score for o, one in zip(off, judged, strict=True)) + _HELD * (slope - 1.0)
        g1 = fsum(off) + _HELD * offset
        h00 = fsum(w * one.score * one.score for w, one in zip(spread, judged, strict=True)) + _HELD
        h01 = fsum(w * one.score for w, one in zip(spread, judged, strict=True))
        h11 = fsum(spread) + _HELD
        det = h00 * h11 - h01 * h01
        step0, step1 = (h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det
        now = _cost(judged, slope, offset)
        # a whole step may go too far where most is said with certainty
        while _cost(judged, slope - step0, offset - step1) > now and abs(step0) + abs(step1) > _ENOUGH:
            step0, step1 = step0 / 2.0, step1 / 2.0
        slope, offset = slope - step0, offset - step1
        if abs(step0) + abs(step1) < _ENOUGH:
            break
    return Map(slope, offset) if slope >= 0.0 else Map(0.0, _best_offset(judged))


def _cost(judged: Sequence[Judged], slope: float, offset: float) -> float:
    line = Map(slope, offset)
    mapped = [Judged(line.of(one.score), one.right) for one in judged]
    return len(judged) * log_loss(mapped) + 0.5 * _HELD * ((slope - 1.0) ** 2 + offset**2)


def _best_offset(judged: Sequence[Judged]) -> float:
    """Where the score tells nothing: the share that is right, held to one half as much as the rest is."""
    right = sum(one.right for one in judged) + _HELD / 2.0
    return log(right / (len(judged) + _HELD - right))
