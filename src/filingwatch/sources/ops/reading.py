"""Documents of OPS turned into filings. Pure: XML in, records and explained rejects out.

The parts of a document are read in `biblio`; what a spelling means is known to `normalform`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from filingwatch.filing import (
    Filing,
    PublicationId,
    Record,
    Reject,
)
from filingwatch.normalform import NormalFormError, parse_publication
from filingwatch.sources.exports.rows import Warn
from filingwatch.sources.ops.biblio import (
    first_date,
    ids_of,
    read_cpc,
    read_filed,
    read_ipc,
    read_parties,
    read_priorities,
    read_texts,
)
from filingwatch.sources.safe_xml import (
    BadXml,
    Element,
    all_text,
    child,
    local,
    parse_document,
    was_mended,
)

FEED = "epo-ops"

_UNAVAILABLE = "not available through OPS"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits: how many there are in all (10,000 stands for more), where the page begins, its documents."""

    total: int
    begin: int | None
    documents: tuple[Element, ...]

    @property
    def keys(self) -> frozenset[str]:
        """What tells the hits apart."""
        return frozenset(map(key_of, self.documents))


def read_found(content: bytes) -> Found:
    """The answer to a search with bibliographic data.

    Raises:
        BadXml: it is something else.
    """
    root = parse_document(content)
    search = child(root, "biblio-search")
    total = search.get("total-result-count", "") if search is not None else ""
    if search is None or not (total.isascii() and total.isdecimal()):
        raise BadXml(f"the answer is <{local(root)}> without a count of hits")
    place = child(search, "range")
    begin = place.get("begin", "") if place is not None else ""
    return Found(int(total), int(begin) if begin.isdecimal() else None, tuple(list_documents(root)))


def list_documents(root: Element) -> Iterator[Element]:
    """Every document of an answer, in order; a wrapper may hold one or several."""
    return root.iter("{*}exchange-document")


def key_of(document: Element) -> str:
    """What tells a hit from another: its number, or its content where it has none."""
    number = ".".join(document.get(name, "") for name in ("country", "doc-number", "kind"))
    return number if number.strip(".") else hashlib.sha256(_original(document).encode()).hexdigest()


def read_records(documents: Iterable[Element], warn: Warn) -> tuple[list[Record], list[Reject]]:
    """Every document as a record or as a reject with its reason and its text; each index once."""
    records: list[Record] = []
    rejects: list[Reject] = []
    for index, document in enumerate(documents):
        try:
            records.append(Record(index, read_filing(document, warn)))
        except NormalFormError as error:
            rejects.append(Reject(index, error.code, error.reason, _original(document)))
    return records, rejects


def read_filing(document: Element, warn: Warn) -> Filing:
    """One document as a filing.

    Raises:
        NormalFormError: it is a placeholder, damaged, or says something impossible about itself.
    """
    biblio = child(document, "bibliographic-data")
    _refuse_placeholder(document, biblio)
    publication, written = _read_publication(document, biblio)
    application, filing_date = read_filed(biblio, warn)
    priorities = read_priorities(biblio)
    return Filing(
        publication=publication,
        original_number=written,
        publication_date=first_date(child(biblio, "publication-reference"), "publication-reference"),
        application=application,
        filing_date=filing_date,
        earliest_priority_date=min((claim.date for claim in priorities if claim.date), default=None),
        family_id=_read_family(document),
        priorities=priorities,
        texts=tuple(read_texts(document, biblio, publication.office)),
        parties=(*read_parties(biblio, "applicant"), *read_parties(biblio, "inventor")),
        classifications=(*read_cpc(biblio, warn), *read_ipc(biblio, warn)),
        url=f"https://worldwide.espacenet.com/patent/search?q=pn%3D{publication}",
    )


def _original(document: Element) -> str:
    return etree.tostring(document, encoding="unicode", with_tail=False)


def _refuse_placeholder(document: Element, biblio: Element | None) -> None:
    status = document.get("status", "").strip()
    name = key_of(document) if document.get("doc-number") else "a document"
    if status and biblio is None:
        raise NormalFormError("not_available", f"OPS gives {name} with status {status!r} and without data")
    if biblio is None or (len(biblio) < 3 and _UNAVAILABLE in all_text(document)):
        raise NormalFormError("not_available", f"OPS gives {name} without bibliographic data")
    if was_mended(document):
        raise NormalFormError("bad_encoding", f"{name} holds bytes that are not text in UTF-8")


def _read_publication(document: Element, biblio: Element | None) -> tuple[PublicationId, str]:
    parts = [document.get(name, "").strip() for name in ("country", "doc-number", "kind")]
    if not all(parts):
        reference = ids_of(child(biblio, "publication-reference")).get("docdb")
        parts = [all_text(child(reference, name)) for name in ("country", "doc-number", "kind")]
    office, number, kind = parts
    if not office or not number:
        raise NormalFormError("missing_number", "the document has no country or no number")
    return parse_publication(number, office=office, kind=kind or None), ".".join(parts)


def _read_family(document: Element) -> str | None:
    """The number of the simple family; OPS writes nothing, or -1, where there is none."""
    family = document.get("family-id", "").strip()
    return family if family.isascii() and family.isdecimal() else None
