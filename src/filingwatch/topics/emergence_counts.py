"""Filings of topics by month of publication, as emergence is judged by them: windows, counts, and how they scatter.

What the counts mean belongs to `emergence`, where the definition stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from filingwatch.changepoints.months import last_whole_month, month_number

FILINGS_SCHEMA = {
    "topic_id": pl.String,
    "stratum": pl.String,
    "publication_date": pl.Date,
    "groups": pl.List(pl.String),
}
"""One row a relevant filing. `topic_id` is null where it has none; `stratum` says where and as what it was filed;
`publication_date` is the first day on which it could be seen; `groups` are those who filed it."""


@dataclass(frozen=True, slots=True)
class EmergenceSettings:
    """The windows and bars of the definition. A changed value changes every verdict: raise the job's version.

    `false_share` is the chance that a watch without any emerging topic announces one within `looks` looks, all topics
    taken together. A watch is looked at once a month, as far as months of publication are over; as many looks again are
    reckoned for refits in between, so 120 looks are five years of nights.
    """

    recent_months: int = 12
    earlier_months: int = 36
    least_filings: int = 10
    least_months: int = 3
    least_groups: int = 3
    least_novelty: float = 0.5
    least_growth: float = 1.5
    false_share: float = 0.05
    looks: int = 120
    scatter_weight: float = 36.0
    """Months that the scatter of all topics counts for beside a topic's own."""


class Counts:
    """Filings of each topic and of all, by stratum and month of publication, up to the last month that is over."""

    def __init__(
        self, filings: pl.DataFrame, names: Sequence[str], as_of: dt.date, settings: EmergenceSettings
    ) -> None:
        self._names, self._settings = names, settings
        self.last = month_number(last_whole_month(as_of))
        visible = filings.filter(pl.col("publication_date") <= as_of).with_columns(
            month=pl.col("publication_date").dt.year() * 12 + pl.col("publication_date").dt.month() - 1
        )
        self._visible = visible
        self._tenth = self._find_tenth()
        whole = visible.filter(pl.col("month") <= self.last)
        strata = {name: place for place, name in enumerate(sorted(whole["stratum"].unique()))}
        self.first = int(whole["month"].min()) if whole.height else self.last  # type: ignore[arg-type]
        shape = (len(strata), self.last - self.first + 1)
        self.all = np.zeros(shape)
        self.of_topic = np.zeros((len(names), *shape))
        place_of = {name: place for place, name in enumerate(names)}
        for topic, stratum, month, count in whole.group_by("topic_id", "stratum", "month").len().iter_rows():
            cell = (strata[stratum], month - self.first)
            self.all[cell] += count
            if topic in place_of:
                self.of_topic[(place_of[topic], *cell)] += count
        self.groups = self._count_groups(whole)

    @property
    def recent(self) -> slice:
        """The columns of the recent months."""
        return slice(max(self.all.shape[1] - self._settings.recent_months, 0), None)

    @property
    def earlier(self) -> slice:
        """The columns of the months that these are set against."""
        stop = max(self.all.shape[1] - self._settings.recent_months, 0)
        return slice(max(stop - self._settings.earlier_months, 0), stop)

    @property
    def past(self) -> slice:
        """The columns of everything before."""
        return slice(0, self.earlier.start)

    def tenth_published_on(self, place: int) -> dt.date | None:
        """The day on which the tenth filing of a topic could be seen; None with fewer."""
        return self._tenth.get(self._names[place])

    def _find_tenth(self) -> dict[str, dt.date]:
        ordered = self._visible.filter(pl.col("topic_id").is_not_null()).sort("topic_id", "publication_date")
        at = self._settings.least_filings - 1
        tenth = ordered.group_by("topic_id").agg(pl.col("publication_date").sort().slice(at, 1).first())
        return {topic: day for topic, day in tenth.iter_rows() if day is not None}

    def _count_groups(self, whole: pl.DataFrame) -> list[int]:
        recent = whole.filter(pl.col("month") > self.last - self._settings.recent_months)
        named = recent.select("topic_id", "groups").explode("groups").drop_nulls()
        counted = dict(named.group_by("topic_id").agg(pl.col("groups").n_unique()).iter_rows())
        return [counted.get(name, 0) for name in self._names]


def estimate_scatter(counts: Counts, settings: EmergenceSettings) -> np.ndarray:
    """For each topic the variance of its monthly filings over that of chance, at least 1.

    Filings come in batches. Pearson's statistic of the earlier months, against the topic's own share of each stratum;
    what all topics show together counts as `scatter_weight` months beside it.
    """
    own, whole = counts.of_topic[:, :, counts.earlier], counts.all[:, counts.earlier]
    sums = whole.sum(axis=1, keepdims=True)
    share = np.divide(whole, sums, out=np.zeros_like(whole), where=sums > 0)
    expected = np.einsum("ts,sm->tm", own.sum(axis=2), share)
    seen = own.sum(axis=1)
    squares = np.divide((seen - expected) ** 2, expected, out=np.zeros_like(seen), where=expected > 0).sum(axis=1)
    free = np.maximum((expected > 0).sum(axis=1) - 1, 0)
    pooled = squares.sum() / free.sum() if free.sum() else 1.0
    weight = settings.scatter_weight
    return np.maximum((squares + weight * pooled) / (free + weight), 1.0)
