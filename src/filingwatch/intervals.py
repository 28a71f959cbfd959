"""Intervals of shares. Pure; what is counted belongs to those who count."""

from __future__ import annotations

import math

NORMAL_95 = 1.959964


def wilson(count: int, of: int) -> tuple[float | None, float | None]:
    """The 95 % interval of a share (Wilson 1927); (None, None) of nothing."""
    if not of:
        return None, None
    share, z2 = count / of, NORMAL_95**2
    centre, reach = share + z2 / (2 * of), NORMAL_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max((centre - reach) / (1 + z2 / of), 0.0), min((centre + reach) / (1 + z2 / of), 1.0)
