"""How much the demo's offices receive in all, whatever the subject: counts of months, invented like the filings.

They grow and dip as the filings of `world` do and know none of its shifts, so that a series read against them is flat
but for what was planted. Like those filings, a month is counted as far as it is published. No randomness here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import product

from filingwatch.sources.base import MonthTotal
from filingwatch.sources.demo import delays, truth
from filingwatch.sources.demo.calendar import days_in_month, first_of_month, month_index
from filingwatch.sources.demo.world import RATES, Rate

LONGEST_MONTHS = 24
"""After so many months everything that will be published is."""
_CHANCES = tuple((place + 0.5) / 8 for place in range(8))


def count_totals(as_of: dt.date, scale: float) -> list[MonthTotal]:
    """All filings by office, type and month, as far as published by that day; months of none are left out."""
    return [
        MonthTotal(rate.office, "utility_model" if rate.is_utility_model else "invention", first_of_month(month), count)
        for rate in RATES
        for month in range(month_index(truth.FIRST_MONTH), month_index(as_of) + 1)
        if (count := round(_expected(rate, month) * scale * _published_share(rate, month, as_of)))
    ]


def _expected(rate: Rate, month: int) -> float:
    growth = truth.YEARLY_GROWTH ** ((month - month_index(truth.FIRST_MONTH)) / 12)
    season = truth.CHINESE_SEASON.get(month % 12 + 1, 1.0) if rate.office == "CN" else 1.0
    return truth.BACKGROUND_FACTOR * (rate.of_interest + rate.colliding) * growth * season


def _published_share(rate: Rate, month: int, as_of: dt.date) -> float:
    if month < month_index(as_of) - LONGEST_MONTHS:
        return 1.0
    days = [first_of_month(month) + dt.timedelta(days=int(u * days_in_month(month))) for u in _CHANCES]
    known = [_share_of_day(rate, filed, as_of) for filed in days]
    return sum(known) / len(known)


def _share_of_day(rate: Rate, filed: dt.date, as_of: dt.date) -> float:
    if rate.is_utility_model:
        return _share(delays.publish_utility_model(filed, u) <= as_of for u in _CHANCES)
    if rate.office != "CN":
        return _share(delays.publish_elsewhere(rate.office, filed, u) <= as_of for u in _CHANCES)
    dual = _share(delays.publish_chinese_invention(filed, 0, u, is_dual=True) <= as_of for u in _CHANCES)
    rest = _share(
        delays.publish_chinese_invention(filed, early, u, is_dual=False) <= as_of
        for early, u in product(_CHANCES, _CHANCES)
    )
    return delays.DUAL_SHARE * dual + (1 - delays.DUAL_SHARE) * rest


def _share(known: Iterable[bool]) -> float:
    answers = list(known)
    return sum(answers) / len(answers)
