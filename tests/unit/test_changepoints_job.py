"""The changepoint job over nights: history and news, identity, withdrawal, and what it writes."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest
from changepoint_nights import CONTRACT, NOTHING_CHANGED, NOTHING_KNOWN, WATCH, Night, careful, night, turns
from counted_worlds import rates, reports, tables

from filingwatch import ledger
from filingwatch.changepoints.calibration import rate_for_watch, threshold_for
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.settings import Settings
from filingwatch.warehouse import writer


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


@pytest.fixture(scope="module")
def later(world: dict[str, pl.DataFrame], first: Night) -> list[Night]:
    """A look a month from then to the end of 2016."""
    results, before = [], first
    for month in range(7, 19):
        before = night(world, dt.date(2015 + month // 12, month % 12 + 1, 20), before)
        results.append(before)
    for month in range(8, 13):
        before = night(world, dt.date(2016, month, 20), before)
        results.append(before)
    return results


def test_a_first_night_finds_history_and_wakes_nobody(first: Night) -> None:
    """A shift of the back-file is logged as history, with the day on which it would have been announced."""
    (row,) = careful(first).iter_rows(named=True)
    assert row["series_id"] == "parks/office=AA" and not row["is_news"] and not row["is_told"]
    assert abs((row["month"] - dt.date(2012, 1, 1)).days) <= 62
    assert dt.date(2012, 3, 1) < row["would_have_been_announced_on"] < dt.date(2014, 6, 30)
    assert turns(first) == [("detected", False)] and not first.alerts


def test_a_shift_that_appears_is_news_and_is_told_once(later: list[Night]) -> None:
    """Over a year and a half of looks one alert is sent, about the one shift of that time."""
    alerts = [alert for result in later for alert in result.alerts]
    assert [alert.event for alert in alerts] == ["detected"]
    assert alerts[0].subject.startswith("Parks: BB, inventions: more filings since 201")
    row = careful(later[-1]).row(-1, named=True)
    assert row["series_id"] == "parks/office=BB" and row["is_news"] and row["is_told"]
    assert abs((row["month"] - dt.date(2016, 1, 1)).days) <= 62
    assert row["would_have_been_announced_on"] == row["first_announced_on"] <= dt.date(2016, 12, 20)


def test_a_changepoint_keeps_its_id_over_the_nights(first: Night, later: list[Night]) -> None:
    """However often it is estimated anew, the shift of 2012 is one changepoint, and becomes confirmed once."""
    ids = {
        row["changepoint_id"]
        for result in [first, *later]
        for row in careful(result).filter(pl.col("series_id") == "parks/office=AA").iter_rows(named=True)
    }
    assert len(ids) == 1
    log = pl.concat([first.append["ml.changepoint_event"], *(r.append["ml.changepoint_event"] for r in later)])
    about = log.filter(pl.col("changepoint_id") == ids.pop())["event"].to_list()
    assert about.count("detected") == about.count("confirmed") == 1 and "withdrawn" not in about


def test_the_same_night_again_logs_nothing(world: dict[str, pl.DataFrame], first: Night) -> None:
    """A rerun with the same findings leaves every row as it is, adds no event and sends nothing."""
    again = night(world, dt.date(2015, 6, 20), first)
    assert again.append["ml.changepoint_event"].is_empty() and not again.alerts
    assert careful(again).select(CONTRACT).equals(careful(first).select(CONTRACT))


def test_a_series_that_is_gone_is_no_withdrawal(world: dict[str, pl.DataFrame], first: Night) -> None:
    """Without its series a changepoint stays as it was, and so does the day of its first look."""
    without = {office: frame for office, frame in world.items() if office != "AA"}
    result = night(without, dt.date(2015, 7, 20), first)
    assert careful(result).equals(careful(first)) and not turns(result)
    kept = result.replace["ml.series_verdict"].filter(pl.col("series_id") == "parks/office=AA")
    assert set(kept["last_analysed_on"]) == {dt.date(2015, 6, 20)} and kept.height == 2


def test_what_the_counts_no_longer_say_is_withdrawn(world: dict[str, pl.DataFrame], later: list[Night]) -> None:
    """When corrected counts show no shift any more, whoever was told hears of it, once."""
    steady = reports(np.random.default_rng(9), rates(120, 40))
    gone = night(world | {"BB": steady}, dt.date(2017, 1, 20), later[-1])
    assert ("withdrawn", True) in turns(gone)
    assert [alert.event for alert in gone.alerts] == ["withdrawn"]
    still = night(world | {"BB": steady}, dt.date(2017, 2, 20), gone)
    assert not still.alerts and ("withdrawn", True) not in turns(still)
    row = careful(still).row(-1, named=True)
    assert row["state"] == "withdrawn" and row["is_told"]


def test_an_import_into_the_past_is_history(world: dict[str, pl.DataFrame], first: Night) -> None:
    """A back-file that arrives after the first look and shows an old shift is logged and not sent."""
    revised = reports(np.random.default_rng(5), rates(120, 40, shifts={60: 3.0}))
    result = night(world | {"CC": revised}, dt.date(2015, 7, 20), first)
    new = careful(result).filter(pl.col("series_id") == "parks/office=CC")
    assert new["is_news"].to_list() == [False] and not result.alerts


def test_one_event_of_two_series_is_one_alert() -> None:
    """Two series that shift together make one event and one message that lists both."""
    rng = np.random.default_rng(4)
    pair = {office: reports(rng, rates(120, 60, shifts={96: 4.0})) for office in ("AA", "BB")}
    before = night(pair, dt.date(2015, 12, 20))
    result = night(pair, dt.date(2016, 12, 20), before)
    assert careful(result)["event_id"].n_unique() == 1 and careful(result).height == 2
    (alert,) = result.alerts
    assert len(alert.evidence["members"]) == 2 and "(and 1 more series)" in alert.subject


def test_every_column_is_filled_and_commits(settings: Settings, world: dict[str, pl.DataFrame], first: Night) -> None:
    """The rows fit the tables of the working file, through the job runner as a night would write them."""
    with writer(settings) as con:
        con.execute("create schema insight")
        for table, frame in tables(world, dt.date(2015, 6, 20)).items():
            con.register("given", frame)
            watch = "" if table.endswith("reporting_triangle") else ", 'parks' as watch"
            con.execute(f"create table {table} as select *{watch} from given")
        run = ledger.new_run("nightly", dt.date(2015, 6, 20))
        outcomes = [run_jobs(con, [ChangepointJob()], [WATCH], run)[0] for _ in range(2)]
        assert [outcome.status for outcome in outcomes] == ["ran", "current"]
        read = con.sql("select changepoint_id, month from ml.changepoint where mode = 'careful'").pl()
        assert read.equals(careful(first).select("changepoint_id", "month"))
        months, young = con.sql("select count(*), count(*) filter (is_too_young) from ml.series_fit").fetchall()[0]
        assert months == 3 * 89 and 3 <= young <= 30
        assert con.sql(
            "select count(*) from ml.series_fit where not is_too_young and expected_count is null"
        ).fetchall() == [(0,)]
        vintage = json.loads(con.sql("select vintage from ml.changepoint_event").fetchall()[0][0])
        assert vintage["as_of"] == "2015-06-20" and vintage["observed_until"] == "2015-05-31"
        assert vintage["evidence"] >= vintage["threshold"] == threshold_for(rate_for_watch(3))
        assert vintage["false_announcements_per_series_year"] == rate_for_watch(3)
        assert vintage["look_key"] == con.sql("select any_value(look_key) from ml.series_verdict "
                                              "where series_id = 'parks/office=AA'").fetchall()[0][0]  # fmt: skip
        parameters = json.loads(con.sql("select parameters from ml.model").fetchall()[0][0])
        assert parameters["threshold"] == vintage["threshold"] and vintage["method"] == parameters["name"]
        verdicts = con.sql(
            "select verdict, count(*) from ml.series_verdict where mode = 'careful' group by 1"
        ).fetchall()
        assert sorted(verdicts) == [("changed", 1), ("no change", 2)]
        assert con.sql("select job, version from ml.model").fetchall() == [("changepoints", 2)]


def test_it_runs_again_when_a_month_begins() -> None:
    """Months ripen by themselves: the key changes with the month, not with the day."""
    job = ChangepointJob()
    days = [job.parameters(WATCH, day) for day in (dt.date(2026, 11, 1), dt.date(2026, 11, 30), dt.date(2026, 12, 1))]
    assert days[0] == days[1] != days[2]


def test_paper_mode_is_kept_apart(later: list[Night]) -> None:
    """The plain look has rows of its own, no events and no news."""
    for result in later:
        paper = result.replace["ml.changepoint"].filter(pl.col("mode") == "paper")
        assert not paper["is_news"].any() and not paper["is_told"].any()
        logged = set(result.append["ml.changepoint_event"]["changepoint_id"])
        assert not logged & set(paper["changepoint_id"])
    assert later[-1].replace["ml.changepoint"].filter(pl.col("mode") == "paper").height >= 1


def test_invented_filings_say_so() -> None:
    """Alerts about synthetic series are marked, and real and invented filings share no delay law."""
    world = {"AA": reports(np.random.default_rng(4), rates(120, 60, shifts={96: 4.0}))}
    before = night(world, dt.date(2015, 12, 20), synthetic=True)
    (alert,) = night(world, dt.date(2016, 12, 20), before, synthetic=True).alerts
    assert alert.is_synthetic and alert.subject.startswith("[SYNTHETIC] ")


def test_no_series_is_no_error() -> None:
    """A watch without any series yet gives empty answers and one model row."""
    nothing = {
        name: frame.clear()
        for name, frame in tables({"AA": reports(np.random.default_rng(1), rates(12, 5))}, dt.date(2015, 1, 1)).items()
    }
    run = ledger.Run("run-1", "nightly", dt.date(2015, 1, 1))
    result = ChangepointJob().run(NOTHING_CHANGED | nothing, NOTHING_KNOWN, WATCH, run)
    assert result.figures["series"] == 0 and result.append["ml.model"].height == 1
    assert all(frame.is_empty() for frame in result.replace.values()) and result.change["ml.series_fit"].rows.is_empty()


def test_an_alert_holds_what_it_was_judged_by(later: list[Night]) -> None:
    """Evidence, threshold and the rate that the threshold allows stand in the frozen evidence of the alert."""
    (alert,) = [alert for result in later for alert in result.alerts]
    (member,) = alert.evidence["members"]
    assert member["evidence"] >= alert.evidence["threshold"] == threshold_for(rate_for_watch(3))
    assert alert.evidence["false_announcements_per_series_year"] == rate_for_watch(3)
    assert alert.evidence["leader"] == member["changepoint_id"] and 0 < member["firm_evidence"] <= member["evidence"]
