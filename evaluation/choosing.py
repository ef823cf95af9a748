"""Fitting of choices: one of several, or none; no knowledge of what the columns mean.

Needs numpy and scipy (extra `fit`). Deterministic: the same matrices give the same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from .fitting import DIGITS, Matrix


@dataclass(frozen=True, slots=True)
class Offer:
    """What one may choose from. rows: k x columns, the first column all ones; right: k, 1 for each right choice.

    No right one: none is to be chosen. importance: positive
    """

    rows: Matrix
    right: Matrix
    importance: float


def fit_choice(
    offers: Sequence[Offer], *, columns: Sequence[str], l2: float, signs: Mapping[str, int] | None = None
) -> tuple[float, ...]:
    """Weights of a conditional logit: choice i is worth exp(weights . row i), none is worth 1.

    Least is the importance-weighted log loss of choosing any of the right ones (or none), plus l2/2 * |weights per
    standard deviation|^2. signs: column -> 1 (never negative) or -1 (never positive).
    """
    signs = signs or {}
    offers = [offer for offer in offers if len(offer.rows)]
    x = np.vstack([offer.rows for offer in offers])
    right = np.concatenate([offer.right for offer in offers])
    importance = np.array([offer.importance for offer in offers])
    of = np.repeat(np.arange(len(offers)), [len(offer.rows) for offer in offers])
    count = len(offers)
    spread = x.std(axis=0)
    usable = [at for at in range(len(columns)) if at == 0 or spread[at] > 1e-6]
    scale = np.where(spread > 1e-6, spread, 1.0)
    scale[0] = 1.0
    z_rows = x[:, usable] / scale[usable]
    chosen = np.bincount(of, right, count) > 0
    penalty = np.full(len(usable), l2)
    penalty[0] = 0.0
    bounds = [
        (0.0, None) if signs.get(columns[at]) == 1 else (None, 0.0) if signs.get(columns[at]) == -1 else (None, None)
        for at in usable
    ]

    def loss(w: Matrix) -> tuple[float, Matrix]:
        z = z_rows @ w
        most = np.zeros(count)  # none is worth exp(0)
        np.maximum.at(most, of, z)
        worth = np.exp(z - most[of])
        none = np.exp(-most)
        all_worth = np.bincount(of, worth, count) + none
        right_worth = np.where(chosen, np.bincount(of, worth * right, count), none)
        value = -float(importance @ np.log(right_worth / all_worth)) + 0.5 * float(penalty @ (w * w))
        pull = worth / all_worth[of] - np.where(chosen[of], worth * right / right_worth[of], 0.0)
        return value, z_rows.T @ (importance[of] * pull) + penalty * w

    found = minimize(
        loss, np.zeros(len(usable)), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-10},
    )  # fmt: skip
    weights = np.zeros(len(columns))
    for at, value in zip(usable, found.x, strict=True):
        weights[at] = value / scale[at]
    return tuple(round(float(value), DIGITS) + 0.0 for value in weights)
