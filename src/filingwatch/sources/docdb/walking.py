"""One delivery from its first record to its last: what becomes of each, and the place from which a run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from filingwatch.errors import Terminal
from filingwatch.normalform import NormalFormError
from filingwatch.sources.base import Cursor, Page
from filingwatch.sources.docdb.batching import RECORD, read_batches
from filingwatch.sources.docdb.collecting import Collector
from filingwatch.sources.docdb.deliveries import Delivery, cursor_after, cursor_inside
from filingwatch.sources.docdb.members import Work, left_of, list_work, open_records
from filingwatch.sources.docdb.passing import Background
from filingwatch.sources.docdb.quick import look
from filingwatch.sources.docdb.reading import attributes, read_deletion, read_filing
from filingwatch.sources.docdb.register import Ids, Register
from filingwatch.sources.docdb.scouting import Scout, scan_deletions
from filingwatch.sources.docdb.wanting import Wanting
from filingwatch.sources.safe_xml import BadXml, Element
from filingwatch.sources.zips import BadZip

# CV puts in the note that a publication was withdrawn, DV takes that note out; neither leaves a record to show.
_DELETIONS = frozenset({"D", "DV", "CV"})
_EARLY_DELETIONS = frozenset({"D", "DV"})
_ASKED_AT_ONCE = 5_000


@dataclass
class Walk:
    """One delivery under way. Its pages carry the cursor from which a later run goes on."""

    delivery: Delivery
    cursor: Cursor
    wanting: Wanting
    register: Register
    background: Background
    collector: Collector
    damaged: list[str] = field(default_factory=list)

    def pages(self, paths: Mapping[int, Path], scratch: Path) -> Iterator[Page]:
        """Every page of the delivery from where the cursor says; the last one marks it as done."""
        at = self._begin()
        work, unreadable = list_work(paths)
        if not work and not unreadable:
            raise Terminal(
                f"The delivery {self.delivery.name!r} of EPO DOCDB holds no file of records (DOCDB-....zip). Its form "
                "may have changed: look for a newer filingwatch. Nothing of it was marked as done."
            )
        if not at:
            for file_id, reason in unreadable:
                self._damage("bad_zip", f"file {file_id}: {reason}")
        for one in left_of(work, at.get("file"), at.get("stage"), at.get("member")):
            is_here = (at.get("file"), at.get("stage"), at.get("member")) == _place(one)
            yield from self._go_through(one, scratch, int(at.get("record", 0)) if is_here else 0)
        request = {"delivery": self.delivery.id, "week": str(self.delivery.week), "to": "end"}
        yield self.collector.close_page(request, cursor_after(self.cursor, self.delivery, self.damaged))

    def _begin(self) -> Mapping[str, Any]:
        """The place in this delivery at which an earlier run was cut off; empty at its beginning."""
        at = self.cursor.get("at") or {}
        if at.get("delivery") != self.delivery.id:
            return {}
        self.damaged += at.get("damaged", ())
        return at

    def _go_through(self, work: Work, scratch: Path, done: int) -> Iterator[Page]:
        number = done
        try:
            with open_records(work.member, scratch) as stream:
                steps = (
                    self._delete(scan_deletions(stream), done)
                    if work.stage == "delete"
                    else self._read(read_batches(Scout(stream, self.register)), work.stage, done)
                )
                for number in steps:
                    if self.collector.is_full:
                        yield self._close_page(work, number)
        except (BadZip, BadXml) as error:
            if work.stage != "delete":  # the same file is gone through once more for its creations
                self._damage(
                    error.code, f"{work.member.title}: from after record {number} on nothing was read: {error.reason}"
                )

    def _read(self, batches: Iterator[list[Element]], stage: str, done: int) -> Iterator[int]:
        """Deal with the records after the first `done`; gives how many are dealt with."""
        number = 0
        for batch in batches:
            for record in batch:
                number += 1
                if number > done:
                    self.collector.count("seen")
                    self._sort_in(record, stage)
                    yield number

    def _sort_in(self, record: Element, stage: str) -> None:
        status = record.get("status") or ("C" if stage == "create" else "A")
        if stage == "create" and status in _EARLY_DELETIONS:
            return
        ids = attributes(record)
        if status in _DELETIONS:
            self._take_back(ids, record)
            return
        sight = look(record)
        if self.register.holds(ids) or (self.wanting.takes(ids[0]) and self.wanting.wants(record, sight)):
            self._land(ids, record)
        elif status == "C" and (invention := self.background.take(record, sight)) is not None:
            self.collector.pass_over(invention)

    def _delete(self, stubs: Iterator[Ids], done: int) -> Iterator[int]:
        """Deal with the deletions of a member after the first `done`."""
        waiting: list[Ids] = []
        number = done
        for place, ids in enumerate(stubs, 1):
            if place > done:
                waiting.append(ids)
            if len(waiting) == _ASKED_AT_ONCE:
                yield from self._delete_batch(waiting, number)
                number, waiting = number + len(waiting), []
        yield from self._delete_batch(waiting, number)

    def _delete_batch(self, stubs: list[Ids], done: int) -> Iterator[int]:
        self.register.announce(stubs)
        for number, ids in enumerate(stubs, done + 1):
            country, doc_number, kind = ids
            stub = etree.Element(RECORD, {"country": country, "doc-number": doc_number, "kind": kind, "status": "D"})
            self._take_back(ids, stub)
            yield number

    def _take_back(self, ids: Ids, record: Element) -> None:
        if self.register.holds(ids):
            self.collector.land(read_deletion(record), record)
        else:
            self.collector.count("deletions_unknown")

    def _land(self, ids: Ids, record: Element) -> None:
        try:
            filing = read_filing(record, self.collector.warn)
        except NormalFormError as error:
            self.collector.reject(error, record)
            return
        self.collector.land(filing, record)
        self.register.note_landed(ids)
        self.background.remember(filing.family_id)

    def _damage(self, code: str, what: str) -> None:
        text = f"{self.delivery.name}, {what}"
        self.damaged.append(text)
        self.collector.report_damage(code, text)

    def _close_page(self, work: Work, number: int) -> Page:
        file_id, stage, member = _place(work)
        place = {"delivery": self.delivery.id, "file": file_id, "stage": stage, "member": member, "record": number}
        request = {"delivery": self.delivery.id, "week": str(self.delivery.week), "to": [stage, member, number]}
        kept = {"damaged": self.damaged} if self.damaged else {}
        return self.collector.close_page(request, cursor_inside(self.cursor, place | kept))


def _place(work: Work) -> tuple[int, str, str]:
    return work.member.file_id, work.stage, work.member.name
