"""Results as tables for a terminal. Light to import: what a table is about belongs to those who fill it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Sequence[Any]
_UNSAFE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str | None) -> str:
    """A text of anybody's without what could steer a terminal: control characters and turns of writing direction."""
    plain = _UNSAFE.sub("", text or "")
    return "".join(char for char in plain if char in "\n\t" or unicodedata.category(char) != "Cc")


def show_rows(console: Console, title: str | None, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Any result as a table; text of filings is shown as text: neither markup nor what steers a terminal."""
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else _short(value)) for value in row))
    console.print(table)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else clean(str(value))
