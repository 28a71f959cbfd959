"""How far two annotators agree: percent agreement, and Cohen's kappa with an interval.

Here belongs what pairs of labels say. Which labels count, and what a dispute is, belongs to `resolving`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two annotators said of the same documents. Kappa is None where both gave one and the same answer always:
    then it is not defined. `low` and `high` are its limits at the confidence asked for, within [-1, 1]."""

    one: str
    other: str
    pair_count: int
    agreed_count: int
    share: float
    kappa: float | None
    low: float | None
    high: float | None


def measure_agreement(
    pairs: Sequence[tuple[bool, bool]], *, confidence: float = 0.95, one: str = "", other: str = ""
) -> Agreement | None:
    """Agreement over pairs of labels (his, hers) of the same documents; None without pairs.

    Cohen (1960); the interval uses the large-sample variance of Fleiss, Cohen & Everitt (1969), which is rough below
    some 30 pairs.
    """
    if not pairs:
        return None
    table = np.zeros((2, 2))
    for first, second in pairs:
        table[int(first), int(second)] += 1
    share, agreed = float(np.trace(table) / len(pairs)), int(np.trace(table))
    kappa, error = _find_kappa(table / len(pairs), len(pairs))
    if kappa is None:
        return Agreement(one, other, len(pairs), agreed, share, None, None, None)
    reach = _normal_quantile(0.5 + confidence / 2) * error
    return Agreement(one, other, len(pairs), agreed, share, kappa, max(kappa - reach, -1.0), min(kappa + reach, 1.0))


def compare_annotators(
    labels: Mapping[str, Mapping[str, bool]], *, least_pairs: int = 1, confidence: float = 0.95
) -> list[Agreement]:
    """Agreement of every two annotators who share at least `least_pairs` documents; by their names.

    `labels`: annotator -> document -> label.
    """
    found = []
    for one, other in combinations(sorted(labels), 2):
        shared = sorted(labels[one].keys() & labels[other].keys())
        if len(shared) >= max(least_pairs, 1):
            pairs = [(labels[one][document], labels[other][document]) for document in shared]
            measured = measure_agreement(pairs, confidence=confidence, one=one, other=other)
            if measured is not None:
                found.append(measured)
    return found


def _find_kappa(shares: np.ndarray, count: int) -> tuple[float | None, float]:
    """Kappa of a table of shares and its standard error."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = float(np.trace(shares)), float(rows @ columns)
    if chance >= 1 - 1e-12:
        return None, 0.0
    kappa = (observed - chance) / (1 - chance)
    diagonal = float(sum(shares[i, i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in range(2)))
    beside = (
        float(sum(shares[i, j] * (columns[i] + rows[j]) ** 2 for i in range(2) for j in range(2) if i != j))
        * (1 - kappa) ** 2
    )
    variance = (diagonal + beside - (kappa - chance * (1 - kappa)) ** 2) / (count * (1 - chance) ** 2)
    return kappa, float(np.sqrt(max(variance, 0.0)))


def _normal_quantile(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(share))
