"""Holdings as Lens writes them, and the parts of a record that a request asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tests.fake_offices.holdings import Holding
from tests.fake_offices.lens_query import Malformed, lens_id

_KNOWN_PARTS = frozenset(
    "lens_id jurisdiction doc_number kind date_published doc_key docdb_id lang publication_type biblio abstract claims "
    "description families legal_status".split()
)


def render(held: Holding, day: dt.date) -> dict[str, Any]:
    """The whole record on a day; what the office does not know is absent, not null."""
    office, number, kind = held.publication.office, held.publication.number, held.publication.kind
    published = held.publication_date.isoformat()
    record: dict[str, Any] = {
        "lens_id": lens_id(held),
        "jurisdiction": office,
        "doc_number": number,
        "kind": kind,
        "date_published": published,
        "doc_key": f"{office}_{number}_{kind}_{held.publication_date:%Y%m%d}",
        "docdb_id": int(held.family),
        "lang": "zh" if held.title_zh else "en",
        "publication_type": "PATENT_APPLICATION",
        "biblio": _render_biblio(held, day),
        "families": {"simple_family": {"family_id": int(held.family), "size": 1, "members": [
            {"lens_id": lens_id(held), "document_id": _document(office, number, kind, published)}]}},
        "legal_status": {"granted": False, "patent_status": "PENDING", "calculation_log": ["Invented"]},
        "description": {"text": "A long description. " * 20, "lang": "en"},
    }  # fmt: skip
    if held.abstract:
        record["abstract"] = [{"text": held.abstract, "lang": "en"}]
    return record


def _render_biblio(held: Holding, day: dt.date) -> dict[str, Any]:
    publication, application = held.publication, held.application
    titles = [{"text": held.title_on(day), "lang": "en"}]
    if held.title_zh:
        titles.insert(0, {"text": held.title_zh, "lang": "zh"})
    biblio: dict[str, Any] = {
        "publication_reference": _document(
            publication.office, publication.number, publication.kind, held.publication_date.isoformat()
        ),
        "application_reference": _document(application.office, application.number, "A", held.filing_date.isoformat()),
        "invention_title": titles,
        "parties": {
            "applicants": [_render_party(name, country) for name, country in held.applicants],
            "inventors": [_render_party(name, None) for name in held.inventors],
        },
        "classifications_cpc": _render_classes(held.cpc),
        "classifications_ipcr": _render_classes(held.ipc),
        "references_cited": {"citations": [], "patent_count": 0, "npl_count": 0},
    }
    if held.priority is not None:
        number, office, filed = held.priority
        claim = {**_document(office, number, "A", filed.isoformat()), "sequence": 1}
        biblio["priority_claims"] = {"claims": [claim], "earliest_claim": {"date": filed.isoformat()}}
    return biblio


def _document(office: str, number: str, kind: str, day: str) -> dict[str, str]:
    return {"jurisdiction": office, "doc_number": number, "kind": kind, "date": day}


def _render_party(name: str, country: str | None) -> dict[str, Any]:
    return {"extracted_name": {"value": name}} | ({"residence": country} if country else {})


def _render_classes(symbols: Sequence[str]) -> dict[str, Any]:
    return {"classifications": [{"symbol": symbol.replace(" ", "")} for symbol in symbols]}


def project(record: dict[str, Any], include: Sequence[str] | None) -> dict[str, Any]:
    """The parts of a record that were asked for; all of it when nothing was said.

    Raises:
        Malformed: a part is asked for that no record has.
    """
    if include is None:
        return record
    kept: dict[str, Any] = {}
    for path in include:
        names = path.split(".")
        if names[0] not in _KNOWN_PARTS:
            raise Malformed(f"unknown field {path} in include")
        source, target = record, kept
        for name in names[:-1]:
            source, target = source.get(name, {}), target.setdefault(name, {})
        if names[-1] in source:
            target[names[-1]] = source[names[-1]]
    return kept
