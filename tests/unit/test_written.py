"""Filings as lines: the line is the text that the hash was always made of, and DuckDB reads it back whole."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch import ledger, warehouse
from filingwatch.filing import (
    ApplicationId,
    Classification,
    Filing,
    Party,
    Priority,
    PublicationId,
    Record,
    Text,
    content_hash,
    hash_line,
)
from filingwatch.landing import land_page
from filingwatch.settings import Settings
from filingwatch.sources.base import Page
from filingwatch.written import READ_LINE, WrittenRecords, read_plain

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MAYBE = st.none() | WORDS
DAYS = st.none() | st.dates()
FILINGS = st.builds(
    Filing,
    publication=st.builds(PublicationId, st.sampled_from(["CN", "EP"]), WORDS, st.sampled_from(["A", "B2"])),
    original_number=WORDS,
    publication_date=DAYS,
    application=st.none() | st.builds(ApplicationId, WORDS, WORDS),
    filing_date=DAYS,
    earliest_priority_date=DAYS,
    grant_date=DAYS,
    family_id=MAYBE,
    priorities=st.lists(st.builds(Priority, WORDS, MAYBE, DAYS), max_size=2).map(tuple),
    texts=st.lists(st.builds(Text, st.sampled_from(["title", "abstract"]), WORDS, MAYBE), max_size=3).map(tuple),
    parties=st.lists(st.builds(Party, st.just("applicant"), WORDS, MAYBE), max_size=2).map(tuple),
    classifications=st.lists(st.builds(Classification, st.just("cpc"), WORDS, MAYBE), max_size=2).map(tuple),
    url=MAYBE,
    is_deleted=st.booleans(),
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(FILINGS)
def test_a_line_is_what_was_always_hashed(filing: Filing) -> None:
    """Rows of released versions carry the hash of `json.dumps`: the quick way writes the same text, byte for byte."""
    assert filing.line() == json.dumps(filing.plain(), default=str, ensure_ascii=False)
    assert hash_line(filing.line()) == content_hash(filing.plain())
    assert read_plain(json.loads(filing.line())) == filing


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(FILINGS, min_size=1, max_size=5))
def test_every_part_of_a_line_lands_as_it_was(filings: list[Filing]) -> None:
    """What is read back from raw.publication is the plain form of the filing, whatever characters it holds."""
    with duckdb.connect() as con:
        for filing in filings:
            (row,) = con.execute(f"select {READ_LINE} from (select ? as line)", [filing.line()]).fetchall()[0]
            assert row == json.loads(json.dumps(filing.plain(), default=str))


class Office:
    name = "office"
    is_synthetic = False


def test_an_invented_filing_never_stands_for_a_real_one(settings: Settings) -> None:
    """The same words first told as invented and then as real are two versions, and the last one is real."""
    filing = Filing(PublicationId("CN", "1", "A"), "CN1A", publication_date=dt.date(2026, 1, 1))
    run = ledger.new_run("test", dt.date(2026, 11, 22))
    with warehouse.writer(settings) as con:
        for number, invented in enumerate((True, True, False, None)):
            page = Page("feed", {"n": number}, [Record(0, filing)], (), {}, b"", is_synthetic=invented)
            land_page(con, settings.payloads, run, Office(), page)
        rows = con.execute("select version, is_synthetic from raw.publication order by 1").fetchall()
    assert rows == [(1, True), (2, False)]


def test_records_that_are_written_land_like_any_others(settings: Settings) -> None:
    """A page of lines leaves the same rows as a page of filings, and landing it after them changes nothing."""
    filings = [Filing(PublicationId("CN", str(n), "A"), f"CN{n}A", texts=(Text("title", "灯"),)) for n in range(3)]
    run = ledger.new_run("test", dt.date(2026, 11, 22))
    with warehouse.writer(settings) as con:
        written = written_records(con, filings)
        plain = [Record(index, filing) for index, filing in enumerate(filings)]
        assert list(written) == plain and written[1:] == plain[1:]
        land_page(con, settings.payloads, run, Office(), Page("a", {}, plain, (), {}, b""))
        land_page(con, settings.payloads, run, Office(), Page("b", {}, written, (), {}, b""))
        again = land_page(con, settings.payloads, run, Office(), Page("a", {}, written, (), {}, b""))
        left = "select * exclude (feed, page_id, first_seen_at) from raw.publication where feed = "
        assert con.execute(f"{left} 'a' except all {left} 'b'").fetchall() == []
        assert con.execute("select count(*) from raw.publication").fetchall() == [(6,)]
    assert (again.unchanged, again.new) == (3, 0)


def written_records(con: duckdb.DuckDBPyConnection, filings: list[Filing]) -> WrittenRecords:
    lines = [(index, filing.line(), hash_line(filing.line())) for index, filing in enumerate(filings)]
    con.execute("create temp table lines (index integer, line varchar, content_hash varchar)")
    con.executemany("insert into lines values (?, ?, ?)", lines)
    return WrittenRecords(con.sql(f"select * exclude (line), unnest({READ_LINE}) from lines").to_arrow_table())
