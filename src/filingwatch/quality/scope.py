"""What a gate looks at: the run, the pages that are not published yet, what the previous publication held.

These are temporary tables that the SQL of the rules reads; they live for one `with` block.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from filingwatch.ledger import Run
from filingwatch.quality import drift

COMPARED = ("core.dim_publication", "core.fct_invention", "insight.fct_watch_filing", "insight.fct_series_month")
"""Tables whose size is compared with the previous publication."""

# A batch stays under judgement until it was published or a person accepted it: a gate that was closed by a batch must
# not open the night after only because nothing else was landed since.
_PAGES = """
create or replace temp table gate_page as
with

settled as (
    select max(settled_at) as settled_at
    from (
        select max(logged_at) as settled_at from ops.publication_log where action in ('published', 'refreshed')
        union all
        select max(decided_at) as settled_at from raw.decision
        where kind = 'batch_accepted' and subject = 'landed'
    )
)

select
    page.page_id,
    page.run_id,
    page.source,
    page.feed,
    coalesce(run.as_of, page.fetched_at::date) as as_of
from raw.page as page
left join ops.run as run on run.run_id = page.run_id
cross join settled
cross join gate_run
where
    page.source not in ('decisions', 'background', 'export_cases')
    and (settled.settled_at is null or page.fetched_at > settled.settled_at or page.run_id = gate_run.run_id)
"""


@contextmanager
def gate_scope(con: duckdb.DuckDBPyConnection, run: Run, previous: Path | None) -> Iterator[None]:
    """The tables `gate_run`, `gate_page`, `gate_previous` and `gate_previous_share`, dropped at the end of the block.

    Raises:
        duckdb.Error: the ledger is not there, or the previous publication cannot be read.
    """
    try:
        con.execute("create or replace temp table gate_run (run_id varchar, as_of date)")
        con.execute("insert into gate_run values (?, ?)", [run.run_id, run.as_of])
        con.execute(_PAGES)
        con.execute(
            "create or replace temp table gate_previous (table_name varchar, row_count bigint, is_synthetic boolean)"
        )
        con.execute(
            "create or replace temp table gate_previous_share "
            "(dimension varchar, value varchar, share_count bigint, of_count bigint, is_synthetic boolean)"
        )
        if previous is not None:
            _count_previous(con, previous)
        yield
    finally:
        for name in ("gate_run", "gate_page", "gate_previous", "gate_previous_share"):
            con.execute(f"drop table if exists temp.{name}")


def is_synthetic(con: duckdb.DuckDBPyConnection) -> bool | None:
    """Whether what is shown downstream is invented: only while raw holds no real publication. None: no publication."""
    row = con.execute("select bool_and(is_synthetic) from raw.publication").fetchall()[0]
    return row[0]


def _count_previous(con: duckdb.DuckDBPyConnection, previous: Path) -> None:
    quoted = str(previous).replace("'", "''")
    con.execute(f"attach '{quoted}' as gate_previous_file (read_only)")
    try:
        there = {
            row[0]
            for row in con.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = 'gate_previous_file'"
            ).fetchall()
        }
        invented = "null"
        if "core.dim_publication" in there:
            invented = "(select bool_or(is_synthetic) from gate_previous_file.core.dim_publication)"
        for name in COMPARED:
            if name in there:
                con.execute(
                    f"insert into gate_previous select '{name}', count(*), {invented} from gate_previous_file.{name}"
                )
        columns = {
            row[0]
            for row in con.execute(
                "select column_name from duckdb_columns() where database_name = 'gate_previous_file' "
                "and schema_name = 'core' and table_name = 'fct_invention'"
            ).fetchall()
        }
        if columns >= set(drift.COLUMNS):
            shares = drift.write_shares("gate_previous_file.core.fct_invention")
            con.execute(f"insert into gate_previous_share select *, {invented} from ({shares})")
    finally:
        con.execute("detach gate_previous_file")
