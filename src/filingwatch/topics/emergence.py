"""Whether a topic is emerging: novel, persistent, growing, and taken up by a community.

The four parts are those of Rotolo, Hicks & Martin (2015, Research Policy 44, 1827-1843) and of Porter, Garner, Carley &
Newman (2019, Technological Forecasting & Social Change 146, 628-643; EScore), each as a number between 0 and 1 that is
defined in docs/method.md. Here belong the counts, the score and the decision; tables and what was said before belong to
`jobs.emergence`.

A filing counts in the month in which it was first published. Months of publication are complete the day they are over,
so a recent month and an earlier one are judged after the same delay, which is none. By month of filing the recent ones
would hold only what is published early, and every correction for that would have to be known for each topic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import betainc, betaincinv

from filingwatch.topics.emergence_counts import Counts, EmergenceSettings, estimate_scatter

EMERGENCE_SCHEMA = {
    "topic_id": pl.String,
    "score": pl.Float64,
    "novelty": pl.Float64,
    "persistence": pl.Float64,
    "growth": pl.Float64,
    "growth_low": pl.Float64,
    "growth_high": pl.Float64,
    "community": pl.Int32,
    "recent_count": pl.Int32,
    "earlier_count": pl.Int32,
    "tenth_published_on": pl.Date,
    "is_emerging": pl.Boolean,
    "emerged_on": pl.Date,
    "because": pl.String,
}
"""What is said of each topic. `growth` is a ratio of shares of what the watch saw published, recent to earlier, with
its 95 % interval; `growth_high` is null where there is no upper limit, a part is null where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The share of a topic in what was published, recent against earlier.

    `expected` recent filings had its share stayed; `ratio` with its 95 % interval (`high` may be infinite); `chance` of
    as many or more recent ones had the share stayed.
    """

    ratio: float
    low: float
    high: float
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class Before:
    """What was said of a topic by the last look: whether it is emerging, and the night that said so first (or None)."""

    is_emerging: bool
    emerged_on: dt.date | None


_NEVER = Before(False, None)


def judge_topics(
    filings: pl.DataFrame,
    topics: Sequence[str],
    as_of: dt.date,
    before: Mapping[str, Before] | None = None,
    settings: EmergenceSettings | None = None,
) -> pl.DataFrame:
    """What is to be said of each of these topics (EMERGENCE_SCHEMA, by id), of filings as in `FILINGS_SCHEMA`.

    A topic that was emerging `before` stays so while it is novel and the lower limit of its growth is above one, so
    that one at the edge does not come and go. Filings without a publication date, and those published in the month that
    is not over, do not count.
    """
    settings = settings or EmergenceSettings()
    names = sorted(topics)
    counts = Counts(filings, names, as_of, settings)
    scatter = estimate_scatter(counts, settings)
    bar = settings.false_share / (settings.looks * max(len(names), 1))
    rows = []
    for place, name in enumerate(names):
        parts = _measure(counts, place, float(scatter[place]), settings)
        said = (before or {}).get(name, _NEVER)
        is_emerging, because = _decide(parts, said, bar, settings)
        first = said.emerged_on or (as_of if is_emerging else None)
        rows.append(
            (
                name, parts.score, parts.novelty, parts.persistence, *_limits(parts.growth), parts.community,
                parts.recent, parts.earlier, counts.tenth_published_on(place), is_emerging, first, because,
            )
        )  # fmt: skip
    return pl.DataFrame(rows, EMERGENCE_SCHEMA, orient="row")


@dataclass(frozen=True, slots=True)
class _Parts:
    """The four parts of one topic with the counts behind them; None where they cannot be told."""

    novelty: float | None
    past: int
    past_expected: float
    persistence: float
    months: int
    growth: Growth | None
    scatter: float
    community: int
    recent: int
    earlier: int
    total: int
    recent_months: int

    @property
    def score(self) -> float | None:
        """The geometric mean of the parts, each from 0 to 1: none of them makes up for one that is missing."""
        if self.novelty is None or self.growth is None:
            return None
        sure_growth = max(1 - 1 / self.growth.low, 0.0) if self.growth.low > 0 else 0.0
        spread = 1 - 1 / self.community if self.community else 0.0
        return float((self.novelty * self.persistence * sure_growth * spread) ** 0.25)


def _measure(counts: Counts, place: int, scatter: float, settings: EmergenceSettings) -> _Parts:
    own = counts.of_topic[place]
    recent, earlier = own[:, counts.recent], own[:, counts.earlier]
    past, expected = int(own[:, counts.past].sum()), _expect(own, counts.all, counts.past, slice(None))
    months = int((recent.sum(axis=0) > 0).sum())
    return _Parts(
        novelty=min(max(1 - past / expected, 0.0), 1.0) if expected >= 1 else None,
        past=past,
        past_expected=expected,
        persistence=months / settings.recent_months,
        months=months,
        growth=_compare(own, counts, scatter),
        scatter=scatter,
        community=counts.groups[place],
        recent=int(recent.sum()),
        earlier=int(earlier.sum()),
        total=int(own.sum()),
        recent_months=settings.recent_months,
    )


def _expect(own: np.ndarray, whole: np.ndarray, part: slice, of: slice) -> float:
    """How many of a topic's filings in the months `of` would be from `part`, did it go as all filings of its strata."""
    sums = whole[:, of].sum(axis=1)
    share = np.divide(whole[:, part].sum(axis=1), sums, out=np.zeros(len(sums)), where=sums > 0)
    return float(own[:, of].sum(axis=1) @ share)


def _compare(own: np.ndarray, counts: Counts, scatter: float) -> Growth | None:
    """The conditional binomial test of the topic's recent filings among its recent and earlier ones.

    Each stratum has its own chance that a filing is recent; with their mean, weighed by the topic's filings, the
    binomial has the heavier tail (Hoeffding 1956), so the chance is never told too small. Scatter above that of the
    binomial divides both counts (quasi-likelihood). None where there is nothing earlier to compare with.
    """
    window = slice(counts.earlier.start, None)
    total, recent = float(own[:, window].sum()), float(own[:, counts.recent].sum())
    expected = _expect(own, counts.all, counts.recent, window)
    if total == 0 or counts.earlier.stop == counts.earlier.start or not 0 < expected < total:
        return None
    share, odds = expected / total, (total - expected) / expected
    seen, rest = recent / scatter, (total - recent) / scatter
    low = float(betaincinv(seen, rest + 1, 0.025)) if seen else 0.0
    high = float(betaincinv(seen + 1, rest, 0.975)) if rest else 1.0
    chance = float(betainc(seen, rest + 1, share)) if seen else 1.0
    # half a filing on both sides, so that none earlier does not mean infinitely more
    ratio = (recent + 0.5) / (total - recent + 0.5) * odds
    return Growth(ratio, low / (1 - low) * odds, high / (1 - high) * odds if high < 1 else np.inf, expected, chance)


def _decide(parts: _Parts, said: Before, bar: float, settings: EmergenceSettings) -> tuple[bool, str]:
    lacks = _find_lacking(parts, bar, settings)
    growth = parts.growth
    if not lacks:
        return True, f"emerging: {_tell(parts)}; by chance less often than the bar of {bar:.1g}"
    if said.is_emerging and growth is not None and growth.low > 1 and (parts.novelty or 0) >= settings.least_novelty:
        return True, f"still emerging, though tonight alone would not announce it ({lacks[0]}): {_tell(parts)}"
    return False, f"not emerging, {lacks[0]}: {_tell(parts)}"


def _find_lacking(parts: _Parts, bar: float, settings: EmergenceSettings) -> list[str]:
    growth, novelty = parts.growth, parts.novelty
    told = (
        (parts.total >= settings.least_filings, f"fewer than {settings.least_filings} filings are published"),
        (novelty is not None, "too young to judge: the watch has too few filings of long ago"),
        (growth is not None, "too young to judge: nothing earlier to compare with"),
        (novelty is None or novelty >= settings.least_novelty, "not new"),
        (parts.months >= settings.least_months, f"published in fewer than {settings.least_months} months"),
        (parts.community >= settings.least_groups, f"filed by fewer than {settings.least_groups} groups"),
        (growth is None or growth.chance <= bar, "its growth may be chance"),
        (growth is None or growth.low >= settings.least_growth, f"growth of {settings.least_growth:g} is not sure"),
    )
    return [lack for holds, lack in told if not holds]


def _tell(parts: _Parts) -> str:
    """The numbers behind the parts, in words."""
    growth = parts.growth
    if growth is None:
        first = f"{parts.recent} filings of {parts.total} published in the last {parts.recent_months} months"
    else:
        high = "no upper limit" if np.isinf(growth.high) else f"{growth.high:.1f}"
        first = (
            f"{parts.recent} filings published in the last {parts.recent_months} months and {parts.earlier} in those "
            f"before them, where {growth.expected:.1f} recent ones were to be expected: {growth.ratio:.1f} times the "
            f"share (95 % interval {growth.low:.1f} to {high}; chance {growth.chance:.1g}; scatter {parts.scatter:.2f})"
        )
    return (
        f"{first}; {parts.past} still earlier, where {parts.past_expected:.1f} were to be expected; "
        f"in {parts.months} of {parts.recent_months} months; {parts.community} groups of applicants"
    )


def _limits(growth: Growth | None) -> tuple[float | None, float | None, float | None]:
    if growth is None:
        return None, None, None
    return growth.ratio, growth.low, None if np.isinf(growth.high) else growth.high
