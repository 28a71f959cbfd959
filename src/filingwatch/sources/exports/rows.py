"""What passes between the readers of containers, the layouts and the pages: rows, units, columns.

A row is what stands in the file; a unit is what is counted and becomes one record or one reject. They are the same
but for Espacenet, whose rows name a whole family.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from filingwatch.filing import Filing
from filingwatch.normalform import NormalFormError


class Row(NamedTuple):
    """One row: its text as it stands in the file, its values, and the fault that kept them from being read.

    Values are the cells of a table in the header's order, or a JSON object.
    """

    original: str
    values: Any
    fault: NormalFormError | None = None


class Unit(NamedTuple):
    """One record or reject to be. `continues` says that it must stand on the same page as the one before it.

    `original` is the text of the rows that this unit begins with; it is empty when the unit before has brought it.
    """

    original: str
    result: Filing | NormalFormError
    continues: bool = False


Warn = Callable[[str, str], None]
"""Takes a short code and a sentence about something doubtful that did not stop a record."""

Interpreter = Callable[[Any], Filing]
"""Turns the values of one row into a filing, or raises NormalFormError."""


class Columns:
    """The columns of a table by name; remembers which of them somebody read."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = tuple(header)
        self._place: dict[str, int] = {}
        for index, name in enumerate(header):
            self._place.setdefault(plain_name(name), index)
        self._read: set[int] = set()

    def __contains__(self, name: str) -> bool:
        return plain_name(name) in self._place

    def reader(self, *names: str) -> Callable[[Sequence[str]], str]:
        """A function that takes the cells of a row and gives the stripped cell of the first of these columns there is.

        It gives the empty text when the table has none of them.
        """
        for name in names:
            index = self._place.get(plain_name(name))
            if index is not None:
                self._read.add(index)
                return lambda cells: cells[index].strip()
        return lambda cells: ""

    def unmapped(self) -> tuple[str, ...]:
        """The columns that nobody asked for, in the file's order and spelling."""
        return tuple(name for index, name in enumerate(self.header) if index not in self._read and name.strip())


def plain_name(name: str) -> str:
    """A column name without differences of width, case and spacing: `公开（公告）号` is `公开(公告)号`."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("\ufeff", "").split())


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of table, told by its columns.

    A header matches when it has all of `needs`, one of each group in `one_of`, and none of `without` (plain names).
    `bind` gets the columns and a place for warnings and gives the function that turns rows into units.
    """

    feed: str
    needs: frozenset[str]
    bind: Callable[[Columns, Warn], Callable[[Iterator[Row]], Iterator[Unit]]]
    one_of: tuple[frozenset[str], ...] = ()
    without: frozenset[str] = frozenset()

    def matches(self, names: frozenset[str]) -> bool:
        if self.without & names:
            return False
        return self.needs <= names and all(group & names for group in self.one_of)

    def describe(self) -> str:
        """The columns by which this layout is known, for people."""
        parts = [*sorted(self.needs), *(f"one of ({' | '.join(sorted(group))})" for group in self.one_of)]
        return f"{self.feed}: {', '.join(parts)}"


def each_row(interpret: Interpreter) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    """Units for a layout in which every row stands for itself."""

    def units(rows: Iterator[Row]) -> Iterator[Unit]:
        for original, values, fault in rows:
            if fault is not None:
                yield Unit(original, fault)
                continue
            yield Unit(original, attempt(interpret, values))

    return units


def attempt(interpret: Callable[..., Filing], *values: Any) -> Filing | NormalFormError:
    """The filing, or why there is none.

    Any exception counts as a refusal: whatever one row holds, it must not cost the others, and a reject is counted
    and shown where a mistake of ours would be noticed.
    """
    try:
        return interpret(*values)
    except NormalFormError as error:
        return error
    except Exception as error:
        return NormalFormError("not_understood", f"the row could not be understood ({type(error).__name__}: {error})")
