"""Checks that every source must pass, whatever it reads. A source's own tests call them with a source that has news."""

from __future__ import annotations

import json

from filingwatch.filing import content_hash
from filingwatch.sources.base import Cursor, Page, Query, Source


def read_all(source: Source, query: Query, since: Cursor | None) -> list[Page]:
    """All pages, checked one by one."""
    pages = list(source.pages(query, since))
    for page in pages:
        check_page(page)
    return pages


def check_page(page: Page) -> None:
    """Each index once over records and rejects; cursor, request and notes are plain JSON data; the payload is kept."""
    places = [record.index for record in page.records] + [reject.index for reject in page.rejects]
    assert sorted(places) == list(range(len(places)))
    for part in (page.next_cursor, page.request, page.notes):
        assert json.loads(json.dumps(part)) == dict(part)
    assert page.payload
    for record in page.records:
        assert len(content_hash(record.filing.plain())) == 32
    for reject in page.rejects:
        assert reject.code and reject.reason and reject.original


def check_source(source: Source) -> None:
    """What a source says of itself."""
    assert source.name == source.name.lower() and source.name.strip()
    assert isinstance(source.is_synthetic, bool)


def check_resume(source: Source, query: Query, pages: list[Page], cut: int) -> None:
    """Continuing from the cursor of page `cut` gives exactly the records that were left, in the same order."""
    left = [record.filing for page in pages[cut + 1 :] for record in page.records]
    again = [record.filing for page in read_all(source, query, pages[cut].next_cursor) for record in page.records]
    assert again == left
