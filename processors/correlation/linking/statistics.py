"""How rare a name or a concept is: counts over the reports held, on top of what is known before the first one.

Counts are taken over the reports whose number lies below a step of a geometric ladder, so that they stand still
between steps and scores of pairs can be kept: a function of the set of reports held, whatever the order they came in.
"""

from __future__ import annotations

from math import log
from typing import Final

from .features import Features
from .lexicon import CONCEPTS

#: reports' worth of belief that a name is rare and a concept is as usual
PRIOR_REPORTS: Final = 60.0
_PRIOR_NAME: Final = 0.5
_PRIOR_TITLE: Final = 5.0
_PRIOR_COUNTRY: Final = 8.0
_PRIOR_CONCEPT: Final = 6.0
_FIRST_STEP: Final = 8


def step_below(count: int) -> int:
    """The largest step of the ladder 8, 12, 16, 20, 25, 31 ... that is not above `count`; 0 below the first."""
    step = _FIRST_STEP
    if count < step:
        return 0
    while step + max(4, step // 4) <= count:
        step += max(4, step // 4)
    return step


class Statistics:
    """Counts per region. `version` changes whenever any weight may have changed."""

    def __init__(self) -> None:
        self.version = 0
        self._held: dict[int, Features] = {}
        self._newest = -1
        self._step = 0
        self._reports = 0
        self._names: dict[str, int] = {}
        self._concepts = [0] * len(CONCEPTS)
        self._weights: dict[str, float] = {}
        self._concept_weights: list[float] | None = None

    def add(self, seq: int, features: Features) -> None:
        self._held[seq] = features
        if seq < self._step:
            self._count(features, 1)
        if seq > self._newest:
            self._move_to(seq)

    def remove(self, seq: int) -> None:
        features = self._held.pop(seq)
        if seq < self._step:
            self._count(features, -1)
        if seq == self._newest:
            self._move_to(max(self._held, default=-1))

    def weight(self, key: str) -> float:
        """Inverse document frequency of a name key, natural log: about 4.8 for one never seen."""
        known = self._weights.get(key)
        if known is None:
            prior = _PRIOR_TITLE if key[0] == "#" else _PRIOR_COUNTRY if key[0] == "@" else _PRIOR_NAME
            known = log((self._reports + PRIOR_REPORTS) / (self._names.get(key, 0) + prior))
            self._weights[key] = known
        return known

    def concept_weights(self) -> list[float]:
        """By bit."""
        if self._concept_weights is None:
            total = self._reports + PRIOR_REPORTS
            self._concept_weights = [log(total / (count + _PRIOR_CONCEPT)) for count in self._concepts]
        return self._concept_weights

    def _move_to(self, newest: int) -> None:
        before, self._newest = self._step, newest
        self._step = step_below(newest + 1)
        if self._step == before:
            return
        low, high = sorted((before, self._step))
        sign = 1 if self._step > before else -1
        for seq in range(low, high) if high - low < 4 * len(self._held) else sorted(self._held):
            if low <= seq < high and seq in self._held:
                self._count(self._held[seq], sign)

    def _count(self, features: Features, sign: int) -> None:
        self.version += 1
        self._weights.clear()
        self._concept_weights = None
        self._reports += sign
        names = self._names
        for key in features.names:
            left = names.get(key, 0) + sign
            if left:
                names[key] = left
            else:
                del names[key]
        for key in features.phrases:
            left = names.get(key, 0) + sign
            if left:
                names[key] = left
            else:
                del names[key]
        mask = features.concepts
        while mask:
            bit = mask & -mask
            self._concepts[bit.bit_length() - 1] += sign
            mask ^= bit
