"""`filingwatch topics emerging`: what began to emerge of late."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from filingwatch.cli.app import AsJson, console, print_json
from filingwatch.cli.topics import topics
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings
from filingwatch.terminal import clean

if TYPE_CHECKING:
    from filingwatch.topics_emerging import Row


@topics.command()
def emerging(
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="First said to be emerging since then; else in this quarter.")
    ] = None,
    watch: Annotated[str | None, typer.Option(help="Only topics of this watch.")] = None,
    as_json: AsJson = False,
) -> None:
    """Topics that are new this quarter: novel, persistent, growing, and filed by several groups.

    The score (0 to 1) is the geometric mean of its four parts; docs/method.md defines each. A watch without any
    emerging topic announces one within five years of nights with a probability of at most 5 %.

    Example: filingwatch topics emerging --since 2026-01-01
    """
    from filingwatch.topics_emerging import CAVEATS, read_emerging
    from filingwatch.watch import choose_watch

    settings = read_settings()
    named = None if watch is None else choose_watch(settings, watch)
    found = read_emerging(settings, since=_read_day(since), watch=named)
    if as_json:
        print_json({"topics": found, "caveats": CAVEATS})
        return
    for one in found:
        _say(one)
    if not found:
        print("No topic was announced as emerging in this time.")
    print("\n".join(CAVEATS))


def _say(one: Row) -> None:
    synthetic = "  SYNTHETIC" if one["is_synthetic"] else ""
    title = clean(f"{one['name'] or one['topic_id']}  [{one['topic_id']}]{synthetic}")
    console.print(title, style="bold", markup=False)
    now = "emerging" if one["is_emerging"] else "not emerging any more"
    high = "no upper limit" if one["growth_high"] is None else _number(one["growth_high"])
    lines = (
        f"{one['watch']}: announced on {one['emerged_on']}, {now}; score {_number(one['score'])}",
        f"novelty      {_number(one['novelty'])}",
        f"persistence  {_number(one['persistence'])}",
        f"growth       {_number(one['growth'])} times its share [95 % {_number(one['growth_low'])} .. {high}], "
        f"n = {one['recent_count']} in twelve months, {one['earlier_count']} in the three years before",
        f"community    {one['community']} groups of applicants",
        f"since        filed from {_month(one['first_filing_month'])}, seen from {one['first_published_on']}, tenth "
        f"filing seen on {one['tenth_published_on']}; {one['filing_count']} filings by now",
        one["because"],
    )
    for line in lines:
        console.print(clean(f"  {line}"), markup=False, highlight=False)
    for filing in one["typical"]:
        told = f"{filing['invention_id']} ({filing['office']}, filed {_month(filing['filing_month'])})"
        console.print(clean(f"  - {told} {filing['title']}"), markup=False, highlight=False)
    print()


def _number(value: float | None) -> str:
    return "cannot be told" if value is None else f"{value:.2f}"


def _month(day: dt.date | None) -> str:
    return "an unknown month" if day is None else f"{day:%Y-%m}"


def _read_day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(f"--since is {text!r}; write a day as 2026-11-22.") from error
