"""Labelled documents from anybody's Parquet file, for a simulated screen.

Nothing is mended silently: what cannot be a label, an id or a text is refused with its row. What a screen costs belongs
to `relevance.simulating`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from filingwatch.document_columns import read_ids, read_names, read_texts
from filingwatch.errors import BadInput

NEEDED = ("id", "title", "abstract", "label")


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One entry per document, in the order of the file. `families` and `languages` are None where the file has none;
    `unused` names columns that a screen does not read."""

    ids: list[str]
    texts: list[str]
    labels: list[bool]
    families: list[str] | None
    languages: list[str] | None
    unused: list[str]


def read_labelled(path: Path) -> LabelledFile:
    """The documents of a Parquet file with columns id, title, abstract, label; optional family, lang; others are left.

    A document without a family is a family of its own.

    Raises:
        BadInput: the file cannot be read or used; the message names the column or the row.
    """
    frame = _read(path)
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing:
        raise BadInput(
            f"{path} has no column {', '.join(missing)} (it has {', '.join(frame.columns) or 'none'}). "
            f"Needed are {', '.join(NEEDED)}."
        )
    if not frame.height:
        raise BadInput(f"{path} has columns but no rows: there is nothing to screen.")
    labels = _read_labels(frame, path)
    if not any(labels):
        raise BadInput(f"{path}: no document is labelled relevant (1), so recall cannot be measured.")
    ids = read_ids(frame, path)
    texts = read_texts(frame, path)
    if not any(texts):
        raise BadInput(f"{path}: title and abstract are empty in every row, so there is nothing to learn from.")
    families = None
    if "family" in frame.columns:
        named = read_names(frame, "family", path)
        families = [f"family:{name}" if name else f"id:{held}" for name, held in zip(named, ids, strict=True)]
    languages = [name or "" for name in read_names(frame, "lang", path)] if "lang" in frame.columns else None
    unused = [name for name in pl.read_parquet_schema(path) if name not in (*NEEDED, "family", "lang")]
    return LabelledFile(ids, texts, labels, families, languages, unused)


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise BadInput(f"{path} is not a file.")
    try:
        wanted = [name for name in (*NEEDED, "family", "lang") if name in pl.read_parquet_schema(path)]
        if set(NEEDED) <= set(wanted):
            return pl.read_parquet(path, columns=wanted)
        return pl.read_parquet(path, n_rows=0)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{path} cannot be read as a Parquet file: {error}") from error


def _read_labels(frame: pl.DataFrame, path: Path) -> list[bool]:
    label = frame["label"]
    if not (label.dtype.is_numeric() or label.dtype == pl.Boolean):
        raise BadInput(f"{path}: label is {label.dtype}; it must be 0 or 1, or a boolean.")
    if label.null_count():
        raise BadInput(f"{path}: label is empty in row {label.is_null().arg_true()[0] + 1} (counted from 1).")
    wrong = (~label.cast(pl.Float64).is_in([0.0, 1.0])).arg_true()
    if len(wrong):
        raise BadInput(
            f"{path}: label is {label[wrong[0]]} in row {wrong[0] + 1} (counted from 1); only 0 and 1 can be."
        )
    return label.cast(pl.Boolean).to_list()
