"""What `detect` and `replay` say of a file, as plain data that every reader of JSON takes: no NaN, null instead.

The words for a terminal belong to the command, a picture to `plotting`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filingwatch.changepoints import Changepoint, Detection, Look
    from filingwatch.series_file import SeriesFile

_UNDATED_YEAR = 12.0
"""Rows without dates are taken for months."""


def detect_file(series: SeriesFile, family: str) -> Detection:
    """`detect` for a series from a file. Month effects only where its periods are months.

    Without any exposure nothing is expected, and nothing known of it: NaN there, not 0.
    """
    import numpy as np

    from filingwatch.changepoints import detect

    is_monthly = series.step == "month"
    most = 1.0 if series.exposure is None else float(series.exposure.max(initial=0.0))
    found = detect(
        series.values,
        exposure=series.exposure,
        start=series.start,
        family=family,  # type: ignore[arg-type]
        # a share of a whole is at most 1; what is on another scale is judged wherever it is a twentieth of its most
        least_exposure=0.05 * min(1.0, most),
        has_month_effects=is_monthly,
        periods_per_year=series.periods_per_year or _UNDATED_YEAR,
    )
    if series.exposure is None:
        return found
    expected = np.where(series.exposure > 0, found.expected, np.nan)
    return dataclasses.replace(found, expected=tuple(expected.tolist()))


def describe_detection(series: SeriesFile, detection: Detection) -> dict[str, Any]:
    """The answer for one series. Growth is per year where periods have dates, else per period (`growth_unit`)."""
    scale = 1.0 if series.periods_per_year else 1 / _UNDATED_YEAR
    answer = {
        "verdict": detection.verdict,
        "changepoints": [_changepoint(found, series.periods, scale) for found in detection.changepoints],
        "segments": [
            {
                **dataclasses.asdict(segment),
                "start_period": series.periods[segment.start],
                "last_period": series.periods[segment.stop - 1],
                "growth": segment.growth * scale,
            }
            for segment in detection.segments
        ],
        "spikes": [{"index": index, "period": series.periods[index]} for index in detection.spikes],
        "expected": detection.expected,
        "method": {
            **dataclasses.asdict(detection.method),
            "step": series.step,
            "period_count": len(series.values),
            "growth_unit": "per year" if series.periods_per_year else "per period",
            "columns": series.columns,
            "notes": series.notes,
        },
    }
    return to_plain(answer)


def describe_replay(looks: Sequence[Look], threshold: float) -> dict[str, Any]:
    """Every look in the order of time: what was found, and what would have been announced for the first time.

    `threshold` is the evidence that `replay` asked of an announcement.
    """
    return to_plain(
        {
            "looks": [
                {
                    "as_of": look.as_of,
                    "observed_until": look.observed_until,
                    "verdict": look.detection.verdict,
                    "announced": [dataclasses.asdict(found) for found in look.announced],
                    "changepoints": [dataclasses.asdict(found) for found in look.detection.changepoints],
                }
                for look in looks
            ],
            "method": {
                **(dataclasses.asdict(looks[-1].detection.method) if looks else {}),
                "announcing_threshold": threshold,
            },
        }
    )


def to_plain(value: Any) -> Any:
    """Lists, dicts with text as keys, text, numbers, None: what is not finite becomes None, other things text."""
    if isinstance(value, Mapping):
        return {str(name): to_plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(part) for part in value]
    if hasattr(value, "tolist"):
        return to_plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _changepoint(found: Changepoint, periods: Sequence[str | None], scale: float) -> dict[str, Any]:
    low, high = found.interval
    return {
        **dataclasses.asdict(found),
        "period": periods[found.index],
        "period_interval": None if periods[low] is None else [periods[low], periods[high]],
        "growth_change": found.growth_change * scale,
        "growth_change_interval": [edge * scale for edge in found.growth_change_interval],
    }
