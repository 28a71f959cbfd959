"""Which company is meant: by its id, its name in English or Chinese, a brand, or a name under which it files."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Any

import duckdb

from filingwatch.companies.asking import ask
from filingwatch.errors import BadInput

_MOST_CHOICES = 12
_WIDE = (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *range(0xFF10, 0xFF1A))
_NARROW = {wide: wide - 0xFEE0 for wide in _WIDE}
"""Latin letters and digits of full width and their usual form."""


def find_company(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """The row of core.dim_group that is meant, with `found_by`: the name and the kind of name that led to it.

    A name in full comes before a part of one; case, accents, width, punctuation and spaces do not matter.

    Raises:
        BadInput: no company has the name, or several have it; the message lists these.
    """
    if found := ask(
        con, "select *, group_id as found_by from core.dim_group where group_id = $name", name=name.strip()
    ):
        return found[0]
    bare = bare_words(name)
    found = _named(con, "names.normalised_name = $bare", bare) if bare else []
    if not found and len(bare) > 1:
        found = _named(con, "contains(names.normalised_name, $bare)", bare)
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadInput(
            f"No company that is followed here is called {name!r}. `filingwatch companies list` shows those that are; "
            "`filingwatch applicants show NAME` looks among all who file."
        )
    choices = "; ".join(f"{one['group_id']} ({one['name_en']}, by {one['found_by']})" for one in found[:_MOST_CHOICES])
    more = f"; and {len(found) - _MOST_CHOICES} more" if len(found) > _MOST_CHOICES else ""
    raise BadInput(f"{name!r} may be {len(found)} companies; say which by its id: {choices}{more}.")


def list_companies(con: duckdb.DuckDBPyConnection, watch: str | None) -> list[dict[str, Any]]:
    """Every company that is followed, those with most relevant filings first; counts of inventions.

    A filing that is relevant to two watches counts once; with `watch` only what is relevant to that one counts.

    Raises:
        BadInput: there is no such watch.
    """
    if watch is not None:
        _require_watch(
            watch,
            [row["watch"] for row in ask(con, "select distinct watch from insight.fct_watch_filing order by watch")],
        )
    return ask(
        con,
        """
        with relevant as (
            select invention_id, min(filing_month) as filing_month
            from insight.fct_watch_filing
            where is_relevant and ($watch is null or watch = $watch)
            group by invention_id
        ),
        counted as (
            select bridge.group_id, count(*) as filing_count, count(relevant.invention_id) as relevant_count,
                min(year(relevant.filing_month)) as first_year, max(year(relevant.filing_month)) as last_year
            from core.bridge_invention_group as bridge
            left join relevant using (invention_id)
            group by bridge.group_id
        )
        select company.group_id, company.name_en, company.name_zh,
            coalesce(counted.relevant_count, 0) as relevant_count, coalesce(counted.filing_count, 0) as filing_count,
            counted.first_year, counted.last_year, company.check_mark, company.is_synthetic
        from core.dim_group as company
        left join counted using (group_id)
        order by relevant_count desc, filing_count desc, company.group_id
        """,
        watch=watch,
    )


def choose_watch(con: duckdb.DuckDBPyConnection, group_id: str, watch: str | None) -> tuple[str, dict[str, int]]:
    """The watch of the page, and how many relevant filings the company has in each; by default where it has most.

    Raises:
        BadInput: there is no such watch, or none at all.
    """
    rows = ask(
        con,
        """
        select filing.watch, count(bridge.invention_id) as filing_count
        from insight.fct_watch_filing as filing
        left join core.bridge_invention_group as bridge
            on filing.invention_id = bridge.invention_id and filing.is_relevant and bridge.group_id = $group_id
        group by filing.watch order by filing.watch
        """,
        group_id=group_id,
    )
    counts = {row["watch"]: row["filing_count"] for row in rows}
    if not counts:
        raise BadInput("The published file holds no filing of any watch yet; import or ingest some, then run a night.")
    if watch is not None:
        _require_watch(watch, counts)
    return watch or max(counts, key=lambda name: counts[name]), counts


def _require_watch(watch: str, there: Collection[str]) -> None:
    if watch not in there:
        raise BadInput(
            f"There is no watch {watch!r} in the published file; there are: {', '.join(there) or 'none, run a night'}."
        )


def bare_words(text: str) -> str:
    """Normal form of a name as in the warehouse (macro bare_words): letters and digits, without case and accents."""
    narrow = text.translate(_NARROW)
    plain = "".join(letter for letter in unicodedata.normalize("NFD", narrow) if not unicodedata.combining(letter))
    plain = unicodedata.normalize("NFC", plain).lower()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")


def _named(con: duckdb.DuckDBPyConnection, condition: str, bare: str) -> list[dict[str, Any]]:
    return ask(
        con,
        f"""
        select company.*, min_by(names.kind || ' ' || names.name, len(names.normalised_name)) as found_by
        from core.dim_company_name as names inner join core.dim_group as company using (group_id)
        where {condition}
        group by all order by company.group_id
        """,
        bare=bare,
    )
