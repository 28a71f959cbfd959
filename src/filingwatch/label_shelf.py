"""The published file as people at work read it: what was read once stays at hand until another version is published.

Here belongs only the keeping. A person answers every few seconds, and the file changes once a night; without this each
answer would open the file and read the whole queue anew. What people said is never kept here: it comes from the inbox.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from filingwatch.errors import NothingPublished
from filingwatch.label_items import Item, find_homes, read_items, read_quality, read_queue
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

_MOST_ITEMS = 5_000


@dataclass
class _Kept:
    """What was read of one version: queues by watch, documents by watch and id, and whose publication a subject is."""

    stamp: tuple[int, int, int]
    queues: dict[str, pl.DataFrame] = field(default_factory=dict)
    items: dict[tuple[str, str], Item | None] = field(default_factory=dict)
    quality: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    landed: int | None = None
    asked: set[str] = field(default_factory=set)
    homes: pl.DataFrame | None = None


_shelves: dict[Path, _Kept] = {}
_lock = threading.RLock()


class Shelf:
    """One look at the published file; it is opened only for what is not at hand."""

    def __init__(self, settings: Settings, kept: _Kept, closing: ExitStack) -> None:
        self._settings, self._kept, self._closing = settings, kept, closing
        self._con: duckdb.DuckDBPyConnection | None = None

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The published file, open until the end of the look."""
        if self._con is None:
            self._con = self._closing.enter_context(reader(self._settings, _find_version(self._settings)))
        return self._con

    def queue(self, watch: str) -> pl.DataFrame:
        """As `label_items.read_queue`."""
        with _lock:
            if watch not in self._kept.queues:
                self._kept.queues[watch] = read_queue(self.con, watch)
            return self._kept.queues[watch]

    def items(self, watch: str, inventions: Sequence[str]) -> dict[str, Item]:
        """As `label_items.read_items`, of documents as they stand in the queue."""
        with _lock:
            kept = self._kept.items
            new = [one for one in inventions if (watch, one) not in kept]
            if len(kept) + len(new) > _MOST_ITEMS:
                kept.clear()
                new = list(inventions)
            if new:
                found = read_items(self.con, watch, new, self.queue(watch))
                kept.update({(watch, one): found.get(one) for one in new})
            return {one: item for one in inventions if (item := kept[watch, one]) is not None}

    def quality(self, watch: str) -> list[dict[str, Any]]:
        """As `label_items.read_quality`."""
        with _lock:
            if watch not in self._kept.quality:
                self._kept.quality[watch] = read_quality(self.con, watch)
            return self._kept.quality[watch]

    def landed(self) -> int:
        """The number of the newest decision that a night has heard of; 0 before any."""
        with _lock:
            if self._kept.landed is None:
                asked = "select coalesce(max(decision_id), 0) from ops.landed_decision"
                [(self._kept.landed,)] = self.con.execute(asked).fetchall()
            return self._kept.landed or 0

    def homes(self, subjects: Sequence[str]) -> pl.DataFrame:
        """As `label_items.find_homes`; rows of other subjects may be among them."""
        with _lock:
            kept = self._kept
            new = sorted(set(subjects) - kept.asked)
            if new or kept.homes is None:
                found = find_homes(self.con, new)
                kept.homes = found if kept.homes is None else pl.concat([kept.homes, found]).unique(maintain_order=True)
                kept.asked.update(new)
            return kept.homes


@contextmanager
def look(settings: Settings) -> Iterator[Shelf]:
    """One look at the newest published version.

    Raises:
        NothingPublished: there is none yet.
    """
    path = settings.published_file
    try:
        found = path.stat()
    except FileNotFoundError:
        raise NothingPublished(f"There is no published file at {path} yet; run `filingwatch nightly` first.") from None
    stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
    with _lock:
        kept = _shelves.get(path)
        if kept is None or kept.stamp != stamp:
            kept = _shelves[path] = _Kept(stamp)
    with ExitStack() as closing:
        yield Shelf(settings, kept, closing)


def _find_version(settings: Settings) -> Path | None:
    """The newest version under its own name: DuckDB takes a path that is open anywhere in the process for the same
    file, also after another one was renamed onto it. None where no version has a name of its own."""
    try:
        inode = settings.published_file.stat().st_ino
        kept = (settings.published / "versions").glob("*.duckdb")
        return next((path for path in kept if path.stat().st_ino == inode), None)
    except FileNotFoundError:
        return None
