"""The published file as the desk reads it: which version it is, and lists that are read once for each version."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from filingwatch.errors import NothingPublished, Terminal
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

Row = dict[str, Any]
Found = TypeVar("Found")


class Published:
    """The file that analysts open. A rename swaps in the next one, which the desk sees with its next look."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._stamp = ""
        self._kept: dict[str, Any] = {}

    def stamp(self) -> str:
        """Changes when another file is published; empty while there is none."""
        try:
            found = self._settings.published_file.stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"

    def keep(self, name: str, read: Callable[[], Found]) -> Found:
        """What `read` gives, read once for each version of the file.

        Raises:
            NothingPublished: there is no published file yet.
        """
        with self._lock:
            stamp = self.stamp()
            if stamp != self._stamp:
                self._stamp, self._kept = stamp, {}
            if name not in self._kept:
                self._kept[name] = read()
            return self._kept[name]

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a query by column names.

        Raises:
            NothingPublished: there is no published file yet.
            Terminal: the file lacks a table or column, since an older filingwatch wrote it.
        """
        with reader(self._settings, self._version_file()) as con:
            try:
                result = con.execute(sql, dict(values or {}))
                names = [column[0] for column in result.description]
                return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                raise Terminal(
                    "The published file was written by an older filingwatch and lacks what this page shows. "
                    "Run `filingwatch nightly` once with this version."
                ) from error

    def _version_file(self) -> Path | None:
        """The file under the name of its version: DuckDB takes a path that is open anywhere in the process for the
        same file, also after another one was renamed onto it."""
        try:
            inode = self._settings.published_file.stat().st_ino
            kept = (self._settings.published / "versions").glob("*.duckdb")
            return next((path for path in kept if path.stat().st_ino == inode), None)
        except FileNotFoundError:
            return None

    def require(self) -> None:
        """Raise NothingPublished when there is no file to read."""
        if not self.stamp():
            raise NothingPublished("Nothing is published yet: run `filingwatch nightly` first, then reload this page.")
