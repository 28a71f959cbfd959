"""Documents as a person reads them: what the published file says of an invention, and why it is asked about.

Only reading happens here; who gets which document, and what is written, belongs to `labelling`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

LONGEST_QUEUE = 2000

_QUEUE = """
    select invention_id, place, chosen_as, why, probability, group_id, model_id
    from ml.label_queue where watch = ? order by place, invention_id
"""
# without a queue: in turns what is likely and what is doubtful, by rank; equal ones by id
_STAND_IN = f"""
    with unread as (
        select invention_id, probability, model_id,
            row_number() over (order by probability desc, hash(invention_id)) as likely,
            row_number() over (order by abs(probability - 0.5), hash(invention_id)) as uncertain
        from ml.relevance where watch = ? and decided_by <> 'person'
    ),
    turn as (
        select *, likely <= uncertain as is_likely, least(2 * likely, 2 * uncertain + 1) as turn from unread
    )
    select invention_id, row_number() over (order by turn, invention_id) as place,
        if(is_likely, 'likely', 'uncertain') as chosen_as,
        if(is_likely, 'It is among the likeliest that nobody has read.', 'It is among the most doubtful.') as why,
        probability, invention_id as group_id, model_id
    from turn order by place limit {LONGEST_QUEUE}
"""
_ITEMS = """
    with wanted as (
        select unnest(?::varchar[]) as invention_id
    ),
    applicant as (
        select invention_id, list(distinct name order by name) as applicants
        from core.bridge_invention_applicant
        inner join core.dim_applicant using (applicant_id)
        semi join wanted using (invention_id)
        group by invention_id
    ),
    symbol as (
        select invention_id, list(distinct symbol order by symbol) as symbols
        from core.bridge_invention_classification
        semi join wanted using (invention_id)
        where symbol is not null
        group by invention_id
    ),
    address as (
        select publication_id as invention_id, url from core.dim_publication
    )
    select invention_id, title_zh, abstract_zh, title_en, abstract_en, title, text,
        coalesce(symbols, []) as symbols, coalesce(applicants, []) as applicants, office, filing_date,
        earliest_publication_date, url, is_synthetic
    from core.fct_invention
    semi join wanted using (invention_id)
    left join applicant using (invention_id)
    left join symbol using (invention_id)
    left join address using (invention_id)
"""


@dataclass(frozen=True, slots=True)
class Text:
    """Title and abstract in one language; either may be empty, not both. `language` is zh, en or ?."""

    language: str
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of the document so far: the last word, which stands."""

    who: str
    value: str
    at: dt.datetime
    note: str | None
    decision_id: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A document to be judged. `texts` holds every language that is there, Chinese first.

    `probability` and words are those of the model that judged it last. `place` is where it stands in the queue, None
    when it is not in it. `said` is empty for whoever has not spoken yet: nobody is led by another's label.
    """

    watch: str
    invention_id: str
    texts: tuple[Text, ...]
    symbols: tuple[str, ...]
    applicants: tuple[str, ...]
    office: str
    filing_date: dt.date | None
    earliest_publication_date: dt.date | None
    url: str | None
    probability: float | None
    words_for: tuple[str, ...]
    words_against: tuple[str, ...]
    chosen_as: str
    why: str
    place: int | None
    model_id: str | None
    is_synthetic: bool
    said: tuple[Said, ...] = ()

    @property
    def title(self) -> str:
        return next((text.title for text in self.texts if text.title), self.invention_id)

    @property
    def abstract(self) -> str:
        """Every abstract, an empty line between two languages."""
        return "\n\n".join(text.abstract for text in self.texts if text.abstract)

    @property
    def language(self) -> str:
        return self.texts[0].language if self.texts else "?"


def say_probability(probability: float) -> str:
    """A probability in words for people: no model is certain, so its ends are not written as 0 and 100 %."""
    if probability < 0.01:
        return "probability under 1 %"
    return "probability over 99 %" if probability > 0.99 else f"probability {probability:.0%}".replace("%", " %")


def read_queue(con: duckdb.DuckDBPyConnection, watch: str) -> pl.DataFrame:
    """invention_id, place, chosen_as, why, probability, group_id, model_id in the order of reading.

    Where the night has made no queue yet, likely and doubtful filings in turns.
    """
    queue = con.execute(_QUEUE, [watch]).pl() if _has_table(con, "label_queue") else pl.DataFrame()
    return con.execute(_STAND_IN, [watch]).pl() if queue.is_empty() else queue


def read_items(
    con: duckdb.DuckDBPyConnection, watch: str, inventions: Sequence[str], queue: pl.DataFrame
) -> dict[str, Item]:
    """The documents by id, as they stand in the queue or outside of it; unknown ones are left out."""
    told = {row["invention_id"]: row for row in queue.iter_rows(named=True)}
    judged = con.execute(
        "select invention_id, probability, words_for, words_against, model_id from ml.relevance "
        "where watch = ? and list_contains(?::varchar[], invention_id)",
        [watch, list(inventions)],
    ).pl()
    answers = {row["invention_id"]: row for row in judged.iter_rows(named=True)}
    found = con.execute(_ITEMS, [list(inventions)]).pl()
    return {
        row["invention_id"]: _item(watch, row, told.get(row["invention_id"]), answers.get(row["invention_id"]))
        for row in found.iter_rows(named=True)
    }


def find_homes(con: duckdb.DuckDBPyConnection, subjects: Sequence[str]) -> pl.DataFrame:
    """publication_id and invention_id of everything that these subjects (publications or inventions) may mean."""
    return con.execute(
        "with wanted as (select unnest(?::varchar[]) as subject) "
        "select publication_id, invention_id from core.dim_publication "
        "where publication_id in (from wanted) or invention_id in (from wanted)",
        [list(subjects)],
    ).pl()


def _item(watch: str, row: dict[str, Any], told: dict[str, Any] | None, answer: dict[str, Any] | None) -> Item:
    answer, why = answer or {}, "It is not in the queue: you asked for it."
    told = told or {"chosen_as": "none", "why": why, "place": None, "probability": None, "model_id": None}
    probability = answer.get("probability")
    return Item(
        watch=watch,
        invention_id=row["invention_id"],
        texts=_texts(row),
        symbols=tuple(row["symbols"]),
        applicants=tuple(row["applicants"]),
        office=row["office"],
        filing_date=row["filing_date"],
        earliest_publication_date=row["earliest_publication_date"],
        url=row["url"],
        probability=told["probability"] if told["probability"] is not None else probability,
        words_for=tuple(answer.get("words_for") or ()),
        words_against=tuple(answer.get("words_against") or ()),
        chosen_as=told["chosen_as"],
        why=told["why"],
        place=told["place"],
        model_id=told["model_id"] or answer.get("model_id"),
        is_synthetic=row["is_synthetic"],
    )


def _texts(row: dict[str, Any]) -> tuple[Text, ...]:
    texts = [
        Text(language, row[f"title_{language}"] or "", row[f"abstract_{language}"] or "") for language in ("zh", "en")
    ]
    texts = [text for text in texts if text.title or text.abstract]
    if not texts and (row["title"] or row["text"]):
        return (Text("?", row["title"] or "", row["text"] or ""),)
    return tuple(texts)


def _has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(
        con.execute(
            "select 1 from information_schema.tables where table_schema = 'ml' and table_name = ?", [name]
        ).fetchall()
    )


def read_quality(con: duckdb.DuckDBPyConnection, watch: str) -> list[dict[str, Any]]:
    """What the last night knew of the quality of the screen, by measure; empty before it judged any."""
    if not _has_table(con, "relevance_quality"):
        return []
    return con.execute(
        "select measure, scope, value, low, high, sample_count, note from ml.relevance_quality "
        "where watch = ? order by measure, scope",
        [watch],
    ).pl().to_dicts()  # fmt: skip
