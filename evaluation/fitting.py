"""Fitting of weights: logistic regression with L2, signs and weights; no knowledge of what the columns mean.

Needs numpy and scipy (extra `fit`). Deterministic: the same matrices give the same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Matrix = NDArray[np.float64]
#: digits after the point that weights are written with
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Logistic:
    """weights: one per column, on the columns as they are (not standardised); the first column is the bias.

    strengths: the same per standard deviation of the column, for reading
    """

    weights: tuple[float, ...]
    strengths: tuple[float, ...]


def fit_logistic(
    rows: Matrix,
    labels: Matrix,
    importance: Matrix,
    *,
    columns: Sequence[str],
    l2: float,
    signs: Mapping[str, int] | None = None,
    left_out: Sequence[str] = (),
) -> Logistic:
    """Weights that make the importance-weighted log loss plus l2/2 * |strengths|^2 least.

    rows: n x k, the first column all ones (not penalised); without rows all weights are 0.
    labels: n, 0 to 1. importance: n, positive.
    signs: column -> 1 (never negative) or -1 (never positive). left_out: columns held at 0.
    """
    if not len(labels):  # a small set may hold no pair of some kind: nothing is known, nothing is said
        nothing = (0.0,) * len(columns)
        return Logistic(nothing, nothing)
    signs = signs or {}
    spread = rows.std(axis=0)
    usable = [at for at, name in enumerate(columns) if at == 0 or (name not in left_out and spread[at] > 1e-6)]
    scale = np.where(spread > 1e-6, spread, 1.0)
    scale[0] = 1.0
    x = rows[:, usable] / scale[usable]
    bounds = [
        (0.0, None) if signs.get(columns[at]) == 1 else (None, 0.0) if signs.get(columns[at]) == -1 else (None, None)
        for at in usable
    ]
    penalty = np.full(len(usable), l2)
    penalty[0] = 0.0

    def loss(w: Matrix) -> tuple[float, Matrix]:
        z = x @ w
        value = float(importance @ (np.logaddexp(0.0, z) - labels * z)) + 0.5 * float(penalty @ (w * w))
        p = 0.5 * (1.0 + np.tanh(0.5 * z))
        return value, x.T @ (importance * (p - labels)) + penalty * w

    start = np.zeros(len(usable))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500, "ftol": 1e-10})
    weights = np.zeros(len(columns))
    strengths = np.zeros(len(columns))
    for at, value in zip(usable, found.x, strict=True):
        strengths[at] = value
        weights[at] = value / scale[at]
    return Logistic(tuple(_rounded(weights)), tuple(_rounded(strengths)))


def _rounded(values: Matrix) -> list[float]:
    # adding 0.0 turns -0.0 into 0.0
    return [round(float(value), DIGITS) + 0.0 for value in values]


def average_precision(scores: Matrix, labels: Matrix, importance: Matrix | None = None) -> float:
    """Area under the precision-recall steps; 1.0 where every positive stands before every negative."""
    order = np.argsort(-scores, kind="stable")
    y = labels[order] > 0.5
    w = np.ones(len(y)) if importance is None else importance[order]
    hits = np.cumsum(w * y)
    if not len(hits) or hits[-1] == 0:
        return 1.0
    precision = hits / np.cumsum(w)
    return float((precision * w * y).sum() / hits[-1])
