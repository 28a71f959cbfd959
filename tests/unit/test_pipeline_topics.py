"""Series by topic when the topics are fitted anew: the old topics go on beside the new ones, and nobody is alarmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest
from changepoint_nights import WATCH as PARKS
from counted_worlds import tables
from invented_filings import invent
from test_pipeline import FIRST, LATER, NEWS
from test_pipeline import Home as TextHome
from test_pipeline_findings import AFTER, BEFORE, MET_ON, REAL, RISING, Office, draw
from test_pipeline_findings import Home as SeriesHome
from test_text_jobs import WATCH, add

from filingwatch import ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.jobs.pipeline import LIVED_WITH_DAYS, follow_changes
from filingwatch.jobs.registry import jobs_of
from filingwatch.landing import land_watches
from filingwatch.settings import Settings
from filingwatch.warehouse import writer


class Topics(TextHome):
    """Nights with both text jobs."""

    def topic_night(self, day: dt.date) -> dict[str, object]:
        run = ledger.Run(f"run-{day}", "nightly", day, dt.datetime.combine(day, dt.time(3)))
        ledger.start_run(self.con, run)
        land_watches(self.con, [WATCH], run)
        self._bring(run, "ops")
        run_jobs(self.con, jobs_of("text"), [WATCH], run)
        (outcome,) = follow_changes(self.con, run, [WATCH])
        ledger.finish_run(self.con, run, "succeeded", {})
        return dict(outcome.figures)

    def topics_of(self, table: str) -> dict[str, str]:
        return dict(self.con.sql(f"select invention_id, topic_id from {table}").fetchall())


@pytest.fixture
def home(settings: Settings) -> Iterator[Topics]:
    with writer(settings) as con:
        yield Topics(con)


def test_a_refit_keeps_the_topics_of_before_and_goes_on_placing_by_them(home: Topics) -> None:
    """What had a topic keeps it in the old way, newcomers get one by the fit of before; after a while that ends."""
    home.topic_night(FIRST)
    assert home.parts() == [] and home.topics_of("ml.baseline_topic") == {}
    before = home.topics_of("ml.filing_topic")
    [(old_fit,)] = home.con.sql("select distinct model_id from ml.topic").fetchall()
    add(home.con, invent(NEWS, prefix="late"))
    said = home.topic_night(LATER)
    assert "topics" in said["changes"] and "topics" in said["kept"]
    [(kept_fit,)] = home.con.sql("select topic_model from ml.series_baseline where part = 'topics'").fetchall()
    assert kept_fit == old_fit != home.con.sql("select max(model_id) from ml.topic").fetchall()[0][0]
    kept = home.topics_of("ml.baseline_topic")
    assert {name: topic for name, topic in kept.items() if name in before} == before
    newcomers = set(home.topics_of("ml.filing_topic")) - set(before)
    assert newcomers and newcomers <= set(kept) and said["placed"] >= len(newcomers)
    assert set(kept.values()) <= set(before.values())
    home.topic_night(LATER + dt.timedelta(days=LIVED_WITH_DAYS["topics"]))
    assert "lived with" in home.log()
    parts = home.con.sql("select opened_on from ml.series_baseline where part = 'topics'").fetchall()
    assert parts in ([], [(LATER + dt.timedelta(days=LIVED_WITH_DAYS["topics"]),)])


class TopicSeries(SeriesHome):
    """Nights of the changepoint job on series by topic, one of them made by the refit."""

    def topic_night(self, day: dt.date, topics: dict[str, Office], *, refitted: bool) -> None:
        def rename(given: dict) -> dict:
            return {
                name: frame.with_columns(frame["series_id"].str.replace("office=", "topic="))
                if "series_id" in frame.columns
                else frame
                for name, frame in given.items()
            }

        given = rename(tables({name: one.count(one.new if refitted else one.old) for name, one in topics.items()}, day))
        if refitted:
            old = rename(tables({name: one.count(one.old) for name, one in topics.items()}, day))
            given["insight.fct_old_series_triangle"] = old["insight.fct_series_triangle"]
            self._note("topics")
        for table, frame in given.items():
            self.con.register("given", frame)
            watch = "" if table.endswith("reporting_triangle") else ", 'parks' as watch"
            self.con.execute(f"create or replace table {table} as select *{watch} from given")
            self.con.unregister("given")
        run = ledger.Run(f"run-{day}", "nightly", day, dt.datetime.combine(day, dt.time(3)))
        run_jobs(self.con, [ChangepointJob()], [PARKS], run)


def test_filings_that_a_refit_moved_alarm_nobody(settings: Settings) -> None:
    """AA gives BB what came up in 2016, EE is new and made of it, GG is gone: ops hear, monitors only of CC's shift."""
    moved = draw(11, 2, RISING)
    topics = {
        "AA": Office(draw(1, 40), old=moved),
        "BB": Office(draw(2, 40), new=moved),
        "CC": Office(draw(3, 40, REAL)),
        # the days are told with a count of none, as dbt does of a series that the old way does not know
        "EE": Office(moved.clear(), new=moved, old=moved.with_columns(count=pl.col("count") * 0)),
    }
    with writer(settings) as con:
        home = TopicSeries(con)
        first = {name: one for name, one in topics.items() if name != "EE"} | {"GG": Office(draw(6, 40))}
        home.topic_night(BEFORE, first, refitted=False)
        assert home.told("monitor") == {}
        home.topic_night(AFTER, topics, refitted=True)
        assert set(home.told("monitor")) == home.followed() == {"CC"}
        ops = home.told("ops")
        assert {kind for kind, _ in ops["AA"]} == {"hidden"}
        assert {kind for kind, _ in ops["BB"] + ops["EE"]} == {"pipeline"}
        assert "GG" not in ops
        assert con.sql("select distinct causes from ml.pipeline_finding").fetchall() == [
            ([f"topics (a -> b) on {MET_ON}, met by run r7"],)
        ]
