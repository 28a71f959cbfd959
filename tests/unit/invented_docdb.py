"""Invented pieces of DOCDB for tests: single records, files of records, deliveries on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from filingwatch.sources.base import Cursor, Page, Query
from filingwatch.sources.docdb.collecting import Collector
from filingwatch.sources.docdb.deliveries import Delivery, Week
from filingwatch.sources.docdb.passing import Background
from filingwatch.sources.docdb.register import Known, Register
from filingwatch.sources.docdb.walking import Walk
from filingwatch.sources.docdb.wanting import Wanting
from filingwatch.sources.safe_xml import Element, parse_document
from tests.fake_offices.docdb_xml import write_records, write_zip

DAY = dt.date(2026, 11, 22)
QUERY = Query(DAY, ("street lantern", "路灯网"), ("G08B 13/196",))


def record(
    number: str = "2026000001",
    *,
    country: str = "US",
    kind: str = "A1",
    status: str | None = "C",
    family: str | None = "71000001",
    title: str = "Street lantern with a bell",
    biblio: str = "",
    after: str = "",
    filed: str | None = "20250517",
    published: str = "20261112",
) -> str:
    """One record with what is asked for; `biblio` stands inside its bibliographic data, `after` behind them."""
    attributes = {"country": country, "doc-number": number, "kind": kind, "date-publ": published, "family-id": family,
                  "status": status}  # fmt: skip
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value is not None)
    application = (
        '<exch:application-reference data-format="docdb"><document-id><country>US</country><doc-number>18123456'
        f"</doc-number><kind>A</kind><date>{filed}</date></document-id></exch:application-reference>"
        if filed
        else ""
    )
    heading = f'<exch:invention-title lang="en" data-format="docdba">{title}</exch:invention-title>' if title else ""
    return (
        f"<exch:exchange-document {written}><exch:bibliographic-data>{application}{heading}{biblio}"
        f"</exch:bibliographic-data>{after}</exch:exchange-document>"
    )


def stub(number: str, status: str = "D", *, country: str = "US", kind: str = "A1") -> str:
    return f'<exch:exchange-document country="{country}" doc-number="{number}" kind="{kind}" status="{status}"/>'


def element(text: str) -> Element:
    """A record as an element."""
    return parse_document(write_records("one", DAY, [text]))[0]


def write_delivery(folder: Path, files: Sequence[tuple[str, Mapping[str, Sequence[str] | bytes]]]) -> dict[int, Path]:
    """Downloaded files: for each its name, and its members (kind-CC-number) with their records or their raw XML."""
    paths = {}
    for place, (name, members) in enumerate(files, 1):
        inner = {}
        for member, records in members.items():
            kind, rest = member.split("-", 1)
            title = f"DOCDB-202647-{kind}-PubDate20261120AndBefore-{rest}"
            xml = records if isinstance(records, bytes) else write_records(title, DAY, records)
            inner[f"Root/DOC/{title}.zip"] = write_zip({f"{title}.xml": xml})
        paths[place] = folder / name
        paths[place].write_bytes(write_zip(inner | {"Root/index.xml": b"<index/>"}, packed=False))
    return paths


def walk(
    paths: Mapping[int, Path], *, cursor: Cursor | None = None, known: Known | None = None, page_records: int = 500,
    query: Query = QUERY,
) -> Iterator[Page]:  # fmt: skip
    """The pages of one delivery of these files."""
    delivery = Delivery(7, "invented 2026/047", Week(2026, 47), None, ())
    register = Register(known or (lambda ids: frozenset()))
    walked = Walk(delivery, cursor or {}, Wanting(query), register, Background(), Collector(page_records))
    folder = next(iter(paths.values())).parent
    yield from walked.pages(paths, folder / "member.zip")
