"""From inventions to series and findings: what insight says about the hand-made landing."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.dbt.conftest import Built


def test_technology_is_told_by_class_and_by_words(built: Built) -> None:
    """A class below a seed symbol and a term in any case both count, and the evidence is named."""
    assert built.rows(
        "select invention_id, technology, evidence from insight.bridge_invention_technology order by all"
    ) == [
        ("CN104000001A", "cameras", ["class H04N 7/181"]),
        ("CN106000001A", "lamps", ["term 路灯"]),
        ("CN109000009A", "lamps", ["term street lamp"]),
    ]


def test_every_invention_is_seen_by_the_watch(built: Built) -> None:
    """One row per invention with the newest watch content; what was judged irrelevant or undated stays visible."""
    assert built.row("select count(*), count(*) filter (where is_relevant) from insight.fct_watch_filing") == (23, 22)
    assert built.row("select count(*) from core.fct_invention") == (23,)


def test_unscored_inventions_are_not_relevant(built_synthetic: Built) -> None:
    """An invention that no job has judged yet counts as not relevant, without a probability."""
    assert built_synthetic.row(
        "select is_relevant, probability, topic_id from insight.fct_watch_filing where invention_id = 'CN190000004A'"
    ) == (False, None, None)
    assert built_synthetic.row("select filing_count from insight.dim_series where rule_index = 0") == (3,)


def test_series_follow_the_rules_of_the_watch(built: Built) -> None:
    """Each rule gives its cells; small series are dropped, restrictions stay in the id, the newest watch counts."""
    assert dict(built.rows("select series_id, filing_count from insight.dim_series")) == {
        "towns/all": 20,
        "towns/office=CN/patent_type=invention": 18,
        "towns/office=CN+EP/technology=cameras": 1,
        "towns/office=CN+EP/technology=lamps": 1,
        "towns/topic=t1": 20,
        "towns/applicant_group=hikvision": 1,
        "towns/applicant_group=ping_an": 1,
    }


def test_series_have_labels_and_dimensions(built: Built) -> None:
    """The label is for people; a dimension has a value only where the series has exactly one."""
    assert built.row(
        "select label, office, patent_type, technology, topic_id, group_id, rule_index, is_synthetic "
        "from insight.dim_series where series_id = 'towns/office=CN/patent_type=invention'"
    ) == ("Towns: CN, inventions", "CN", "invention", None, None, None, 1, False)
    assert built.row(
        "select label, office, technology from insight.dim_series where series_id like '%technology=lamps'"
    ) == ("Towns: Lamps", None, "lamps")
    assert built.rows("select label from insight.dim_series where series_id in (?, ?) order by all", 
        "towns/topic=t1", "towns/applicant_group=ping_an"
    ) == [("Towns: Cameras",), ("Towns: Ping An",)]  # fmt: skip


def test_undated_and_irrelevant_filings_are_in_no_series(built: Built) -> None:
    """Of 23 inventions one is irrelevant and two undated: 20 are counted in the series of everything."""
    assert built.rows(
        "select distinct invention_id from intermediate.int_series_member "
        "where invention_id in ('CN109000009A', 'CN108000001A', 'CN108000002A')"
    ) == []  # fmt: skip


def test_months_without_filings_are_zero(built: Built) -> None:
    """A series has every month from its first to the watch's last, and its months add up to its count."""
    months = built.rows(
        "select filing_month, filing_count from insight.fct_series_month where series_id = 'towns/all' order by 1"
    )
    assert (months[0][0], months[-1][0], len(months)) == (dt.date(2014, 1, 1), dt.date(2016, 6, 1), 30)
    assert sum(count for _, count in months) == 20
    assert (dt.date(2015, 12, 1), 0) in months


def test_series_can_be_seen_as_of_a_past_day(built: Built) -> None:
    """The triangle up to a day counts exactly what had been published by that day."""
    sql = "select coalesce(sum(filing_count), 0) from insight.fct_series_triangle where series_id = 'towns/all'"
    assert built.row(f"{sql} and publication_date < '2015-07-03'") == (0,)
    assert built.row(f"{sql} and publication_date <= '2015-07-08'") == (2,)
    assert built.row(sql) == (20,)


def test_reporting_triangle_holds_every_invention_once(built: Built) -> None:
    """It adds up to all inventions; those without a month of filing or of publication stand apart."""
    sql = "select sum(filing_count) from insight.fct_reporting_triangle"
    assert built.row(sql) == built.row("select count(*) from core.fct_invention")
    assert built.row(f"{sql} where filing_month is null") == built.row(
        "select count(*) from core.fct_invention where filing_date is null"
    )
    assert built.row(f"{sql} where filing_month = '2014-01-01' and publication_month = '2017-02-01'") == (None,)


def test_filings_per_month_and_office_are_one_query_away(built: Built) -> None:
    """Total and relevant counts stand beside each other."""
    assert built.row(
        "select filing_count, relevant_count from insight.fct_filing_month "
        "where filing_month = '2016-01-01' and office = 'CN'"
    ) == (1, 0)


def test_changepoint_keeps_its_finding_when_its_series_is_gone(built: Built) -> None:
    """A changepoint of a monitored series has its label and dimensions; one of a gone series has its id."""
    assert built.rows(
        "select changepoint_id, label, office, is_synthetic from insight.fct_changepoint order by all"
    ) == [("c1", "Towns: CN, inventions", "CN", False), ("c2", "towns/technology=gone", None, False)]


def test_rivals_are_all_events_within_a_year_with_signed_lag(built: Built) -> None:
    """Events before have a negative lag, none is further than a year, and far changepoints have none."""
    rivals = built.rows(
        "select event_id, signed_lag_days, check_mark from insight.fct_changepoint_rival where changepoint_id = 'c1'"
    )
    lags = {event: lag for event, lag, _ in rivals}
    assert lags["2014-eight-ministries"] == -186
    assert lags["2015-internet-plus-report"] == 4
    assert max(map(abs, lags.values())) <= 365
    assert {mark for _, _, mark in rivals} <= {"V", "S", "M"}
    assert built.rows("select * from insight.fct_changepoint_rival where changepoint_id = 'c2'") == []


def test_the_chance_of_a_match_is_a_share_of_the_judged_months(built: Built) -> None:
    """Counted again by hand over the 120 judged months; the nearer an event, the smaller the chance."""
    rivals = built.rows(
        "select event_id, kind, gap_month_count, chance_share, kind_chance_share, is_rival, is_within_interval "
        "from insight.fct_changepoint_rival where changepoint_id = 'c1' order by gap_month_count"
    )
    events = built.rows("select kind, year(event_date) * 12 + month(event_date) from core.dim_event")
    months = range(2010 * 12 + 1, 2020 * 12 + 1)
    for _, kind, gap, chance, kind_chance, is_rival, is_within in rivals:
        near = [month for month in months if any(abs(at - month) <= gap for _, at in events)]
        alike = [month for month in months if any(abs(at - month) <= gap for other, at in events if other == kind)]
        assert chance == pytest.approx(len(near) / 120)
        assert kind_chance == pytest.approx(len(alike) / 120)
        assert is_rival == (kind in ("ip_system", "data_artifact"))
        assert is_within == (gap == 0)
    assert len(rivals) > 5
    assert 0 < rivals[0][3] < rivals[-1][3] == 1


def test_funnel_counts_each_stage(built: Built) -> None:
    """From all landed records to the inventions in a monitored series."""
    assert built.rows("select stage, item_count from insight.fct_funnel order by stage_order") == [
        ("landed records", 31),
        ("distinct publications", 28),
        ("inventions", 23),
        ("judged", 23),
        ("relevant", 22),
        ("relevant and dated", 20),
        ("in a series", 20),
    ]


def test_topics_are_counted_by_month(built: Built) -> None:
    """A topic's months hold its relevant, dated inventions."""
    assert built.row("select sum(filing_count), min(filing_month) from insight.fct_topic_month") == (
        20,
        dt.date(2014, 1, 1),
    )


def test_import_yield_accounts_for_each_file(built: Built) -> None:
    """Rows, publications, inventions, dated, undated, rejects and set-aside records; decisions are no import."""
    assert built.rows(
        "select file, rows, publications, inventions, dated, undated, rejects, set_aside "
        "from insight.fct_import_yield order by file"
    ) == [
        ("p-again.csv", 1, 1, 0, 0, 0, 0, 1),
        ("p-demo.csv", 1, 1, 0, 0, 0, 0, 1),
        ("p-details.csv", 2, 2, 2, 1, 1, 0, 0),
        ("p-lens.csv", 21, 20, 18, 18, 0, 1, 1),
        ("p-search.csv", 7, 7, 4, 3, 1, 0, 0),
    ]
