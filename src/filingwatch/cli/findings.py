"""`filingwatch changepoints show`: what is published of the series, careful mode beside paper mode."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from filingwatch.cli.app import AsJson, console, print_json
from filingwatch.cli.changepoints import changepoints
from filingwatch.settings import read_settings
from filingwatch.terminal import show_rows

if TYPE_CHECKING:
    from filingwatch.findings import Row, SeriesFindings

_MOST_EVENTS = 6


@changepoints.command()
def show(
    watch: Annotated[str | None, typer.Option(help="Only series of this watch.")] = None,
    series: Annotated[str | None, typer.Option(help="This series, with the events beside each changepoint.")] = None,
    as_json: AsJson = False,
) -> None:
    """What is published: careful mode and paper mode side by side, and for one series the dated events beside them.

    Paper mode counts as the 2023 study did (no correction for what is not published yet, no month effects, at most
    one changepoint); it is there to be compared, and nobody is told of it.

    Example: filingwatch changepoints show --series smart_cities/office=CN/patent_type=invention
    """
    from filingwatch.findings import read_findings

    found = read_findings(read_settings(), watch=watch, series=series)
    if as_json:
        print_json([asdict(one) for one in found])
    elif series is not None:
        for one in found:
            _say_series(one)
    else:
        _say_all(found)


def _say_all(found: list[SeriesFindings]) -> None:
    rows = [
        (
            f"{one.label}\n{one.series_id}",
            *("\n".join(_finding(change, mode) for change in one.changepoints[mode]) for mode in one.changepoints),
        )
        for one in found
        if any(one.changepoints.values())
    ]
    show_rows(console, None, ("series", "careful mode", "paper mode"), rows)
    print(f"{len(found) - len(rows)} of {len(found)} series have no changepoint. {_NO_CAUSE}")


def _say_series(one: SeriesFindings) -> None:
    print(f"{one.label}\n{one.series_id}")
    for mode, changes in one.changepoints.items():
        print(f"\n{mode.capitalize()} mode: {one.verdicts.get(mode, 'not judged')}")
        for change in changes:
            console.print(f"\n  {_finding(change, mode)}", highlight=False, markup=False)
            _say_events(change["events"])
    print(f"\n{_NO_CAUSE}")


def _say_events(events: list[Row]) -> None:
    """The nearest, and everything that is a rival explanation."""
    chosen = [event for place, event in enumerate(events) if place < _MOST_EVENTS or event["is_rival"]]
    rows = [
        (_date(event), f"{event['signed_lag_days']:+d} days", "yes" if event["is_within_interval"] else "",
         _percent(event["chance_share"]), _percent(event["kind_chance_share"]), event["kind"],
         "RIVAL" if event["is_rival"] else "", event["name_en"], event["check_mark"])
        for event in chosen
    ]  # fmt: skip
    names = ("event", "lag", "in interval", "chance", "of its kind", "kind", "", "what", "check")
    show_rows(console, None, names, rows)
    if len(events) > len(chosen):
        print(f"  and {len(events) - len(chosen)} more events: --json, or v1.changepoint_rival")


def _finding(change: Row, mode: str) -> str:
    low, high = _month(change["month_low"]), _month(change["month_high"])
    ratio = f"x {change['rate_ratio']:.2f} [{change['rate_ratio_low']:.2f} .. {change['rate_ratio_high']:.2f}]"
    told = f"news of {change['first_announced_on']}" if change["is_news"] else "history"
    return f"{_month(change['month'])} [{low} .. {high}]  {ratio}" + (f"  {told}" if mode == "careful" else "")


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def _date(event: Row) -> str:
    return event["event_date"].strftime({"year": "%Y", "month": "%Y-%m"}.get(event["date_precision"], "%Y-%m-%d"))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


_NO_CAUSE = (
    "An event beside a changepoint is no cause. Chance: how many of the series' months would have an event as near."
)
