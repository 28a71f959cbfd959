"""What is published of the changepoints of each series: careful mode and paper mode, with the events beside them.

Reads the published file. How a changepoint is found belongs to `changepoints`, the events beside it to the dbt model
`fct_changepoint_rival`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

MODES = ("careful", "paper")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeriesFindings:
    """One series: what each mode says, oldest changepoint first, each with the events beside it, the nearest first.

    `verdicts` has the last verdict of a mode, where one was given.
    """

    series_id: str
    label: str
    watch: str
    is_synthetic: bool
    verdicts: dict[str, str]
    changepoints: dict[str, list[Row]]


def read_findings(settings: Settings, *, watch: str | None = None, series: str | None = None) -> list[SeriesFindings]:
    """Every published series by id, or those of one watch, or one series; withdrawn changepoints are left out.

    Raises:
        BadInput: there is no such watch or series.
        NothingPublished: there is no published file yet.
    """
    with reader(settings) as con:
        try:
            found, changes, events = (_rows(con, sql, watch, series) for sql in (_SERIES, _CHANGEPOINTS, _EVENTS))
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise BadInput("The published file is of an older filingwatch; the next night writes it anew.") from error
    if not found and (watch or series):
        raise BadInput(
            f"Nothing is published of series {series!r}; `filingwatch changepoints show` lists all."
            if series
            else f"Nothing is published of watch {watch!r}."
        )
    beside: dict[str, list[Row]] = {}
    for event in events:
        beside.setdefault(event.pop("changepoint_id"), []).append(event)
    by_series: dict[tuple[str, str], list[Row]] = {}
    for change in changes:
        change["events"] = beside.get(change["changepoint_id"], [])
        by_series.setdefault((change.pop("series_id"), change.pop("mode")), []).append(change)
    return [
        SeriesFindings(
            series_id=one["series_id"],
            label=one["label"],
            watch=one["watch"],
            is_synthetic=one["is_synthetic"],
            verdicts={mode: one[mode] for mode in MODES if one[mode] is not None},
            changepoints={mode: by_series.get((one["series_id"], mode), []) for mode in MODES},
        )
        for one in found
    ]


def _rows(con: duckdb.DuckDBPyConnection, sql: str, watch: str | None, series: str | None) -> list[Row]:
    result = con.execute(sql, {"watch": watch, "series": series})
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


_CHOSEN = "($watch is null or watch = $watch) and ($series is null or series_id = $series)"
# A series that is gone keeps what was found in it, under its id.
_SERIES = f"""
    with known as (
        select series_id, watch, label, is_synthetic from v1.series
        union
        select series_id, watch, label, is_synthetic from v1.changepoint
        where series_id not in (select series_id from v1.series)
    )
    select series_id, watch, label, is_synthetic,
           max(verdict) filter (where mode = 'careful') as careful, max(verdict) filter (where mode = 'paper') as paper
    from known left join ml.series_verdict using (series_id, watch)
    where {_CHOSEN} group by all order by watch, series_id
"""
_CHANGEPOINTS = f"""
    select series_id, mode, changepoint_id, state, month, month_low, month_high, direction, rate_ratio, rate_ratio_low,
           rate_ratio_high, probability, is_news, first_announced_on, would_have_been_announced_on
    from insight.fct_changepoint where {_CHOSEN} and state <> 'withdrawn' order by series_id, mode, month
"""
_EVENTS = f"""
    select changepoint_id, rival.event_id, event_date, date_precision, signed_lag_days, signed_lag_month_count,
           gap_month_count, is_within_interval, chance_share, kind_chance_share, kind, is_rival, name_en, name_zh,
           check_mark
    from v1.changepoint_rival as rival inner join insight.fct_changepoint using (changepoint_id)
    where {_CHOSEN} and state <> 'withdrawn'
    order by changepoint_id, gap_month_count, abs(signed_lag_days), rival.event_id
"""
