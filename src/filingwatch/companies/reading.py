"""What a published file says of one company in one watch, as plain data: the parts of its page.

Here belong the questions; words and layout belong to `telling`. Counts are of inventions in the scope of the page,
those that are relevant to the watch or all that are held, and every share comes with what it is a share of.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from filingwatch.companies.asking import Rows, ask
from filingwatch.companies.comparing import read_comparisons
from filingwatch.companies.finding import choose_watch
from filingwatch.companies.reading_beside import read_data, read_exports, read_rights

MOST_NAMES = 40
MOST_FILINGS = 12

_OURS = """
create or replace temp table company_filing as
select
    filing.*, invention.filing_date, invention.title_en, invention.title_zh
from insight.fct_watch_filing as filing
inner join core.bridge_invention_group as bridge using (invention_id)
inner join core.fct_invention as invention using (invention_id)
where bridge.group_id = $group_id and filing.watch = $watch and (filing.is_relevant or $is_all)
"""


def read_page(
    con: duckdb.DuckDBPyConnection, company: dict[str, Any], watch: str | None, today: dt.date, *, is_all: bool = False
) -> dict[str, Any]:
    """Everything that the page of a company says, as plain data.

    `scope` is `relevant`, or `held` for all its filings in the data: when `is_all`, and when none is relevant.

    Raises:
        BadInput: there is no such watch.
    """
    group_id = company["group_id"]
    chosen, counts = choose_watch(con, group_id, watch)
    is_all = is_all or not counts[chosen]
    con.execute(_OURS, {"group_id": group_id, "watch": chosen, "is_all": is_all})
    held = ask(
        con,
        "select count(*) as filing_count, coalesce(bool_or(is_synthetic), false) as is_synthetic "
        "from core.fct_invention inner join core.bridge_invention_group using (invention_id) "
        "where group_id = $group_id",
        group_id=group_id,
    )[0]
    [mine] = ask(con, "select count(*) as n, count_if(filing_date is null) as undated from company_filing")
    return {
        "company": company,
        "watch": chosen,
        "watches": counts,
        "scope": "held" if is_all else "relevant",
        "relevant_count": counts[chosen],
        "is_synthetic": company["is_synthetic"] or held["is_synthetic"],
        "held_count": held["filing_count"],
        "filing_count": mine["n"],
        "undated_count": mine["undated"],
        "place": _read_place(con, group_id, chosen),
        "entities": _read_entities(con, group_id),
        "names": _read_names(con, group_id),
        "years": _read_years(con),
        "offices": _read_offices(con),
        "abroad": _read_abroad(con, group_id, chosen),
        **read_comparisons(con, group_id, chosen),
        "co_applicants": _read_co_applicants(con, group_id),
        "rights": read_rights(con, group_id, chosen),
        "exports": read_exports(con, company),
        "filings": _read_filings(con),
        "data": read_data(con, chosen, today),
    }


def _read_place(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> dict[str, Any] | None:
    rows = ask(
        con,
        """
        with counted as (
            select bridge.group_id, count(*) as n
            from insight.fct_watch_filing as filing
            inner join core.bridge_invention_group as bridge using (invention_id)
            where filing.watch = $watch and filing.is_relevant
            group by bridge.group_id
        )
        select place, company_count
        from (select *, rank() over (order by n desc) as place, count(*) over () as company_count from counted)
        where group_id = $group_id
        """,
        group_id=group_id, watch=watch,
    )  # fmt: skip
    return rows[0] if rows else None


def _read_entities(con: duckdb.DuckDBPyConnection, group_id: str) -> Rows:
    return ask(
        con,
        """
        with filed as (
            select applicant.entity_id, count(distinct filing.invention_id) as filing_count
            from company_filing as filing
            inner join core.bridge_invention_applicant as bridge using (invention_id)
            inner join core.dim_applicant as applicant using (applicant_id)
            group by applicant.entity_id
        )
        select entity.entity_id, entity.name_latin, entity.name_zh, entity.name_count,
            coalesce(filed.filing_count, 0) as filing_count, member.valid_from, member.valid_to,
            member.check_mark, member.source
        from core.bridge_entity_group as member
        inner join core.dim_legal_entity as entity using (entity_id)
        left join filed using (entity_id)
        where member.group_id = $group_id
        order by filing_count desc, entity.entity_id
        """,
        group_id=group_id,
    )


def _read_names(con: duckdb.DuckDBPyConnection, group_id: str) -> dict[str, Any]:
    rows = ask(
        con,
        """
        select applicant.name, applicant.entity_id, applicant.use_count, applicant.link_method, applicant.link_score,
            applicant.link_explanation, applicant.approved_by
        from core.dim_applicant as applicant
        where applicant.entity_id in (select entity_id from core.bridge_entity_group where group_id = $group_id)
        order by applicant.use_count desc, applicant.name
        """,
        group_id=group_id,
    )
    return {"count": len(rows), "rows": rows[:MOST_NAMES]}


def _read_years(con: duckdb.DuckDBPyConnection) -> Rows:
    """Filings by year, with the share of them that is out by now where it is known for the main office and type."""
    return ask(
        con,
        """
        with main as (
            select office, patent_type, is_synthetic from company_filing
            where filing_month is not null
            group by all order by count(*) desc, office, patent_type limit 1
        ),
        young as (
            select year(month.filing_month) as filing_year, min(month.filing_month) as too_young_from
            from insight.fct_completeness as month inner join main using (office, patent_type, is_synthetic)
            where month.is_too_young
            group by 1
        ),
        counted as (
            select year(filing.filing_month) as filing_year, count(*) as filing_count,
                count_if(filing.patent_type = 'invention') as invention_count,
                count_if(filing.patent_type = 'utility_model') as utility_model_count,
                count_if(month.is_too_young) as too_young_count,
                count_if(month.completeness_share is null) as unknown_count,
                count(*) / sum(1 / month.completeness_share) as published_share
            from company_filing as filing
            left join insight.fct_completeness as month using (office, patent_type, filing_month, is_synthetic)
            where filing.filing_month is not null
            group by 1
        ),
        span as (
            select unnest(generate_series(min(filing_year), max(filing_year))) as filing_year from counted
        )
        select span.filing_year, coalesce(counted.filing_count, 0) as filing_count,
            coalesce(counted.invention_count, 0) as invention_count,
            coalesce(counted.utility_model_count, 0) as utility_model_count,
            young.too_young_from,
            case when counted.unknown_count = 0 and counted.too_young_count = 0 and young.too_young_from is null
                then counted.published_share end as published_share
        from span
        left join counted using (filing_year)
        left join young using (filing_year)
        order by span.filing_year
        """,
    )


def _read_offices(con: duckdb.DuckDBPyConnection) -> Rows:
    return ask(
        con,
        "select filing.office, office.name_en, count(*) as filing_count from company_filing as filing "
        "left join core.dim_office as office using (office) group by all order by filing_count desc, filing.office",
    )


def _read_abroad(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> Rows:
    return ask(
        con,
        "select diffusion.office, office.name_en, sum(diffusion.filing_count)::integer as filing_count, "
        "min(diffusion.first_publication_date) as first_publication_date "
        "from insight.fct_company_diffusion as diffusion left join core.dim_office as office using (office) "
        "where diffusion.group_id = $group_id and diffusion.watch = $watch "
        "group by all order by filing_count desc, diffusion.office",
        group_id=group_id, watch=watch,
    )  # fmt: skip


def _read_co_applicants(con: duckdb.DuckDBPyConnection, group_id: str) -> dict[str, Any]:
    """Organisations on the same filings; persons and names of which nothing is known are counted, not named."""
    beside = """
        from company_filing as filing
        inner join core.bridge_invention_applicant as bridge using (invention_id)
        inner join core.dim_applicant as applicant using (applicant_id)
    """
    named = ask(
        con,
        f"""
        select entity.entity_id, entity.name_latin, entity.name_zh, entity.body, applicant.group_id,
            count(distinct filing.invention_id) as filing_count
        {beside}
        inner join core.dim_legal_entity as entity on applicant.entity_id = entity.entity_id
        where entity.entity_id not in (select entity_id from core.bridge_entity_group where group_id = $group_id)
        group by all order by filing_count desc, entity.entity_id
        """,
        group_id=group_id,
    )
    [unnamed] = ask(
        con,
        f"select count(distinct applicant.applicant_id) as name_count, "
        f"count(distinct filing.invention_id) as filing_count {beside} where applicant.entity_id is null",
    )
    return {"rows": named, "other_name_count": unnamed["name_count"], "other_filing_count": unnamed["filing_count"]}


def _read_filings(con: duckdb.DuckDBPyConnection) -> Rows:
    """Filings that stand for the company: of each of its topics the most typical, the largest topic first."""
    return ask(
        con,
        """
        with weighed as (
            select filing.*, coalesce(placed.weight, 0) as weight,
                count(*) over (partition by filing.topic_id) as topic_size
            from company_filing as filing
            left join ml.filing_topic as placed using (watch, invention_id)
        ),
        ranked as (
            select *, row_number() over (
                partition by topic_id order by weight desc, probability desc nulls last, invention_id
            ) as place
            from weighed
        )
        select ranked.invention_id as publication_id, ranked.filing_date,
            ranked.earliest_publication_date as publication_date, ranked.title_en, ranked.title_zh, ranked.title,
            publication.url, topic.name as topic, ranked.topic_id, ranked.is_synthetic
        from ranked
        left join core.dim_publication as publication on ranked.invention_id = publication.publication_id
        left join insight.dim_topic as topic on ranked.watch = topic.watch and ranked.topic_id = topic.topic_id
        order by ranked.place, ranked.topic_size desc, ranked.topic_id nulls last
        limit $most
        """,
        most=MOST_FILINGS,
    )
