"""Repeated looks: which of the changepoints that a look finds are sure enough to be announced.

The evidence that a look needs is calibrated for looks at every new month, however many (see `calibration`). What
becomes of an announced changepoint from night to night belongs to `tracking`.
"""

from __future__ import annotations

from filingwatch.changepoints.records import Changepoint

FIRM = 2.0
"""Evidence that must be left without the months that help a changepoint most."""


def is_announced(found: Changepoint, threshold: float) -> bool:
    """Whether a changepoint has the evidence that repeated looks ask for (see `calibration.threshold_for`)."""
    return found.evidence >= threshold and found.firm_evidence >= FIRM
