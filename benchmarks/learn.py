"""The two small models behind the score: which candidate is right, and whether the first one is.

numpy only, and only here: at run time the weights are a few numbers in knowledge/weights.json.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_STEPS = 500
_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Choice:
    """One question for the ranking: a row of part scores for each candidate, and which are right."""

    rows: Array
    right: NDArray[np.bool_]
    weight: float = 1.0


def fit_rank(choices: Sequence[Choice], *, signs: Sequence[int], penalty: float = 1e-3) -> Array:
    """Fit a conditional logit: the right candidate should have the highest sum.

    `signs` says of each part score which way it may count (1 up, -1 down): being alike never counts against an
    entry, whatever a small sample says.
    """
    used = [choice for choice in choices if choice.right.any() and not choice.right.all()]
    most = max(len(choice.rows) for choice in used)
    width = used[0].rows.shape[1]
    rows = np.zeros((len(used), most, width))
    there = np.zeros((len(used), most), dtype=bool)
    right = np.zeros((len(used), most), dtype=bool)
    for number, choice in enumerate(used):
        rows[number, : len(choice.rows)] = choice.rows
        there[number, : len(choice.rows)] = True
        right[number, : len(choice.right)] = choice.right
    share = np.array([choice.weight for choice in used])
    share /= share.sum()
    scale = np.maximum(rows[there].std(axis=0), 1e-3)
    rows /= scale
    bound = np.array(signs, dtype=float)
    weights = np.zeros(width)
    first, second = np.zeros(width), np.zeros(width)
    for step in range(1, _STEPS + 1):
        sums = np.where(there, rows @ weights, -1e9)
        sums -= sums.max(axis=1, keepdims=True)
        chance = np.exp(sums)
        chance /= chance.sum(axis=1, keepdims=True)
        wanted = np.where(right, chance, 0.0)
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
        slope = (((chance - wanted)[..., None] * rows).sum(axis=1) * share[:, None]).sum(axis=0)
        slope += penalty * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope * slope
        move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
        weights -= _RATE * move
        weights = np.where(bound * weights < 0, 0.0, weights)
    result: Array = weights / scale
    return result


def fit_trust(rows: Array, right: Array, share: Array, *, penalty: float = 2e-3) -> Array:
    """Fit a logistic regression by Newton's method; the first column is the constant."""
    scale = np.maximum(rows.std(axis=0), 1e-3)
    scale[0] = 1.0
    rows = rows / scale
    share = share / share.sum()
    keep = np.full(rows.shape[1], penalty)
    keep[0] = 1e-6
    weights = np.zeros(rows.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -40, 40)))
        slope = rows.T @ (share * (chance - right)) + keep * weights
        curve = (rows * (share * chance * (1 - chance))[:, None]).T @ rows + np.diag(keep)
        move = np.linalg.solve(curve, slope)
        weights -= move
        if np.abs(move).max() < 1e-8:
            break
    result: Array = weights / scale
    return result
