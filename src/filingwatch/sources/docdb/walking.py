"""One delivery from its first record to its last: what becomes of each, and the place from which a run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from filingwatch.errors import Terminal
from filingwatch.normalform import NormalFormError
from filingwatch.sources.base import Cursor, Page
from filingwatch.sources.docdb.batching import read_batches
from filingwatch.sources.docdb.collecting import Collector
from filingwatch.sources.docdb.deliveries import Delivery, cursor_after, cursor_inside
from filingwatch.sources.docdb.members import Member, list_members, open_records
from filingwatch.sources.docdb.passing import Background
from filingwatch.sources.docdb.quick import look
from filingwatch.sources.docdb.reading import attributes, read_deletion, read_filing
from filingwatch.sources.docdb.register import Ids, Register
from filingwatch.sources.docdb.scouting import Scout, scan_created
from filingwatch.sources.docdb.wanting import Wanting
from filingwatch.sources.safe_xml import BadXml, Element
from filingwatch.sources.zips import BadZip

# CV puts in the note that a publication was withdrawn, DV takes that note out; neither leaves a record to show.
_DELETIONS = frozenset({"D", "DV", "CV"})
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
    created: set[Ids] = field(default_factory=set)

    def pages(self, paths: Mapping[int, Path], scratch: Path) -> Iterator[Page]:
        """Every page of the delivery from where the cursor says; the last one marks it as done."""
        members, unreadable = list_members(paths)
        if not members and not unreadable:
            raise Terminal(
                f"The delivery {self.delivery.name!r} of EPO DOCDB holds no file of records (DOCDB-....zip). Its form "
                "may have changed: look for a newer filingwatch. Nothing of it was marked as done."
            )
        first, done = self._find_place(members)
        if not self._at:
            for file_id, reason in unreadable:
                self._damage("bad_zip", f"file {file_id}: {reason}")
        self._recall_created(members[: first + 1] if done else members[:first], scratch)
        for member in members[first:]:
            yield from self._go_through(member, scratch, done)
            done = 0
        request = {"delivery": self.delivery.id, "week": str(self.delivery.week), "to": "end"}
        yield self.collector.close_page(request, cursor_after(self.cursor, self.delivery, self.damaged))

    @property
    def _at(self) -> Mapping[str, Any]:
        """The place in this delivery at which an earlier run was cut off; empty at its beginning."""
        at = self.cursor.get("at") or {}
        return at if at.get("delivery") == self.delivery.id else {}

    def _find_place(self, members: Sequence[Member]) -> tuple[int, int]:
        """The member to go on with, and how many of its records are done; the beginning if the place is gone."""
        self.damaged += self._at.get("damaged", ())
        for number, member in enumerate(members):
            if member.place == (self._at.get("file"), self._at.get("member")):
                return number, int(self._at.get("record", 0))
        return 0, 0

    def _recall_created(self, members: Sequence[Member], scratch: Path) -> None:
        """Learn again what an earlier run had landed as created; see `_delete`."""
        for member in members:
            if member.stage == "create":
                with suppress(BadZip), open_records(member, scratch) as stream:
                    created = scan_created(stream)
                    while some := list(islice(created, _ASKED_AT_ONCE)):
                        self.register.announce(some)
                        self.created.update(ids for ids in some if self.register.holds(ids))

    def _go_through(self, member: Member, scratch: Path, done: int) -> Iterator[Page]:
        number = done
        try:
            with open_records(member, scratch) as stream:
                for number in self._read(read_batches(Scout(stream, self.register)), member.stage, done):
                    if self.collector.is_full:
                        yield self._close_page(member, number)
        except (BadZip, BadXml) as error:
            self._damage(error.code, f"{member.title}: nothing was read from record {number + 1} on: {error.reason}")

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
        ids = attributes(record)
        status = record.get("status") or ("C" if stage == "create" else "A")
        if status in _DELETIONS:
            self._delete(ids, record, status)
            return
        sight = look(record)
        if self.register.holds(ids) or (self.wanting.takes(ids[0]) and self.wanting.wants(record, sight)):
            if stage == "create":
                self.created.add(ids)
            self._land(ids, record)
        elif status == "C" and (invention := self.background.take(record, sight)) is not None:
            self.collector.pass_over(invention)

    def _delete(self, ids: Ids, record: Element, status: str) -> None:
        """Take a record back if it is held.

        The office means the deletions of a week before its creations, wherever they stand: one that comes after the
        creation of the same number is about the record that was there before.
        """
        if ids in self.created and status != "CV":
            self.collector.count("deletions_superseded")
        elif self.register.holds(ids):
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

    def _close_page(self, member: Member, number: int) -> Page:
        place = {"delivery": self.delivery.id, "file": member.file_id, "stage": member.stage, "member": member.name}
        request = {"delivery": self.delivery.id, "week": str(self.delivery.week), "to": [member.name, number]}
        kept = {"damaged": self.damaged} if self.damaged else {}
        return self.collector.close_page(request, cursor_inside(self.cursor, place | {"record": number} | kept))
