"""Every export format: recognised by its content, and what its columns become."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from filingwatch.filing import ApplicationId, Classification, Party, Priority, PublicationId, Text
from filingwatch.sources.exports import open_export, recognise
from tests.unit import invented_exports as invented


def test_google_search_with_mark_search_line_and_mixed_dates(tmp_path: Path) -> None:
    """A byte order mark, the search line and two date forms in one row are no obstacle."""
    rows = [["search URL:", "https://patents.google.com/?q=(camera)"], invented.GOOGLE_HEADER, invented.google_row()]
    path = invented.write_text(tmp_path, invented.csv_text(rows), encoding="utf-8-sig")
    filing = invented.read_only_filing(path)
    assert open_export(path).feed == "google-csv"
    assert (filing.publication, filing.original_number) == (PublicationId("CN", "110000001", "A"), "CN-110000001-A")
    assert (filing.filing_date, filing.publication_date) == (dt.date(2019, 1, 5), dt.date(2020, 7, 14))
    assert (filing.earliest_priority_date, filing.grant_date) == (dt.date(2019, 1, 5), None)
    assert filing.texts == (Text("title", "Camera for crossing 1", "en"),)
    assert filing.parties == (
        Party("applicant", "Invented Cameras Co., Ltd."),
        Party("applicant", "北京虚构科技有限公司"),
        Party("inventor", "Li Si"),
        Party("inventor", "Wang Wu"),
    )
    assert filing.url == "https://patents.google.com/patent/CN110000001A/en"


def test_an_older_google_search_lacks_line_and_last_column(tmp_path: Path) -> None:
    """Neither the search line nor the figure column is needed; columns that nobody reads are named."""
    rows = [invented.GOOGLE_HEADER[:-1], invented.google_row()[:-1]]
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows)))
    assert (len(page.records), page.notes["unmapped_columns"]) == (1, [])
    rows = [[*invented.GOOGLE_HEADER, "my remarks"], [*invented.google_row(), "look at this"]]
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows)))
    assert page.notes["unmapped_columns"] == ["representative figure link", "my remarks"]


def test_google_details_have_text_and_classes_and_no_dates(tmp_path: Path) -> None:
    """Title, abstract and every class of the list arrive; a class that is none is a warning."""
    row = ["US20230325666A1", "Lamp", "A lamp for the post of a street.", "['F21V33/00', 'G06N3/08', 'H04N7/18 x9']"]
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text([invented.DETAILS_HEADER, row])))
    filing = page.records[0].filing
    assert page.feed == "google-details"
    assert str(filing.publication) == "US2023325666A1"
    assert filing.classifications == (Classification("cpc", "F21V 33/00"), Classification("cpc", "G06N 3/08"))
    assert filing.texts == (Text("title", "Lamp", "en"), Text("abstract", "A lamp for the post of a street.", "en"))
    assert (filing.filing_date, filing.publication_date) == (None, None)
    assert page.notes["warnings"]["class_left_out"]["count"] == 1


def test_a_details_table_with_dates_is_a_feed_of_its_own(tmp_path: Path) -> None:
    """Estimated dates are never read; real ones are, from Parquet too."""
    table = {
        "publication_number": ["CN110000001A"], "title": ["Lamp"], "abstract": [None], "cpc_codes": [["F21V33/00"]],
        "filing_date": [dt.date(2019, 1, 5)], "publication_date": [None],
        "publication_date_est": [dt.date(2020, 1, 1)],
    }  # fmt: skip
    path = tmp_path / "table"
    pq.write_table(pa.table(table), path)
    (page,) = invented.read_pages(path)
    filing = page.records[0].filing
    assert page.feed == "google-details-dated"
    assert (filing.filing_date, filing.publication_date) == (dt.date(2019, 1, 5), None)
    assert page.notes["unmapped_columns"] == ["publication_date_est"]


LENS_ROW = {
    "#": "1", "Jurisdiction": "US", "Kind": "A1", "Display Key": "US 2021/0191781 A1",
    "Publication Number": "US 2021/0191781 A1", "Lens ID": "000-000-000-000-001", "Publication Date": "2021-06-24",
    "Application Number": "US 201916724310 A", "Application Date": "2019-12-19",
    "Priority Numbers": "CN 201811564288 A 20181220;;US 201962000000 P 20190301",
    "Earliest Priority Date": "2018-12-20", "Title": "Counter of people", "Abstract": "",
    "Applicants": "INVENTED CAMERAS CO LTD;;INVENTED LAMPS", "Inventors": "LI SI", "Owners": "INVENTED HOLDING",
    "URL": "https://lens.org/000-000-000-000-001",
    "Simple Family Members": "US 2021/0191781 A1;;CN 110000001 A", "CPC Classifications": "G06V20/53;;G06V20/52",
    "IPCR Classifications": "G06V20/52",
}  # fmt: skip


@pytest.mark.parametrize("header", [invented.LENS_NEW_HEADER, invented.LENS_OLD_HEADER])
def test_both_vintages_of_lens_csv(tmp_path: Path, header: list[str]) -> None:
    """The number stands under Display Key or under Publication Number; what a vintage lacks is None."""
    rows = [header, [LENS_ROW[name] for name in header]]
    path = invented.write_text(tmp_path, invented.csv_text(rows), encoding="utf-8-sig")
    filing = invented.read_only_filing(path)
    newer = header is invented.LENS_NEW_HEADER
    assert recognise(path).feed == "lens-csv"
    assert str(filing.publication) == "US2021191781A1"
    assert filing.application == ApplicationId("US", "201916724310")
    assert filing.priorities == (
        Priority("201811564288", "CN", dt.date(2018, 12, 20)),
        Priority("201962000000", "US", dt.date(2019, 3, 1)),
    )
    assert filing.earliest_priority_date == (dt.date(2018, 12, 20) if newer else None)
    assert filing.family_id == ("members:CN110000001A" if newer else None)
    assert [party.role for party in filing.parties] == ["applicant", "applicant", "inventor"] + ["owner"] * newer
    assert Classification("cpc", "G06V 20/53") in filing.classifications


def test_lens_csv_that_contradicts_itself_is_a_reject(tmp_path: Path) -> None:
    """A number of one office beside the code of another names no publication."""
    row = LENS_ROW | {"Jurisdiction": "EP"}
    rows = [invented.LENS_NEW_HEADER, [row[name] for name in invented.LENS_NEW_HEADER]]
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows)))
    assert [reject.code for reject in page.rejects] == ["contradiction"]


def check_lens_record(path: Path) -> None:
    filing = invented.read_only_filing(path)
    assert open_export(path).feed == "lens-jsonl"
    assert (str(filing.publication), filing.original_number) == ("US2021000001A1", "US 20210000001 A1")
    assert filing.application == ApplicationId("US", "201916700001")
    assert (filing.filing_date, filing.earliest_priority_date) == (dt.date(2019, 12, 19), dt.date(2018, 12, 20))
    assert filing.family_id == "members:CN110000001A"
    assert filing.texts == (
        Text("title", "Crowd counter", "en"),
        Text("title", "人群计数器", "zh"),
        Text("abstract", "A counter of people.", "en"),
    )
    assert filing.parties == (
        Party("applicant", "INVENTED CAMERAS CO LTD", "CN"),
        Party("inventor", "SI LI"),
        Party("owner", "INVENTED HOLDING", "CN"),
    )
    assert filing.classifications == (Classification("cpc", "G06V 20/53"), Classification("ipc", "G06V 20/52"))
    assert filing.url == "https://lens.org/000-000-000-000-001"


def test_lens_records_as_lines_list_answer_or_alone(tmp_path: Path) -> None:
    """One record per line (with a mark), a list, an answer's data and one indented record all read the same."""
    record = invented.lens_record()
    check_lens_record(invented.write_text(tmp_path, invented.json_lines([record]), encoding="utf-8-sig"))
    check_lens_record(invented.write_text(tmp_path, json.dumps([record])))
    check_lens_record(invented.write_text(tmp_path, json.dumps({"total": 1, "data": [record], "results": 1})))
    check_lens_record(invented.write_text(tmp_path, json.dumps(record, indent=2)))
    check_lens_record(invented.write_text(tmp_path, json.dumps({"total": 1, "data": [record]}, indent=1), packed=True))


def test_the_smallest_lens_record_and_search_reports_are_records(tmp_path: Path) -> None:
    """A stub with nothing but its number counts; families with an id of Lens keep it under its name."""
    stub = {"jurisdiction": "GB", "doc_number": "201710564", "kind": "D0", "publication_type": "SEARCH_REPORT"}
    family = invented.lens_record(families={"simple_family": {"family_id": 77}})
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.json_lines([stub, family])))
    assert [str(record.filing.publication) for record in page.records] == ["GB201710564D0", "US2021000001A1"]
    assert [record.filing.family_id for record in page.records] == [None, "lens:77"]
    assert page.notes["unmapped_columns"] == ["publication_type"]


def test_an_answer_of_lens_without_hits_has_no_pages(tmp_path: Path) -> None:
    """Zero hits are zero pages and no error."""
    assert invented.read_pages(invented.write_text(tmp_path, '{"total": 0, "data": [], "results": 0}')) == []


def test_flattened_lens_records(tmp_path: Path) -> None:
    """The document key gives the publication; a language guess that the script contradicts is put right."""
    rows = [
        invented.FLAT_HEADER,
        [
            "000-000-000-000-001", "CN", "2023-01-13", "CN_218000001_U_20230113", "2022-09-15", "2022-09-15",
            "一种灯杆", "本实用新型公开了一种带摄像头的灯杆", "zh-cn", "{'value': 'INVENTED \"L\" CO'}", "ko",
        ],
        [
            "000-000-000-000-002", "US", "2023-01-13", "US_20230000001_A1_20230113", "", "", "Lamp posts",
            "A post with a lamp and a camera.", "en", "", "nl",
        ],
    ]  # fmt: skip
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows)))
    first, second = (record.filing for record in page.records)
    assert page.feed == "lens-flat"
    assert (str(first.publication), first.filing_date) == ("CN218000001U", dt.date(2022, 9, 15))
    assert [text.language for text in (*first.texts, *second.texts)] == ["zh", "zh", "en", "en"]
    assert first.parties == (Party("owner", 'INVENTED "L" CO'),)
    assert (str(second.publication), second.filing_date) == ("US2023000001A1", None)


def test_applicants_of_one_publication_are_one_record_repeated(tmp_path: Path) -> None:
    """Every row carries all applicants of its publication, so no row replaces another; scattered rows are refused."""
    first, second = "CN_218000001_U_20230113", "CN_218000002_U_20230113"
    rows = [
        invented.APPLICANTS_HEADER,
        ["000-000-000-000-001", first, "", "INVENTED LAMPS", ""],
        ["000-000-000-000-001", first, "CN", "INVENTED CAMERAS", ""],
        ["000-000-000-000-002", second, "", "", ""],
        ["000-000-000-000-001", first, "", "INVENTED LATECOMER", ""],
        ["000-000-000-000-003", "nonsense", "", "INVENTED LAMPS", ""],
    ]
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows)))
    assert page.feed == "lens-flat-applicants"
    assert page.records[0].filing == page.records[1].filing
    assert page.records[0].filing.parties == (
        Party("applicant", "INVENTED LAMPS"),
        Party("applicant", "INVENTED CAMERAS", "CN"),
    )
    assert page.records[2].filing.parties == ()
    assert [(reject.index, reject.code) for reject in page.rejects] == [(3, "scattered_rows"), (4, "bad_number")]


def check_bigquery(path: Path) -> None:
    filing = invented.read_only_filing(path)
    assert open_export(path).feed == "bigquery"
    assert str(filing.publication) == "CN110000001A"
    assert (filing.filing_date, filing.grant_date) == (dt.date(2018, 12, 20), None)
    assert (filing.application, filing.family_id) == (ApplicationId("CN", "201811564288"), "64000001")
    assert filing.parties == (Party("applicant", "虚构灯杆有限公司", "CN"), Party("inventor", "李四"))
    assert filing.texts[1] == Text("abstract", "一种带摄像头的灯杆", "zh")
    assert filing.priorities == (Priority("201811564288", "CN", dt.date(2018, 12, 20)),)
    assert filing.classifications == (Classification("cpc", "G06V 20/52"), Classification("ipc", "F21V 33/00"))


def test_bigquery_rows_as_lines_and_as_parquet(tmp_path: Path) -> None:
    """JSON lines (numbers as text, as BigQuery exports them), Parquet and Parquet with wrapped lists read the same."""
    row = invented.bigquery_row()
    as_text = row | {key: str(row[key]) for key in ("publication_date", "filing_date", "grant_date", "priority_date")}
    check_bigquery(invented.write_text(tmp_path, invented.json_lines([as_text])))
    path = tmp_path / "rows"
    pq.write_table(pa.Table.from_pylist([row]), path)
    check_bigquery(path)
    wrapped = row | {"title_localized": {"list": [{"element": item} for item in row["title_localized"]]}}
    pq.write_table(pa.Table.from_pylist([wrapped]), path)
    check_bigquery(path)


CNIPR_ROW = [
    "CN110000001A", "2020.07.14", "CN201811564288.X", "20181220", "一种交通监控方法", "G06V20/52(2022.01)I",
    "G06V20/52(2022.01)I;H04N7/18", "虚构摄像有限公司；虚构大学", "李四;王五", "赵六", "虚构代理有限公司", "北京市",
    "北京;11", "", "本发明公开了一种交通监控方法。",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_exports_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    """Full-width brackets, both semicolons, dates with dots and GB18030 are understood."""
    text = invented.csv_text([invented.CNIPR_HEADER, CNIPR_ROW], line_end="\r\n")
    path = invented.write_text(tmp_path, text, encoding=encoding)
    filing = invented.read_only_filing(path)
    assert open_export(path).feed == "cnipr-csv"
    assert (str(filing.publication), filing.publication_date) == ("CN110000001A", dt.date(2020, 7, 14))
    assert (filing.application, filing.filing_date) == (ApplicationId("CN", "201811564288"), dt.date(2018, 12, 20))
    assert [(party.role, party.name) for party in filing.parties] == [
        ("applicant", "虚构摄像有限公司"), ("applicant", "虚构大学"), ("inventor", "李四"), ("inventor", "王五"),
        ("agent", "虚构代理有限公司"), ("agent", "赵六"),
    ]  # fmt: skip
    assert filing.classifications == (
        Classification("ipc", "G06V 20/52", "2022.01"),
        Classification("ipc", "H04N 7/18"),
    )
    assert [text.language for text in filing.texts] == ["zh", "zh"]


def test_chinese_columns_by_their_other_names(tmp_path: Path) -> None:
    """Synonyms and half-width brackets; a number without kind takes it from the type and the era."""
    rows = [
        ["公告号", "公告日", "申请号", "申请日", "专利名称", "申请(专利权)人", "专利类型"],
        ["CN201000001", "2008-01-09", "200720000001.9", "2007-03-01", "一种灯杆", "虚构灯杆有限公司", "实用新型"],
        ["CN110000001", "2020-01-09", "201811564288.X", "2018-12-20", "一种灯", "虚构灯杆有限公司", "发明专利"],
        ["CN999", "2020-01-09", "", "", "一种灯", "", ""],
    ]
    (page,) = invented.read_pages(invented.write_text(tmp_path, invented.csv_text(rows, "\t")))
    assert [str(record.filing.publication) for record in page.records] == ["CN201000001Y", "CN110000001B"]
    assert page.records[0].filing.application == ApplicationId("CN", "200720000001")
    assert [reject.code for reject in page.rejects] == ["missing_kind"]
    assert page.notes["warnings"]["check_digit"]["count"] == 1


ESPACENET_ROW = [
    "1", "Street lamp", "LI SI [CN]\nWANG WU [CN]", "INVENTED LAMPS [CN]", "CN110000001A\nCN110000001B", "2018-12-20",
    "F21V33/00\nG06V20/52", "G06V20/52 (EP,US)\nF21V33/00 (EP)", "2020-07-14\n2022-03-01", "2020-07-14", "64000001",
]  # fmt: skip


def espacenet_rows() -> list[list[str]]:
    return [*([line] for line in invented.ESPACENET_QUERY), invented.ESPACENET_HEADER, ESPACENET_ROW]


def test_espacenet_gives_every_publication_of_a_family(tmp_path: Path) -> None:
    """A row that names two publications becomes two records of one family, from CSV and from a workbook."""
    paths = [
        invented.write_text(tmp_path, invented.csv_text(espacenet_rows(), ";", "\r\n"), name="list.csv"),
        invented.write_xlsx(tmp_path / "list.xlsx", espacenet_rows()),
    ]
    for path in paths:
        (page,) = invented.read_pages(path)
        first, second = (record.filing for record in page.records)
        assert page.feed == "espacenet"
        assert [str(filing.publication) for filing in (first, second)] == ["CN110000001A", "CN110000001B"]
        assert [filing.publication_date for filing in (first, second)] == [dt.date(2020, 7, 14), dt.date(2022, 3, 1)]
        assert first.family_id == second.family_id == "64000001"
        assert first.parties[0] == Party("applicant", "INVENTED LAMPS", "CN")
        assert len(first.classifications) == 4


def test_patentscope_workbooks_and_tables_have_numbers_without_kind(tmp_path: Path) -> None:
    """Lines before the header, German dates and missing prefixes are understood; the kind stays empty."""
    row = [
        "WO2022266089", "PCT/US2022/033000", "10.06.2022", "WO/2022/266089", "22.12.2022", "WO", "STREET LAMP", "",
        "F21V 33/00; G06V 20/52", "INVENTED LAMPS; INVENTED CAMERAS", "LI, Si", "63/200,000 15.06.2021 US", "",
    ]  # fmt: skip
    national = ["US1", "16724310", "19.12.2019", "20210191781", "24.06.2021", "US", "LAMP", "", "", "", "", "", ""]
    rows = [["Query", "lamps"], ["Total", "2"], invented.PATENTSCOPE_HEADER, row, national]
    paths = [
        invented.write_text(tmp_path, invented.csv_text(rows), name="list.csv"),
        invented.write_xlsx(tmp_path / "list.xlsx", rows),
    ]
    for path in paths:
        (page,) = invented.read_pages(path)
        first, second = (record.filing for record in page.records)
        assert page.feed == "patentscope"
        assert first.publication == PublicationId("WO", "2022266089", "")
        assert first.application == ApplicationId("WO", "US2022033000")
        assert (first.filing_date, first.publication_date) == (dt.date(2022, 6, 10), dt.date(2022, 12, 22))
        assert [party.name for party in first.parties] == ["INVENTED LAMPS", "INVENTED CAMERAS", "LI, Si"]
        assert second.publication == PublicationId("US", "2021191781", "")
        assert second.application == ApplicationId("US", "16724310")


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    """A packed Google search called `photo.xlsx` is a Google search."""
    text = invented.csv_text([invented.GOOGLE_HEADER, invented.google_row()])
    assert recognise(invented.write_text(tmp_path, text, name="photo.xlsx", packed=True)).feed == "google-csv"
