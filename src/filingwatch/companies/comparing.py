"""A company against its peers and against its own past: what it does more, turned to, and was first in."""

from __future__ import annotations

from typing import Any

import duckdb

from filingwatch.companies.asking import Rows, ask, has_columns

_NAMED = """
    select watch, 'technology' as subject_kind, technology as subject, name_en as subject_name
    from insight.dim_technology
    union all select watch, 'topic', topic_id, name from insight.dim_topic
    union all select distinct watch, 'all', 'all', 'the whole watch' from insight.dim_technology
"""


def read_comparisons(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> dict[str, Any]:
    """Technologies with focus, topics, turns and first moves of the company; needs the table company_filing.

    `turns` and `firsts` are None where the published file is older than these tables.
    """
    return {
        "technologies": _read_technologies(con, group_id, watch),
        "topics": _read_topics(con),
        "turns": _read_turns(con, group_id, watch),
        "firsts": _read_firsts(con, group_id, watch),
    }


def _read_technologies(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> Rows:
    """Technologies of the watch that the company files in; the ratio is null where too few are there to compare."""
    return ask(
        con,
        """
        with mine as (
            select technology, count(*) as filing_count
            from company_filing inner join insight.bridge_invention_technology using (watch, invention_id)
            group by technology
        )
        select technology.technology, technology.name_en, technology.name_zh, technology.body, technology.rights,
            coalesce(mine.filing_count, 0) as filing_count, focus.company_filing_count, focus.other_filing_count,
            focus.other_company_filing_count, focus.ratio, focus.ratio_low, focus.ratio_high, focus.is_focus
        from insight.dim_technology as technology
        left join mine using (technology)
        left join insight.fct_company_focus as focus
            on technology.watch = focus.watch and technology.technology = focus.technology
            and focus.group_id = $group_id
        where technology.watch = $watch and (mine.filing_count > 0 or focus.ratio is not null)
        order by filing_count desc, technology.technology
        """,
        group_id=group_id, watch=watch,
    )  # fmt: skip


def _read_topics(con: duckdb.DuckDBPyConnection) -> Rows:
    return ask(
        con,
        "select topic.topic_id, topic.name, topic.state, topic.first_seen_on, count(*) as filing_count, "
        "topic.filing_count as topic_filing_count "
        "from company_filing as filing inner join insight.dim_topic as topic using (watch, topic_id) "
        "group by all order by count(*) desc, topic.topic_id",
    )


def _read_turns(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> Rows | None:
    if not has_columns(con, "insight.fct_company_turn", "verdict"):
        return None
    return ask(
        con,
        f"""
        select turn.* exclude (watch, group_id, is_synthetic), named.subject_name
        from insight.fct_company_turn as turn
        left join ({_NAMED}) as named using (watch, subject_kind, subject)
        where turn.group_id = $group_id and turn.watch = $watch
        order by turn.ratio_low desc nulls last, turn.subject_kind, turn.subject
        """,
        group_id=group_id, watch=watch,
    )  # fmt: skip


def _read_firsts(con: duckdb.DuckDBPyConnection, group_id: str, watch: str) -> Rows | None:
    if not has_columns(con, "insight.fct_company_first_move", "filing_rank"):
        return None
    return ask(
        con,
        f"""
        select first.* exclude (watch, group_id, is_synthetic), named.subject_name, publication.url
        from insight.fct_company_first_move as first
        left join ({_NAMED}) as named using (watch, subject_kind, subject)
        left join core.dim_publication as publication on first.first_invention_id = publication.publication_id
        where first.group_id = $group_id and first.watch = $watch
        order by first.office <> '*', first.filing_rank nulls last, first.first_filing_date, first.subject_kind,
            first.subject, first.office
        """,
        group_id=group_id, watch=watch,
    )  # fmt: skip
