"""Backfill: years of the past, window by window, between the nights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from prefect import flow

from filingwatch import backfill as backfilling
from filingwatch.backfill_plan import choose_connectors
from filingwatch.settings import read_settings
from filingwatch.sources.base import Window
from filingwatch.summary import backfill_bar
from flows.show import show_table


@flow(name="backfill", flow_run_name="backfill-{first}-{last}", log_prints=False)
def backfill(first: dt.date, last: dt.date, sources: Sequence[str] = (), again: bool = False) -> list[dict[str, Any]]:
    """The days from `first` on and before `last`. Windows that are done are passed over, unless asked for again."""
    settings = read_settings()
    with backfill_bar() as progress:
        results = backfilling.run_windows(
            settings, Window(first, last), choose_connectors(settings, sources), again=again, progress=progress
        )
    figures = [result.figures() for result in results]
    show_table("backfill", figures)
    return figures
