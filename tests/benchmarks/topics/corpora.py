"""The real corpora of the topic benchmarks, as frames: id, text, symbols (class symbols), label (may be null).

Read from FILINGWATCH_REAL_DATA, else ../shared/data; where each is from is said in its PROVENANCE. Documents of less
than 40 characters are left out, and of equal ids all but the first. Rows are sorted by id.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

DATA = Path(os.environ.get("FILINGWATCH_REAL_DATA", "../shared/data"))
CORPORA = ("searches", "drones", "concrete", "chinese", "grants")
_NO_SYMBOLS = pl.lit([], dtype=pl.List(pl.String))
_TEXT = pl.concat_str(pl.col("title").fill_null(""), pl.lit(". "), pl.col("abstract").fill_null(""))


def read_corpus(name: str) -> pl.DataFrame:
    """One corpus. `searches`: patents on artificial intelligence, label is the one search that found each (those that
    several found have none); `drones`: titles alone, with classes; `concrete`: in English; `chinese`: waste heat;
    `grants`: United States."""
    found = {
        "searches": _read_searches,
        "drones": _read_drones,
        "concrete": _read_concrete,
        "chinese": lambda: _read_screening("zh_patheat_F02G5-00"),
        "grants": lambda: _read_screening("en_uspto_smartcity"),
    }[name]()
    return found.filter(pl.col("text").str.len_chars() >= 40).unique("id", keep="first").sort("id")


def draw(frame: pl.DataFrame, most: int, seed: int) -> pl.DataFrame:
    """At most so many rows, drawn with the seed, sorted by id."""
    return frame.sample(min(most, frame.height), seed=seed, shuffle=True).sort("id")


def _read_searches() -> pl.DataFrame:
    held = pl.read_parquet(DATA / "google-patents-ai" / "records_text.parquet")
    one = pl.when(pl.col("searches").list.len() == 1).then(pl.col("searches").list.first())
    symbols = pl.col("cpc_codes").fill_null(_NO_SYMBOLS)
    return held.select(id="publication_number", text=_TEXT, symbols=symbols, label=one).with_columns(
        pl.col("label").cast(pl.String)
    )


def _read_drones() -> pl.DataFrame:
    held = pl.read_csv(
        DATA / "lens-drones" / "drone_drones_fulltext_families_5884.csv.gz",
        columns=["Lens ID", "Title", "CPC Classifications"],
        infer_schema=False,
    )
    symbols = (
        pl.col("CPC Classifications").fill_null("").str.split(";;").list.eval(pl.element().filter(pl.element() != ""))
    )
    return held.select(id="Lens ID", text="Title", symbols=symbols, label=pl.lit(None, pl.String))


def _read_concrete() -> pl.DataFrame:
    held = pl.read_parquet(DATA / "lens-green-concrete" / "patents.parquet").filter(pl.col("abstract_lang") == "en")
    held = held.select(id="lens_id", title="invention_title", abstract="abstract")
    return held.select("id", text=_TEXT, symbols=_NO_SYMBOLS, label=pl.lit(None, pl.String))


def _read_screening(name: str) -> pl.DataFrame:
    held = pl.read_parquet(DATA / "screening" / f"{name}.parquet")
    return held.select(id=pl.col("id").cast(pl.String), text=_TEXT, symbols=_NO_SYMBOLS, label=pl.lit(None, pl.String))
