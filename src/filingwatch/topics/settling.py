"""One night between two fits: filings are placed among the topics there are, and nothing else moves.

When a night is not one of these is said by `placing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from filingwatch.texts import Texts
from filingwatch.topics.modelling import LINEAGE_SCHEMA, TOPIC_SCHEMA, Known, Topics, filing_rows, same_topic_share
from filingwatch.topics.placing import Fitted, Placed, place_documents
from filingwatch.topics.terms import TopicTerms, name_topic


def settle(documents: Texts, known: Known, kept: Fitted, ids: pl.Series, new: pl.Series) -> tuple[Topics, Placed]:
    """The known topics with the relevant filings of today (`ids`), of which only those are placed that have to be.

    These are the `new` ones (since the fit), those that were away in between and those without a topic. Nothing else
    moves; people's names count. Second, where the new ones were placed: they alone say whether the topics still fit,
    for what the topics leave of the others was known when they were fitted.
    """
    standing = known.filings.filter(
        pl.col("invention_id").is_in(ids.implode()) & ~pl.col("invention_id").is_in(new.implode())
    )
    came = sorted(set(new.to_list()))
    back = sorted(set(ids.to_list()).difference(standing["invention_id"].to_list(), came))
    placed, again = (place_documents(documents, some, kept.vectors, kept.weights, kept.rules) for some in (came, back))
    placings = [filing_rows(kept.topic_ids, at, some) for at, some in ((placed, came), (again, back))]
    filings = pl.concat([standing, *placings]).sort("invention_id")
    sizes = dict(filings.group_by("topic_id").len().iter_rows())
    topics = known.topics.sort("topic_id").to_dicts()
    for row in topics:
        taken = {other["name"] for other in topics if other is not row}
        row["name"], row["named_by"] = _settle_name(row, known.human_names, taken)
        row["filing_count"] = sizes.get(row["topic_id"], 0)
    figures = {
        "documents": len(ids),
        "placed": len(came) + len(back),
        "new_since_fit": len(new),
        "documents_without_topic": len(ids) - filings.height,
        "topics": len(kept.topic_ids),
        "left_unexplained": kept.unexplained,
        "left_unexplained_of_placed": placed.unexplained,
        "fitted_on": kept.fitted_on,
        "same_topic_share": same_topic_share(filings, known.filings),
        "refitted_because": None,
    }
    return Topics(pl.DataFrame(topics, TOPIC_SCHEMA), filings, pl.DataFrame(schema=LINEAGE_SCHEMA), {}, figures), placed


def _settle_name(row: Mapping[str, Any], human_names: Mapping[str, str], taken: set[str]) -> tuple[str, str]:
    given = human_names.get(row["topic_id"], row["name"] if row["named_by"] == "person" else "").strip()
    if given:
        return given, "person"
    if row["named_by"] == "rule":
        return row["name"], "rule"
    return name_topic(TopicTerms(tuple(row["terms_en"]), tuple(row["terms_zh"])), taken), "rule"
