"""A page under way: the records to land, what could not be read, and what was passed over since the page before."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lxml import etree

from filingwatch.filing import Filing, Record, Reject
from filingwatch.normalform import NormalFormError
from filingwatch.sources.base import Cursor, Page, PassedOver
from filingwatch.sources.safe_xml import Element

FEED = "epo-docdb"
MOST_RECORDS = 500
MOST_PASSED_OVER = 20_000
MOST_SEEN = 50_000
"""A page is closed after so many records of any kind, so that a run that is cut off repeats little."""
_EXAMPLES = 3


class Collector:
    """Fills pages. What was counted since the last page goes into the notes of the next one."""

    def __init__(self, most_records: int = MOST_RECORDS) -> None:
        self._most_records = most_records
        self._notes: dict[str, Any] = {}
        self._begin()

    def _begin(self) -> None:
        self._records: list[Record] = []
        self._rejects: list[Reject] = []
        self._originals: list[bytes] = []
        self._background: list[PassedOver] = []
        self._counts: Counter[str] = Counter()
        self._warnings: dict[str, dict[str, Any]] = {}
        self._started = time.perf_counter()

    @property
    def is_full(self) -> bool:
        return (
            len(self._records) + len(self._rejects) >= self._most_records
            or len(self._background) >= MOST_PASSED_OVER
            or self._counts["seen"] >= MOST_SEEN
        )

    def land(self, filing: Filing, original: Element) -> None:
        self._records.append(Record(self._next_index, filing))
        self._originals.append(etree.tostring(original, with_tail=False))

    def reject(self, error: NormalFormError, original: Element) -> None:
        text = etree.tostring(original, with_tail=False)
        self._rejects.append(Reject(self._next_index, error.code, error.reason, text.decode()))
        self._originals.append(text)

    def report_damage(self, code: str, what: str) -> None:
        """One reject for all that cannot be read from here on, and a note that makes the night a degraded one."""
        self._rejects.append(Reject(self._next_index, code, what, what))
        self._notes.setdefault("damaged", []).append(what)

    def pass_over(self, invention: PassedOver) -> None:
        self._background.append(invention)

    def count(self, what: str) -> None:
        self._counts[what] += 1

    def warn(self, code: str, text: str) -> None:
        entry = self._warnings.setdefault(code, {"count": 0, "examples": []})
        entry["count"] += 1
        if len(entry["examples"]) < _EXAMPLES:
            entry["examples"].append(text)

    def note(self, notes: Mapping[str, Any]) -> None:
        """Say this with the next page."""
        self._notes |= notes

    def close_page(self, request: Mapping[str, Any], cursor: Cursor) -> Page:
        """The page as it is; the next one begins empty."""
        counts = dict(sorted(self._counts.items())) | {"passed_over": len(self._background)}
        page = Page(
            feed=FEED,
            request=request,
            records=self._records,
            rejects=self._rejects,
            next_cursor=cursor,
            payload=self._write_payload(request, counts),
            seconds=time.perf_counter() - self._started,
            notes=self._notes | {"counts": counts} | ({"warnings": self._warnings} if self._warnings else {}),
            background=self._background,
        )
        self._notes = {}
        self._begin()
        return page

    def _write_payload(self, request: Mapping[str, Any], counts: Mapping[str, int]) -> bytes:
        """The records as they came, in a root of their own; of a page without any, what it was."""
        if not self._originals:
            return json.dumps({"request": dict(request), "counts": counts}, ensure_ascii=False).encode()
        return b"\n".join((b"<exchange-documents>", *self._originals, b"</exchange-documents>\n"))

    @property
    def _next_index(self) -> int:
        return len(self._records) + len(self._rejects)
