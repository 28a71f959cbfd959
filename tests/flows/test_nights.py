"""Whole nights through the command line: real Prefect, dbt, Great Expectations and DuckDB on the demo office."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from filingwatch.examples import read_examples
from filingwatch.sources.demo.truth import planted
from tests.commands import ask, run
from tests.conftest import ROOT

TODAY = dt.date(2026, 11, 22)


@dataclass(frozen=True)
class Nights:
    """A home after a first night, with what the first night printed."""

    home: Path
    printed: str


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = tmp_path_factory.mktemp("nights") / "home"
    yield Nights(home, run(home, "nightly").stdout)


def test_a_first_night_prints_what_happened_and_where_to_look(nights: Nights) -> None:
    """Counts for each stage, the stamp of synthetic data, and the paths of file, page and alerts."""
    text = re.sub(r"\s+", " ", nights.printed)
    for part in ("ingest demo", "transform core", "gate landed", "job relevance", "job topics", "job changepoints",
                 "gate to_publish", "published version", "notify", "SYNTHETIC", "Quality page"):  # fmt: skip
        assert part in text, f"{part!r} is missing in\n{nights.printed}"


def test_the_published_file_answers_the_first_questions(nights: Nights) -> None:
    """Filings by month and office, changepoints with dates, topics with terms, alerts."""
    months = ask(
        nights.home,
        "select office, sum(filing_count)::int as n from insight.fct_filing_month where watch = 'smart_cities' "
        "group by all",
    )
    dated = ask(nights.home, "select count(filing_month) as n from core.fct_invention")
    assert {row["office"] for row in months} >= {"CN", "US"}
    assert sum(row["n"] for row in months) == dated[0]["n"] > 0
    topics = ask(nights.home, "select name, terms_en, terms_zh from insight.dim_topic where state <> 'gone'")
    assert len(topics) >= 3
    assert all(topic["terms_en"] or topic["terms_zh"] for topic in topics)
    assert ask(nights.home, "select alert_id from ops.alert where audience = 'monitor'")


def test_every_worked_example_answers(nights: Nights) -> None:
    """Each example runs on the published file and has rows, except where it says that none are an answer too."""
    listed = json.loads(run(nights.home, "examples", "--json").stdout)
    assert {one["name"] for one in listed} == set(read_examples())
    bad = {}
    with duckdb.connect(str(nights.home / "published" / "filingwatch.duckdb"), read_only=True) as con:
        for example in read_examples().values():
            rows = con.sql(example.sql).fetchall()
            if not rows and not example.may_be_empty:
                bad[example.name] = "no rows"
    assert bad == {}
    shown = run(nights.home, "examples", "funnel").stdout
    assert "It does not say:" in shown and "inventions" in shown


def test_the_quick_start_in_python_runs_as_printed(nights: Nights) -> None:
    """Each Python block of the analysts' page runs in the home, with nothing but what it imports."""
    page = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], cwd=nights.home, capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout, f"{block}\n{done.stderr}"
    for block in re.findall(r"```sql\n(.*?)```", page, flags=re.DOTALL):
        with duckdb.connect(str(nights.home / "published" / "filingwatch.duckdb"), read_only=True) as con:
            assert all(con.sql(query).fetchall() for query in block.strip().strip(";").split(";"))


def test_an_export_of_the_night_is_whole(nights: Nights, tmp_path: Path) -> None:
    """All stable views as Parquet, every column described, as many rows as the file that they come from has."""
    made = json.loads(run(nights.home, "export", str(tmp_path / "out"), "--json").stdout)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert made["files"] == len(manifest["tables"]) >= 20
    assert all(column["description"] for one in manifest["tables"] for column in one["columns"])
    [filing] = [one for one in manifest["tables"] if one["table"] == "v1.filing"]
    assert ask(nights.home, "select count(*) as n from v1.filing") == [{"n": filing["rows"]}]


def test_the_planted_shift_of_2015_is_found_and_is_history(nights: Nights) -> None:
    """The shift in the back-file: its month and its size lie within their intervals, and nobody was told."""
    truth = next(shift for shift in planted(2015, TODAY) if shift.month.year == 2015)
    rows = ask(
        nights.home,
        "select month_low, month_high, rate_ratio_low, rate_ratio_high, is_news from insight.fct_changepoint "
        "where mode = 'careful' and series_id = 'smart_cities/office=CN/patent_type=invention/synthetic' "
        "and month between '2014-06-01' and '2015-12-01'",
    )
    assert len(rows) == 1
    assert rows[0]["month_low"] <= truth.month.isoformat() <= rows[0]["month_high"]
    assert rows[0]["rate_ratio_low"] <= truth.factor <= rows[0]["rate_ratio_high"]
    assert rows[0]["is_news"] is False


def test_both_modes_show_the_planted_shift_of_2015(nights: Nights) -> None:
    """Careful and paper mode side by side, each with the shift in its interval, and with dated events beside it."""
    truth = next(shift for shift in planted(2015, TODAY) if shift.month.year == 2015)
    series = "smart_cities/office=CN/patent_type=invention/synthetic"
    [shown] = json.loads(run(nights.home, "changepoints", "show", "--series", series, "--json").stdout)
    assert set(shown["changepoints"]) == {"careful", "paper"}
    for mode, changes in shown["changepoints"].items():
        of_2015 = [one for one in changes if one["month_low"] <= truth.month.isoformat() <= one["month_high"]]
        assert len(of_2015) == 1, mode
        events = of_2015[0]["events"]
        assert "2015-internet-plus-report" in {event["event_id"] for event in events}
        assert all(0 < event["chance_share"] <= 1 for event in events)
    alike = json.loads(run(nights.home, "examples", "paper_and_careful", "--json").stdout)
    assert "Smart cities: CN, inventions (SYNTHETIC)" in {row["label"] for row in alike if row["is_alike"]}


def test_exactly_the_planted_news_is_told(nights: Nights) -> None:
    """One alert to monitors, about the surge that became visible in the newest nights, stamped SYNTHETIC."""
    alerts = json.loads(run(nights.home, "alerts", "--json").stdout)
    assert len(alerts) == 1, [alert["subject"] for alert in alerts]
    assert alerts[0]["subject"].startswith("[SYNTHETIC] ")
    assert "crowd_analytics" in alerts[0]["body"]
    truth = next(shift for shift in planted(2015, TODAY) if shift.month.year == TODAY.year)
    (row,) = ask(
        nights.home,
        "select month_low, month_high from insight.fct_changepoint "
        f"where mode = 'careful' and is_news and series_id = '{truth.series[0]}/synthetic'",
    )
    assert row["month_low"] <= truth.month.isoformat() <= row["month_high"]
    assert "a filing is not a deployment" in alerts[0]["body"]
    written = list((nights.home / "alerts" / "monitor").glob("*.txt"))
    assert [path.stem for path in written] == [alerts[0]["alert_id"]]


def test_a_night_without_news_runs_no_job_and_tells_nobody(nights: Nights) -> None:
    """The ledger proves that no job ran, nothing landed, the version stays, and no second message goes out."""
    version = ask(nights.home, "select version from ops.this_publication")
    before = ask(nights.home, "select count(*) as n from ops.delivery where status = 'delivered'")
    figures = json.loads(run(nights.home, "nightly", "--json").stdout)
    assert {job["status"] for job in figures["jobs"]} == {"current"}
    assert {layer["status"] for layer in figures["transform"].values()} == {"current"}
    assert figures["publish"]["action"] == "refreshed"
    assert figures["alerts"] == []
    proof = ask(
        nights.home,
        "select job, status from ops.job_run where run_id = (select max(run_id) from ops.run where flow = 'nightly')",
    )
    assert {row["status"] for row in proof} == {"current"}
    assert {row["job"] for row in proof} >= {"relevance", "topics", "changepoints"}
    assert ask(nights.home, "select version from ops.this_publication") == version
    run(nights.home, "nightly")
    after = ask(nights.home, "select count(*) as n from ops.delivery where status = 'delivered'")
    assert before[0]["n"] <= after[0]["n"] <= before[0]["n"] + 4  # the first night's own rows appear one night later


def test_a_decision_by_day_is_taken_into_account(nights: Nights) -> None:
    """A label put into the inbox decides its filing after `analyse`, and the topics of the others stay named."""
    (one,) = ask(
        nights.home,
        "select invention_id from insight.fct_watch_filing where is_relevant and watch = 'smart_cities' "
        "order by 1 limit 1",
    )
    run(nights.home, "decide", "relevance_label", one["invention_id"], "irrelevant", "--watch", "smart_cities",
        "--by", "ann", "--why", "test")  # fmt: skip
    waiting = json.loads(run(nights.home, "status", "--json").stdout)["waiting"]
    assert waiting["decisions"] == 1
    ids = {row["topic_id"] for row in ask(nights.home, "select topic_id from insight.dim_topic where state <> 'gone'")}
    figures = json.loads(run(nights.home, "analyse", "--json").stdout)
    assert figures["ingest"]["given"]["decisions"] == 1
    (row,) = ask(
        nights.home,
        "select is_relevant, decided_by from ml.relevance "
        f"where watch = 'smart_cities' and invention_id = '{one['invention_id']}'",
    )
    assert (row["is_relevant"], row["decided_by"]) == (False, "person")
    now = {row["topic_id"] for row in ask(nights.home, "select topic_id from insight.dim_topic where state <> 'gone'")}
    assert ids == now
    assert len(json.loads(run(nights.home, "alerts", "--json").stdout)) == 1


def test_every_record_is_in_a_mart_or_has_a_reason(nights: Nights) -> None:
    """The books balance: sightings and fates are the same records, and each fate that is no mart says why."""
    (row,) = ask(
        nights.home,
        "select count(*) as n, count(*) filter (where fate <> 'in_mart' and reason is null) as silent "
        "from core.fct_record_fate",
    )
    (pages,) = ask(
        nights.home,
        "select sum(record_count + reject_count)::int as n from ops.outcome where status = 'ok' and source = 'demo'",
    )
    assert (row["n"], row["silent"]) == (pages["n"], 0)


def test_going_back_to_the_version_before(nights: Nights) -> None:
    """`restore` makes the earlier publication the one that analysts see, and says what is kept."""
    listed = run(nights.home, "restore", "--list").stdout.split()
    versions = [word for word in listed if re.fullmatch(r"\d{8}T\d{12}", word)]
    assert len(versions) == 2
    run(nights.home, "restore")
    assert ask(nights.home, "select version from ops.this_publication")[0]["version"] == versions[1]


def test_an_installation_says_what_is_wrong_with_it(nights: Nights) -> None:
    """The doctor is content with a good home, and names a broken watch and its cure."""
    run(nights.home, "doctor")
    (nights.home / "watches").mkdir(exist_ok=True)
    (nights.home / "watches" / "mine.yaml").write_text("watch: Mine\n")
    done = run(nights.home, "doctor", code=1)
    (nights.home / "watches" / "mine.yaml").unlink()
    assert "FAIL watches" in done.stdout
    assert "mine.yaml" in done.stdout


def test_a_closed_gate_leaves_the_last_publication_and_says_why(nights: Nights, tmp_path: Path) -> None:
    """A file with many unusable rows closes the gate: exit code 3, an ops alert, a page with the rows, nothing new.

    Once somebody accepts the batch, the real rows are published and the synthetic ones are gone.
    """
    version = ask(nights.home, "select version from ops.this_publication")
    columns = "id,title,assignee,inventor/author,priority date,filing/creation date,publication date,grant date"
    rest = "A bench,Some firm,A. Person,2020-01-01,2020-01-01,2021-07-01,,"
    lines = [f"{columns},result link"]
    lines += [*(f"CN-1180{n:05d}-A,{rest}" for n in range(8)), *(f"no number {n},{rest}" for n in range(9))]
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(lines) + "\n")
    printed = json.loads(run(nights.home, "import", str(bad), "--json").stdout)
    assert (printed["files"][0]["new"], printed["files"][0]["rejects"]) == (8, 9)
    failed = run(nights.home, "analyse", code=3)
    assert "reject_share" in failed.stderr
    assert "decide batch_accepted" in failed.stderr
    assert ask(nights.home, "select version from ops.this_publication") == version
    assert "reject_share" in (nights.home / "quality" / "latest.html").read_text()
    assert any("reject_share" in path.read_text() for path in (nights.home / "alerts" / "ops").glob("*.txt"))
    run(nights.home, "decide", "batch_accepted", "landed", "accepted", "--by", "ann", "--why", "made for a test")
    run(nights.home, "analyse")
    assert ask(nights.home, "select count(*)::int as n, bool_or(is_synthetic) as s from core.fct_invention") == [
        {"n": 8, "s": False}
    ]
    assert len(json.loads(run(nights.home, "alerts", "--json").stdout)) == 1  # series that are gone are not withdrawn
