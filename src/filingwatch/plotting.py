"""Pictures of a series and what was found in it. Needs no screen. No computation: it draws what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from filingwatch.changepoints import Detection
from filingwatch.errors import BadInput
from filingwatch.series_file import SeriesFile

matplotlib.use("agg")

_COUNT, _EXPECTED, _CHANGE, _YOUNG = "#8a8f98", "#1f4e79", "#b3261e", "#d9d2c5"
_TICKS = 9


def draw_detection(path: Path, series: SeriesFile, detection: Detection, *, title: str) -> None:
    """A series with its fitted rate, each changepoint with the interval of its date, and what was not judged.

    The ending of the path chooses the form (.png, .svg, .pdf).

    Raises:
        BadInput: the file cannot be written, or its ending names no form of picture.
    """
    figure = Figure(figsize=(10, 4.8), dpi=150, layout="constrained")
    axes = figure.subplots()
    place = np.arange(len(series.values))
    _shade_young(axes, series, detection)
    axes.plot(place, series.values, color=_COUNT, linewidth=0.8, marker="o", markersize=2.5, label="counted")
    expected = np.array(detection.expected, dtype=np.float64)
    for first, segment in enumerate(detection.segments):
        inside = slice(segment.start, segment.stop)
        label = None if first else "expected"
        axes.plot(place[inside], expected[inside], color=_EXPECTED, linewidth=1.6, label=label)
    _mark_changes(axes, series, detection)
    if detection.spikes:
        spikes = list(detection.spikes)
        axes.plot(
            spikes, series.values[spikes], linestyle="none", marker="o", markersize=8, markerfacecolor="none",
            markeredgecolor=_CHANGE, label="single period set aside",
        )  # fmt: skip
    if not (series.values < 0).any():
        axes.set_ylim(bottom=0)
    ticks = list(_ticks(series))
    axes.set_xticks(ticks, [series.periods[at] or str(at) for at in ticks])
    axes.set_xlim(-0.5, max(len(place), 1) - 0.5)
    axes.set_ylabel(series.columns["value"] or "count")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(f"{title}: {_finding(detection)}", loc="left", fontsize=11, pad=22)
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=5, borderaxespad=0.3)
    figure.supxlabel(_caption(series, detection), fontsize=7, color="#555555", x=0.01, ha="left")
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be drawn: {error}.") from error


def _mark_changes(axes: Axes, series: SeriesFile, detection: Detection) -> None:
    """Labels of neighbours stand at three heights, so that they can be read side by side."""
    for place, found in enumerate(detection.changepoints):
        low, high = found.interval
        axes.axvspan(low - 0.5, high + 0.5, color=_CHANGE, alpha=0.12, linewidth=0)
        axes.axvline(found.index, color=_CHANGE, linewidth=1.2, linestyle="--")
        axes.annotate(
            f"{series.periods[found.index] or found.index}\nx {found.rate_ratio:.2f}",
            (found.index, 1), xycoords=("data", "axes fraction"), xytext=(3, -2 - 24 * (place % 3)),
            textcoords="offset points", va="top", fontsize=8, color=_CHANGE,
        )  # fmt: skip
    if detection.changepoints:
        axes.plot([], [], color=_CHANGE, linestyle="--", label="changepoint, with the interval of its date")


def _shade_young(axes: Axes, series: SeriesFile, detection: Detection) -> None:
    for first, last in _stretches(_is_young(series, detection)):
        axes.axvspan(first - 0.5, last + 0.5, color=_YOUNG, linewidth=0, zorder=0)
    if _is_young(series, detection).any():
        axes.fill_between([], [], color=_YOUNG, label="too young to be judged")


def _is_young(series: SeriesFile, detection: Detection) -> NDArray[np.bool_]:
    """Where less can have been reported than is needed for a judgement."""
    if series.exposure is None:
        return np.zeros(len(series.values), dtype=np.bool_)
    least = float(detection.method.parameters.get("least_exposure", 0.0))
    return np.isfinite(series.values) & ((series.exposure < least) | (series.exposure <= 0))


def _stretches(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last place of every run of true ones."""
    for is_true, run in groupby(range(len(mask)), key=lambda at: bool(mask[at])):
        places = list(run)
        if is_true:
            yield places[0], places[-1]


def _ticks(series: SeriesFile) -> Iterator[int]:
    """Places with a label: some nine, in a monthly series each a January."""
    count = len(series.periods)
    if series.start is not None and count > 24:
        step = 12 * max(1, round(count / 12 / _TICKS))
        return iter(range((1 - series.start.month) % 12, count, step))
    return iter(range(0, count, max(1, -(-count // _TICKS))))


def _finding(detection: Detection) -> str:
    if detection.verdict != "changed":
        return detection.verdict
    count = len(detection.changepoints)
    return f"{count} lasting change{'s' if count > 1 else ''} of the rate"


def _caption(series: SeriesFile, detection: Detection) -> str:
    method = detection.method
    parts = [
        f"{method.name}, version {method.version}, family {method.parameters.get('family', 'auto')}",
        f"{len(series.values)} periods (step: {series.step})",
        f"overdispersion {method.overdispersion:.3g}, correlation {method.correlation:.2g}",
        "bands are 95 % intervals of the date" if detection.changepoints else "",
    ]
    return "; ".join(filter(None, parts))
