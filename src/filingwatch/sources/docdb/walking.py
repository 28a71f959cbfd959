"""One delivery from its first record to its last: what becomes of each, and the place from which a run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from filingwatch.errors import Terminal
from filingwatch.filing import PublicationId
from filingwatch.normalform import NormalFormError
from filingwatch.sources.base import Cursor, Page
from filingwatch.sources.docdb.collecting import Collector
from filingwatch.sources.docdb.deliveries import Delivery, cursor_after, cursor_inside
from filingwatch.sources.docdb.members import Work, left_of, list_work, open_records
from filingwatch.sources.docdb.passing import Background
from filingwatch.sources.docdb.reading import attributes, read_deletion, read_filing
from filingwatch.sources.docdb.scouting import Ids, Register, Scout, scan_deletions
from filingwatch.sources.docdb.wanting import Wanting
from filingwatch.sources.safe_xml import BadXml, Element, stream_elements
from filingwatch.sources.zips import BadZip

_RECORD = "exchange-document"
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
                if work.stage == "delete":
                    steps = self._delete(scan_deletions(stream), done)
                else:
                    steps = self._read(stream_elements(Scout(stream, self.register), _RECORD), work.stage, done)
                for number in steps:
                    if self.collector.is_full:
                        yield self._close_page(work, number)
        except (BadZip, BadXml) as error:
            if work.stage != "delete":  # the same file is gone through once more for its creations
                self._damage(
                    error.code, f"{work.member.title}: from after record {number} on nothing was read: {error.reason}"
                )

    def _read(self, records: Iterator[Element], stage: str, done: int) -> Iterator[int]:
        """Deal with the records after the first `done`; gives how many are dealt with."""
        for number, record in enumerate(records, 1):
            if number > done:
                self.collector.count("seen")
                self._sort_in(record, stage)
                yield number

    def _sort_in(self, record: Element, stage: str) -> None:
        status = record.get("status") or ("C" if stage == "create" else "A")
        if stage == "create" and status in _EARLY_DELETIONS:
            return
        ids = attributes(record)
        try:
            publication = self.register.look_up(ids)
        except NormalFormError as error:
            self._sort_in_nameless(record, ids, status, error)
            return
        if status in _DELETIONS:
            self._take_back(publication, record)
        elif self.register.holds(publication) or self._is_wanted(record, ids[0]):
            self._land(publication, record)
        else:
            self._pass_over(publication, record, status)

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
            stub = etree.Element(_RECORD, {"country": country, "doc-number": doc_number, "kind": kind, "status": "D"})
            try:
                self._take_back(self.register.look_up(ids), stub)
            except NormalFormError:
                self.collector.count("deletions_unknown")
            yield number

    def _take_back(self, publication: PublicationId, record: Element) -> None:
        if self.register.holds(publication):
            self.collector.land(read_deletion(record), record)
        else:
            self.collector.count("deletions_unknown")

    def _land(self, publication: PublicationId, record: Element) -> None:
        try:
            filing = read_filing(record, self.collector.warn)
        except NormalFormError as error:
            self.collector.reject(error, record)
            return
        self.collector.land(filing, record)
        self.register.note_landed(publication)
        self.background.remember(filing.family_id)

    def _pass_over(self, publication: PublicationId, record: Element, status: str) -> None:
        invention = self.background.take(record, publication) if status == "C" else None
        if invention is not None:
            self.collector.pass_over(invention)

    def _sort_in_nameless(self, record: Element, ids: Ids, status: str, error: NormalFormError) -> None:
        """A record whose number is not understood concerns us only if it answers the watch."""
        if status not in _DELETIONS and self._is_wanted(record, ids[0]):
            self.collector.reject(error, record)
        else:
            self.collector.count("nameless")

    def _is_wanted(self, record: Element, office: str) -> bool:
        return self.wanting.takes(office) and self.wanting.wants(record)

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
