"""Weekly files loaded and read for the documents that are awaited; removed once they are read.

What is awaited, and for how long, belongs to `awaiting`; what a document says to `weekly`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filingwatch.errors import FilingwatchError, Transient
from filingwatch.filing import Record, Reject
from filingwatch.normalform import NormalFormError
from filingwatch.sources.base import Page
from filingwatch.sources.notes import Notes
from filingwatch.sources.uspto.awaiting import Awaiting, Week
from filingwatch.sources.uspto.portal import DownloadRefused, KeyRefused, Portal, WeeklyFile
from filingwatch.sources.uspto.weekly import FEED, publication_of, read_document, split_documents, trim_document
from filingwatch.sources.zips import BadZip, open_zip

PAGE_DOCUMENTS = 100
MOST_UNPACKED_BYTES = 2**34
_NOT_INSIDE = "not in the weekly file of their day"
_NAMED = 20  # publications named one by one in a note


class WeekLoader:
    """One round over the weeks that are due. `postponed` is why a week could not be had, if one could not."""

    def __init__(self, portal: Portal, folder: Path, awaiting: Awaiting, today: dt.date, is_backfill: bool) -> None:
        self.postponed: FilingwatchError | None = None
        self._portal, self._folder, self._awaiting = portal, folder, awaiting
        self._today, self._is_backfill = today, is_backfill
        self._given_up: dict[str, list[str]] = {}  # by the reason

    def pages(self) -> Iterator[Page]:
        """The awaited documents as pages; the cursor of each is still to be set. The last page has no records and
        notes what is still awaited and what was given up."""
        due = self._awaiting.due(self._today)
        listed = {product: self._list(product, weeks) for product, weeks in _by_product(due)}
        self._clear(due)
        left = sorted(due, key=lambda week: (self._awaiting.loads.get(week, 0), week))  # a file that fails comes last
        for place, week in enumerate(left):
            file = self._choose(week, listed[week.product])
            if file is None:
                continue
            try:
                yield from self._read(week, file)
            except FilingwatchError as error:
                if self._is_backfill:  # the tries count, though the work ends here
                    yield self._summary(due)
                self._postpone([week], error)
                if isinstance(error, DownloadRefused):
                    self._postpone(left[place + 1 :], error)
                    break
        yield self._summary(due)

    def _choose(self, week: Week, files: list[WeeklyFile] | None) -> WeeklyFile | None:
        """The file to load for a week; None when there is nothing to load, which is noted down."""
        if files is None:
            return None
        file = next((one for one in reversed(files) if one.day == week.day), None)
        if file is None:
            self._miss(week, "no weekly file of their day is listed")
        elif file.version == self._awaiting.version.get(week):
            self._miss(week, _NOT_INSIDE)
        elif self._awaiting.is_worn(week):
            self._miss(week, f"{file.name} was asked for {self._awaiting.loads[week]} times and could not be had")
        else:
            return file
        return None

    def _list(self, product: str, weeks: list[Week]) -> list[WeeklyFile] | None:
        """The files of these weeks; None when their list cannot be had tonight."""
        try:
            return self._portal.list_files(product, weeks[0].day, weeks[-1].day)
        except FilingwatchError as error:
            self._postpone(weeks, error)
            return None

    def _postpone(self, weeks: list[Week], error: FilingwatchError) -> None:
        """A file or a list that cannot be had must not keep a night from its search. The key is refused for all."""
        if self._is_backfill or isinstance(error, KeyRefused):
            raise error
        self.postponed = self.postponed or error
        for week in weeks:
            self._awaiting.postpone(week, self._today)

    def _read(self, week: Week, file: WeeklyFile) -> Iterator[Page]:
        path = self._folder / file.name
        if not path.exists() or path.stat().st_size != file.size:
            self._fetch(week, file, path)
        try:
            wanted = set(self._awaiting.wanted[week])
            for batch in _batches(find_documents(path, wanted), PAGE_DOCUMENTS):
                self._awaiting.find(week, [name for name, _ in batch])
                yield _read_batch(file, batch)
        except BadZip as error:
            raise Transient(f"USPTO, {file.name}: {error.reason}. The next run loads it again.") from error
        finally:
            path.unlink(missing_ok=True)
        self._miss(week, _NOT_INSIDE, file.version)

    def _fetch(self, week: Week, file: WeeklyFile, path: Path) -> None:
        """Every try counts, as the office counts them. A refusal counts once, since it handed out nothing: the spent
        quota of a key must not wear out a file."""
        asked, is_refused = self._portal.asked, False
        try:
            self._portal.fetch(file, path)
        except DownloadRefused:
            is_refused = True
            raise
        finally:
            self._awaiting.count_loads(week, 1 if is_refused else self._portal.asked - asked)

    def _miss(self, week: Week, why: str, version: str = "") -> None:
        given_up = self._awaiting.miss(week, self._today, version, is_last=self._is_backfill)
        if given_up:
            self._given_up.setdefault(why, []).extend(given_up)

    def _summary(self, due: list[Week]) -> Page:
        given_up = [one for ids in self._given_up.values() for one in ids]
        notes: dict[str, Any] = {"awaiting": self._awaiting.count()}
        if given_up:
            notes["given_up"] = {
                "count": len(given_up),
                "examples": given_up[:_NAMED],
                "why": "; ".join(self._given_up),
            }
        if self.postponed is not None:
            notes["postponed"] = str(self.postponed)
        weeks = [str(week) for week in due]
        return Page(FEED, {"weeks": weeks}, (), (), {}, "\n".join(weeks).encode(), notes=notes)

    def _clear(self, due: list[Week]) -> None:
        """Remove what a run that was cut off has left, but for a file that is of use now."""
        stems = tuple(week.stem for week in due)
        for path in self._folder.glob("ip[ag]*.zip*"):
            if path.suffix != ".zip" or not path.name.startswith(stems):
                path.unlink(missing_ok=True)


def find_documents(path: Path, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    """The wanted documents of a weekly file, each once, with their publication ids. Reading ends when all are found.

    Raises:
        BadZip: the file is damaged; what was given before stands.
    """
    left = set(wanted)
    with open_zip(path) as archive:
        for name in archive.names():
            if not name.lower().endswith(".xml"):
                continue
            with archive.open(name, MOST_UNPACKED_BYTES) as stream:
                for document in split_documents(stream):
                    publication_id = publication_of(document)
                    if publication_id in left:
                        left.discard(publication_id)
                        yield publication_id, trim_document(document)
                        if not left:
                            return


def _read_batch(file: WeeklyFile, batch: list[tuple[str, bytes]]) -> Page:
    notes = Notes()
    records: list[Record] = []
    rejects: list[Reject] = []
    for place, (_, document) in enumerate(batch):
        try:
            records.append(Record(place, read_document(document, notes.warn)))
        except NormalFormError as error:
            rejects.append(_reject(place, error.code, error.reason, document))
        except Exception as error:  # one document must not cost the others; a mistake of ours shows as a reject
            reason = f"the document could not be understood ({type(error).__name__}: {error})"
            rejects.append(_reject(place, "not_understood", reason, document))
    payload = b"".join(document for _, document in batch)
    request = {"file": file.name, "version": file.version, "documents": len(batch)}
    return Page(FEED, request, records, rejects, {}, payload, notes=notes.take())


def _reject(place: int, code: str, reason: str, document: bytes) -> Reject:
    return Reject(place, code, reason, document.decode("utf-8", "replace"))


def _by_product(weeks: list[Week]) -> Iterator[tuple[str, list[Week]]]:
    ordered = sorted(weeks, key=lambda week: (week.product, week.day))
    for product, group in itertools.groupby(ordered, key=lambda week: week.product):
        yield product, list(group)


def _batches(documents: Iterator[tuple[str, bytes]], size: int) -> Iterator[list[tuple[str, bytes]]]:
    """Lists of at most `size`; what was read before the stream breaks is given first."""
    batch: list[tuple[str, bytes]] = []
    try:
        for document in documents:
            batch.append(document)
            if len(batch) == size:
                yield batch
                batch = []
    except BadZip:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
