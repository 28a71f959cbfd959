"""Google Patents: the CSV of a search, tables of details (title, abstract, CPC), and such tables with dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from filingwatch.filing import Filing
from filingwatch.normalform import parse_publication
from filingwatch.sources.exports.cells import read_classes, read_date, read_parties, read_texts, split_names
from filingwatch.sources.exports.rows import Columns, Layout, Row, Unit, Warn, each_row

_LINK_LANGUAGE = re.compile(r"/patent/[^/]+/([a-z]{2})\b")
_SYMBOL = re.compile(r"[A-HY]\d{2}[A-Z][^'\",;\[\]]*")
_DETAILS = frozenset({"publication_number", "title", "abstract", "cpc_codes"})


def _bind_search(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    number, title, link = columns.reader("id"), columns.reader("title"), columns.reader("result link")
    assignee, inventor = columns.reader("assignee"), columns.reader("inventor/author")
    priority, filed = columns.reader("priority date"), columns.reader("filing/creation date")
    published, granted = columns.reader("publication date"), columns.reader("grant date")

    def interpret(cells: Sequence[str]) -> Filing:
        written = number(cells)
        publication = parse_publication(written)
        url = link(cells)
        page = _LINK_LANGUAGE.search(url)  # the page that the row was taken from is in this language
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=read_date(published(cells), "publication date"),
            filing_date=read_date(filed(cells), "filing/creation date"),
            earliest_priority_date=read_date(priority(cells), "priority date"),
            grant_date=read_date(granted(cells), "grant date"),
            texts=read_texts(title(cells), "", publication.office, page[1] if page else None),
            parties=(
                *read_parties("applicant", split_names(assignee(cells))),
                *read_parties("inventor", split_names(inventor(cells))),
            ),
            url=url or None,
        )

    return each_row(interpret)


def _bind_details(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    number, title = columns.reader("publication_number"), columns.reader("title")
    abstract, codes = columns.reader("abstract"), columns.reader("cpc_codes")
    assignee, inventors = columns.reader("assignee"), columns.reader("inventors")
    priority, filed = columns.reader("priority_date"), columns.reader("filing_date")
    published, granted = columns.reader("publication_date"), columns.reader("grant_date")

    def interpret(cells: Sequence[str]) -> Filing:
        written = number(cells)
        publication = parse_publication(written)
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=read_date(published(cells), "publication_date"),
            filing_date=read_date(filed(cells), "filing_date"),
            earliest_priority_date=read_date(priority(cells), "priority_date"),
            grant_date=read_date(granted(cells), "grant_date"),
            texts=read_texts(title(cells), abstract(cells), publication.office),
            parties=(
                *read_parties("applicant", split_names(assignee(cells))),
                *read_parties("inventor", split_names(inventors(cells))),
            ),
            classifications=tuple(read_classes("cpc", _SYMBOL.findall(codes(cells)), warn)),
        )

    return each_row(interpret)


SEARCH = Layout("google-csv", frozenset({"id", "title", "publication date", "result link"}), _bind_search)
DETAILS = Layout("google-details", _DETAILS, _bind_details, without=frozenset({"filing_date", "publication_date"}))
# A feed of its own: were it one with the table that has no dates, a later import of that one would take the dates away.
DATED_DETAILS = Layout("google-details-dated", _DETAILS | {"filing_date", "publication_date"}, _bind_details)
