"""Commands about changepoints: in anybody's file, in a reporting triangle, and what is published of the watches."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filingwatch.cli.app import AsJson, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.terminal import show_rows

if TYPE_CHECKING:
    from filingwatch.changepoints import Look

changepoints = typer.Typer(
    help="When a rate changed, in any file of counts. Example: filingwatch changepoints detect FILE.csv",
    no_args_is_help=True,
)
app.add_typer(changepoints, name="changepoints")

_FAMILIES = ("auto", "poisson", "negbin", "gaussian")


@changepoints.command()
def detect(
    file: Annotated[Path, typer.Argument(help="A CSV file with a row for each period, in any order.")],
    date: Annotated[str | None, typer.Option(help="Column of dates; guessed, or none, when not given.")] = None,
    value: Annotated[str | None, typer.Option(help="Column of counts; the first of numbers when not given.")] = None,
    exposure: Annotated[
        str | None, typer.Option(help="Column that multiplies what is expected, such as the share reported by now.")
    ] = None,
    family: Annotated[
        str, typer.Option(help="poisson, negbin (counts), gaussian (any numbers), or auto: by the values.")
    ] = "auto",
    plot: Annotated[Path | None, typer.Option(help="Draw it into this file: .png, .svg or .pdf.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find lasting changes of the rate in a series. "No change" is an answer.

    A changepoint is the FIRST period of the new rate, counted from 0. Empty cells and periods without a row are
    missing. Months of the year have effects where the series is monthly. Values that are all whole numbers of 0 or
    more, and values with an exposure, are taken as counts; others as real values.

    Example: filingwatch changepoints detect counts.csv --date month --value filings --plot counts.png
    """
    from filingwatch.series_answers import describe_detection, detect_file
    from filingwatch.series_file import read_series

    if family not in _FAMILIES:
        raise BadInput(f"--family {family} is not known: {', '.join(_FAMILIES)}.")
    series = read_series(file, date=date, value=value, exposure=exposure)
    detection = detect_file(series, family)
    answer = describe_detection(series, detection)
    if plot is not None:
        from filingwatch.plotting import draw_detection

        draw_detection(plot, series, detection, title=f"{series.columns['value']} of {file.name}")
    if as_json:
        print_json(answer)
    else:
        _say_detection(file, answer)
        if plot is not None:
            print(f"Drawn: {plot}")


@changepoints.command()
def replay(
    triangle: Annotated[
        Path, typer.Argument(help="CSV with reference_month, count and report_month or report_date: new counts only.")
    ],
    as_json: AsJson = False,
) -> None:
    """What would have been announced at each month's end, knowing only what had been reported by then.

    Each row says how many of a month became known when; a count is given once, not summed up. How slowly reports come
    is learned from the file itself, anew for each look.

    Example: filingwatch changepoints replay triangle.csv --json
    """
    from filingwatch.changepoints import replay as replay_triangle
    from filingwatch.changepoints.calibration import threshold_for
    from filingwatch.series_answers import describe_replay
    from filingwatch.series_file import read_triangle

    threshold = threshold_for()
    looks = replay_triangle(read_triangle(triangle), threshold=threshold)
    if as_json:
        print_json(describe_replay(looks, threshold))
    else:
        _say_replay(triangle, looks)


def _say_detection(file: Path, answer: dict[str, Any]) -> None:
    method = answer["method"]
    columns = ", ".join(f"{what} {name!r}" for what, name in method["columns"].items() if name is not None)
    print(f"{file}: {method['period_count']} periods of one {method['step']}, {columns}.")
    for note in method["notes"]:
        print(f"Note: {note}.")
    print(f"Verdict: {answer['verdict']}.")
    if answer["changepoints"]:
        rows = [
            (one["index"], one["period"], _span(one), one["kind"], _ratio(one), f"{one['probability']:.3f}")
            for one in answer["changepoints"]
        ]
        show_rows(console, None, ("index", "period", "interval", "kind", "rate", "probability"), rows)
    if answer["segments"]:
        growth = f"growth {method['growth_unit']}"
        rows = [
            (one["start_period"] or one["start"], one["last_period"] or one["stop"] - 1, f"{one['level']:.4g}",
             f"{one['growth']:+.3f}") for one in answer["segments"]
        ]  # fmt: skip
        show_rows(console, None, ("from", "to", "level at its start", growth), rows)
    if answer["spikes"]:
        print("Single periods set aside: " + ", ".join(str(one["period"] or one["index"]) for one in answer["spikes"]))


def _say_replay(file: Path, looks: list[Look]) -> None:
    rows = []
    for (verdict, found, is_news), group in groupby(looks, key=_told):
        run = list(group)
        if is_news:
            rows += [(look.as_of, look.observed_until, verdict, found, _announced(look)) for look in run]
        else:
            as_of = str(run[0].as_of) if len(run) == 1 else f"{run[0].as_of} .. {run[-1].as_of}"
            rows.append((as_of, run[-1].observed_until, verdict, found, ""))
    names = ("looks", "observed until", "verdict", "found", "announced for the first time")
    show_rows(console, f"{file}: {len(looks)} looks, at the end of each month", names, rows)


def _told(look: Look) -> tuple[str, str, bool]:
    found = ", ".join(str(one.period) for one in look.detection.changepoints)
    return look.detection.verdict, found, bool(look.announced)


def _announced(look: Look) -> str:
    return "; ".join(
        f"{one.period} [{' .. '.join(one.period_interval or ())}] x {one.rate_ratio:.2f}" for one in look.announced
    )


def _span(one: dict[str, Any]) -> str:
    low, high = one["period_interval"] or one["interval"]
    return f"{low} .. {high}"


def _ratio(one: dict[str, Any]) -> str:
    low, high = one["rate_ratio_interval"]
    return "" if one["rate_ratio"] is None else f"x {one['rate_ratio']:.2f} [{_two(low)} .. {_two(high)}]"


def _two(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"
