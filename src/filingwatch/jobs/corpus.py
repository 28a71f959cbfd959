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


class Corpus:
    """All inventions with text and classes; `texts` keeps what was tokenised."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._hashes: pl.DataFrame | None = None
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

    def _fetch(self, ids: Sequence[str]) -> pl.DataFrame:
        # the range lets DuckDB leave out what it need not look at; texts outside of it are not even read
        low, high = (min(ids), max(ids)) if ids else ("", "")
        return self._con.execute(_READ, [list(ids), low, high, low, high]).pl()
