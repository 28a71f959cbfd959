"""From landed records to inventions: what core says about the hand-made landing."""

from __future__ import annotations

import datetime as dt

from tests.dbt.conftest import Built
from tests.dbt.hand_made import HIKVISION, PING_AN


def test_partial_records_of_two_feeds_make_one_publication(built: Built) -> None:
    """Dates come from the feed that has them, texts and classes from the other, and both feeds are named."""
    assert built.row(
        "select filing_date, publication_date, application_id, feeds, url from core.dim_publication "
        "where publication_id = 'CN104000001A'"
    ) == (
        dt.date(2014, 1, 7), dt.date(2015, 7, 8), "CN201410000001", ["google-csv", "google-details"],
        "https://example.org/A",
    )  # fmt: skip


def test_application_and_grant_are_one_invention(built: Built) -> None:
    """A and B of one application count once, dated by the earlier of each date."""
    assert built.row(
        "select patent_type, filing_date, filing_month, earliest_publication_date, publication_count, title, title_zh, "
        "abstract_zh, undated_reason, applicant_count from core.fct_invention where invention_id = 'CN104000001A'"
    ) == (
        "invention", dt.date(2014, 1, 7), dt.date(2014, 1, 1), dt.date(2015, 7, 8), 2, "摄像机网络", "摄像机网络",
        "一种用于城市的摄像机网络。", None, 1,
    )  # fmt: skip


def test_text_for_analysis_holds_every_language(built: Built) -> None:
    """Titles of both feeds and the abstract are in one string, titles first; an unnamed language stays unnamed."""
    assert built.row("select text, languages from core.fct_invention where invention_id = 'CN104000001A'") == (
        "Camera network\n摄像机网络\n一种用于城市的摄像机网络。",
        ["zh"],
    )


def test_links_chain_over_rules(built: Built) -> None:
    """B1 shares a number with A1, A1 a family with US: one invention of the office that published first."""
    assert built.row(
        "select office, publication_count, filing_date from core.fct_invention where invention_id = 'EP3000001A1'"
    ) == ("EP", 3, dt.date(2016, 6, 1))
    assert built.rows(
        "select publication_id, rule, detail from core.link_reason where invention_id = 'EP3000001A1' order by all"
    ) == [
        ("EP3000001A1", "family", "f1"),
        ("EP3000001A1", "number", "EP3000001"),
        ("EP3000001B1", "number", "EP3000001"),
        ("US10000001B2", "family", "f1"),
    ]


def test_same_day_dual_filing_is_one_invention_with_its_reason(built: Built) -> None:
    """Invention and utility model of the same applicants and title count once, as an invention."""
    assert built.row(
        "select patent_type, publication_count from core.fct_invention where invention_id = 'CN106000001A'"
    ) == ("invention", 2)
    assert built.rows(
        "select publication_id, rule, detail from core.link_reason where invention_id = 'CN106000001A' order by all"
    ) == [
        ("CN106000001A", "dual_filing", "2016-03-03|乙公司|甲公司|一种智慧路灯带摄像头"),
        ("CN206000001U", "dual_filing", "2016-03-03|乙公司|甲公司|一种智慧路灯带摄像头"),
    ]


def test_equal_titles_of_different_applicants_stay_apart(built: Built) -> None:
    """Same day and title but another applicant: two inventions, each alone."""
    assert built.rows(
        "select publication_id, invention_id, rule from core.link_reason where publication_id like 'CN_06000002_' "
        "order by all"
    ) == [("CN106000002A", "CN106000002A", "alone"), ("CN206000002U", "CN206000002U", "alone")]


def test_undated_invention_is_kept_with_its_reason(built: Built) -> None:
    """A publication known only from a table without dates is in core, with a reason instead of a date."""
    assert built.row(
        "select filing_date, filing_month, earliest_publication_date, undated_reason from core.fct_invention "
        "where invention_id = 'CN109000009A'"
    ) == (None, None, None, "no feed gives a filing date")


def test_dates_after_the_run_are_not_believed(built: Built) -> None:
    """A filing of 2030 is kept without dates and says why; no date of the warehouse lies after the run."""
    assert built.row(
        "select filing_date, publication_date, date_issue from core.dim_publication "
        "where publication_id = 'CN108000001A'"
    ) == (None, None, "published after the day of the run")
    assert built.row(
        "select undated_reason from core.fct_invention where invention_id = 'CN108000001A'"
    ) == ("published after the day of the run",)  # fmt: skip


def test_withdrawn_publication_is_on_record_but_not_counted(built: Built) -> None:
    """What the office withdrew keeps its row, belongs to no invention, and is booked as withdrawn both times."""
    assert built.row(
        "select is_deleted, invention_id from core.dim_publication where publication_id = 'CN107000007A'"
    ) == (True, None)
    assert built.rows("select * from core.fct_invention where invention_id = 'CN107000007A'") == []
    assert built.rows(
        "select page_id, outcome, fate from core.fct_record_fate where publication_id = 'CN107000007A' order by all"
    ) == [("p-again", "changed", "deleted_by_office"), ("p-lens", "new", "deleted_by_office")]


def test_every_record_has_one_fate(built: Built) -> None:
    """Counts by fate add up to everything that was seen; the reject keeps its reason in words."""
    assert dict(built.rows("select fate, count(*) from core.fct_record_fate group by fate")) == {
        "in_mart": 28,
        "rejected": 1,
        "deleted_by_office": 2,
        "synthetic_retired": 1,
    }
    assert built.row("select count(*) from core.fct_record_fate") == built.row("select count(*) from raw.sighting")
    assert built.row("select reason from core.fct_record_fate where fate = 'rejected'") == (
        "bad_date: there is no day 2015-02-30",
    )


def test_synthetic_filings_are_retired_by_real_ones(built: Built) -> None:
    """Once a real filing is there, no synthetic one is in any mart."""
    assert built.row("select count(*) from core.dim_publication where is_synthetic") == (0,)
    assert built.row("select fate, reason from core.fct_record_fate where feed = 'demo'") == (
        "synthetic_retired",
        "real filings have been landed since",
    )


def test_synthetic_filings_alone_are_used_and_marked(built_synthetic: Built) -> None:
    """Without real filings the synthetic ones fill the marts, and series carry it in id and label."""
    assert built_synthetic.rows("select distinct is_synthetic from core.fct_invention") == [(True,)]
    assert built_synthetic.rows("select series_id, label from insight.dim_series where rule_index = 0") == [
        ("towns/all/synthetic", "Towns: all filings (SYNTHETIC)")
    ]


def test_company_is_known_by_its_whole_name_only(built: Built) -> None:
    """Width and brackets do not matter, a whole entity name does: 平安 in another name is no Ping An."""
    groups = dict(built.rows("select name, group_id from core.dim_applicant"))
    assert groups[HIKVISION] == "hikvision"
    assert groups[PING_AN] == "ping_an"
    assert [group for name, group in groups.items() if name.startswith("平安城市")] == [None]


def test_applicant_named_twice_counts_once(built: Built) -> None:
    """Two spellings of one normalised name are one applicant of the invention."""
    assert built.row(
        "select applicant_count from core.fct_invention where invention_id = 'CN107000001A'"
    ) == (1,)  # fmt: skip


def test_owner_speaks_where_no_applicant_is_named(built: Built) -> None:
    """A feed that knows only the owner still gives the invention a name."""
    assert built.row(
        "select name from core.bridge_invention_applicant inner join core.dim_applicant using (applicant_id) "
        "where invention_id = 'CN108000002A'"
    ) == ("平安城市建设有限公司",)
