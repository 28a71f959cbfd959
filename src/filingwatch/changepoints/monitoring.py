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


INCOMPLETE = 0.6
"""So much less evidence is asked for where the new regime is not reported whole: the error of the delay law, which is
in the evidence, makes false announcements rarer there at the same bar. With 1.2, and 5.5 as the least evidence that is
held on to, they were twice as many as allowed (0.032 a quiet series-year)."""
WHOLE = 0.8
"""Completeness of the new regime, on average over its judged months, from which it counts as reported whole."""


class Evident(Protocol):
    """What the rule of announcing looks at; `records.Changepoint` says what each means."""

    evidence: float
    firm_evidence: float
    surcharge: float


def surcharge(judged_after: int, completeness: float, others: Iterable[float]) -> float:
    """Evidence asked of a changepoint beyond the threshold: for its age, for what is not reported yet of its new regime
    (mean completeness of the judged months), and for the other changepoints of the same answer, given by their
    evidence."""
    contested = CONTESTED * sum(evidence < BEYOND_DOUBT for evidence in others)
    return contested + (OLD if judged_after > RECENT else 0.0) - (INCOMPLETE if completeness < WHOLE else 0.0)


def is_announced(found: Evident, threshold: float) -> bool:
    """Whether a changepoint has the evidence that repeated looks ask for (see `calibration.threshold_for`)."""
    return found.evidence >= threshold + found.surcharge and found.firm_evidence >= FIRM
