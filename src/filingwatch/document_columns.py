"""Columns of documents in anybody's file: ids, names and texts, each checked and refused with its row.

Nothing is mended silently. What the columns are for belongs to the modules that read whole files.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from filingwatch.errors import BadInput


def read_ids(frame: pl.DataFrame, path: Path) -> list[str]:
    """The ids, as text; none is empty, none stands twice.

    Raises:
        BadInput: names the first row or id that is wrong.
    """
    ids = pl.Series("id", read_names(frame, "id", path), dtype=pl.String)
    if ids.null_count():
        raise BadInput(f"{path}: id is empty in row {ids.is_null().arg_true()[0] + 1} (counted from 1).")
    twice = ids.filter(ids.is_duplicated()).sort()
    if len(twice):
        raise BadInput(f"{path}: {twice.n_unique()} ids stand in more than one row, the first of them {twice[0]!r}.")
    return ids.to_list()


def read_names(frame: pl.DataFrame, name: str, path: Path) -> list[str | None]:
    """A column of names or numbers, as text; None where empty.

    Raises:
        BadInput: its cells are lists or records.
    """
    if frame[name].dtype.is_nested():
        raise BadInput(f"{path}: {name} is {frame[name].dtype}; it must be one name or number.")
    return frame[name].cast(pl.String).to_list()


def read_texts(frame: pl.DataFrame, path: Path) -> list[str]:
    """Title and abstract of each document as one text, the title first; empty where it has neither.

    Raises:
        BadInput: a column is not text.
    """
    pairs = zip(_read_text(frame, "title", path), _read_text(frame, "abstract", path), strict=True)
    return [f"{title}. {abstract}" if title and abstract else title or abstract for title, abstract in pairs]


def _read_text(frame: pl.DataFrame, name: str, path: Path) -> list[str]:
    if frame[name].dtype not in (pl.String, pl.Null, pl.Categorical):
        raise BadInput(f"{path}: {name} is {frame[name].dtype}, not text.")
    return [(text or "").strip() for text in frame[name].cast(pl.String).to_list()]
