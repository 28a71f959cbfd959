"""What stands beside the filings of a company: rights, exports, and how old and how good the data are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from filingwatch.companies.asking import Rows, ask, has_columns

MOST_QUOTES = 16


def read_rights(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> dict[str, Any] | None:
    """Tags of the company's filings by right and state, with some of the quotes; None where the file has no tags."""
    columns = "watch invention_id right_code state quote publication_id"
    table = next(
        (name for name in ("insight.fct_right_evidence", "ml.right_tag") if has_columns(con, name, columns)), None
    )
    if table is None:
        return None
    tagged = f"from {table} as tag inner join company_filing as filing using (watch, invention_id)"
    extra = "coalesce(tag.is_protective, false)" if has_columns(con, table, "is_protective") else "false"
    said = " and tag.said_by is distinct from 'refused'" if has_columns(con, table, "said_by") else ""
    counts = ask(
        con,
        f"select tag.right_code, tag.state, {extra} as is_protective, "
        f"count(distinct filing.invention_id) as filing_count {tagged} where true{said} "
        "group by all order by is_protective, filing_count desc, right_code, state",
    )
    quotes = ask(
        con,
        f"select tag.right_code, tag.state, {extra} as is_protective, tag.quote, "
        f"coalesce(tag.publication_id, tag.invention_id) as publication_id {tagged} "
        f"where tag.quote is not null{said} "
        f"qualify row_number() over (partition by tag.right_code, tag.state, {extra} "
        "order by tag.invention_id, tag.quote) = 1 "
        f"order by is_protective, tag.right_code, tag.state limit {MOST_QUOTES}",
    )
    return {"counts": counts, "quotes": quotes}


def read_exports(con: duckdb.DuckDBPyConnection, company: dict[str, Any]) -> dict[str, Rows]:
    cases = ask(
        con,
        "select firm, country, case_date, date_precision, technology, what, source, url from insight.fct_export_case "
        "where group_id = $group_id order by case_date, country, case_id",
        group_id=company["group_id"],
    )
    statements = ask(
        con, "select statement, check_mark, source from insight.fct_export_statement order by statement_id"
    )
    return {"cases": cases, "statements": [] if company["is_synthetic"] else statements}


def read_data(con: duckdb.DuckDBPyConnection, watch: str, today: dt.date) -> dict[str, Any]:
    """How old the data are, where they come from, and how good the screening is."""
    [version] = ask(con, "select version, as_of, written_at from ops.this_publication")
    [held] = ask(
        con,
        "select count(*) as held_count, count_if(is_relevant) as relevant_count, "
        "max(earliest_publication_date) as last_publication_date, min(filing_month) as first_filing_month, "
        "coalesce(bool_or(is_synthetic), false) as is_synthetic from insight.fct_watch_filing where watch = $watch",
        watch=watch,
    )
    [feeds] = ask(con, "select list_sort(list_distinct(flatten(list(feeds)))) as feeds from core.dim_publication")
    sources = ask(con, "select source, status, complete_through, stale_since from ops.source_state order by source")
    quality = ask(
        con,
        "select measure, value, low, high, sample_count from insight.fct_relevance_quality "
        "where watch = $watch and scope = 'all' and measure in ('recall', 'precision') order by measure",
        watch=watch,
    )
    named = ask(
        con,
        """
        select count(*) as filing_count, count(holder.invention_id) as known_count
        from insight.fct_watch_filing as filing
        left join (
            select distinct bridge.invention_id from core.bridge_invention_applicant as bridge
            inner join core.dim_applicant as applicant using (applicant_id) where applicant.entity_id is not null
        ) as holder using (invention_id)
        where filing.watch = $watch and filing.is_relevant
        """,
        watch=watch,
    )[0]
    return {**version, **held, **feeds, "sources": sources, "quality": quality, "named": named, "read_on": today}
