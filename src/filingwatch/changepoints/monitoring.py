"""Repeated looks: which of the changepoints that a look finds are sure enough to be announced.

The evidence that a look needs is calibrated for looks at every new month, however many (see `calibration`). What
becomes of an announced changepoint from night to night belongs to `tracking`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

FIRM = 2.0
"""Evidence that must be left without the months that help a changepoint most."""
RECENT = 24
"""Judged months after which a change is no longer recent."""
OLD = 3.0
"""So much more evidence needs a change that is not recent: what was not seen for two years, and is seen since one
month came in, is chance rather than news."""
BEYOND_DOUBT = 15.0
"""Evidence from which a changepoint is not doubted."""
CONTESTED = 2.0
"""So much more evidence is needed for each other changepoint that is not beyond doubt: several weak ones make each
other look strong, since together they take the scatter for shifts."""


class Evident(Protocol):
    """What the rule of announcing looks at; `records.Changepoint` says what each means."""

    evidence: float
    firm_evidence: float
    surcharge: float


def surcharge(judged_after: int, others: Iterable[float]) -> float:
    """Evidence asked of a changepoint beyond the threshold: for its age, and for the other changepoints of the same
    answer, given by their evidence."""
    contested = sum(evidence < BEYOND_DOUBT for evidence in others)
    return (OLD if judged_after > RECENT else 0.0) + CONTESTED * contested


def is_announced(found: Evident, threshold: float) -> bool:
    """Whether a changepoint has the evidence that repeated looks ask for (see `calibration.threshold_for`)."""
    return found.evidence >= threshold + found.surcharge and found.firm_evidence >= FIRM
