"""The documents of core as the jobs of one stage read them: their hashes first, texts by id when they are needed.

Made for one call of `run_jobs` and shared by the watches in it, so that a text is read and tokenised once for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb
import polars as pl

if TYPE_CHECKING:
    from filingwatch.texts import Texts

INVENTION, CLASSIFICATION = "core.fct_invention", "core.bridge_invention_classification"
PUBLICATION, PASSAGE = "core.dim_publication", "intermediate.int_publication_text"
FACTS = ("office", "patent_type", "filing_date", "is_synthetic")
"""What is read of inventions beside their text: where, what and when."""

# DuckDB's own hash, as in fingerprints: another release of it may cost one night of judging all anew, nothing else
_HASHES = f"""
    with symbol as (
        select invention_id, sum(hash(symbol)::hugeint) as symbols_hash from {CLASSIFICATION} group by invention_id
    )
    select invention_id, hash(invention_id, text, coalesce(symbols_hash, 0)) as document_hash
    from {INVENTION}
    left join symbol using (invention_id)
"""
_READ = f"""
    with wanted as (
        select unnest(?::varchar[]) as invention_id
    ),
    symbol as (
        select invention_id, list(distinct symbol) as symbols
        from {CLASSIFICATION}
        where invention_id between ? and ? and symbol is not null
        group by invention_id
    )
    select invention_id, text, coalesce(symbols, []) as symbols
    from {INVENTION}
    semi join wanted using (invention_id)
    left join symbol using (invention_id)
    where invention_id between ? and ?
"""

# every text of every publication that stands, not only the one that speaks for the invention
_PASSAGE_HASHES = f"""
    with passage as (
        select invention_id, sum(hash(publication_id, part, language, text)::hugeint) as texts_hash
        from {PASSAGE}
        inner join {PUBLICATION} using (publication_id)
        where not is_deleted
        group by invention_id
    ),
    symbol as (
        select invention_id, sum(hash(symbol)::hugeint) as symbols_hash from {CLASSIFICATION} group by invention_id
    )
    select invention_id, hash(coalesce(texts_hash, 0), coalesce(symbols_hash, 0)) as passages_hash
    from {INVENTION}
    left join passage using (invention_id)
    left join symbol using (invention_id)
"""
_PASSAGES = f"""
    select publication.invention_id, publication_id, part, language, text
    from {PASSAGE}
    inner join {PUBLICATION} as publication using (publication_id)
    where not publication.is_deleted and publication.invention_id in (select unnest(?::varchar[]))
    order by publication.invention_id, publication.publication_date nulls last, publication_id, part, language
"""
_SYMBOLS = f"""
    select invention_id, list(distinct symbol order by symbol) as symbols
    from {CLASSIFICATION}
    where symbol is not null and invention_id in (select unnest(?::varchar[]))
    group by invention_id
"""

# signs become spaces once for each text: a pattern for each pair of text and term costs ten times as much
_COUNT = f"""
    with term as (
        select unnest(?::varchar[]) as term
    ),
    plain as materialized (
        select lower(text) as plain, ' ' || regexp_replace(plain, '[^a-z0-9]+', ' ', 'g') || ' ' as words
        from {INVENTION}
    )
    select term.term, count(*)
    from term
    inner join plain
        on case
            when regexp_full_match(term.term, '[a-z0-9 ]+') then contains(plain.words, ' ' || term.term || ' ')
            else contains(plain.plain, term.term)
        end
    group by term.term
"""


class Corpus:
    """All inventions with text and classes; `texts` keeps what was tokenised."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._hashes: pl.DataFrame | None = None
        self._facts: pl.DataFrame | None = None
        self._texts: Texts | None = None

    @property
    def texts(self) -> Texts:
        """The documents themselves, on demand."""
        if self._texts is None:
            # numbers take a while to load; a night without news must not pay them
            from filingwatch.texts import Texts

            self._texts = Texts(self._fetch)
        return self._texts

    @property
    def hashes(self) -> pl.DataFrame:
        """invention_id and document_hash (of text and classes) of every document; read once."""
        if self._hashes is None:
            self._hashes = self._con.sql(_HASHES).pl()
        return self._hashes

    @property
    def facts(self) -> pl.DataFrame:
        """invention_id, office, patent_type, filing_date and is_synthetic of every document; read once."""
        if self._facts is None:
            self._facts = self._con.sql(f"select invention_id, {', '.join(FACTS)} from {INVENTION}").pl()
        return self._facts

    def read_passage_hashes(self) -> pl.DataFrame:
        """invention_id and passages_hash (of all texts of its publications, and of its classes) of every invention."""
        return self._con.sql(_PASSAGE_HASHES).pl()

    def read_passages(self, ids: Sequence[str]) -> pl.DataFrame:
        """invention_id, publication_id, part, language and text of every text of these inventions, as it is stored;
        by invention, the earliest publication first."""
        return self._con.execute(_PASSAGES, [list(ids)]).pl()

    def read_symbols(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The class symbols of these inventions, of all schemes, sorted; those without any are left out."""
        return dict(self._con.execute(_SYMBOLS, [list(ids)]).fetchall())

    def count_holding(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many documents each term stands (lower case; words with nothing but spaces and signs around them)."""
        if not terms:
            return {}
        rows = self._con.execute(_COUNT, [list(terms)]).fetchall()
        return dict.fromkeys(terms, 0) | dict(rows)

    def _fetch(self, ids: Sequence[str]) -> pl.DataFrame:
        # the range lets DuckDB leave out what it need not look at; texts outside of it are not even read
        low, high = (min(ids), max(ids)) if ids else ("", "")
        return self._con.execute(_READ, [list(ids), low, high, low, high]).pl()
