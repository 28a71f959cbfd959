"""Which series a night looks at again, that not looking changes no answer, and that the log only grows."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from changepoint_nights import CONTRACT, WATCH, Night, careful, night, turns
from counted_worlds import rates, reports

import filingwatch
from filingwatch.changepoints.calibration import rate_for_watch
from filingwatch.history import APPEND_ONLY
from filingwatch.jobs.changepoint_keys import Bar, bar_for
from filingwatch.watch import AlertRule

SOURCE = Path(filingwatch.__file__).parent


@pytest.fixture(scope="module")
def world() -> dict[str, pl.DataFrame]:
    """Ten years: AA tripled in 2012, BB triples in 2016, CC is quiet."""
    rng = np.random.default_rng(3)
    return {
        "AA": reports(rng, rates(120, 20, shifts={48: 3.0})),
        "BB": reports(rng, rates(120, 40, shifts={96: 3.0})),
        "CC": reports(rng, rates(120, 40)),
    }


@pytest.fixture(scope="module")
def first(world: dict[str, pl.DataFrame]) -> Night:
    """The first night, in the middle of 2015."""
    return night(world, dt.date(2015, 6, 20))


def looked_at(result: Night, on: dt.date) -> set[str]:
    """The offices whose series were looked at on a night."""
    rows_ = result.replace["ml.series_verdict"].filter(pl.col("last_analysed_on") == on)
    return {series_id[-2:] for series_id in rows_["series_id"]}


def fewer(frame: pl.DataFrame, month: dt.date = dt.date(2012, 5, 1)) -> pl.DataFrame:
    """One filing of a past month is found not to be relevant."""
    at = (frame["reference_month"] == month).arg_max()
    return frame.with_columns(count=pl.col("count") - (pl.int_range(pl.len()) == at).cast(pl.Int32))


LATER = dt.date(2015, 6, 27)


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("nothing", set()),
        ("a report of this month", set()),
        ("a filing is not relevant", {"AA"}),
        ("delays of an office", {"AA"}),
        ("delays of an office, years ago", {"AA"}),
        ("the rule of alerts", set()),
        ("a month", {"AA", "BB", "CC"}),
        ("a version before keys", {"AA", "BB", "CC"}),
    ],
)
def test_a_series_is_looked_at_again_exactly_when_its_input_differs(
    world: dict[str, pl.DataFrame], change: str, again: set[str]
) -> None:
    """Its reports of whole months, its delays, its bar: nothing else, and each of them. The rest keeps its rows."""
    of_all = world | {"AA": reports(np.random.default_rng(8), rates(120, 4000))}
    first = night(world, dt.date(2015, 6, 20), of_all=of_all)
    told, everything, day, watch, before = dict(world), dict(of_all), LATER, WATCH, first
    if change == "a report of this month":
        more = pl.DataFrame(
            {"reference_month": [dt.date(2014, 1, 1)], "report_date": [dt.date(2015, 6, 2)], "count": 1}
        )
        told["AA"] = pl.concat([world["AA"], more.cast({"count": pl.Int32})])
    elif change == "a filing is not relevant":
        told["AA"] = fewer(world["AA"])
    elif change == "delays of an office":
        everything["AA"] = fewer(of_all["AA"], dt.date(2014, 5, 1))
    elif change == "delays of an office, years ago":
        gone = (of_all["AA"]["reference_month"] == dt.date(2008, 5, 1)).arg_max()
        everything["AA"] = of_all["AA"].filter(pl.int_range(pl.len()) != gone)
    elif change == "the rule of alerts":
        watch = WATCH.model_copy(update={"alerts": AlertRule(least_rate_ratio=1.1)})
    elif change == "a month":
        day = dt.date(2015, 7, 1)
    elif change == "a version before keys":
        verdicts = first.known["ml.series_verdict"].with_columns(look_key=pl.lit(None, pl.String))
        before = replace(first, known={**first.known, "ml.series_verdict": verdicts})
    result = night(told, day, before, watch=watch, of_all=everything)
    # other offices borrow a little from the delays of this one, which may or may not show in four digits
    looked = looked_at(result, day)
    assert looked >= again if change.startswith("delays") else looked == again
    assert result.figures["looked_at"] == len(looked_at(result, day)) and result.figures["series"] == 3
    for table, frame in first.known.items():
        left = pl.col("series_id").str.slice(-2).is_in(list(looked_at(result, day))).not_()
        stands = result.known[table].filter(left)
        assert stands.sort(pl.all().exclude(pl.List(pl.Float64), pl.List(pl.Date))).equals(
            frame.filter(left).sort(pl.all().exclude(pl.List(pl.Float64), pl.List(pl.Date)))
        ), table


def test_not_looking_changes_no_answer(world: dict[str, pl.DataFrame]) -> None:
    """Nights that look at what changed and nights that look at everything say the same, turn by turn."""
    steady = reports(np.random.default_rng(9), rates(120, 40))
    nights = [
        (dt.date(2015, 6, 20), {}), (dt.date(2015, 6, 27), {"CC": fewer(world["CC"])}), (dt.date(2015, 7, 2), {}),
        (dt.date(2015, 7, 9), {"AA": steady}), (dt.date(2015, 9, 29), {}), (dt.date(2016, 9, 20), {}),
        (dt.date(2016, 9, 25), {"CC": fewer(world["CC"], dt.date(2013, 1, 1))}), (dt.date(2016, 9, 29), {"BB": steady}),
    ]  # fmt: skip
    lazy: Night | None = None
    eager: Night | None = None
    skipped = 0
    for day, changed in nights:
        lazy = night(world | changed, day, lazy, of_all=world)
        if eager is not None:
            forgotten = eager.known["ml.series_verdict"].with_columns(look_key=pl.lit(None, pl.String))
            eager = replace(eager, known={**eager.known, "ml.series_verdict": forgotten})
        eager = night(world | changed, day, eager, of_all=world)
        skipped += 3 - lazy.figures["looked_at"]
        for table in ("ml.changepoint", "ml.series_verdict", "ml.series_fit"):
            one, other = (
                result.known[table].drop("model_id", "last_analysed_on", strict=False).rows()
                for result in (lazy, eager)
            )
            assert sorted(map(repr, one)) == sorted(map(repr, other)), (day, table)
        assert sorted(turns(lazy)) == sorted(turns(eager))
        assert [alert.alert_id for alert in lazy.alerts] == [alert.alert_id for alert in eager.alerts]
    assert skipped == 7


def test_the_bar_rises_with_the_number_of_series_and_seldom_moves() -> None:
    """Each series of a large watch needs more evidence; one series more does not change what all others need."""
    numbers = (0, 1, 30, 500, 501, 2000, 2001, 2100, 2101)
    bars = [bar_for(number) for number in numbers]
    thresholds = [bar.threshold for bar in bars]
    assert thresholds == sorted(thresholds) and thresholds[3] > thresholds[1]
    assert bar_for(2001) == bar_for(2100) != bar_for(2101)
    assert all(bar.rate == rate_for_watch(bar.series_count) for bar in bars)
    assert all(number <= bar.series_count <= 1.1 * number for bar, number in zip(bars, numbers, strict=True))


def test_a_higher_bar_announces_nothing_new_and_withdraws_nothing(
    world: dict[str, pl.DataFrame], first: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was announced continues with the evidence of one look; what is new needs that of the whole watch."""
    monkeypatch.setattr("filingwatch.jobs.changepoint_watch.bar_for", lambda count: Bar(count, 1e-9, 1e6))
    assert careful(night(world, dt.date(2015, 6, 20))).is_empty()
    result = night(world, LATER, first)
    assert result.figures["looked_at"] == 3 and turns(result) == []
    assert careful(result).select(CONTRACT).equals(careful(first).select(CONTRACT))


def test_nothing_in_the_code_changes_the_log() -> None:
    """No statement and no job result replaces, updates or deletes rows of ml.changepoint_event; history refuses to."""
    statement = re.compile(
        r"(update|delete\s+from|truncate|replace\s+into|drop\s+table|alter\s+table)\s+ml\.changepoint_event"
    )
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.sql")]
    assert len(files) > 100
    assert [file for file in files if statement.search(file.read_text(encoding="utf-8").lower())] == []
    assert "ml.changepoint_event" in APPEND_ONLY
