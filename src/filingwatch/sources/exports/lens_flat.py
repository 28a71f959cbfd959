"""Lens records flattened to two tables: one row per publication, and one row per publication and applicant.

They carry no application number. `title_lang` and `abstract_lang` are guesses of a language detector, good for
abstracts and poor for titles (English titles marked Dutch), hence the care.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from filingwatch.filing import Filing, Party, Text
from filingwatch.normalform import (
    NormalFormError,
    choose_language,
    detect_language,
    parse_doc_key,
    parse_office,
)
from filingwatch.sources.exports.cells import read_date
from filingwatch.sources.exports.rows import Columns, Layout, Row, Unit, Warn, each_row

_OWNER = re.compile(r"'value':\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")")


def _lens_url(lens_id: str) -> str | None:
    return f"https://lens.org/{lens_id}" if lens_id else None


def _title_language(told: str, abstract_language: str | None, title: str, office: str) -> str | None:
    """The guess for a title counts when it is English, when the abstract says the same, or when the script settles it;
    a title in Latin letters beside an English abstract is taken for English."""
    guess = choose_language(told, title, office)
    if guess is None or guess in ("en", "zh", "ja", "ko", abstract_language):
        return guess
    return detect_language(title, office) or ("en" if abstract_language == "en" and title.isascii() else None)


def _bind_publications(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    key, lens_id = columns.reader("doc_key"), columns.reader("lens_id")
    published = columns.reader("date_published")
    filed = columns.reader("application_reference_date")
    earliest = columns.reader("priority_claims_earliest_claim_date")
    title, title_language = columns.reader("invention_title"), columns.reader("title_lang")
    abstract, abstract_language = columns.reader("abstract"), columns.reader("abstract_lang")
    owner = columns.reader("owner")

    def interpret(cells: Sequence[str]) -> Filing:
        publication, key_date = parse_doc_key(key(cells))
        office, texts = publication.office, []
        summary, heading = abstract(cells), title(cells)
        language = choose_language(abstract_language(cells), summary, office) if summary else None
        if heading:
            texts.append(Text("title", heading, _title_language(title_language(cells), language, heading, office)))
        if summary:
            texts.append(Text("abstract", summary, language))
        owners = (first or second for first, second in _OWNER.findall(owner(cells)))
        return Filing(
            publication=publication,
            original_number=key(cells),
            publication_date=read_date(published(cells), "date_published") or key_date,
            filing_date=read_date(filed(cells), "application_reference_date"),
            earliest_priority_date=read_date(earliest(cells), "priority_claims_earliest_claim_date"),
            texts=tuple(texts),
            parties=tuple(Party("owner", name.strip()) for name in owners if name.strip()),
            url=_lens_url(lens_id(cells)),
        )

    return each_row(interpret)


def _bind_applicants(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    """Every row of a publication carries all its applicants, so that the rows repeat one record and do not replace
    each other. The rows of a publication must stand together; one that stands apart is a reject."""
    key, lens_id = columns.reader("doc_key"), columns.reader("lens_id")
    name, residence = columns.reader("extracted_name"), columns.reader("residence")

    def party(cells: Sequence[str]) -> Party | None:
        country = parse_office(residence(cells)) if residence(cells) else None
        return Party("applicant", name(cells), country) if name(cells) else None

    def one_publication(rows: list[Row]) -> Iterator[Unit]:
        parties: list[Party | NormalFormError | None] = []
        for row in rows:
            try:
                parties.append(party(row.values))
            except NormalFormError as error:
                parties.append(error)
        try:
            publication, _ = parse_doc_key(key(rows[0].values))
        except NormalFormError as error:
            yield from (Unit(row.original, error) for row in rows)
            return
        filing = Filing(
            publication=publication,
            original_number=key(rows[0].values),
            parties=tuple(dict.fromkeys(found for found in parties if isinstance(found, Party))),
            url=_lens_url(lens_id(rows[0].values)),
        )
        for index, (row, found) in enumerate(zip(rows, parties, strict=True)):
            yield Unit(row.original, found if isinstance(found, NormalFormError) else filing, continues=index > 0)

    def units(rows: Iterator[Row]) -> Iterator[Unit]:
        finished: set[int] = set()  # hashes, not keys: a gigabyte of rows stays within tens of megabytes
        for document, together in groupby(rows, lambda row: None if row.fault else key(row.values)):
            if document is None:
                yield from (Unit(row.original, row.fault) for row in together if row.fault)
            elif hash(document) in finished:
                reason = f"the rows of {document} do not stand together; sort the table by doc_key and import it again"
                yield from (Unit(row.original, NormalFormError("scattered_rows", reason)) for row in together)
            else:
                finished.add(hash(document))
                yield from one_publication(list(together))

    return units


PUBLICATIONS = Layout(
    "lens-flat", frozenset({"lens_id", "doc_key", "jurisdiction", "date_published", "invention_title"}),
    _bind_publications, without=frozenset({"extracted_name"}),
)  # fmt: skip
APPLICANTS = Layout(
    "lens-flat-applicants", frozenset({"doc_key", "extracted_name"}), _bind_applicants,
    without=frozenset({"invention_title"}),
)  # fmt: skip
