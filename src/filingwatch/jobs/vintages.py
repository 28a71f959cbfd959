"""Vintages: what was counted for every month, kept whenever it changes, with the cause of each gain and loss.

Here belong the comparison with the last count and the log of it (`ops.month_vintage`). What a change means to a reader
belongs to insight.fct_revision. All of it is set work in SQL: a night costs one comparison of all dated inventions.
"""

from __future__ import annotations

from typing import Any

import duckdb

from filingwatch import ledger
from filingwatch.warehouse import utc_now

CELL = "watch, office, patent_type, filing_month, is_synthetic"

_PRESENT = {
    "present_invention": """
        select '' as watch, invention_id, office, patent_type, filing_month, is_synthetic
        from core.fct_invention
        where filing_month is not null
        union all
        select watch, invention_id, office, patent_type, filing_month, is_synthetic
        from insight.fct_watch_filing
        where is_relevant and filing_month is not null
    """,
    "present_publication": """
        select publication_id, invention_id from core.dim_publication
        where invention_id is not null and not is_deleted
    """,
    "first_watch": """
        select distinct watch from present_invention
        where watch not in (select watch from ops.month_vintage)
    """,
    "moved": """
        select *, true as is_gained from (from present_invention except from history.counted_invention)
        union all
        select *, false as is_gained from (from history.counted_invention except from present_invention)
    """,
    "moved_publication": """
        select *, true as is_gained from (from present_publication except from history.counted_publication)
        union all
        select *, false as is_gained from (from history.counted_publication except from present_publication)
    """,
    # a document that is on both sides went from one invention to another
    "linked_invention": """
        select distinct invention_id from moved_publication
        where publication_id in (
            select publication_id from moved_publication group by publication_id having count(*) = 2
        )
    """,
}

_CAUSES = """
    select
        moved.*,
        case
            when moved.watch <> '' and not exists (
                select 1 from moved as core where core.watch = '' and core.invention_id = moved.invention_id
            ) and core_now.invention_id is not null then 'judged'
            when linked_invention.invention_id is not null then 'linked'
            when twin.invention_id is not null then 'corrected'
            when moved.is_gained and known_before.invention_id is null then 'published'
            when not moved.is_gained and known_now.invention_id is null then 'withdrawn'
            when moved.watch <> '' and core_now.invention_id is not null and core_before.invention_id is not null
                then 'judged'
            else 'corrected'
        end as cause
    from moved
    left join linked_invention using (invention_id)
    left join moved as twin
        on twin.watch = moved.watch and twin.invention_id = moved.invention_id and twin.is_gained <> moved.is_gained
    left join (
        select distinct invention_id from history.counted_publication
        where invention_id in (select invention_id from moved)
    ) as known_before
        on known_before.invention_id = moved.invention_id
    left join (
        select distinct invention_id from present_publication
        where invention_id in (select invention_id from moved)
    ) as known_now
        on known_now.invention_id = moved.invention_id
    left join (
        select invention_id from history.counted_invention
        where watch = '' and invention_id in (select invention_id from moved)
    ) as core_before
        on core_before.invention_id = moved.invention_id
    left join (
        select invention_id from present_invention
        where watch = '' and invention_id in (select invention_id from moved)
    ) as core_now
        on core_now.invention_id = moved.invention_id
"""

_BY_CAUSE = ", ".join(
    f"(count(*) filter (where cause = '{cause}'))::integer as {cause}_count"
    for cause in ("published", "withdrawn", "linked", "corrected", "judged")
)

_LOG = f"""
    insert into ops.month_vintage by name
    with change as (
        select
            {CELL},
            (count(*) filter (where is_gained))::integer as gained_count,
            (count(*) filter (where not is_gained))::integer as lost_count,
            {_BY_CAUSE}
        from caused
        group by {CELL}
    ),
    counted as (
        select
            {CELL},
            count(*)::integer as filing_count,
            bit_xor(md5_number_lower(invention_id))::varchar as members_hash
        from present_invention
        semi join change using ({CELL})
        group by {CELL}
    )
    select
        change.*,
        coalesce(counted.filing_count, 0) as filing_count,
        coalesce(counted.members_hash, '0') as members_hash,
        change.watch in (from first_watch) as is_first,
        ? as run_id,
        ?::date as as_of,
        ?::timestamp as taken_at
    from change
    left join counted using ({CELL})
"""

_KEEP = (
    "delete from history.counted_invention using moved where not moved.is_gained "
    "and counted_invention.watch = moved.watch and counted_invention.invention_id = moved.invention_id",
    "insert into history.counted_invention select * exclude (is_gained) from moved where is_gained",
    "delete from history.counted_publication using moved_publication where not moved_publication.is_gained "
    "and counted_publication.publication_id = moved_publication.publication_id",
    "insert into history.counted_publication select * exclude (is_gained) from moved_publication where is_gained",
)


def take_vintages(con: duckdb.DuckDBPyConnection, run: ledger.Run) -> dict[str, Any]:
    """Compare every month with its last count and log what differs; belongs into the transaction of the caller.

    A second call on the same tables logs nothing.
    """
    for name, sql in (*_PRESENT.items(), ("caused", _CAUSES)):
        con.execute(f"create or replace temp table {name} as {sql}")
    con.execute(_LOG, [run.run_id, run.as_of, utc_now()])
    row = con.execute(
        "select count(*), coalesce(sum(gained_count), 0)::bigint, coalesce(sum(lost_count), 0)::bigint, "
        "count(*) filter (where is_first) from ops.month_vintage where run_id = ?",
        [run.run_id],
    ).fetchall()[0]
    for statement in _KEEP:
        con.execute(statement)
    for name in ("caused", *reversed(_PRESENT)):
        con.execute(f"drop table {name}")
    return dict(zip(("cells_changed", "gained", "lost", "first_counts"), row, strict=True))
