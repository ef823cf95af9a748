"""How rare a name or a concept is: counts over the reports held, on top of what is known before the first one.

Counts are taken over the reports whose number lies below a step of a geometric ladder, so that they stand still
between steps and scores of pairs can be kept: a function of the set of reports held, whatever the order they came in.

Weights are whole multiples of GRAIN: sums of them are exact, hence the same in whatever order they are added. Sets may
be walked in hash order, and totals be changed by a difference instead of being summed anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from math import log
from typing import Final

from .concepts import CONCEPTS
from .features import Features, Gist, peek

#: reports' worth of belief that a name is rare and a concept is as usual
PRIOR_REPORTS: Final = 60.0
#: a name of so many reports is no rarer than one of fewer: whether a report counts already is decided by a step of the
#: ladder, and who came before it in its hour is chance (docs/decisions/0080)
_AS_RARE_AS: Final = 2
_PRIOR_NAME: Final = -0.5
_PRIOR_TITLE: Final = 4.0
_PRIOR_COUNTRY: Final = 7.0
_PRIOR_CONCEPT: Final = 6.0
#: a key of no name: what weighs as much as any can
NOBODY: Final = "?"
_FIRST_STEP: Final = 8
#: 2 ** -38: far below the sixth digit that is shown; sums up to 2 ** 15 are exact in 53 bits
GRAINS: Final = float(1 << 38)
GRAIN: Final = 1.0 / GRAINS
#: sums of weights that differ by less are equal
EQUAL_SUMS: Final = 1e-6
#: masks whose squared weight is kept; a cache of pure values
_KEPT_MASKS: Final = 65_536
#: the same of sets of names
_KEPT_SUMS: Final = 16_384


def step_below(count: int) -> int:
    """The largest step of the ladder 8, 12, 16, 20, 25, 31 ... that is not above `count`; 0 below the first."""
    step = 0
    while (above := step_above(step)) <= count:
        step = above
    return step


def step_above(step: int) -> int:
    """The step that follows one of the ladder, or 0."""
    return step + max(4, step // 4) if step else _FIRST_STEP


def to_grain(value: float) -> float:
    """The nearest multiple of GRAIN."""
    return round(value * GRAINS) * GRAIN


class _Weights(dict[str, float]):
    """Inverse document frequencies by name key, worked out when first asked for."""

    __slots__ = ("_by_count", "_names", "_reports")

    def __init__(self, names: dict[str, int], reports: int) -> None:
        super().__init__()
        self._names = names
        self._reports = reports
        #: by what a name is counted for: most names are as rare as many others
        self._by_count: dict[float, float] = {}

    def __missing__(self, key: str) -> float:
        prior = _PRIOR_TITLE if key[0] == "#" else _PRIOR_COUNTRY if key[0] == "@" else _PRIOR_NAME
        counted = max(self._names.get(key, 0), _AS_RARE_AS) + prior
        known = self._by_count.get(counted)
        if known is None:
            known = self._by_count[counted] = to_grain(log((self._reports + PRIOR_REPORTS) / counted))
        self[key] = known
        return known


class _Squares(dict[str, float]):
    """The square of each weight."""

    __slots__ = ("_by_weight", "_weights")

    def __init__(self, weights: _Weights) -> None:
        super().__init__()
        self._weights = weights
        self._by_weight: dict[float, float] = {}

    def __missing__(self, key: str) -> float:
        weight = self._weights[key]
        known = self._by_weight.get(weight)
        if known is None:
            known = self._by_weight[weight] = to_grain(weight * weight)
        self[key] = known
        return known


class _Sums(dict[frozenset[str], float]):
    """Sum of the weights of a set of names."""

    __slots__ = ("_weights",)

    def __init__(self, weights: _Weights) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, keys: frozenset[str]) -> float:
        if len(self) >= _KEPT_SUMS:
            self.clear()
        known = self[keys] = sum(map(self._weights.__getitem__, keys))
        return known


class _Masses(dict[int, float]):
    """Sum of the squared weights of the concepts in a mask."""

    __slots__ = ("_squares", "_weights")

    def __init__(self, weights: Callable[[], list[float]]) -> None:
        super().__init__()
        self._weights = weights
        self._squares: list[float] | None = None

    def __missing__(self, mask: int) -> float:
        squares = self._squares
        if squares is None:
            squares = self._squares = [to_grain(weight * weight) for weight in self._weights()]
        if len(self) >= _KEPT_MASKS:
            self.clear()
        total, left = 0.0, mask
        while left:
            bit = left & -left
            total += squares[bit.bit_length() - 1]
            left ^= bit
        self[mask] = total
        return total


class _Rarest(dict[int, float]):
    """Weight of the rarest concept in a mask; 0 for an empty one."""

    __slots__ = ("_weights",)

    def __init__(self, weights: Callable[[], list[float]]) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, mask: int) -> float:
        if len(self) >= _KEPT_MASKS:
            self.clear()
        by_bit, left, known = self._weights(), mask, 0.0
        while left:
            bit = left & -left
            known = max(known, by_bit[bit.bit_length() - 1])
            left ^= bit
        known = self[mask] = to_grain(known)
        return known


class Statistics:
    """Counts per region. `version` changes whenever any weight may have changed."""

    def __init__(self) -> None:
        self.version = 0
        self._held: dict[int, Features] = {}
        self._newest = -1
        self._step = 0
        self._next_step = _FIRST_STEP
        self._reports = 0
        self._names: dict[str, int] = {}
        self._concepts = [0] * len(CONCEPTS)
        self._concept_weights: list[float] | None = None
        self._concept_squares: dict[int, float] | None = None
        self._renew()

    def add(self, seq: int, features: Features) -> None:
        self._held[seq] = features
        if seq < self._step:
            self._count(features, 1)
        if seq > self._newest:
            self._move_to(seq)

    def restore(self, newest: int, reports: Iterable[tuple[int, Features, Gist]]) -> None:
        """As `add` for each, where nothing is held yet. newest: the greatest of their numbers; -1: there are none."""
        self._newest = newest
        self._step = step_below(newest + 1)
        self._next_step = step_above(self._step)
        # counted as they come by, in C: one by one it was 8 % of a restore
        self._names = dict(Counter(chain.from_iterable(self._restored_keys(reports))))
        self.version += 1
        self._renew()

    def _restored_keys(self, reports: Iterable[tuple[int, Features, Gist]]) -> Iterator[list[str]]:
        """Names and phrases of those that count; all the rest of them is counted here."""
        for seq, features, gist in reports:
            self._held[seq] = features
            if seq < self._step:
                self._reports += 1
                self._tally_concepts(gist.concepts, 1)
                yield gist.names
                yield gist.phrases

    def remove(self, seq: int) -> None:
        features = self._held.pop(seq)
        if seq < self._step:
            self._count(features, -1)
        if seq == self._newest:
            self._move_to(max(self._held, default=-1))

    def weight(self, key: str) -> float:
        """Inverse document frequency of a name key, natural log: 3.7 for one never seen, more in a large region."""
        return self.weights[key]

    def concept_weights(self) -> list[float]:
        """By bit."""
        if self._concept_weights is None:
            total = self._reports + PRIOR_REPORTS
            self._concept_weights = [log(total / (count + _PRIOR_CONCEPT)) for count in self._concepts]
        return self._concept_weights

    def concept_squares(self) -> dict[int, float]:
        """The square of each of `concept_weights`, by the bit itself: 1, 2, 4 ..."""
        if self._concept_squares is None:
            self._concept_squares = {1 << at: weight**2 for at, weight in enumerate(self.concept_weights())}
        return self._concept_squares

    def _renew(self) -> None:
        #: by name key, any may be asked for: `weight` of each, and its square. Replaced whenever counts change
        self.weights = _Weights(self._names, self._reports)
        self.squares = _Squares(self.weights)
        #: by set of names: the sum of their weights
        self.sums = _Sums(self.weights)
        #: the same as functions: `map` with them is the fastest walk through a set of keys
        self.weight_of, self.square_of = self.weights.__getitem__, self.squares.__getitem__
        self._concept_weights = self._concept_squares = None
        #: by mask of concepts, any may be asked for: sum of their squared weights, and the weight of the rarest
        self.masses = _Masses(self.concept_weights)
        self.rarest = _Rarest(self.concept_weights)

    def _move_to(self, newest: int) -> None:
        before, self._newest = self._step, newest
        if before <= newest + 1 < self._next_step:
            return
        self._step = step_below(newest + 1)
        self._next_step = step_above(self._step)
        if self._step == before:
            return
        low, high = sorted((before, self._step))
        sign = 1 if self._step > before else -1
        held = self._held
        for seq in range(low, high) if high - low < 4 * len(held) else list(held):
            if low <= seq < high and seq in held:
                self._tally(peek(held[seq]), sign)
        self.version += 1
        self._renew()

    def _count(self, features: Features, sign: int) -> None:
        self._tally(features, sign)
        self.version += 1
        self._renew()

    def _tally(self, features: Features, sign: int) -> None:
        self._reports += sign
        names = self._names
        for keys in (features.names, features.phrases):
            for key in keys:
                left = names.get(key, 0) + sign
                if left:
                    names[key] = left
                else:
                    del names[key]
        self._tally_concepts(features.concepts, sign)

    def _tally_concepts(self, mask: int, sign: int) -> None:
        while mask:
            bit = mask & -mask
            self._concepts[bit.bit_length() - 1] += sign
            mask ^= bit
