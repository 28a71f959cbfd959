"""The record: what one office said about one publication, in our normal forms.

Here belong the record types, their hash and their plain-data form. How a source's spelling becomes a normal form
belongs to `normalform`; what several records say together (inventions, families) belongs to the dbt project.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as quote
from typing import Any, Literal

PartyRole = Literal["applicant", "inventor", "owner", "agent"]
TextPart = Literal["title", "abstract"]
TextOrigin = Literal["original", "machine_translation", "family_member", "unknown"]
Scheme = Literal["cpc", "ipc"]


@dataclass(frozen=True, slots=True)
class PublicationId:
    """A publication in DOCDB form: two-letter ST.3 office, number without zero fill or punctuation, kind code."""

    office: str
    number: str
    kind: str

    def __str__(self) -> str:
        return f"{self.office}{self.number}{self.kind}"


@dataclass(frozen=True, slots=True)
class ApplicationId:
    """An application: office and number, without check digit. What was filed, however often it is published."""

    office: str
    number: str

    def __str__(self) -> str:
        return f"{self.office}{self.number}"


@dataclass(frozen=True, slots=True)
class Party:
    """A person or body as written on the document; `country` is ST.3 or None (often empty for Chinese applicants)."""

    role: PartyRole
    name: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A title or an abstract in one language (ISO 639-1, or None when unknown), with where its wording came from."""

    part: TextPart
    text: str
    language: str | None = None
    origin: TextOrigin = "unknown"


@dataclass(frozen=True, slots=True)
class Classification:
    """A class symbol in the form `G06V 20/52`; `version` is the scheme version (yyyy.mm) where the source gives it."""

    scheme: Scheme
    symbol: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Priority:
    """An earlier application that this one claims; the number is in the source's form when it could not be parsed."""

    number: str
    office: str | None = None
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """One publication as one feed describes it. Any part but the publication id may be missing.

    `original_number` is the publication number as the source wrote it. `is_deleted` says that the office withdrew the
    record: it carries ids only. Order inside the tuples is the source's order.
    """

    publication: PublicationId
    original_number: str
    publication_date: dt.date | None = None
    application: ApplicationId | None = None
    filing_date: dt.date | None = None
    earliest_priority_date: dt.date | None = None
    grant_date: dt.date | None = None
    family_id: str | None = None
    priorities: tuple[Priority, ...] = ()
    texts: tuple[Text, ...] = ()
    parties: tuple[Party, ...] = ()
    classifications: tuple[Classification, ...] = ()
    url: str | None = None
    is_deleted: bool = False

    def plain(self) -> dict[str, Any]:
        """The record as plain values, in the column names and nesting of `raw.publication`."""
        return {
            "publication_id": str(self.publication),
            "office": self.publication.office,
            "number": self.publication.number,
            "kind": self.publication.kind,
            "original_number": self.original_number,
            "publication_date": self.publication_date,
            "application_office": self.application.office if self.application else None,
            "application_number": self.application.number if self.application else None,
            "filing_date": self.filing_date,
            "earliest_priority_date": self.earliest_priority_date,
            "grant_date": self.grant_date,
            "family_id": self.family_id,
            "priorities": [{"number": p.number, "office": p.office, "date": p.date} for p in self.priorities],
            "texts": [{"part": t.part, "text": t.text, "language": t.language, "origin": t.origin} for t in self.texts],
            "parties": [{"role": p.role, "name": p.name, "country": p.country} for p in self.parties],
            "classifications": [
                {"scheme": c.scheme, "symbol": c.symbol, "version": c.version} for c in self.classifications
            ],
            "url": self.url,
            "is_deleted": self.is_deleted,
        }

    def line(self) -> str:
        """The plain values as one line of JSON, exactly as `json.dumps` writes them: the text that is hashed."""
        application = self.application
        priorities = [
            f'{{"number": {quote(p.number)}, "office": {_write(p.office)}, "date": {_write_day(p.date)}}}'
            for p in self.priorities
        ]
        texts = [
            f'{{"part": {quote(t.part)}, "text": {quote(t.text)}, "language": {_write(t.language)}, '
            f'"origin": {quote(t.origin)}}}'
            for t in self.texts
        ]
        parties = [
            f'{{"role": {quote(p.role)}, "name": {quote(p.name)}, "country": {_write(p.country)}}}'
            for p in self.parties
        ]
        classes = [
            f'{{"scheme": {quote(c.scheme)}, "symbol": {quote(c.symbol)}, "version": {_write(c.version)}}}'
            for c in self.classifications
        ]
        return (
            f'{{"publication_id": {quote(str(self.publication))}, "office": {quote(self.publication.office)}, '
            f'"number": {quote(self.publication.number)}, "kind": {quote(self.publication.kind)}, '
            f'"original_number": {quote(self.original_number)}, '
            f'"publication_date": {_write_day(self.publication_date)}, '
            f'"application_office": {quote(application.office) if application else "null"}, '
            f'"application_number": {quote(application.number) if application else "null"}, '
            f'"filing_date": {_write_day(self.filing_date)}, '
            f'"earliest_priority_date": {_write_day(self.earliest_priority_date)}, '
            f'"grant_date": {_write_day(self.grant_date)}, "family_id": {_write(self.family_id)}, '
            f'"priorities": [{", ".join(priorities)}], "texts": [{", ".join(texts)}], '
            f'"parties": [{", ".join(parties)}], "classifications": [{", ".join(classes)}], '
            f'"url": {_write(self.url)}, "is_deleted": {"true" if self.is_deleted else "false"}}}'
        )


def _write(text: str | None) -> str:
    return "null" if text is None else quote(text)


def _write_day(day: dt.date | None) -> str:
    return "null" if day is None else f'"{day}"'


def content_hash(plain: Mapping[str, Any]) -> str:
    """32 hex digits over a record's plain values; equal hashes mean that nothing changed."""
    return hash_line(json.dumps(plain, default=str, ensure_ascii=False))


def hash_line(line: str) -> str:
    """The content hash of a record that is written out already (`Filing.line`).

    Raises:
        UnicodeEncodeError: it holds half a character, which UTF-8 cannot write.
    """
    return hashlib.sha256(line.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Record:
    """A filing with its place in the page (0-based), so that every record of a page can be accounted for."""

    index: int
    filing: Filing


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be understood: its place in the page, a short code, the reason in words, the original."""

    index: int
    code: str
    reason: str
    original: str
