"""The CSV export of Lens in both vintages: with `Display Key` (newer) or `Publication Number` (older)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from filingwatch.filing import Filing
from filingwatch.normalform import NormalFormError, parse_priority, parse_publication
from filingwatch.sources.exports.cells import (
    read_application,
    read_classes,
    read_date,
    read_parties,
    read_texts,
    split_double,
)
from filingwatch.sources.exports.families import family_of_members
from filingwatch.sources.exports.rows import Columns, Layout, Row, Unit, Warn, each_row


def _bind(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    key, office = columns.reader("Display Key", "Publication Number"), columns.reader("Jurisdiction")
    kind, url = columns.reader("Kind"), columns.reader("URL")
    published, filed = columns.reader("Publication Date"), columns.reader("Application Date")
    application, priorities = columns.reader("Application Number"), columns.reader("Priority Numbers")
    earliest, members = columns.reader("Earliest Priority Date"), columns.reader("Simple Family Members")
    title, abstract = columns.reader("Title"), columns.reader("Abstract")
    applicants, inventors = columns.reader("Applicants"), columns.reader("Inventors")
    owners = columns.reader("Owners")
    cpc, ipc = columns.reader("CPC Classifications"), columns.reader("IPCR Classifications")

    def interpret(cells: Sequence[str]) -> Filing:
        written = key(cells)
        publication = parse_publication(written)
        if publication.office != (office(cells).upper() or publication.office):
            reason = f"the number {written!r} and the jurisdiction {office(cells)!r} contradict each other"
            raise NormalFormError("contradiction", reason)
        if kind(cells) and publication.kind[:1] != kind(cells).upper()[:1]:
            raise NormalFormError("contradiction", f"the number {written!r} and the kind {kind(cells)!r} differ")
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=read_date(published(cells), "Publication Date"),
            application=read_application(application(cells), warn),
            filing_date=read_date(filed(cells), "Application Date"),
            earliest_priority_date=read_date(earliest(cells), "Earliest Priority Date"),
            family_id=family_of_members(publication, split_double(members(cells)), warn),
            priorities=tuple(map(parse_priority, split_double(priorities(cells)))),
            texts=read_texts(title(cells), abstract(cells), publication.office),
            parties=(
                *read_parties("applicant", split_double(applicants(cells))),
                *read_parties("inventor", split_double(inventors(cells))),
                *read_parties("owner", split_double(owners(cells))),
            ),
            classifications=(
                *read_classes("cpc", split_double(cpc(cells)), warn),
                *read_classes("ipc", split_double(ipc(cells)), warn),
            ),
            url=url(cells) or None,
        )

    return each_row(interpret)


LAYOUT = Layout(
    "lens-csv",
    frozenset({"jurisdiction", "kind", "lens id", "publication date"}),
    _bind,
    one_of=(frozenset({"display key", "publication number"}),),
)
