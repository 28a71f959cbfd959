"""Damaged, foreign and odd files: bad rows cost no others, and files that are no exports are refused in words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from filingwatch.errors import BadInput
from filingwatch.normalform import NormalFormError
from filingwatch.sources.exports import delimited, open_export
from filingwatch.sources.exports.rows import attempt
from tests.unit import invented_exports as invented


def pages_of(folder: Path, text: str | bytes) -> list[tuple[list[str], list[tuple[int, str]]]]:
    """Per page the publications and the (index, code) of the rejects."""
    path = folder / "export"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [
        ([str(r.filing.publication) for r in page.records], [(r.index, r.code) for r in page.rejects])
        for page in invented.read_pages(path)
    ]


def google_text(*rows: list[str]) -> str:
    return invented.csv_text([invented.GOOGLE_HEADER, *rows])


def test_each_kind_of_bad_row_has_its_code_and_the_others_stay(tmp_path: Path) -> None:
    """Missing cells, impossible days, unknown offices, no kind, no number: a reject each, in the order of the file."""
    text = google_text(
        invented.google_row(1),
        invented.google_row(2)[:-3],
        invented.google_row(3, **{"publication date": "13/45/2020"}),
        invented.google_row(4, id="QQ-123-A"),
        invented.google_row(5, id="CN-110000005"),
        invented.google_row(6, id=""),
        [""] * len(invented.GOOGLE_HEADER),
        invented.google_row(7),
    )
    expected = ["column_count", "bad_date", "unknown_office", "missing_kind", "missing_number", "empty_row"]
    assert pages_of(tmp_path, text) == [(["CN110000001A", "CN110000007A"], list(enumerate(expected, start=1)))]


def test_a_reject_keeps_the_row_as_it_stood(tmp_path: Path) -> None:
    """The original is the text of the row, and the reason names the column."""
    text = google_text(invented.google_row(1, **{"grant date": "yesterday", "title": 'A, "B"\nC'}))
    (page,) = invented.read_pages(invented.write_text(tmp_path, text))
    (reject,) = page.rejects
    assert reject.original == text.split("\n", 1)[1].rstrip("\n")
    assert "grant date" in reject.reason
    assert "yesterday" in reject.reason


def plain_line(number: int) -> str:
    """The line of a row in which no cell needs quotation marks."""
    row = invented.google_row(number, assignee="A", **{"inventor/author": "B"})
    return google_text(row).split("\n", 1)[1]


def test_an_unclosed_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    """The good rows that the open quotation mark swallowed are found again."""
    broken = plain_line(2).replace("Camera", '"Camera', 1)
    text = google_text() + plain_line(1) + broken + plain_line(3) + plain_line(4)
    expected = ["CN110000001A", "CN110000003A", "CN110000004A"]
    assert pages_of(tmp_path, text) == [(expected, [(1, "column_count")])]


def test_a_row_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit of one row the reader gives that row up, long before the end, and reads its lines as rows."""
    monkeypatch.setattr(delimited, "MAX_ROW_CHARACTERS", 2000)
    lines = iter([google_text(), 'CN-110000001-A,"no end,,,,\n', *map(plain_line, range(2, 1002))])
    _, _, rows = delimited.read_table(lines, ",", 0)
    assert next(rows).fault is not None
    unread = len(list(lines))
    assert unread > 900
    assert len(list(rows)) + unread == 1000


def test_a_mistake_of_ours_is_a_reject_of_one_row() -> None:
    """An exception that nobody foresaw refuses its row and says what it was."""
    found = attempt(lambda values: values["no such key"], {})
    assert isinstance(found, NormalFormError)
    assert found.code == "not_understood"
    assert "KeyError" in found.reason


def test_bytes_that_are_no_text_cost_one_row(tmp_path: Path) -> None:
    """A row with bytes that are not UTF-8 is a reject; the payload still holds the very bytes."""
    first, second = (google_text(invented.google_row(n)).split("\n", 1)[1].encode() for n in (1, 2))
    data = google_text().encode() + first.replace(b"crossing", b"cross\xff\xfeing") + second
    path = tmp_path / "export"
    path.write_bytes(data)
    (page,) = invented.read_pages(path)
    assert [(reject.index, reject.code) for reject in page.rejects] == [(0, "bad_encoding")]
    assert page.payload == data
    assert page.rejects[0].original.encode()


def test_damaged_lines_of_json_are_rejects(tmp_path: Path) -> None:
    """Broken JSON, JSON that is no object, halves of characters, parts of the wrong type: a reject each."""
    lines = [
        '{["lens_id": "x"}',
        json.dumps(invented.lens_record(1)),
        "[1, 2]",
        json.dumps(invented.lens_record(2, lens_id="\ud800")),
        json.dumps(invented.lens_record(3, biblio="none")),
        json.dumps(invented.lens_record(4, abstract={"text": "x"})),
        json.dumps(invented.lens_record(5, doc_number=["1"])),
        json.dumps(invented.lens_record(6, date_published="2021-02-30")),
        json.dumps({"lens_id": "000-000-000-000-007"}),
        "",
        json.dumps(invented.lens_record(8))[:-40],
    ]
    ((records, rejects),) = pages_of(tmp_path, "\n".join(lines))
    assert records == ["US2021000001A1"]
    assert [code for _, code in rejects] == [
        "bad_json", "not_a_record", "bad_encoding", "malformed", "malformed", "malformed", "bad_date",
        "missing_number", "bad_json",
    ]  # fmt: skip


def test_a_record_of_lens_without_lens_id_is_a_record(tmp_path: Path) -> None:
    """The publication identifies a record; without the id of Lens it only lacks its link."""
    record = invented.lens_record()
    del record["lens_id"]
    filing = invented.read_only_filing(invented.write_text(tmp_path, invented.json_lines([record])))
    assert (str(filing.publication), filing.url) == ("US2021000001A1", None)


def test_a_torn_gzip_file_gives_its_good_rows_and_then_says_so(tmp_path: Path) -> None:
    """The pages before the damage come first and are not complete; the error says where the file ends."""
    rows = [invented.google_row(n, title=f"{n * 7919 % 104729:x}" * 5) for n in range(2500)]
    packed = gzip.compress(google_text(*rows).encode())
    path = tmp_path / "export"
    path.write_bytes(packed[: len(packed) * 2 // 3])
    pages = open_export(path).pages()
    seen, last = 0, None
    with pytest.raises(BadInput, match="ends in damage after row"):
        for page in pages:
            seen, last = seen + len(page.records), page
    assert last is not None
    assert 1000 < seen < 2500
    assert last.next_cursor["complete"] is False


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"<!DOCTYPE html><html>log in", "web page"),
        (b"name,colour\nx,red\n", "the columns 'name', 'colour'"),
        (b"publication_number\nUS-1-A\n", "the columns 'publication_number'"),
        (b'{"name": "x"}\n', "the keys 'name'"),
        (b"[1, 2, 3]", "the keys none"),
        (b"PK\x03\x04nothing", "workbook"),
        (b"PAR1nothing", "Parquet"),
        (b"\x00\x01\x02\x03binary", "not text"),
    ],
)
def test_what_is_no_export_is_refused_in_words(tmp_path: Path, content: bytes, message: str) -> None:
    """The refusal names the file and says what was seen in it."""
    path = tmp_path / "thing.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"thing\.csv") as refusal:
        open_export(path)
    assert message in str(refusal.value)


def test_the_refusal_lists_what_is_accepted(tmp_path: Path) -> None:
    """Every format stands in the message with the columns by which it is known."""
    with pytest.raises(BadInput) as refusal:
        open_export(invented.write_text(tmp_path, "a,b\n1,2\n"))
    for feed in ("google-csv", "google-details", "lens-csv", "lens-jsonl", "lens-flat", "bigquery", "cnipr-csv"):
        assert f"  {feed}: " in str(refusal.value)


def test_a_table_that_could_be_two_things_is_refused(tmp_path: Path) -> None:
    """Columns of two formats side by side: no format is chosen, both are named."""
    header = [*invented.GOOGLE_HEADER, *invented.DETAILS_HEADER]
    with pytest.raises(BadInput, match="any of google-csv, google-details"):
        open_export(invented.write_text(tmp_path, invented.csv_text([header])))


def test_lines_of_two_sources_in_one_file_are_refused(tmp_path: Path) -> None:
    """Records of Lens and rows of BigQuery need a file each."""
    text = invented.json_lines([invented.lens_record(), invented.bigquery_row()])
    with pytest.raises(BadInput, match="mixes records of bigquery and lens-jsonl"):
        open_export(invented.write_text(tmp_path, text))


def test_folders_and_missing_files_are_said_to_be_that(tmp_path: Path) -> None:
    """Neither is a mystery of formats."""
    with pytest.raises(BadInput, match="is a folder"):
        open_export(tmp_path)
    with pytest.raises(BadInput, match="cannot be opened"):
        open_export(tmp_path / "nowhere.csv")


def test_a_header_without_rows_has_no_pages(tmp_path: Path) -> None:
    """An export without hits is recognised and holds nothing."""
    for text in (google_text(), google_text() + "\n\n", google_text().rstrip("\n")):
        assert pages_of(tmp_path, text) == []
