"""Invented export files for tests: headers as the services write them, content that no office ever published."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from filingwatch.filing import Filing
from filingwatch.sources.base import Page
from filingwatch.sources.exports import open_export

GOOGLE = (
    "id title assignee inventor/author|priority date|filing/creation date|publication date|grant date|result link|"
    "representative figure link"
)
GOOGLE_HEADER = [*GOOGLE.split("|")[0].split(" "), *GOOGLE.split("|")[1:]]
DETAILS_HEADER = ["publication_number", "title", "abstract", "cpc_codes"]
ESPACENET_HEADER = (
    "No;Title;Inventors;Applicants;Publication number;Earliest priority;IPC;CPC;Publication date;"
    "Earliest publication;Family number"
).split(";")
ESPACENET_QUERY = ["Search results", "Query", "cameras", "Filters", "none", "Total", "2 results"]
CNIPR_HEADER = (
    "公开（公告）号,公开（公告）日,申请号,申请日,名称,主分类号,分类号,申请人,发明人,代理人,代理机构,地址,国省代码,优先权,摘要"
).split(",")
PATENTSCOPE_HEADER = [
    "Application Id", "Application Number", "Application Date", "Publication Number", "Publication Date", "Country",
    "Title", "Abstract", "I P C", "Applicants", "Inventors", "Priorities Data", "National Phase Entries",
]  # fmt: skip
LENS_NEW_HEADER = [
    "#", "Jurisdiction", "Kind", "Display Key", "Lens ID", "Publication Date", "Application Number",
    "Application Date", "Priority Numbers", "Earliest Priority Date", "Title", "Abstract", "Applicants", "Inventors",
    "Owners", "URL", "Simple Family Members", "CPC Classifications", "IPCR Classifications",
]  # fmt: skip
LENS_OLD_HEADER = [
    "#", "Jurisdiction", "Kind", "Publication Number", "Lens ID", "Publication Date", "Application Number",
    "Application Date", "Priority Numbers", "Title", "Applicants", "Inventors", "URL", "CPC Classifications",
]  # fmt: skip
FLAT_HEADER = [
    "lens_id", "jurisdiction", "date_published", "doc_key", "application_reference_date",
    "priority_claims_earliest_claim_date", "invention_title", "abstract", "abstract_lang", "owner", "title_lang",
]  # fmt: skip
APPLICANTS_HEADER = ["lens_id", "doc_key", "residence", "extracted_name", "extracted_address"]


def google_row(number: int = 1, **changed: str) -> list[str]:
    """A row of a Google search; keyword arguments replace cells by column name."""
    row = {
        "id": f"CN-{110000000 + number}-A",
        "title": f"Camera for crossing {number} ",
        "assignee": "Invented Cameras Co., Ltd., 北京虚构科技有限公司",
        "inventor/author": "Li Si, Wang Wu",
        "priority date": "1/5/2019",
        "filing/creation date": "2019-01-05",
        "publication date": "7/14/2020",
        "grant date": "",
        "result link": f"https://patents.google.com/patent/CN{110000000 + number}A/en",
        "representative figure link": "",
    }
    return list((row | changed).values())


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",", line_end: str = "\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return buffer.getvalue()


def lens_record(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A record of the Lens API."""
    record: dict[str, Any] = {
        "lens_id": f"000-000-000-000-{number:03d}",
        "jurisdiction": "US",
        "doc_number": f"2021{number:07d}",
        "kind": "A1",
        "date_published": "2021-06-24",
        "biblio": {
            "application_reference": {
                "jurisdiction": "US", "doc_number": f"2019167{number:05d}", "kind": "A", "date": "2019-12-19",
            },
            "priority_claims": {
                "claims": [{"jurisdiction": "CN", "doc_number": "201811564288", "kind": "A", "date": "2018-12-20"}],
                "earliest_claim": {"date": "2018-12-20"},
            },
            "invention_title": [{"text": " Crowd counter ", "lang": "en"}, {"text": "人群计数器", "lang": "zh"}],
            "parties": {
                "applicants": [{"residence": "cn", "extracted_name": {"value": "INVENTED CAMERAS CO LTD"}}],
                "inventors": [{"extracted_name": {"value": "SI LI"}}],
                "owners_all": [{"extracted_name": {"value": "INVENTED HOLDING"}, "extracted_country": "CN"}],
            },
            "classifications_cpc": {"classifications": [{"symbol": "G06V20/53"}, {"symbol": "G06V20/53"}]},
            "classifications_ipcr": {"classifications": [{"symbol": "G06V20/52"}]},
        },
        "families": {
            "simple_family": {
                "members": [
                    {"document_id": {"jurisdiction": "US", "doc_number": f"2021{number:07d}", "kind": "A1"}},
                    {"document_id": {"jurisdiction": "CN", "doc_number": "110000001", "kind": "A"}},
                ]
            }
        },
        "abstract": [{"text": "A counter of people.", "lang": "en"}],
        "publication_type": "PATENT_APPLICATION",
    }  # fmt: skip
    return record | changed


def bigquery_row(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A row of the public table of publications."""
    row: dict[str, Any] = {
        "publication_number": f"CN-{110000000 + number}-A",
        "application_number": "CN-201811564288-A",
        "country_code": "CN",
        "kind_code": "A",
        "family_id": "64000001",
        "title_localized": [{"text": "Lamp post with camera", "language": "en"}],
        "abstract_localized": [{"text": "一种带摄像头的灯杆", "language": "zh"}],
        "publication_date": 20200714,
        "filing_date": 20181220,
        "grant_date": 0,
        "priority_date": 20181220,
        "priority_claim": [{"application_number": "CN-201811564288-A", "filing_date": 20181220}],
        "assignee": ["虚构灯杆有限公司"],
        "assignee_harmonized": [{"name": "INVENTED LAMPS CO", "country_code": "CN"}],
        "inventor": ["李四"],
        "inventor_harmonized": [],
        "cpc": [{"code": "G06V20/52", "inventive": True, "first": True, "tree": []}],
        "ipc": [{"code": "F21V33/00"}],
        "art_unit": None,
    }
    return row | changed


def write_text(folder: Path, text: str, *, name: str = "export", encoding: str = "utf-8", packed: bool = False) -> Path:
    data = text.encode(encoding)
    path = folder / name
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def json_lines(objects: Iterable[Any]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects)


def write_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """The smallest workbook that is one: a sheet of inline strings."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>' for cell in row)
        + "</row>"
        for row in rows
    )
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return path


def read_pages(path: Path) -> list[Page]:
    return list(open_export(path).pages())


def read_only_filing(path: Path) -> Filing:
    """The filing of an export that must hold exactly one record and no reject."""
    (page,) = read_pages(path)
    assert not page.rejects, page.rejects
    (record,) = page.records
    return record.filing
