"""Our own format: what one installation writes another one reads, and a bad line says what is wrong with it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch import importing, ledger, warehouse
from filingwatch.errors import BadInput
from filingwatch.filing import Filing, hash_line
from filingwatch.settings import Settings
from filingwatch.sources.base import Query
from filingwatch.sources.demo.office import DemoOffice
from filingwatch.sources.exports import open_export
from filingwatch.sources.exports.native import FEED
from filingwatch.sources.exports.native_lines import read_batch, start_of_line

GOOD: dict[str, Any] = {
    "filingwatch": 1,
    "is_synthetic": False,
    "office": "CN",
    "number": "117876249",
    "kind": "A",
    "publication_date": "2024-04-12",
    "texts": [{"part": "title", "text": "一种路灯", "language": "zh"}],
    "classifications": [{"scheme": "ipc", "symbol": "G06V 20/52"}],
}


def invented(settings: Settings, count: int = 40) -> list[Filing]:
    pages = DemoOffice(seed=7, scale=0.04).pages(Query(as_of=settings.today), None)
    return [record.filing for page in pages for record in page.records][:count]


def write_line(filing: Filing, is_synthetic: bool = True) -> bytes:
    return (start_of_line(is_synthetic) + filing.line()[1:] + "\n").encode()


def read(lines: list[bytes], is_synthetic: bool = False) -> tuple[list[Any], list[Any]]:
    with warehouse.scratch() as con:
        records, rejects = read_batch(con, lines, is_synthetic)
        hashes = records.table["content_hash"].to_pylist()
        assert hashes == [hash_line(record.filing.line()) for record in records]
        return list(records), rejects


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_written_is_read_again(tmp_path: Path, settings: Settings, packed: bool) -> None:
    """Every filing comes back as it was, in order, and invented filings stay invented."""
    filings = invented(settings)
    path = tmp_path / "filings"
    content = b"".join(map(write_line, filings))
    path.write_bytes(gzip.compress(content) if packed else content)
    export = open_export(path)
    (page,) = export.pages()
    assert export.feed == FEED and page.is_synthetic and page.payload == content
    assert [record.filing for record in page.records] == filings and not page.rejects
    assert list(export.pages(page.next_cursor)) == []
    with warehouse.writer(settings) as con:
        result = importing.import_file(con, settings, ledger.new_run("test", settings.today), path)
        assert (result.landed.records, result.status) == (len(filings), "ok")
        assert con.execute("select distinct is_synthetic, feed from raw.publication").fetchall() == [(True, FEED)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"filingwatch": 2}, "other_version"),
        ({"is_synthetic": "no"}, "no_origin"),
        ({"is_synthetic": True}, "mixed_origin"),
        ({"number": None}, "missing_field"),
        ({"number": "1 2"}, "bad_value"),
        ({"office": "XX"}, "unknown_office"),
        ({"publication_id": "CN1A"}, "bad_number"),
        ({"publication_date": "2024-02-30"}, "bad_date"),
        ({"publication_date": 20240212}, "malformed"),
        ({"filing_date": "0924-02-03"}, "bad_date"),
        ({"application_number": "2024"}, "bad_number"),
        ({"titles": []}, "unknown_field"),
        ({"texts": {}}, "malformed"),
        ({"texts": [{"part": "claim", "text": "a", "origin": "original"}]}, "bad_value"),
        ({"texts": [{"part": "title", "text": "a", "language": "english"}]}, "bad_value"),
        ({"parties": [{"role": "applicant", "name": ""}]}, "malformed"),
        ({"classifications": [{"scheme": "ipc", "symbol": "G06V20/52"}]}, "bad_value"),
        ({"url": "javascript:x"}, "bad_value"),
        ({"is_deleted": "no"}, "malformed"),
        ({"original_number": "\ud83d"}, "bad_encoding"),
    ],
)
def test_a_bad_line_says_why_and_costs_no_other(change: dict[str, Any], code: str) -> None:
    """The line is a reject with its reason; the good line before it is a record."""
    lines = [json.dumps(one).encode() + b"\n" for one in (GOOD, GOOD | change)]
    records, rejects = read(lines)
    assert [record.index for record in records] == [0]
    assert [(reject.index, reject.code) for reject in rejects] == [(1, code)]


def test_lines_that_are_no_objects_are_rejects() -> None:
    """Neither torn JSON nor a list nor bytes that are no text stop the batch."""
    torn = json.dumps(GOOD).encode()[:40]
    records, rejects = read(
        [torn + b"\n", b"[1]\n", json.dumps(GOOD).encode(), start_of_line(False).encode() + b"\xff"]
    )
    assert [record.index for record in records] == [2]
    assert [reject.code for reject in rejects] == ["bad_json", "not_a_record", "bad_json"]


def test_a_list_of_filings_is_refused(tmp_path: Path) -> None:
    """One document would have to be read at once: the message says how to write it."""
    (tmp_path / "a.json").write_text(json.dumps([GOOD]), encoding="utf-8")
    with pytest.raises(BadInput, match="one filing a line"):
        open_export(tmp_path / "a.json")


PLACES = st.sampled_from(
    ["office", "number", "kind", "original_number", "publication_date", "application_office", "family_id", "url",
     "texts", "parties", "classifications", "priorities", "is_deleted", "publication_id"]
)  # fmt: skip
VALUES = st.sampled_from(
    [None, "", " ", "A", "CN", "x", 5, True, [], {}, [None], [{}], "2020-01-01", "2020-1-1", "a\u0000", '"', "\\u0041",
     [{"part": None, "text": "a", "language": None, "origin": "original"}],
     [{"role": "applicant", "name": "a", "country": None}],
     [{"scheme": "cpc", "symbol": "G06V", "version": None}, {"scheme": None, "symbol": "G06V", "version": None}]]
)  # fmt: skip


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PLACES, VALUES), max_size=2))
def test_the_quick_way_takes_nothing_that_the_slow_way_refuses(changes: list[tuple[str, Any]]) -> None:
    """For any damage to a line: with our spelling of JSON (checked as columns) and with another one (checked alone) the
    verdict is the same."""
    plain = json.loads(PLAIN.line()) | dict(changes)
    marked = {"filingwatch": 1, "is_synthetic": False, **plain}
    quick = json.dumps(marked, ensure_ascii=False).encode()
    slow = json.dumps(marked, ensure_ascii=False, separators=(",", ":")).encode()
    records, rejects = read([quick, slow])
    assert [record.filing for record in records[:1]] == [record.filing for record in records[1:]]
    assert len({(reject.code, reject.reason) for reject in rejects}) <= 1
    assert len(records) + len(rejects) == 2


PLAIN = next(
    record.filing
    for page in DemoOffice(seed=7, scale=0.04).pages(Query(as_of=dt.date(2026, 11, 22)), None)
    for record in page.records
    if record.filing.priorities
)
