"""One export file as pages of records and rejects, continued from any page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from filingwatch.errors import BadInput
from filingwatch.filing import Filing, Record, Reject
from filingwatch.sources.base import Cursor, Page
from filingwatch.sources.exports import native, native_lines
from filingwatch.sources.exports.delimited import read_table
from filingwatch.sources.exports.objects import body_items, line_rows, object_row
from filingwatch.sources.exports.opening import READ_ERRORS, hash_file, open_bytes, open_text, read_whole
from filingwatch.sources.exports.recognition import OBJECT_FORMATS, Format, recognise
from filingwatch.sources.exports.rows import Columns, Row, Unit, each_row
from filingwatch.sources.exports.workbooks import (
    open_parquet,
    parquet_objects,
    parquet_rows,
    read_workbook,
    workbook_rows,
)
from filingwatch.sources.notes import Notes
from filingwatch.warehouse import scratch

T = TypeVar("T")


class _Exports(NamedTuple):
    name: str = "exports"
    is_synthetic: bool = False


EXPORTS = _Exports()
"""Who all export files come from, in the warehouse."""
PAGE_ROWS = 1000


class ExportFile:
    """An export that has been recognised.

    `name` is the file's name without folders, `sha256` the hash of the file as given (its identity: keep the cursor
    under it), `feed` the format.
    """

    def __init__(self, path: Path, fmt: Format, sha256: str) -> None:
        self.path = path
        self.format = fmt
        self.sha256 = sha256

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def feed(self) -> str:
        return self.format.feed

    def pages(self, since: Cursor | None = None) -> Iterator[Page]:
        """The pages after the cursor in the order of the file; none when it was complete or has no rows.

        A page has at most 1000 rows, and more only when one publication has more rows than that. Its request is
        `{file, sha256, rows: [start, end]}` (0-based, half-open), its cursor `{rows_done, complete}`, its payload the
        rows as they stand in the file, below its header, so that the payload is an export of the same format. Rows of
        workbooks and Parquet become CSV or JSON lines there.

        Raises:
            BadInput: the file ends in damage; the rows before it have been given by then.
        """
        done = int(since["rows_done"]) if since else 0
        if since and since.get("complete"):
            return
        with ExitStack() as opened:
            yield from self._native_pages(opened, done) if self.feed == native.FEED else self._pages(opened, done)

    def _native_pages(self, opened: ExitStack, done: int) -> Iterator[Page]:
        with open_bytes(self.path) as stream:
            is_synthetic = native_lines.find_origin(_Guarded(stream))
        guarded = _Guarded(native_lines.line_batches(opened.enter_context(open_bytes(self.path)), done))
        con = opened.enter_context(scratch())
        # one batch ahead of the caller: it is checked while the one before it lands
        ahead = opened.enter_context(ThreadPoolExecutor(1))
        read = ((batch, ahead.submit(native_lines.read_batch, con, batch, bool(is_synthetic))) for batch in guarded)
        started = time.perf_counter()
        for (batch, answer), is_last in _with_last(read):
            records, rejects = answer.result()
            end = done + len(batch)
            yield Page(
                feed=self.feed,
                request={"file": self.name, "sha256": self.sha256, "rows": [done, end]},
                records=records,
                rejects=rejects,
                next_cursor={"rows_done": end, "complete": is_last and guarded.damage is None},
                payload=b"".join(batch),
                seconds=time.perf_counter() - started,
                notes={"unmapped_columns": [], "warnings": {}},
                is_synthetic=bool(is_synthetic),
            )
            done, started = end, time.perf_counter()
        self._raise_damage(guarded, done)

    def _raise_damage(self, guarded: _Guarded, done: int) -> None:
        if guarded.damage is not None:
            raise BadInput(
                f"{self.path} ends in damage after row {done} ({guarded.damage}); the rows before it are imported. "
                "Download it again and import the new file."
            )

    def _pages(self, opened: ExitStack, done: int) -> Iterator[Page]:
        notes = Notes()
        preamble, units, unmapped = self._units(opened, notes.warn)
        guarded = _Guarded(units)
        stream = iter(guarded)
        for _ in islice(stream, done):
            pass
        notes.take()
        started = time.perf_counter()
        for batch, is_last in _batches(stream):
            complete = is_last and guarded.damage is None
            end = done + len(batch)
            yield Page(
                feed=self.feed,
                request={"file": self.name, "sha256": self.sha256, "rows": [done, end]},
                records=[Record(i, u.result) for i, u in enumerate(batch) if isinstance(u.result, Filing)],
                rejects=_rejects(batch),
                next_cursor={"rows_done": end, "complete": complete},
                payload=(preamble + "".join(unit.original for unit in batch)).encode(
                    _payload_encoding(self.format.encoding), "surrogateescape"
                ),
                seconds=time.perf_counter() - started,
                notes={"unmapped_columns": list(unmapped()), "warnings": notes.take()},
            )
            done, started = end, time.perf_counter()
        self._raise_damage(guarded, done)

    def _units(
        self, opened: ExitStack, warn: Callable[[str, str], None]
    ) -> tuple[str, Iterator[Unit], Callable[[], tuple[str, ...]]]:
        """The text above the rows, the units, and a function that names the columns nobody uses."""
        if self.format.layout is None:
            seen: set[str] = set()
            module = OBJECT_FORMATS[self.feed]
            rows = _watch_keys(self._object_rows(opened), seen, module.unmapped)
            return "", each_row(module.bind(warn))(rows), lambda: tuple(sorted(seen))
        header, preamble, rows = self._table_rows(opened)
        columns = Columns(header)
        return preamble, self.format.layout.bind(columns, warn)(rows), columns.unmapped

    def _table_rows(self, opened: ExitStack) -> tuple[list[str], str, Iterator[Row]]:
        fmt = self.format
        if fmt.container == "workbook":
            return workbook_rows(read_workbook(read_whole(self.path), self.name), fmt.header_row)
        if fmt.container == "parquet":
            return parquet_rows(open_parquet(opened.enter_context(open_bytes(self.path)), self.name))
        stream = opened.enter_context(open_text(self.path, fmt.encoding))
        return read_table(stream, fmt.delimiter, fmt.header_row)

    def _object_rows(self, opened: ExitStack) -> Iterator[Row]:
        fmt = self.format
        if fmt.container == "parquet":
            table = open_parquet(opened.enter_context(open_bytes(self.path)), self.name)
            return map(object_row, parquet_objects(table))
        if fmt.container == "json-document":
            body = json.loads(read_whole(self.path).decode(fmt.encoding, "surrogateescape"))
            return map(object_row, body_items(body) or [])
        return line_rows(opened.enter_context(open_text(self.path, fmt.encoding)))


def open_export(path: str | Path) -> ExportFile:
    """The export at a path, recognised and hashed.

    Raises:
        BadInput: not an export that is known, empty, or not readable; the message says what was seen.
    """
    path = Path(path)
    fmt = recognise(path)
    return ExportFile(path, fmt, hash_file(path))


def _batches(units: Iterator[Unit]) -> Iterator[tuple[list[Unit], bool]]:
    """Units in page sizes, each with whether it is the last; units that belong together are never parted."""
    batch: list[Unit] = []
    for unit in units:
        if len(batch) >= PAGE_ROWS:
            cut = len(batch)
            while unit.continues and cut > 0 and batch[cut - 1].continues:
                cut -= 1
            cut = cut - 1 if unit.continues else cut
            if cut > 0:
                yield batch[:cut], False
                batch = batch[cut:]
        batch.append(unit)
    if batch:
        yield batch, True


def _rejects(batch: list[Unit]) -> list[Reject]:
    """The refused units; one whose rows stand in the text of an earlier unit shows that text."""
    rejects: list[Reject] = []
    text = ""
    for index, unit in enumerate(batch):
        text = unit.original or text
        if not isinstance(unit.result, Filing):
            shown = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            rejects.append(Reject(index, unit.result.code, unit.result.reason, shown.rstrip("\r\n")))
    return rejects


def _payload_encoding(encoding: str) -> str:
    return {"utf-8-sig": "utf-8", "utf-16": "utf-8"}.get(encoding, encoding)


def _watch_keys(rows: Iterator[Row], seen: set[str], unmapped: Callable[[Any], set[str]]) -> Iterator[Row]:
    for row in rows:
        if row.fault is None:
            seen |= unmapped(row.values)
        yield row


def _with_last(batches: Iterable[T]) -> Iterator[tuple[T, bool]]:
    """Each batch with whether it is the last; one is read ahead."""
    before: list[T] = []
    for batch in batches:
        yield from ((one, False) for one in before)
        before = [batch]
    yield from ((one, True) for one in before)


class _Guarded(Generic[T]):
    """Iterates until reading fails, and keeps what failed: what was read before must reach a page first."""

    def __init__(self, units: Iterable[T]) -> None:
        self._units = units
        self.damage: Exception | None = None

    def __iter__(self) -> Iterator[T]:
        try:
            yield from self._units
        except READ_ERRORS as error:
            self.damage = error
