"""Linear models with signs that are known beforehand, so that no accident of one corpus turns evidence around."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

STEPS = 4000


def probability(
    x: Vector, y: Vector, signs: Sequence[int], weight: Vector | None = None, ridge: float = 1.0
) -> tuple[Vector, float]:
    """Logistic regression: weights for raw features and a bias.

    Args:
        x: features, shape (examples, features).
        y: 1.0 where the example is positive, shape (examples,).
        signs: 1 for a feature whose weight may not be negative, -1 for one whose weight may not be positive.
        weight: how much each example counts, shape (examples,); all the same if left out.
        ridge: penalty on the squared weights of the standardised features.

    """
    counts = np.ones(len(y)) if weight is None else weight
    mean, scale = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    penalty = np.array([ridge] * len(signs) + [0.0])

    def slope(w: Vector) -> Vector:
        p: Vector = 1.0 / (1.0 + np.exp(-np.clip(z @ w, -30, 30)))
        return z.T @ (counts * (p - y)) + penalty * w

    w = _descend(slope, np.array([*signs, 0.0]), _rate(z * np.sqrt(counts)[:, None], ridge))
    raw = w[:-1] / scale
    return raw, float(w[-1] - raw @ mean)


def order(x: Vector, y: Vector, group: NDArray[np.int64], signs: Sequence[int], ridge: float = 10.0) -> Vector:
    """Weights for raw features by which the positive examples come first within their group.

    The conditional logit (McFadden 1974), known as a listwise loss in ranking (ListNet, Cao et al. 2007): what is the same
    for a whole group says nothing about its order and gets no weight.

    Args:
        x: features, shape (examples, features).
        y: 1.0 where the example is positive, shape (examples,).
        group: which question an example belongs to, shape (examples,); those without a positive example are left out.
        signs: as above.
        ridge: as above.

    """
    kept = np.isin(group, group[y > 0])
    x, y = x[kept], y[kept]
    _, at = np.unique(group[kept], return_inverse=True)
    scale = x.std(0) + 1e-9
    z = (x - x.mean(0)) / scale
    wanted = y / np.bincount(at, y)[at]

    def slope(w: Vector) -> Vector:
        score = z @ w
        highest = np.full(at.max() + 1, -np.inf)
        np.maximum.at(highest, at, score)
        share = np.exp(score - highest[at])
        share /= np.bincount(at, share)[at]
        return np.asarray(z.T @ (share - wanted) + ridge * w)

    return np.asarray(_descend(slope, np.asarray(signs, np.float64), _rate(z, ridge)) / scale)


def _rate(z: Vector, ridge: float) -> float:
    """Of descent: both losses are smooth, with at most a quarter of the features' curvature."""
    return 1.0 / (0.25 * float(np.linalg.norm(z, 2)) ** 2 + ridge)


def _descend(slope: Callable[[Vector], Vector], sign: Vector, rate: float) -> Vector:
    """Projected accelerated gradient (Beck and Teboulle 2009) from zero; a weight of the wrong sign stays 0."""
    w = ahead = np.zeros(len(sign))
    momentum = 1.0
    for _ in range(STEPS):
        moved = ahead - rate * slope(ahead)
        moved = np.where(sign * moved < 0, 0.0, moved)
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = moved + (momentum - 1) / following * (moved - w)
        if np.abs(moved - w).max() < 1e-9:
            break
        w, momentum = moved, following
    return w
