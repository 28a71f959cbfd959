"""Pages of an export: sizes, cursors, payloads, and the books that must balance."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filingwatch.filing import content_hash
from filingwatch.sources.base import Page
from filingwatch.sources.exports import PAGE_ROWS, export_file, open_export
from tests.unit import invented_exports as invented


def write_google(folder: Path, count: int) -> Path:
    rows = [invented.google_row(n, **({"id": "?"} if n % 97 == 5 else {})) for n in range(count)]
    return invented.write_text(folder, invented.csv_text([invented.GOOGLE_HEADER, *rows]), packed=True)


def outcome(pages: list[Page]) -> list[str]:
    """Every row of every page, in order: its publication or its reject code."""
    rows: list[str] = []
    for page in pages:
        found = {record.index: str(record.filing) for record in page.records}
        found |= {reject.index: f"{reject.code} {reject.original}" for reject in page.rejects}
        assert sorted(found) == list(range(len(found)))
        rows += [found[index] for index in range(len(found))]
    return rows


@pytest.mark.parametrize("count", [0, 1, PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 2 * PAGE_ROWS])
def test_pages_walk_through_the_file_in_order(tmp_path: Path, count: int) -> None:
    """Pages are full but for the last, follow on each other, and only the last is complete."""
    path = write_google(tmp_path, count)
    pages = invented.read_pages(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    bounds = [page.request["rows"] for page in pages]
    assert bounds == [[start, min(start + PAGE_ROWS, count)] for start in range(0, count, PAGE_ROWS)]
    assert len(outcome(pages)) == count
    assert all(page.request["sha256"] == digest and page.request["file"] == path.name for page in pages)
    assert [page.next_cursor["rows_done"] for page in pages] == [end for _, end in bounds]
    assert [page.next_cursor["complete"] for page in pages] == [False] * (len(pages) - 1) + [True] * bool(pages)


def test_a_killed_import_continues_where_it_was(tmp_path: Path) -> None:
    """From every cursor the remaining pages are the same as in one go, and after the last there are none."""
    path = write_google(tmp_path, 2 * PAGE_ROWS + 1)
    pages = invented.read_pages(path)
    for done, page in enumerate(pages, start=1):
        rest = list(open_export(path).pages(page.next_cursor))
        assert [(p.request, p.records, p.rejects, p.payload) for p in rest] == [
            (p.request, p.records, p.rejects, p.payload) for p in pages[done:]
        ]


def test_rows_that_belong_together_share_a_page(tmp_path: Path) -> None:
    """A publication's applicants are not parted by the end of a page, nor lost, nor doubled."""
    rows = [invented.APPLICANTS_HEADER]
    for number in range(700):
        key = f"CN_{218000000 + number}_U_20230113"
        rows += [["", key, "", f"INVENTED {number} {n}", ""] for n in range(3)]
    pages = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows)))
    assert [page.request["rows"] for page in pages] == [[0, 999], [999, 1998], [1998, 2100]]
    assert len(outcome(pages)) == 2100
    for page in pages:
        keys = {record.filing.publication for record in page.records}
        assert all(len(record.filing.parties) == 3 for record in page.records)
        assert len(page.records) == 3 * len(keys)


def test_more_rows_of_one_publication_than_a_page_holds(tmp_path: Path) -> None:
    """Such a page is larger rather than torn."""
    rows = [["", "CN_218000001_U_20230113", "", f"INVENTED {n}", ""] for n in range(PAGE_ROWS + 5)]
    rows.append(["", "CN_218000002_U_20230113", "", "INVENTED", ""])
    text = invented.csv_text([invented.APPLICANTS_HEADER, *rows])
    pages = invented.read_pages(invented.write_text(tmp_path, text))
    assert [page.request["rows"] for page in pages] == [[0, PAGE_ROWS + 5], [PAGE_ROWS + 5, PAGE_ROWS + 6]]


def write_formats(folder: Path) -> list[Path]:
    """One file of every container, each with a row that must be refused."""
    espacenet = [*([line] for line in invented.ESPACENET_QUERY), invented.ESPACENET_HEADER]
    family = ["1", "Lamp", "", "", "CN110000001A\nCN110000001\nCN110000001B", "", "", "", "", "2020-07-14", "64"]
    chinese = [
        invented.CNIPR_HEADER,
        ["CN110000001A", "2020.07.14", "201811564288.X", "20181220", *["灯杆"] * 11],
        ["?"] * 15,
    ]
    table = {
        "publication_number": ["CN110000001A", "?"], "title": ["Lamp, new", ""], "abstract": [None, "x\ny"],
        "cpc_codes": [["F21V33/00"], []], "filing_date": [dt.date(2019, 1, 5), None], "publication_date": [None, None],
    }  # fmt: skip
    pq.write_table(pa.table(table), folder / "details")
    pq.write_table(
        pa.Table.from_pylist([invented.bigquery_row(), invented.bigquery_row(publication_number="?")]), folder / "rows"
    )
    google = [["search URL:", "x"], invented.GOOGLE_HEADER, invented.google_row(title="A\nB"), ["x"]]
    lines = invented.json_lines([invented.lens_record(), invented.lens_record(kind="")]) + "{broken\n"
    return [
        invented.write_text(folder, invented.csv_text(google), name="google", encoding="utf-8-sig", packed=True),
        invented.write_text(folder, invented.csv_text([*espacenet, family], ";", "\r\n"), name="espacenet"),
        invented.write_xlsx(folder / "workbook", [*espacenet, family]),
        invented.write_text(folder, invented.csv_text(chinese), name="chinese", encoding="gb18030"),
        invented.write_text(folder, invented.csv_text(chinese), name="wide", encoding="utf-16"),
        invented.write_text(folder, lines, name="lens"),
        invented.write_text(folder, json.dumps({"data": [invented.lens_record(), 7]}, indent=1), name="answer"),
        folder / "details",
        folder / "rows",
    ]


def test_the_payload_of_a_page_is_an_export_that_says_the_same(tmp_path: Path) -> None:
    """Replaying what was kept of a page gives its records and rejects again, for every container."""
    for path in write_formats(tmp_path):
        (page,) = invented.read_pages(path)
        assert page.records, path.name
        assert page.rejects, path.name
        assert all(reject.original for reject in page.rejects), path.name
        replayed = tmp_path / "replayed"
        replayed.write_bytes(page.payload)
        (again,) = invented.read_pages(replayed)
        assert again.feed == page.feed, path.name
        assert [(r.index, r.filing) for r in again.records] == [(r.index, r.filing) for r in page.records], path.name
        assert [(r.index, r.code) for r in again.rejects] == [(r.index, r.code) for r in page.rejects], path.name


cell = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=8)
google_rows = st.one_of(
    st.integers(1, 999).map(invented.google_row),
    st.integers(1, 999).map(lambda n: invented.google_row(n)[:4]),
    cell.map(lambda text: invented.google_row(1, id=text)),
    cell.map(lambda text: invented.google_row(1, title=f"{text}\n\n{text}")),
    cell.map(lambda text: invented.google_row(2, **{"publication date": text})),
    st.lists(cell, min_size=2, max_size=12).filter(any),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(google_rows, max_size=25), page_rows=st.integers(1, 7))
def test_records_and_rejects_are_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], page_rows: int
) -> None:
    """Whatever stands in the rows, each of them becomes one record or one reject, in order, at any page size."""
    monkeypatch.setattr(export_file, "PAGE_ROWS", page_rows)
    path = invented.write_text(tmp_path, invented.csv_text([invented.GOOGLE_HEADER, *rows]))
    pages = invented.read_pages(path)
    assert len(outcome(pages)) == len(rows)
    assert sum(len(page.records) + len(page.rejects) for page in pages) == len(rows)
    middle = pages[len(pages) // 2].next_cursor if pages else None
    assert outcome(list(open_export(path).pages(middle))) == outcome(pages)[middle["rows_done"] if middle else 0 :]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
lens_lines = st.one_of(
    st.just(invented.lens_record()),
    st.tuples(st.sampled_from(sorted(invented.lens_record())), json_values).map(
        lambda change: invented.lens_record(**{change[0]: change[1]})
    ),
    json_values,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(lens_lines, max_size=12))
def test_any_json_is_a_record_or_a_reject(tmp_path: Path, values: list[object]) -> None:
    """No part of the wrong type stops the lines after it, and what is accepted can be hashed."""
    objects = [invented.lens_record(), *values]
    pages = invented.read_pages(invented.write_text(tmp_path, invented.json_lines(objects)))
    assert len(outcome(pages)) == len(objects)
    assert all(content_hash(record.filing.plain()) for page in pages for record in page.records)
