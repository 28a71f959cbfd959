"""The causes of a finding of the pipeline, each planted with and without a real shift at the same time.

Filings of two sorts are drawn for every office: those that both ways count, and those that only one way does. The
changepoint job looks at them on a real working file, on a night before the change and on one after it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import pytest
from changepoint_nights import WATCH
from counted_worlds import rates, reports, tables

from filingwatch import ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.settings import Settings
from filingwatch.warehouse import writer

MONTHS = 144
BEFORE, AFTER = dt.date(2014, 6, 20), dt.date(2017, 12, 20)
SHIFT = 96
"""January 2016: the month of what is planted, after the first night."""
REAL = {SHIFT: 3.0}
MET_ON = dt.date(2017, 5, 10)


@dataclass(frozen=True)
class Office:
    """Filings of one office: those that both ways count, those of the new way alone, those of the old way alone."""

    both: pl.DataFrame
    new: pl.DataFrame | None = None
    old: pl.DataFrame | None = None

    def count(self, *more: pl.DataFrame | None) -> pl.DataFrame:
        parts = [part for part in (self.both, *more) if part is not None]
        return pl.concat(parts).group_by("reference_month", "report_date").agg(pl.col("count").sum())


class Home:
    """A working file on which the changepoint job runs, and what it told."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        con.execute("create schema insight")

    def night(
        self, day: dt.date, offices: Mapping[str, Office], cause: str | None = None, *, is_new: bool = True
    ) -> None:
        """A night that counts the new way (or the old one); with a cause, it knows what changed and looks both ways."""
        given = tables({name: one.count(one.new if is_new else one.old) for name, one in offices.items()}, day)
        if cause is not None:
            old = tables({name: one.count(one.old) for name, one in offices.items()}, day)
            given["insight.fct_old_series_triangle"] = old["insight.fct_series_triangle"]
            self._note(cause)
        for table, frame in given.items():
            self.con.register("given", frame)
            watch = "" if table.endswith("reporting_triangle") else ", 'parks' as watch"
            self.con.execute(f"create or replace table {table} as select *{watch} from given")
            self.con.unregister("given")
        run = ledger.Run(f"run-{day}", "nightly", day, dt.datetime.combine(day, dt.time(3)))
        run_jobs(self.con, [ChangepointJob()], [WATCH], run)

    def _note(self, cause: str) -> None:
        part = "feeds" if cause.startswith("source") else "topics" if cause == "topics" else "relevance"
        self.con.execute("delete from ml.series_baseline; delete from ml.pipeline_change")
        self.con.execute(
            "insert into ml.series_baseline (watch, part, opened_on, opened_by) values ('parks', ?, ?, 'r7')",
            [part, MET_ON],
        )
        self.con.execute("insert into ml.pipeline_change values ('parks', ?, 'a', 'b', ?, 'r7')", [cause, MET_ON])

    def told(self, audience: str) -> dict[str, list[tuple[str, str]]]:
        """By office, what was told of it: the kind of news (of ops, of the finding) and the month."""
        said: dict[str, list[tuple[str, str]]] = {}
        query = "select event, evidence from ops.alert where audience = ? order by created_at, alert_id"
        for event, evidence in self.con.execute(query, [audience]).fetchall():
            plain = json.loads(evidence)
            for one in plain.get("members", plain.get("findings", [])):
                said.setdefault(one["series_id"][-2:], []).append((one.get("kind", event), one["month"]))
        return said

    def followed(self) -> set[str]:
        """Offices with a changepoint that stands, of those after the night before."""
        rows = self.con.execute(
            "select distinct right(series_id, 2) from ml.changepoint "
            "where mode = 'careful' and state <> 'withdrawn' and month > '2013-06-01'"
        ).fetchall()
        return {office for (office,) in rows}


@contextmanager
def new_home(settings: Settings) -> Iterator[Home]:
    with writer(settings) as con:
        yield Home(con)


def draw(seed: int, level: float, shifts: Mapping[int, float] | None = None) -> pl.DataFrame:
    return reports(np.random.default_rng(seed), rates(MONTHS, level, shifts=shifts))


def told_from(frame: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    return frame.filter(pl.col("report_date") >= day)


def told_until(frame: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    return frame.filter(pl.col("report_date") < day)


RISING = {SHIFT: 40.0}
TURNED_ON = dt.date(2015, 1, 1)
LAST_TOLD = 66
"""July 2013: the first month of which most is published after the source turned on or off."""
# what only one way counts, by cause, in a world with these shifts
PLANTED = {
    # words that came up in 2016, which the new model knows
    "model": lambda seed, shifts: {"new": draw(seed, 2, RISING)},
    # people said that a sort of filings which came up in 2016 does not belong to it
    "labels": lambda seed, shifts: {"old": draw(seed, 2, RISING)},
    # a word was added that went out of use in 2016
    "watch": lambda seed, shifts: {"new": draw(seed, 30, {SHIFT: 0.02})},
    # a refit gave the topic filings of another one that came up in 2016
    "topics": lambda seed, shifts: {"new": draw(seed, 2, RISING)},
    # another source tells of as many again, from one day on and nothing of before
    "source gained": lambda seed, shifts: {"new": told_from(draw(seed, 80, shifts), TURNED_ON)},
    # a source that told of two thirds fell silent; the old way leaves it out from the beginning
    "source lost": lambda seed, shifts: {"new": told_until(draw(seed, 80, shifts), TURNED_ON)},
}
KIND = dict.fromkeys(PLANTED, "pipeline") | {"labels": "hidden"}


@pytest.mark.parametrize("cause", PLANTED)
def test_the_planted_cause_is_told_to_ops_and_the_real_shift_to_monitors(settings: Settings, cause: str) -> None:
    """AA has only what the pipeline does, BB a real shift beside it, CC only a real shift, DD nothing at all.

    Monitors hear of BB and CC, of their shift alone; ops hear of AA, and of BB that the pipeline has a share in it.
    """
    offices = {
        "AA": Office(draw(1, 40), **PLANTED[cause](11, None)),
        "BB": Office(draw(2, 40, REAL), **PLANTED[cause](12, REAL)),
        "CC": Office(draw(3, 40, REAL)),
        "DD": Office(draw(4, 40)),
    }
    with new_home(settings) as home:
        # a source that is lost later was counted on the first night, whatever else changes later was not
        home.night(BEFORE, offices, is_new=cause == "source lost")
        assert home.told("monitor") == home.told("ops") == {}
        home.night(AFTER, offices, cause)
        heard, ops = home.told("monitor"), home.told("ops")
        assert set(heard) == home.followed() == {"BB", "CC"}, heard
        assert all(abs(_months_off(month)) <= 2 for news in heard.values() for _, month in news), heard
        assert set(ops) - {"BB"} == {"AA"} and {kind for kind, _ in ops["AA"]} == {KIND[cause]}, ops
        ((body, named),) = home.con.execute("select body, evidence from ops.alert where audience = 'ops'").fetchall()
        assert f"{cause} (a -> b) on 2017-05-10, met by run r7" in body and json.loads(named)["findings"]


def _months_off(month: str) -> int:
    year, number, _ = map(int, month.split("-"))
    return (year - 2016) * 12 + number - 1


def test_a_finding_is_told_once_and_keeps_its_id(settings: Settings) -> None:
    """A month later it stands, with its first day; when both ways count alike again it stands no more."""
    offices = {"AA": Office(draw(1, 40), new=draw(11, 2, RISING)), "DD": Office(draw(4, 40))}
    with new_home(settings) as home:
        home.night(BEFORE, offices, is_new=False)
        for day in (AFTER, AFTER + dt.timedelta(days=30)):
            home.night(day, offices, "model")
        rows = home.con.sql(
            "select finding_id, first_found_on, is_standing, new_rate_ratio > 1, old_rate_ratio, "
            "new_filing_count > old_filing_count, causes[1] from ml.pipeline_finding"
        ).fetchall()
        assert [row[1:] for row in rows] == [
            (AFTER, True, True, None, True, "model (a -> b) on 2017-05-10, met by run r7")
        ]
        assert len(home.told("ops")["AA"]) == 1
        alike = {"AA": Office(draw(1, 40)), "DD": Office(draw(4, 40))}
        home.night(AFTER + dt.timedelta(days=60), alike)
        assert home.con.sql("select finding_id, is_standing from ml.pipeline_finding").fetchall() == [
            (rows[0][0], False)
        ]
        assert home.told("monitor") == {}


def test_what_was_told_is_not_withdrawn_because_the_pipeline_hides_it(settings: Settings) -> None:
    """Monitors heard of a shift; a new way of counting that does not show it is a matter for ops alone."""
    shift = draw(2, 40, REAL)
    hides = {"AA": Office(shift.clear(), new=draw(5, 60), old=shift), "DD": Office(draw(4, 40))}
    with new_home(settings) as home:
        home.night(BEFORE, hides, is_new=False)
        home.night(AFTER, hides, is_new=False)
        home.night(AFTER + dt.timedelta(days=30), hides, "watch")
        assert [kind for kind, _ in home.told("monitor")["AA"]] == ["detected"]
        assert [kind for kind, _ in home.told("ops")["AA"]] == ["hidden"]
        assert home.followed() == {"AA"}


def test_a_shift_that_the_loss_of_a_source_hides_is_told_to_monitors_and_ops(settings: Settings) -> None:
    """Two thirds were told by a source that fell silent while the others trebled: their shift is the world's."""
    trebled = draw(2, 40, {LAST_TOLD: 3.0})
    offices = {"AA": Office(trebled, new=told_until(draw(12, 80), TURNED_ON)), "DD": Office(draw(4, 40))}
    with new_home(settings) as home:
        home.night(dt.date(2013, 6, 20), offices)
        home.night(AFTER, offices, "source lost")
        ((kind, month),) = home.told("monitor")["AA"]
        assert kind == "detected" and abs(_months_off(month) - (LAST_TOLD - SHIFT)) <= 2
        assert ("hidden", month) in home.told("ops")["AA"]
        assert home.followed() == {"AA"}


def test_an_old_way_that_reaches_not_so_far_back_has_no_say(settings: Settings) -> None:
    """A back-file brings changes of years that the old way never counted: they are history and no finding."""
    everything, is_late = draw(7, 40, {48: 3.0}), pl.col("reference_month") >= dt.date(2013, 1, 1)
    of_late = {"AA": Office(everything.filter(is_late), new=everything.filter(~is_late))}
    with new_home(settings) as home:
        home.night(BEFORE, of_late, is_new=False)
        home.night(AFTER, of_late, "source gained")
        found = home.con.sql("select month, is_news from ml.changepoint where mode = 'careful'").fetchall()
        assert [(abs((month - dt.date(2012, 1, 1)).days) <= 62, is_news) for month, is_news in found] == [(True, False)]
        assert home.told("ops") == home.told("monitor") == {}


def test_when_the_new_way_is_accepted_its_changepoint_is_followed(settings: Settings) -> None:
    """Nothing of the old way is kept any more: the changepoint is the series' own, and history, since long seen."""
    offices = {"AA": Office(draw(1, 40), new=draw(11, 2, RISING)), "DD": Office(draw(4, 40))}
    with new_home(settings) as home:
        home.night(BEFORE, offices, is_new=False)
        home.night(AFTER, offices, "model")
        assert home.followed() == set()
        home.night(AFTER + dt.timedelta(days=120), offices)
        assert home.followed() == {"AA"} and home.told("monitor") == {}
