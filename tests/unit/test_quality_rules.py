"""The rules of both gates: each fires on what it guards against, alone, and lets a healthy file pass."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from quality_home import DAY, MAKE_SYNTHETIC, RUN, build_healthy, publish_copy

from filingwatch import ledger, quality, warehouse
from filingwatch.quality import GateResult, Verdict
from filingwatch.settings import Settings


@pytest.fixture(scope="module")
def healthy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_healthy(Settings(home=tmp_path_factory.mktemp("healthy"), today=DAY))


@pytest.fixture
def con(settings: Settings, healthy_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a healthy working file of one's own."""
    settings.working_file.parent.mkdir(parents=True)
    shutil.copyfile(healthy_file, settings.working_file)
    with warehouse.writer(settings) as connection:
        yield connection


def verdicts(result: GateResult, verdict: Verdict) -> set[str]:
    return {check.check_name for check in result.checks if check.verdict is verdict}


@pytest.mark.parametrize("suite", list(quality.SUITES))
def test_a_healthy_file_opens_the_gate(con: duckdb.DuckDBPyConnection, suite: str, settings: Settings) -> None:
    """Every rule of the suite yields a check, and all of them pass."""
    result = quality.judge(con, suite, RUN, None)
    assert {check.check_name for check in result.checks} == {rule.id for rule in quality.SUITES[suite]}
    assert [check for check in result.checks if check.verdict is not Verdict.PASSED] == []
    assert result.is_open and result.is_synthetic is False
    quality.require_open(result)


BREAKS = {
    "landed": [
        ("something_judged", "core.dim_publication", "delete from core.dim_publication"),
        (
            "volume_like_history",
            "office 2026-11-22",
            "update raw.page set changed_count = 90000 where run_id = 'night-7'",
        ),
        (
            "reject_share",
            "office / office-xml",
            "update raw.sighting set outcome = 'rejected' where page_id = 'night-7-page' and record_index >= 88;"
            "update core.fct_record_fate set fate = 'rejected' where page_id = 'night-7-page' and record_index >= 88;"
            "insert into raw.reject select page_id, record_index, 'no_number', 'it has no number', '{}', "
            "now()::timestamp from raw.sighting where page_id = 'night-7-page' and record_index between 88 and 98",
        ),
        (
            "null_share_like_history",
            "office / office-xml: filing date",
            "update raw.publication set filing_date = null where page_id = 'night-7-page' and record_index < 20",
        ),
        (
            "null_share_like_history",
            "office / office-xml: title",
            "update raw.publication set texts = [] where page_id = 'night-7-page' and record_index < 20",
        ),
        (
            "filed_before_published",
            "core.dim_publication",
            "update core.dim_publication set filing_date = date '2020-06-16' where number like 'CN110%'",
        ),
        (
            "no_date_in_the_future",
            "core.dim_publication",
            "update core.dim_publication set grant_date = date '2026-11-23' where number like 'CN110%'",
        ),
        (
            "no_date_before_1880",
            "core.dim_publication",
            "update core.dim_publication set filing_date = date '1879-12-31' where number like 'CN110%'",
        ),
        (
            "languages_known",
            "core.fct_invention",
            "update core.fct_invention set languages = ['chinese', 'en'] where invention_id = 'CN1100A'",
        ),
        (
            "publication_once",
            "core.dim_publication",
            "insert into core.dim_publication from core.dim_publication where publication_id = 'CN1100A'",
        ),
        (
            "synthetic_apart",
            "core",
            "update core.dim_publication set is_synthetic = true where publication_id = 'CN1100A'",
        ),
        ("synthetic_apart", "core", "update core.fct_invention set is_synthetic = true where invention_id = 'CN1100A'"),
        ("synthetic_apart", "core", "update raw.publication set is_synthetic = true where publication_id = 'CN1100A'"),
        ("books_balance", "core.fct_record_fate", "delete from core.fct_record_fate where record_index = 5"),
        (
            "books_balance",
            "core.fct_record_fate",
            "update core.fct_record_fate set fate = null where publication_id = 'CN1100A'",
        ),
        (
            "books_balance",
            "core.fct_record_fate",
            "insert into core.fct_record_fate from core.fct_record_fate where publication_id = 'CN1100A'",
        ),
        (
            "books_balance",
            "core.fct_record_fate",
            "insert into core.fct_record_fate values ('x', 0, 'p', 'new', 'in_mart')",
        ),
        (
            "books_balance",
            "core.fct_record_fate",
            "update core.fct_record_fate set fate = 'rejected' where publication_id = 'CN1100A'",
        ),
        ("books_balance", "core.fct_record_fate", "delete from raw.reject where page_id = 'night-3-page'"),
    ],
    "to_publish": [
        ("columns_as_contracted", "core, insight", "alter table insight.dim_series drop column label"),
        ("columns_as_contracted", "core, insight", "drop table insight.fct_topic_month"),
        ("marts_filled", "insight.fct_filing_month", "delete from insight.fct_filing_month"),
        ("marts_filled", "insight.fct_reporting_triangle", "delete from insight.fct_reporting_triangle"),
        (
            "series_months_complete",
            "insight.fct_series_month",
            "update insight.fct_series_month set filing_count = null where series_id = 'smart_cities/all' "
            "and filing_month = date '2019-02-01'",
        ),
        (
            "series_months_complete",
            "insight.fct_series_month",
            "update insight.fct_series_month set filing_count = -1 where filing_month = date '2019-02-01'",
        ),
        (
            "series_months_complete",
            "insight.fct_series_month",
            "update insight.fct_series_month set filing_month = date '2019-02-02' "
            "where filing_month = date '2019-02-01'",
        ),
        (
            "series_months_complete",
            "insight.fct_series_month",
            "insert into insight.fct_series_month values ('smart_cities/all', 'smart_cities', date '2019-06-01', 0)",
        ),
        (
            "series_months_complete",
            "insight.fct_series_month",
            "insert into insight.fct_series_month select 'smart_cities/all', 'smart_cities', month::date, 0 "
            "from generate_series(date '2019-05-01', date '2026-12-01', interval 1 month) as months (month)",
        ),
        (
            "series_totals_agree",
            "insight.dim_series",
            "update insight.fct_series_month set filing_count = filing_count + 1 "
            "where series_id = 'smart_cities/office=CN+US' and filing_month = date '2019-01-01'",
        ),
        (
            "series_totals_agree",
            "insight.dim_series",
            "delete from insight.bridge_invention_technology where watch = "
            "'smart_cities' and invention_id = (select min(invention_id) from insight.bridge_invention_technology)",
        ),
        (
            "changepoints_consistent",
            "insight.fct_changepoint",
            "update ml.changepoint set month_high = date '2026-01-01' where changepoint_id = 'c1'",
        ),
        (
            "changepoints_consistent",
            "insight.fct_changepoint",
            "update ml.changepoint set month_low = date '2019-03-01' where changepoint_id = 'c1'",
        ),
        (
            "changepoints_consistent",
            "insight.fct_changepoint",
            "update ml.changepoint set rate_ratio_low = 2.5 where changepoint_id = 'c1'",
        ),
        (
            "changepoints_consistent",
            "insight.fct_changepoint",
            "update ml.changepoint set rate_ratio_high = 'nan' where changepoint_id = 'c1'",
        ),
        (
            "changepoints_consistent",
            "insight.fct_changepoint",
            "update ml.changepoint set direction = 'down' where changepoint_id = 'c1'",
        ),
        (
            "probabilities_between_0_and_1",
            "ml, insight",
            "update ml.changepoint set probability = 1.01 where changepoint_id = 'c1'",
        ),
        ("probabilities_between_0_and_1", "ml, insight", "update ml.series_fit set completeness = -0.1"),
        (
            "probabilities_between_0_and_1",
            "ml, insight",
            "update ml.relevance set probability = 'nan' where invention_id = 'CN1100A'",
        ),
        (
            "probabilities_between_0_and_1",
            "ml, insight",
            "update insight.fct_watch_filing set probability = 2 where invention_id = 'CN1100A'",
        ),
        (
            "at_most_one_topic",
            "insight.fct_watch_filing",
            "insert into insight.fct_watch_filing select * replace (null as topic_id) "
            "from insight.fct_watch_filing where invention_id = 'CN1100A'",
        ),
        (
            "at_most_one_topic",
            "insight.fct_watch_filing",
            "update insight.fct_watch_filing set topic_id = 't9' where topic_id is null and invention_id = 'CN1101A'",
        ),
        ("topics_have_terms", "ml.topic", "update ml.topic set terms_en = [], terms_zh = [] where topic_id = 't1'"),
    ],
}

WITHOUT_ROWS = {"something_judged", "volume_like_history", "null_share_like_history", "marts_filled"}


@pytest.mark.parametrize(
    ("suite", "rule_id", "subject", "damage"),
    [(suite, *broken) for suite, all_broken in BREAKS.items() for broken in all_broken],
)
def test_each_guard_fires(con: duckdb.DuckDBPyConnection, suite: str, rule_id: str, subject: str, damage: str) -> None:
    """The damage fails the rule that guards against it, on its subject, with sample rows where there are rows."""
    con.execute(damage)
    result = quality.judge(con, suite, RUN, None)
    failed = [check for check in result.checks if (check.check_name, check.subject) == (rule_id, subject)]
    assert [check.verdict for check in failed] == [Verdict.FAILED]
    assert bool(failed[0].sample) is (rule_id not in WITHOUT_ROWS)
    assert len(failed[0].sample) <= 5
    assert failed[0].to_do and failed[0].meaning
    assert verdicts(result, Verdict.COULD_NOT_TELL) == set()
    assert not result.is_open


def test_every_rule_has_a_test_in_which_it_fires() -> None:
    """A guard that nobody has seen firing is no guard."""
    tested = {suite: {broken[0] for broken in all_broken} for suite, all_broken in BREAKS.items()}
    tested["to_publish"] |= {"counts_not_collapsed", "shares_like_last_publication"}
    assert tested == {suite: {rule.id for rule in rules} for suite, rules in quality.SUITES.items()}


def test_a_guard_fires_alone(con: duckdb.DuckDBPyConnection) -> None:
    """One duplicate closes one check, not its neighbours; the true number of failing rows is said beside the sample."""
    con.execute("insert into core.dim_publication from core.dim_publication where number like 'CN11%'")
    result = quality.judge(con, "landed", RUN, None)
    assert [check.check_name for check in result.not_passed] == ["publication_once"]
    assert result.not_passed[0].observed == "99 rows"
    assert len(result.not_passed[0].sample) == 5


def test_a_few_wrong_dates_of_an_office_do_not_close_the_gate(con: duckdb.DuckDBPyConnection) -> None:
    """Raw is append-only, so a stray wrong date would close the gate for ever; it is shown and let through."""
    con.execute("update core.dim_publication set filing_date = date '1879-12-31' where number like 'CN110' || '0%'")
    result = quality.judge(con, "landed", RUN, None)
    found = next(check for check in result.checks if check.check_name == "no_date_before_1880")
    assert found.verdict is Verdict.PASSED and found.observed.startswith("1 row of") and len(found.sample) == 1


def test_counts_that_collapse_close_the_gate(
    con: duckdb.DuckDBPyConnection, settings: Settings, healthy_file: Path
) -> None:
    """Half of the publications gone since the last publication is a failure; the same file is not."""
    previous = publish_copy(settings, healthy_file)
    assert quality.judge(con, "to_publish", RUN, previous).is_open
    con.execute("delete from core.dim_publication where office = 'US'")
    result = quality.judge(con, "to_publish", RUN, previous)
    assert [(check.check_name, check.subject) for check in result.not_passed] == [
        ("counts_not_collapsed", "core.dim_publication")
    ]
    assert "693" in result.not_passed[0].expected and result.not_passed[0].observed.startswith("35")


@pytest.mark.parametrize(
    ("change", "subjects"),
    [
        ("office = 'US' where office = 'CN'", {"office: CN", "office: US"}),
        ("patent_type = 'invention'", {"patent type: invention", "patent type: utility_model"}),
        ("languages = ['en']", {"language: zh"}),
        ("languages = ['en', 'zh', 'xx']", {"language: xx"}),
        ("abstract_en = null where invention_id < 'CN12'", {"complete: abstract"}),
        ("filing_month = null", {"complete: filing date"}),
        ("applicant_count = 0", {"complete: applicant"}),
        ("office = 'US' where invention_id < 'CN111'", set()),
        ("applicant_count = 0 where invention_id < 'CN105'", set()),
        ("abstract_zh = 'more'", set()),
    ],
)
def test_shares_that_drift_far_close_the_gate(
    con: duckdb.DuckDBPyConnection, settings: Settings, healthy_file: Path, change: str, subjects: set[str]
) -> None:
    """What analysts saw last bounds the mixture on both sides and completeness below; a small drift passes."""
    previous = publish_copy(settings, healthy_file)
    con.execute(f"update core.fct_invention set {change}")
    assert drifted(quality.judge(con, "to_publish", RUN, previous)) == subjects


def drifted(result: GateResult) -> set[str]:
    return {check.subject for check in result.not_passed if check.check_name == "shares_like_last_publication"}


def test_a_drift_is_let_through_once_by_a_person(
    con: duckdb.DuckDBPyConnection, settings: Settings, healthy_file: Path
) -> None:
    """A decision lets the next publication through; one that is older than the last publication says nothing."""
    previous = publish_copy(settings, healthy_file)
    con.execute("update core.fct_invention set applicant_count = 0")
    decide = (
        "insert into raw.decision "
        "values (?, 'p', null, 'batch_accepted', 'drift', 'accepted', 'Ada', ?, null, null, null)"
    )
    con.execute(decide, [1, "2026-11-01 09:00"])
    assert drifted(quality.judge(con, "to_publish", RUN, previous)) == {"complete: applicant"}
    con.execute(decide, [2, "2026-11-22 09:00"])
    result = quality.judge(con, "to_publish", RUN, previous)
    assert drifted(result) == set()
    assert expected_of(result) == {"not compared: the drift was accepted"}


def expected_of(result: GateResult) -> set[str]:
    return {check.expected for check in result.checks if check.check_name == "shares_like_last_publication"}


def test_what_cannot_have_drifted_is_not_compared(
    con: duckdb.DuckDBPyConnection, settings: Settings, healthy_file: Path
) -> None:
    """No publication before, one of another world, one too small, one that more than half was added to."""
    assert expected_of(quality.judge(con, "to_publish", RUN, None)) == {"not compared: not in a previous publication"}
    previous = publish_copy(settings, healthy_file)
    con.execute("create table more as from core.fct_invention")
    con.execute("insert into core.fct_invention select * replace ('KR' as office) from more")
    said = expected_of(quality.judge(con, "to_publish", RUN, previous))
    assert "not compared: grown from 693 inventions" in said and len(said) == 2
    with warehouse.existing(settings, previous) as published:
        published.execute("delete from core.fct_invention where invention_id > 'CN12'")
    assert {words[:20] for words in expected_of(quality.judge(con, "to_publish", RUN, previous))} == {
        "not compared: only 9"
    }
    with warehouse.existing(settings, previous) as published:
        published.execute("update core.dim_publication set is_synthetic = true")
    assert expected_of(quality.judge(con, "to_publish", RUN, previous)) == {
        "not compared: the previous publication was of another world"
    }


def test_going_from_the_demo_to_real_filings_is_no_collapse(
    con: duckdb.DuckDBPyConnection, settings: Settings, healthy_file: Path
) -> None:
    """The demo office holds thousands of filings, the first import a few: they are not compared, and this is said."""
    previous = publish_copy(settings, healthy_file)
    with warehouse.existing(settings, previous) as published:
        published.execute("update core.dim_publication set is_synthetic = true")
    con.execute("delete from core.dim_publication where office = 'US'")
    result = quality.judge(con, "to_publish", RUN, previous)
    said = {check.expected for check in result.checks if check.check_name == "counts_not_collapsed"}
    assert said == {"not compared: the previous publication was synthetic"}
    assert result.is_open


def test_an_unreadable_previous_publication_is_could_not_tell(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A file that is no DuckDB file leaves every check untold, and the gate closed."""
    broken = tmp_path / "published.duckdb"
    broken.write_bytes(b"not a database")
    result = quality.judge(con, "to_publish", RUN, broken)
    assert {check.verdict for check in result.checks} == {Verdict.COULD_NOT_TELL}
    assert {check.check_name for check in result.checks} == {rule.id for rule in quality.SUITES["to_publish"]}


@pytest.mark.parametrize(
    ("suite", "table", "rule_ids"),
    [
        ("landed", "core.fct_record_fate", {"books_balance", "something_judged"}),
        ("landed", "core.fct_invention", {"languages_known", "synthetic_apart"}),
        ("to_publish", "ml.topic", {"topics_have_terms", "at_most_one_topic"}),
    ],
)
def test_a_missing_table_is_could_not_tell(
    con: duckdb.DuckDBPyConnection, suite: str, table: str, rule_ids: set[str]
) -> None:
    """Rules that read the table could not be told, the others are judged; the gate stays closed."""
    con.execute(f"drop table {table}")
    result = quality.judge(con, suite, RUN, None)
    assert verdicts(result, Verdict.COULD_NOT_TELL) == rule_ids
    assert verdicts(result, Verdict.PASSED) and not result.is_open
    assert all("does not exist" in check.observed for check in result.not_passed)


def test_a_file_without_a_ledger_is_could_not_tell(tmp_path: Path) -> None:
    """Where nothing can be set up, each rule says so; nothing passes."""
    with duckdb.connect(str(tmp_path / "empty.duckdb")) as con:
        result = quality.judge(con, "landed", RUN, None)
    assert {check.verdict for check in result.checks} == {Verdict.COULD_NOT_TELL}


def test_a_first_night_has_no_history_and_passes(con: duckdb.DuckDBPyConnection) -> None:
    """Without five earlier nights and without earlier records nothing is compared, and this is said."""
    con.execute("delete from ops.run where run_id <> 'night-7'; delete from ops.publication_log")
    con.execute("delete from ops.outcome where run_id <> 'night-7'; update raw.page set changed_count = 12000")
    result = quality.judge(con, "landed", RUN, None)
    assert result.is_open
    said = {check.check_name: check.expected for check in result.checks}
    assert said["volume_like_history"] == "not compared: no history yet (0 of 5 earlier nights)"
    assert said["null_share_like_history"].startswith("not compared: too few records")


@pytest.mark.parametrize(
    ("change", "excuse"),
    [
        ("update ops.outcome set source = 'exports'", "not compared: given by hand"),
        (
            "update ops.outcome set kind = 'end', status = 'failed' where run_id = 'night-7'",
            "not compared: the source did not answer; see the outcomes of the run",
        ),
    ],
)
def test_volumes_that_mean_nothing_are_not_compared(con: duckdb.DuckDBPyConnection, change: str, excuse: str) -> None:
    """What people import by hand has no usual size, and a source that was down is told to ops by the run itself."""
    con.execute("update ops.outcome set record_count = 0, reject_count = 0 where run_id = 'night-7'")
    con.execute(change)
    result = quality.judge(con, "landed", RUN, None)
    said = {check.expected for check in result.checks if check.check_name == "volume_like_history"}
    assert excuse in said and result.is_open


def test_a_rerun_that_finds_nothing_new_is_not_silence(con: duckdb.DuckDBPyConnection) -> None:
    """The volume of a night is that of its day, over all runs of the day."""
    con.execute("update ops.run set status = 'failed' where run_id = 'night-7'")
    con.execute("insert into ops.run (run_id, flow, as_of, started_at, status, project_version) "
                "values ('again', 'nightly', '2026-11-22', now()::timestamp, 'running', '0')")  # fmt: skip
    con.execute("insert into ops.outcome (run_id, source, attempted_at, kind, status, record_count, reject_count) "
                "values ('again', 'office', now()::timestamp, 'end', 'nothing_new', 0, 0)")  # fmt: skip
    assert quality.judge(con, "landed", replace(RUN, run_id="again"), None).is_open


@pytest.mark.parametrize("records", [0, 3])
def test_too_little_closes_no_gate(con: duckdb.DuckDBPyConnection, records: int) -> None:
    """One office down never stops the others: that it fell short is told when the source ends, not here."""
    con.execute("update raw.page set new_count = ? where run_id = 'night-7'", [records])
    result = quality.judge(con, "landed", RUN, None)
    (check,) = [check for check in result.checks if check.check_name == "volume_like_history"]
    assert check.verdict is Verdict.PASSED
    assert check.expected == "at most 200 new or changed records, from 6 earlier nights"
    assert result.is_open


@pytest.mark.parametrize("flow", ["backfill", "import"])
def test_what_was_brought_in_from_the_past_is_no_night(con: duckdb.DuckDBPyConnection, flow: str) -> None:
    """A backfill or an import is as large as it is: it neither closes the gate nor becomes an example for nights."""
    con.execute("insert into ops.run (run_id, flow, as_of, started_at, status, project_version) "
                "values ('past', ?, '2026-11-22', now()::timestamp, 'succeeded', '0')", [flow])  # fmt: skip
    con.execute("insert into raw.page values ('past-page', 'past', 'office', 'office-xml', '{}', 'sha', 1, "
                "now()::timestamp, 90000, 0, 90000, 0, 0)")  # fmt: skip
    assert quality.judge(con, "landed", RUN, None).is_open


def test_a_bad_batch_stays_under_judgement_until_a_person_accepts_it(con: duckdb.DuckDBPyConnection) -> None:
    """The night after a closed gate lands nothing; the batch still closes the gate, and a decision lets it through."""
    con.execute("update raw.publication set filing_date = null where page_id = 'night-7-page'")
    later = ledger.Run("night-8", "nightly", DAY, RUN.started_at)
    con.execute("insert into ops.run (run_id, flow, as_of, started_at, status, project_version) "
                "values ('night-8', 'nightly', '2026-11-22', now()::timestamp, 'running', '0')")  # fmt: skip
    closed = quality.judge(con, "landed", later, None)
    assert [check.check_name for check in closed.not_passed] == ["null_share_like_history"]
    con.execute("insert into raw.decision values (1, 'p', null, 'batch_accepted', 'landed', 'accepted', 'Ada', "
                "timestamp '2026-11-22 09:00', 'the office left the dates out', null, null)")  # fmt: skip
    assert quality.judge(con, "landed", later, None).is_open


def test_nothing_landed_and_nothing_there_passes_only_with_its_reason(settings: Settings, tmp_path: Path) -> None:
    """An installation without any filing has empty tables; each such check says why there was nothing to judge."""
    with warehouse.writer(settings) as con:
        con.execute("create schema core")
        con.execute("create table core.dim_publication (publication_id varchar, publication_date date, "
                    "filing_date date, grant_date date, is_synthetic boolean)")  # fmt: skip
        con.execute("create table core.fct_invention (invention_id varchar, languages varchar[], is_synthetic boolean)")
        con.execute("create table core.fct_record_fate (page_id varchar, record_index integer, fate varchar)")
        result = quality.judge(con, "landed", RUN, None)
    assert result.is_open and result.is_synthetic is None
    said = {check.check_name: check.observed for check in result.checks}
    assert said["volume_like_history"] == "no source was asked in this run"
    assert said["reject_share"] == "nothing was landed since the last publication"


def test_judging_leaves_no_table_behind(con: duckdb.DuckDBPyConnection, settings: Settings, healthy_file: Path) -> None:
    """The temporary tables and the attached file are gone afterwards, also when judging went wrong."""
    before = con.execute("select database_name, table_name from duckdb_tables() order by all").fetchall()
    quality.judge(con, "to_publish", RUN, publish_copy(settings, healthy_file))
    con.execute("drop table ml.topic")
    quality.judge(con, "to_publish", RUN, None)
    after = con.execute("select database_name, table_name from duckdb_tables() order by all").fetchall()
    assert set(before) - set(after) == {(con.execute("select current_database()").fetchall()[0][0], "topic")}
    assert set(after) <= set(before)


def test_synthetic_data_are_known_as_such(con: duckdb.DuckDBPyConnection) -> None:
    """While raw holds only what the demo office invented, the result says so."""
    con.execute(MAKE_SYNTHETIC)
    result = quality.judge(con, "landed", RUN, None)
    assert result.is_open and result.is_synthetic is True
