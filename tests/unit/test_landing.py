"""Landing: every record is accounted for once, and landing again changes nothing."""

from __future__ import annotations

import datetime as dt
import gzip
from dataclasses import replace

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch import ledger, warehouse
from filingwatch.filing import Filing, Party, PublicationId, Record, Reject, Text
from filingwatch.landing import land_page, land_watches, payload_path
from filingwatch.settings import Settings
from filingwatch.sources.base import Page
from filingwatch.watch import read_watches

DAY = dt.date(2026, 11, 22)


class Office:
    name = "office"
    is_synthetic = False


def filing(number: int, title: str = "a") -> Filing:
    return Filing(
        publication=PublicationId("CN", str(number), "A"),
        original_number=f"CN{number}A",
        publication_date=DAY,
        texts=(Text("title", title, "en"),),
        parties=(Party("applicant", "某公司", None),),
    )


def page(filings: list[Filing], rejects: int = 0, payload: bytes = b"payload") -> Page:
    records = [Record(index, one) for index, one in enumerate(filings)]
    refused = [Reject(len(filings) + n, "no_number", "it has no number", "{}") for n in range(rejects)]
    return Page("feed", {"page": 1}, records, refused, {"next": len(filings)}, payload)


def test_a_page_is_accounted_for_record_by_record(settings: Settings) -> None:
    """New, changed, unchanged, repeated and rejected records each leave one sighting, and the page adds them up."""
    run = ledger.new_run("test", DAY)
    with warehouse.writer(settings) as con:
        land_page(con, settings.payloads, run, Office(), page([filing(1), filing(2)]))
        landed = land_page(
            con,
            settings.payloads,
            run,
            Office(),
            page([filing(1), filing(2, "b"), filing(3), filing(3)], rejects=2),
        )
        outcomes = con.sql(
            "select record_index, outcome from raw.sighting where page_id like '%-00001' order by 1"
        ).fetchall()
        versions = con.sql("select publication_id, version from raw.publication order by all").fetchall()
        cursor = ledger.read_cursor(con, "office")
        rejects = con.sql("select record_index, code, reason, original from raw.reject order by 1").fetchall()
    assert outcomes == [
        (0, "unchanged"),
        (1, "changed"),
        (2, "new"),
        (3, "repeated"),
        (4, "rejected"),
        (5, "rejected"),
    ]
    assert versions == [("CN1A", 1), ("CN2A", 1), ("CN2A", 2), ("CN3A", 1)]
    assert (landed.new, landed.changed, landed.unchanged, landed.rejects) == (1, 1, 2, 2)
    assert cursor == {"next": 4}
    assert rejects == [(4, "no_number", "it has no number", "{}"), (5, "no_number", "it has no number", "{}")]


def test_a_record_that_goes_back_to_an_earlier_wording_is_a_new_version(settings: Settings) -> None:
    """A -> B -> A is three versions: what counts is what the feed said last, not whether it ever said it."""
    run = ledger.new_run("test", DAY)
    with warehouse.writer(settings) as con:
        for title in ("a", "b", "a", "a"):
            land_page(con, settings.payloads, run, Office(), page([filing(1, title)]))
        rows = con.sql("select version, texts[1].text from raw.publication order by version").fetchall()
    assert rows == [(1, "a"), (2, "b"), (3, "a")]


def test_all_parts_of_a_record_come_back_as_they_were(settings: Settings) -> None:
    """Nested parts survive the way into DuckDB, also in a page whose first records have none of them."""
    bare = Filing(PublicationId("EP", "1", "A1"), "EP1A1")
    full = replace(filing(2, "标题"), filing_date=dt.date(2020, 2, 29), family_id="77", url="https://example.org/2")
    with warehouse.writer(settings) as con:
        land_page(con, settings.payloads, ledger.new_run("test", DAY), Office(), page([bare, full]))
        rows = con.sql(
            "select publication_id, filing_date, family_id, texts, parties, priorities from raw.publication order by 1"
        ).fetchall()
    assert rows[0] == (
        "CN2A",
        dt.date(2020, 2, 29),
        "77",
        [{"part": "title", "text": "标题", "language": "en", "origin": "unknown"}],
        [{"role": "applicant", "name": "某公司", "country": None}],
        [],
    )
    assert rows[1] == ("EP1A1", None, None, [], [], [])


def test_the_payload_is_kept_compressed_under_its_hash(settings: Settings) -> None:
    """What the office answered can be read again byte for byte."""
    with warehouse.writer(settings) as con:
        land_page(con, settings.payloads, ledger.new_run("test", DAY), Office(), page([filing(1)], payload=b"\x00abc"))
        digest = con.sql("select payload_sha256 from raw.page").fetchall()[0][0]
    assert gzip.decompress(payload_path(settings.payloads, digest).read_bytes()) == b"\x00abc"


def test_a_page_that_hides_a_record_is_refused(settings: Settings) -> None:
    """A source that skips an index, or names one twice, has lost or doubled a record: nothing of the page lands."""
    hiding = replace(page([filing(1)]), rejects=[Reject(2, "x", "y", "z")])
    with warehouse.writer(settings) as con:
        with pytest.raises(ValueError, match="exactly once"):
            land_page(con, settings.payloads, ledger.new_run("test", DAY), Office(), hiding)
        assert con.sql("select count(*) from raw.page").fetchall() == [(0,)]


def test_a_failure_in_the_middle_of_a_page_leaves_nothing_of_it(settings: Settings) -> None:
    """Rows, sightings, rejects, cursor and outcome come together or not at all."""
    broken = replace(page([filing(1)], rejects=1), next_cursor={"cannot be written": float("nan")})
    with warehouse.writer(settings) as con:
        with pytest.raises(ValueError, match="JSON"):
            land_page(con, settings.payloads, ledger.new_run("test", DAY), Office(), broken)
        tables = ("raw.page", "raw.publication", "raw.sighting", "raw.reject", "ops.cursor", "ops.outcome")
        assert [con.sql(f"select count(*) from {table}").fetchall()[0][0] for table in tables] == [0] * 6


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.integers(1, 4), st.sampled_from("ab")), max_size=6), max_size=5))
def test_records_are_conserved_and_landing_twice_is_landing_once(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[tuple[int, str]]]
) -> None:
    """For any pages: sightings equal records, versions equal changes, and repeating the last page adds no row."""
    payloads = tmp_path_factory.mktemp("payloads")
    run = ledger.new_run("test", DAY)
    said: dict[int, str] = {}
    changes = 0
    with duckdb.connect() as con:
        warehouse.migrate(con)
        for content in [*pages, *pages[-1:]]:
            land_page(con, payloads, run, Office(), page([filing(n, title) for n, title in content]))
        for n, title in (one for content in pages for one in content):
            changes += said.get(n) != title
            said[n] = title
        for n, title in pages[-1] if pages else []:
            changes += said.get(n) != title
            said[n] = title
        count = con.sql("select (select count(*) from raw.sighting), (select count(*) from raw.publication)").fetchall()
    assert count == [(sum(map(len, [*pages, *pages[-1:]])), changes)]


def test_a_watch_lands_when_its_content_changes(settings: Settings) -> None:
    """The same watch lands once; another content, and the way back, land again."""
    (watch,) = [watch for watch in read_watches(settings) if watch.watch == "smart_cities"]
    other = watch.model_copy(update={"title": "another title"})
    with warehouse.writer(settings) as con:
        assert [land_watches(con, [one]) for one in (watch, watch, other, watch)] == [1, 0, 1, 1]


def test_half_a_character_costs_its_record_and_not_the_page(settings: Settings) -> None:
    """JSON may hold what UTF-8 cannot write: the record is a reject with its reason, the others land, the page too."""
    half = replace(page([filing(1), filing(2, "lamp \ud83d")]), request={"q": "\ud83d"}, notes={"said": "\ud83d"})
    with warehouse.writer(settings) as con:
        landed = land_page(con, settings.payloads, ledger.new_run("test", DAY), Office(), half)
        assert (landed.records, landed.rejects, landed.new) == (1, 1, 1)
        assert con.execute("select record_index, code from raw.reject").fetchall() == [(1, "bad_encoding")]
        assert con.execute("select count(*) from raw.sighting").fetchall() == [(2,)]
