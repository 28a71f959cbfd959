"""Topics of the documents in anybody's file, and the model that a later file goes on with.

Here belong reading the file, keeping the model and what is told of a fit. How topics are found belongs to `topics`.
Nothing is mended silently: what cannot be an id or a text is refused with its row.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from filingwatch.document_columns import read_ids, read_names, read_texts
from filingwatch.errors import BadInput

if TYPE_CHECKING:
    from filingwatch.topics.holding import Proposal
    from filingwatch.topics.modelling import Topics

NEEDED = ("id", "title", "abstract")
OPTIONAL = ("lang", "label")
_ERRORS = (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, pl.exceptions.PolarsError)


@dataclass(frozen=True, slots=True)
class DocumentsFile:
    """One entry per document, in the order of the file. `languages` and `labels` are None where the file has none;
    `unused` names columns that topics do not read."""

    ids: list[str]
    texts: list[str]
    languages: list[str | None] | None
    labels: list[str | None] | None
    unused: list[str]


def read_documents(path: Path) -> DocumentsFile:
    """The documents of a Parquet or CSV (UTF-8, commas) file with columns id, title, abstract; optional lang, label.

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
        raise BadInput(f"{path} has columns but no rows: there is nothing to find topics in.")
    ids, texts = read_ids(frame, path), read_texts(frame, path)
    if not any(texts):
        raise BadInput(f"{path}: title and abstract are empty in every row, so there is nothing to find topics in.")
    languages, labels = (read_names(frame, name, path) if name in frame.columns else None for name in OPTIONAL)
    return DocumentsFile(
        ids, texts, languages, labels, [name for name in frame.columns if name not in (*NEEDED, *OPTIONAL)]
    )


def read_model(path: Path) -> Proposal:
    """A model that `write_model` wrote.

    Raises:
        BadInput: there is none, or the file is something else.
    """
    from filingwatch.topics.holding import Proposal

    if not path.is_file():
        raise BadInput(f"{path} is not a file. Write a model with: filingwatch topics fit FILE --save {path}")
    try:
        return Proposal.from_bytes(path.read_bytes())
    except _ERRORS as error:
        raise BadInput(f"{path} is not a model of topics ({error}). Write one with --save, or leave it out.") from error


def fit_file(
    held: DocumentsFile, *, count: int | None, previous: Proposal | None, today: dt.date
) -> tuple[dict[str, Any], Proposal]:
    """What there is to say of the topics of a file, as plain data, and the model to keep.

    Raises:
        BadInput: the documents are too few, or share too few words, to have topics.
    """
    from filingwatch.texts import Texts
    from filingwatch.topics.holding import Proposal
    from filingwatch.topics.model import TopicSettings
    from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known, model_topics, name_purpose
    from filingwatch.topics.placing import keep_fit

    settings = TopicSettings()
    documents = pl.DataFrame(
        {"invention_id": held.ids, "text": held.texts, "symbols": [[] for _ in held.ids]},
        {"invention_id": pl.String, "text": pl.String, "symbols": pl.List(pl.String)},
    )
    known = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})
    if previous is not None:
        known = Known(previous.topics, previous.filings, {})
    found = model_topics(
        Texts.of_frame(documents),
        known,
        count=count,
        settings=settings,
        today=today,
        mint_from="file",
        ids=held.ids,
        ruled=() if previous is None else previous.fitted.ruled,
    )
    if found.factors is None:
        raise BadInput(_explain_none(len(held.ids), settings.least_documents))
    unexplained = found.figures["unexplained_share"]
    hashes = np.array(sorted(held.ids), dtype=str)
    kept = keep_fit(found.factors, found.topic_ids, hashes, name_purpose(count, settings), today, unexplained)
    model = Proposal(kept, found.topics, found.filings, found.lineage)
    return _tell(held, count, previous, found), model


def write_model(path: Path, model: Proposal) -> None:
    """Keep a model for `--previous`.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        path.write_bytes(model.to_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error}") from error


def _explain_none(documents: int, least: int) -> str:
    if documents < least:
        return f"too few documents for topics: the file holds {documents}, at least {least} are needed."
    return f"the {documents} documents share too few words to form topics."


def _tell(held: DocumentsFile, count: int | None, previous: Proposal | None, found: Topics) -> dict[str, Any]:
    from filingwatch.topics.coherence import measure_agreement
    from filingwatch.topics.shown_words import measure_words

    rows = [row for row in found.topics.iter_rows(named=True) if row["state"] != "gone"]
    measured = measure_words([[*row["terms_en"], *row["terms_zh"]] for row in rows], held.texts)
    placed = {row["invention_id"]: row for row in found.filings.iter_rows(named=True)}
    topic_of = [placed[document]["topic_id"] if document in placed else None for document in held.ids]
    labelled = [
        (topic, label) for topic, label in zip(topic_of, held.labels or (), strict=held.labels is not None) if label
    ]
    spoken: dict[str | None, Counter[str]] = {}
    for topic, language in zip(topic_of, held.languages or [None] * len(topic_of), strict=True):
        spoken.setdefault(topic, Counter())[language or "unknown"] += 1
    topics = [
        {
            "topic_id": row["topic_id"],
            "name": row["name"],
            "state": row["state"],
            "documents": row["filing_count"],
            "words_en": row["terms_en"],
            "words_zh": row["terms_zh"],
            "coherence": coherence,
            "languages": dict(sorted(spoken[row["topic_id"]].items())) if held.languages else None,
        }
        for row, coherence in zip(rows, measured.of_topics, strict=True)
    ]
    return {
        "documents": len(held.ids),
        "topics_wanted": count,
        "count_choice": found.figures.get("count_choice"),
        "coherence": measured.coherence,
        "coherence_spaced": measured.coherence_spaced,
        "coherence_cjk": measured.coherence_cjk,
        "diversity": measured.diversity,
        "agreement": measure_agreement(*zip(*labelled, strict=True)) if labelled else None,
        "labelled": len(labelled),
        "documents_without_topic": topic_of.count(None),
        "topics": sorted(topics, key=lambda topic: (-topic["documents"], topic["topic_id"])),
        "assignments": [_tell_place(document, placed.get(document)) for document in held.ids],
        "matching": None if previous is None else _tell_matching(previous, found),
        "notes": _notes(count, found.figures),
        "unused_columns": held.unused,
    }


def _tell_place(document: str, row: Mapping[str, Any] | None) -> dict[str, Any]:
    names = ("topic_id", "weight", "runner_up", "margin")
    return {"id": document} | {name: None if row is None else row[name] for name in names}


def _tell_matching(previous: Proposal, found: Topics) -> dict[str, Any]:
    steps = [
        {"state": state, "topic_id": topic, "previous": before, "similarity": similarity}
        for topic, before, state, similarity in found.lineage.sort("state", "topic_id").iter_rows()
    ]
    both = previous.filings.join(found.filings, on="invention_id", how="inner").height
    return {
        "steps": steps,
        "states": dict(sorted(Counter(step["state"] for step in steps).items())),
        "documents_in_both": both,
        "same_topic_share": found.figures["same_topic_share"],
    }


def _notes(count: int | None, figures: Mapping[str, Any]) -> list[str]:
    notes = []
    if count is not None and figures["topics_allowed"] < count:
        notes.append(f"{count} topics were wanted; {figures['documents']} documents bear {figures['topics_allowed']}")
    if figures["documents_without_topic"]:
        notes.append(
            f"{figures['documents_without_topic']} documents have no topic: they share no telling word with one"
        )
    return notes


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise BadInput(f"{path} is not a file.")
    try:
        if path.suffix.lower() == ".csv":
            return pl.read_csv(path, infer_schema=False)
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        kind = "CSV" if path.suffix.lower() == ".csv" else "Parquet"
        raise BadInput(f"{path} cannot be read as a {kind} file: {error}") from error
