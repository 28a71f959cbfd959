"""First training on 50,000 documents and scoring of 1,000 new ones, as the relevance job calls them.

    python -m tests.benchmarks.screening.speed [--documents 50000]

Texts are those of `google-patents-ai` and `screening` (FILINGWATCH_REAL_DATA, else ../shared/data), repeated under
other ids where they are too few: what repeats is said. Labels are what the rule of a plain watch gives, 3,000 of a
class at most, and 400 human ones made from a class flag. Wall and CPU seconds; let nothing else run beside it.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import polars as pl

from filingwatch.relevance.rule import Rule
from filingwatch.relevance.screening import ScreeningSettings, judge, screen
from filingwatch.texts import Texts

DATA = Path(os.environ.get("FILINGWATCH_REAL_DATA", "../shared/data"))
RULE = Rule(("face recognition", "traffic", "video surveillance", "余热回收", "混合动力"), ("medical",))
FLAG = "g_biometrics_face"
HUMAN = 400


def read_documents(count: int) -> tuple[pl.DataFrame, dict[str, bool]]:
    """So many documents of two languages, and human labels of some."""
    folder = DATA / "google-patents-ai"
    records = pl.read_parquet(folder / "records_text.parquet", columns=["publication_number", "title", "abstract"])
    records = records.rename({"publication_number": "id"})
    sets = [pl.read_parquet(path) for path in sorted((DATA / "screening").glob("*.parquet"))]
    whole = pl.concat([records, *(each.select("id", "title", "abstract") for each in sets)])
    text = pl.concat_str(pl.col("title", "abstract").fill_null(""), separator="\n")
    symbols = pl.lit([], dtype=pl.List(pl.String))
    whole = whole.select(invention_id=pl.col("id"), text=text, symbols=symbols).unique("invention_id", keep="first")
    whole = whole.sort("invention_id")
    times = -(-count // whole.height)
    print(f"{whole.height} real documents, each {times} times at most under another id")
    copies = [whole.with_columns(pl.col("invention_id") + (f"-copy{turn}" if turn else "")) for turn in range(times)]
    flags = pl.read_parquet(folder / "cpc_weak_labels.parquet", columns=["publication_number", FLAG])
    found = pl.concat(copies)[:count]
    known = flags.filter(pl.col("publication_number").is_in(found["invention_id"].implode())).sort("publication_number")
    some = [known.filter(pl.col(FLAG) == wanted)[: HUMAN // 2] for wanted in (True, False)]
    return found, dict(pl.concat(some).iter_rows())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=50_000)
    documents, human = read_documents(parser.parse_args().documents + 1_000)
    old, new = documents[:-1_000], documents[-1_000:]
    settings = ScreeningSettings(use_classes=False)
    wall, cpu = time.perf_counter(), time.process_time()
    human = {document: label for document, label in human.items() if document not in set(new["invention_id"])}
    learned = screen(old, RULE, human, settings)
    print(f"first training and {old.height} answers: {time.perf_counter() - wall:.1f} s wall, ", end="")
    print(f"{time.process_time() - cpu:.1f} CPU s; {learned.parameters['labels']}")
    wall, cpu = time.perf_counter(), time.process_time()
    kept = type(learned.learned).from_bytes(learned.learned.to_bytes())
    print(f"state out and in: {time.perf_counter() - wall:.1f} s, {len(learned.learned.to_bytes()) / 1e6:.1f} MB")
    wall, cpu = time.perf_counter(), time.process_time()
    judge(Texts.of_frame(new), new["invention_id"].to_list(), kept, RULE, {}, settings)
    print(f"1,000 new documents: {time.perf_counter() - wall:.2f} s wall, {time.process_time() - cpu:.2f} CPU s")


if __name__ == "__main__":
    main()
