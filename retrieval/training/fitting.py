"""Logistic regression with signs that are known beforehand, so that no accident of one corpus turns evidence around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

STEPS = 4000


def fit(x: Vector, y: Vector, weight: Vector, signs: Sequence[int], ridge: float = 1.0) -> tuple[Vector, float]:
    """Weights for raw features and a bias, by projected accelerated gradient (Beck and Teboulle 2009) on the log loss.

    Args:
        x: features, shape (examples, features).
        y: 1.0 where the example is positive, shape (examples,).
        weight: importance of each example, shape (examples,).
        signs: 1 for a feature whose weight may not be negative, -1 for one whose weight may not be positive.
        ridge: penalty on the squared weights of the standardised features.

    """
    mean, scale = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    sign = np.array([*signs, 0], dtype=np.float64)
    penalty = np.array([ridge] * len(signs) + [0.0])
    # The log loss is smooth with at most a quarter of this curvature.
    rate = 1.0 / (0.25 * np.linalg.norm(z * np.sqrt(weight)[:, None], 2) ** 2 + ridge)
    w = ahead = np.zeros(z.shape[1])
    momentum = 1.0
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(z @ ahead, -30, 30)))
        moved = ahead - rate * (z.T @ (weight * (p - y)) + penalty * ahead)
        moved = np.where(sign * moved < 0, 0.0, moved)
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = moved + (momentum - 1) / following * (moved - w)
        if np.abs(moved - w).max() < 1e-9:
            break
        w, momentum = moved, following
    raw = w[:-1] / scale
    return raw, float(w[-1] - raw @ mean)
