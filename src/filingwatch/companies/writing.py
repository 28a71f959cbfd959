"""Sections as Markdown. Names and titles are whatever somebody filed: nothing in them may become markup or a command.

What stands in the sections belongs to `telling`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$&])")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp|javascript|data):|\b(www)\.")
_KEPT_IN_URL = "/:?=&;%+,.-_~@"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Kinds of characters that steer a terminal or turn the order of a line: none is part of a name or title."""


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an address; an address that is not of the web is left out."""

    text: str
    url: str | None


Cell = str | Link


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: paragraphs, then a table if `names` are given."""

    title: str
    lines: Sequence[str] = ()
    names: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = field(default=())


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its title, what stands below it, and its sections."""

    title: str
    lines: Sequence[str]
    sections: Sequence[Section]


def clean(text: object) -> str:
    """A text in one line without characters that cannot be seen; nothing becomes a dash."""
    shown = "".join(
        " " if letter in "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" else letter
        for letter in str(text)
        if letter in "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" or unicodedata.category(letter) not in _UNSEEN
    )
    return " ".join(shown.split())


def safe_url(url: str | None) -> str | None:
    """The address if it is one of the web, with everything quoted that could end a link; else None."""
    if not url:
        return None
    try:
        parts = urlsplit(clean(url))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(parts.geturl(), safe=_KEPT_IN_URL)


def escape(text: object) -> str:
    """A text that Markdown shows as it is: no emphasis, link, picture, HTML, cell border or address of its own."""
    escaped = _SPECIAL.sub(r"\\\1", clean(text))
    return _AUTOLINK.sub(lambda found: f"{found[1]}\\:" if found[1] else f"{found[2]}\\.", escaped)


def write_markdown(page: Page) -> str:
    """The page in Markdown with tables (GitHub's). Ends with a line break."""
    blocks = [f"# {escape(page.title)}", *(escape(line) for line in page.lines)]
    for section in page.sections:
        blocks.append(f"## {escape(section.title)}")
        blocks += [escape(line) for line in section.lines]
        if section.rows:
            blocks.append(_write_table(section))
    return "\n\n".join(blocks) + "\n"


def _write_table(section: Section) -> str:
    head = [_row(section.names), _row(["---"] * len(section.names), raw=True)]
    return "\n".join(head + [_row(row) for row in section.rows])


def _row(cells: Sequence[Cell], *, raw: bool = False) -> str:
    return "| " + " | ".join(cell if raw and isinstance(cell, str) else _cell(cell) for cell in cells) + " |"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Link):
        url = safe_url(cell.url)
        return f"[{escape(cell.text)}]({url})" if url else escape(cell.text)
    return escape(cell)
