"""Small words of a page: counts, shares, intervals, days, names in two languages."""

from __future__ import annotations

import datetime as dt

from filingwatch.intervals import wilson

NO_DEPLOYMENT = (
    "A filing is not a deployment: it shows what somebody wanted to protect, not that it was built, sold or used."
)


def count(n: int, what: str) -> str:
    """`1 filing`, `2 filings`."""
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def day(value: dt.date | None) -> str:
    """A day, or `unknown`."""
    return str(value) if value else "unknown"


def between(first: dt.date | None, end: dt.date | None) -> str:
    """How long an entity belongs: half-open, unknown ends in words."""
    if first is None and end is None:
        return "always, as far as known"
    return f"{f'from {first}' if first else 'always'}{f', until {end}' if end else ''}"


def percent(n: int, total: int) -> str:
    """A share; a dash of nothing."""
    return f"{n / total:.1%}" if total else "-"


def share_interval(n: int, total: int) -> str:
    """`12 of 40, 30.0% [18.1 .. 45.4]`: a share with its 95 % interval (Wilson 1927)."""
    low, high = wilson(n, total)
    if low is None or high is None:
        return "0 of 0"
    return f"{n} of {total}, {n / total:.1%} [{100 * low:.1f} .. {100 * high:.1f}]"


def ratio_interval(ratio: float | None, low: float | None, high: float | None) -> str:
    """`x 2.01 [1.52 .. 2.64]`, or `too few`."""
    if ratio is None or low is None or high is None:
        return "too few"
    return f"x {ratio:.2f} [{low:.2f} .. {high:.2f}]"


def name_in_both(latin: str | None, chinese: str | None) -> str:
    """A name or title in both languages, or in the one there is; empty without any."""
    if latin and chinese and latin != chinese:
        return f"{latin} ({chinese})" if len(latin) < 60 else f"{latin} / {chinese}"
    return latin or chinese or ""
