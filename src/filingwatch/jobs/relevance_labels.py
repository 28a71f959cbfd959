"""What people said, laid over what a model said: final labels, and those that near-duplicates share.

Here belongs joining them to answers. Which label counts belongs to `relevance.resolving`, what is a near-duplicate to
`relevance.duplicates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from filingwatch.jobs.corpus import Corpus

if TYPE_CHECKING:
    from filingwatch.relevance.resolving import Labels

Inherited = dict[str, str]
"""Document and the labelled near-duplicate whose label it shares."""
_WORD = {"invention_id": pl.String, "label": pl.Boolean, "inherited_from": pl.String}


def find_inherited(
    corpus: Corpus, labels: Labels, kept: Mapping[str, str], news: Iterable[str] | None
) -> Inherited:  # fmt: skip
    """Which documents share the label of a near-duplicate. `news` are the documents that are new or changed; None looks
    at all. Of the others stands what was found before (`kept`).

    Nobody inherits what people spoke of themselves.
    """
    ids = set(corpus.hashes["invention_id"])
    spoken, asked = set(labels.rows["invention_id"]), ids if news is None else set(news) & ids
    labelled = sorted(set(labels.human) & ids)
    if not labelled:
        return {}
    if asked & set(labelled):
        # a labelled text that changed may be like any other
        asked = ids
    found = {one: other for one, other in kept.items() if one in ids - asked and other in labels.human}
    wanted = asked - spoken
    if wanted:
        # near-duplicates bring numpy along; a night without labels must not pay for it
        from filingwatch.relevance.duplicates import inherit

        texts = {name: text for batch in corpus.texts.batches(labelled) for name, text in _texts_of(batch)}
        for batch in corpus.texts.batches(sorted(wanted)):
            found |= inherit(labels.human, texts, dict(_texts_of(batch)))
    return dict(sorted((one, other) for one, other in found.items() if one not in spoken))


def group_labelled(corpus: Corpus, labels: Labels) -> dict[str, str]:
    """Near-duplicates among what people labelled: one group is learned from, or held out, as one."""
    from filingwatch.relevance.duplicates import group

    ids = sorted(set(labels.human) & set(corpus.hashes["invention_id"]))
    if not ids:
        return {}
    batch = corpus.texts.read(ids)
    return group(batch.ids, batch.texts)


def find_apart(labels: Labels, said: pl.DataFrame) -> set[str]:
    """Documents that were read and can judge no model: undecided ones, and copies of what one may have learned from."""
    undecided, copies = labels.rows.filter(pl.col("label").is_null()), said.drop_nulls("inherited_from")
    return {*undecided["invention_id"], *copies["invention_id"]}


def words_of_people(labels: Labels, inherited: Inherited) -> pl.DataFrame:
    """invention_id, label, inherited_from of every document that has a label, its own or a near-duplicate's."""
    own = [(name, label, None) for name, label in sorted(labels.human.items())]
    shared = [(name, labels.human[source], source) for name, source in inherited.items()]
    return pl.DataFrame(own + shared, _WORD, orient="row")


def find_changed(said: pl.DataFrame, words: pl.DataFrame) -> list[str]:
    """Documents whose label, or whose label's source, differs from what was said last."""
    before = said.filter(pl.col("decided_by") == "person").select(
        "invention_id", pl.col("is_relevant").alias("label"), "inherited_from"
    )
    columns = ["invention_id", "label", "inherited_from"]
    differing = pl.concat(
        [
            before.join(words, on=columns, how="anti", nulls_equal=True),
            words.join(before, on=columns, how="anti", nulls_equal=True),
        ]
    )
    return sorted(set(differing["invention_id"]) & set(said["invention_id"]))


def lay_words_over(rows: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Answers with people's words as the last ones; `model_probability` stays what it was."""
    return (
        rows.drop("inherited_from", strict=False)
        .join(words, on="invention_id", how="left")
        .with_columns(
            is_relevant=pl.coalesce("label", "is_relevant"),
            probability=pl.coalesce(pl.col("label").cast(pl.Float64), "probability"),
            decided_by=pl.when(pl.col("label").is_not_null()).then(pl.lit("person")).otherwise("decided_by"),
        )
        .drop("label")
    )


def label_rows(labels: Labels, watch: str) -> pl.DataFrame:
    """Rows of ml.relevance_label."""
    return labels.rows.with_columns(watch=pl.lit(watch))


def _texts_of(batch) -> Iterable[tuple[str, str]]:
    return zip(batch.ids, batch.texts, strict=True)
