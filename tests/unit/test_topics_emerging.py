"""`filingwatch topics emerging`: the topics of the quarter with parts, counts and caveats, for people and programs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest

from filingwatch import cli
from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.topics_emerging import read_emerging

LOOKED = dt.date(2026, 11, 22)
NEW, OLD = dt.date(2026, 10, 3), dt.date(2025, 5, 3)
NAMES = (
    "watch varchar, topic_id varchar, name varchar, state varchar, is_emerging boolean, emerged_on date, score double, "
    "novelty double, persistence double, growth double, growth_low double, growth_high double, community integer, "
    "recent_count integer, earlier_count integer, filing_count integer, first_filing_month date, "
    "first_published_on date, tenth_published_on date, because varchar, is_synthetic boolean"
)


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A published file with a topic that emerged in this quarter, one of last year, and one that never did."""
    settings = Settings(home=tmp_path, today=LOOKED)
    settings.published.mkdir(parents=True)
    with duckdb.connect(str(settings.published_file)) as con:
        con.execute("create schema insight; create schema ml; create schema ops")
        con.execute(f"create table insight.fct_topic_emergence ({NAMES})")
        for topic, emerged_on, is_emerging in (("t-new", NEW, True), ("t-old", OLD, False), ("t-quiet", None, False)):
            con.execute(
                f"insert into insight.fct_topic_emergence values ('w', '{topic}', 'Low flight [air]', 'kept', ?, ?, "
                "0.8, 1, 0.5, 8.2, 4.1, null, 7, 16, 0, 17, '2026-01-01', '2026-03-01', '2026-06-01', 'emerging: so', "
                "true)",
                [is_emerging, emerged_on],
            )
        con.execute("create table ops.run as select date '2026-11-22' as as_of")
        con.execute(
            "create table insight.fct_watch_filing as select 'w' as watch, 'CN' || number as invention_id, "
            "'t-new' as topic_id, 'Title ' || number as title, 'CN' as office, date '2026-01-01' as filing_month, "
            "date '2026-05-01' as earliest_publication_date, true as is_relevant from range(5) as numbers(number)"
        )
        con.execute(
            "create table ml.filing_topic as select watch, invention_id, topic_id, "
            "right(invention_id, 1)::integer / 10 as weight from insight.fct_watch_filing"
        )
    monkeypatch.setenv("FILINGWATCH_HOME", str(tmp_path))
    return settings


def ask(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(["topics", "emerging", *options])
    assert not ended.value.code
    return capsys.readouterr().out


def test_those_of_the_quarter_are_listed_and_older_ones_on_request(published: Settings) -> None:
    """Never announced is never listed; what emerged earlier is there for whoever asks further back."""
    assert [one["topic_id"] for one in read_emerging(published)] == ["t-new"]
    assert [one["topic_id"] for one in read_emerging(published, since=OLD)] == ["t-new", "t-old"]
    assert read_emerging(published, since=dt.date(2026, 10, 4)) == read_emerging(published, watch="x") == []


def test_the_most_typical_filings_stand_with_it(published: Settings) -> None:
    """Heaviest first, and no more than three."""
    [one] = read_emerging(published)
    assert [filing["invention_id"] for filing in one["typical"]] == ["CN4", "CN3", "CN2"]


def test_people_read_the_parts_with_n_and_interval_and_what_it_does_not_say(
    published: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Score, four parts, counts, interval, since when, typical filings, caveats; words of filings are no markup."""
    told = ask(capsys)
    for part in (
        "Low flight [air]  [t-new]  SYNTHETIC", "announced on 2026-10-03, emerging; score 0.80", "novelty      1.00",
        "persistence  0.50", "8.20 times its share [95 % 4.10 .. no upper limit]", "n = 16", "7 groups of applicants",
        "filed from 2026-01", "tenth filing seen on 2026-06-01", "CN4 (CN, filed 2026-01) Title 4",
        "A filing is not a deployment.", "not all published yet",
    ):  # fmt: skip
        assert part in " ".join(told.split()) or part in told, part
    assert "No topic was announced" in ask(capsys, "--since", "2026-11-01")


def test_a_watch_that_is_not_there_is_no_empty_answer(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt watch is refused with the names there are, not answered by `nothing emerged`."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["topics", "emerging", "--watch", "smart_citys"])
    assert ended.value.code == BadInput.exit_code
    assert "smart_cities" in capsys.readouterr().err


def test_programs_read_the_same(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Every column of the mart, the typical filings and the caveats."""
    told = json.loads(ask(capsys, "--json"))
    assert [one["topic_id"] for one in told["topics"]] == ["t-new"] and len(told["caveats"]) == 3
    assert told["topics"][0]["growth_high"] is None and len(told["topics"][0]["typical"]) == 3


def test_an_older_file_and_a_day_that_is_none_are_refused(published: Settings, capsys: pytest.CaptureFixture) -> None:
    """The message says what to do."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["topics", "emerging", "--since", "yesterday"])
    assert ended.value.code and "write a day as" in capsys.readouterr().err
    with duckdb.connect(str(published.published_file)) as con:
        con.execute("drop table insight.fct_topic_emergence")
    with pytest.raises(BadInput, match="older filingwatch"):
        read_emerging(published)
