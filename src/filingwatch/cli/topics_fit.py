"""`filingwatch topics fit`: topics of anybody's documents, without a warehouse."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from filingwatch.cli.app import AsJson, console, print_json
from filingwatch.cli.topics import topics
from filingwatch.terminal import show_rows


@topics.command()
def fit(
    file: Annotated[Path, typer.Argument(help="A Parquet or CSV file with columns id, title, abstract.")],
    k: Annotated[int | None, typer.Option("--k", min=2, max=500, help="So many topics; chosen when not given.")] = None,
    previous: Annotated[Path | None, typer.Option(help="A model of --save to go on with: its topics keep ids.")] = None,
    save: Annotated[Path | None, typer.Option(help="Where to write the model.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find topics in a file of documents, in Chinese and English together, and say how good they are.

    Optional columns: lang, label (what a document is about, as people say; agreement with it is told). Coherence is
    the mean NPMI of a topic's words (-1 .. 1), diversity the share of distinct words, agreement the NMI with the
    labels. With --previous each topic is kept, split, merged, new or gone.

    Example: filingwatch topics fit FILE.parquet --k 20 --save topics.model
    """
    started = time.perf_counter()
    from filingwatch.topics_file import fit_file, read_documents, read_model, write_model

    held = read_documents(file)
    found, model = fit_file(
        held, count=k, previous=None if previous is None else read_model(previous), today=dt.date.today()
    )
    if save is not None:
        write_model(save, model)
    found["seconds"] = time.perf_counter() - started
    if as_json:
        print_json(found)
    else:
        _show(file, found)


def _show(file: Path, found: Mapping[str, Any]) -> None:
    rows = [
        (one["topic_id"], one["name"], one["state"], one["documents"], one["coherence"], ", ".join(one["words_en"]),
         ", ".join(one["words_zh"]))
        for one in found["topics"]
    ]  # fmt: skip
    names = ("topic", "name", "state", "documents", "NPMI", "words", "Chinese words")
    show_rows(console, f"Topics of {file.name}", names, rows)
    labels = f"agreement with labels (NMI, {found['labelled']:,} labelled)"
    figures = [
        ("documents", f"{found['documents']:,}"),
        ("coherence (NPMI)", found["coherence"]),
        ("diversity", found["diversity"]),
        (labels, "no labels" if found["agreement"] is None else found["agreement"]),
        ("seconds", found["seconds"]),
    ]
    matching = found["matching"]
    if matching is not None:
        share = matching["same_topic_share"]
        said = "none" if share is None else f"{share:.1%} of {matching['documents_in_both']:,}"
        figures.append(("documents of both that kept their topic", said))
    show_rows(console, None, ("figure", "value"), figures)
    if matching is not None:
        steps = [(one["state"], one["topic_id"], one["previous"], one["similarity"]) for one in matching["steps"]]
        show_rows(console, "What became of the topics before", ("state", "topic", "from", "similarity"), steps)
    for note in found["notes"]:
        console.print(f"{note}.", markup=False)
    if found["unused_columns"]:
        console.print(f"Columns that are not used: {', '.join(found['unused_columns'])}.", markup=False)
    if matching is None:
        console.print("Where each document belongs: --json.", markup=False)
