"""Result lists of PATENTSCOPE, XLS, XLSX or CSV, with lines about the query before the header.

They name no kind, so a publication here is a number whose kind is empty: it stands for all publications of that
number. The prefix of a number may be missing (then the column Country gives it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from filingwatch.filing import Filing, Priority
from filingwatch.normalform import parse_publication
from filingwatch.sources.exports.cells import (
    implied_office,
    read_application,
    read_classes,
    read_date,
    read_parties,
    read_texts,
    split_on,
)
from filingwatch.sources.exports.rows import Columns, Layout, Row, Unit, Warn, each_row


def _bind(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    read = columns.reader
    identity, number, country = read("Application Id"), read("Publication Number"), read("Country")
    kind, application, filed = read("Kind", "Kind Code"), read("Application Number"), read("Application Date")
    published, title, abstract = read("Publication Date"), read("Title"), read("Abstract")
    classes, applicants, inventors = read("I P C", "IPC", "Int. Class"), read("Applicants"), read("Inventors")
    priorities = read("Priorities Data", "Priority Data")

    def interpret(cells: Sequence[str]) -> Filing:
        written, office = number(cells) or identity(cells), country(cells).upper() or None
        if written[:2].isalpha() and written[:2].isascii():
            office = None
        publication = parse_publication(written, office=office, kind=kind(cells) or None, needs_kind=False)
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=read_date(published(cells), "Publication Date"),
            application=read_application(application(cells), warn, implied_office(application(cells), publication)),
            filing_date=read_date(filed(cells), "Application Date"),
            priorities=tuple(Priority(part) for part in split_on(priorities(cells), ";\n")),
            texts=read_texts(title(cells), abstract(cells), publication.office),
            parties=(
                *read_parties("applicant", split_on(applicants(cells), ";\n")),
                *read_parties("inventor", split_on(inventors(cells), ";\n")),
            ),
            classifications=tuple(read_classes("ipc", split_on(classes(cells), ";\n"), warn)),
        )

    return each_row(interpret)


LAYOUT = Layout(
    "patentscope",
    frozenset({"application id", "publication number", "publication date", "title"}),
    _bind,
)
