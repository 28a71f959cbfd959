"""A night that takes in what changed leaves the same tables as one that builds everything anew."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from filingwatch import transform, warehouse
from filingwatch.settings import Settings
from tests.dbt.conftest import AS_OF, query
from tests.dbt.hand_made import SEEN, filing, page, symbol, text

MODELS = ["run", "--select", "tag:core", "+int_invention_entry", "int_searched_text"]
NEW_TERM = {
    "technologies": [{"id": "cameras", "name_en": "C", "tags": [], "terms": ["Camera net"]}],
    "series": [{"by": [], "least_filings": 1, "only": {}}],
}
LATER = AS_OF + dt.timedelta(days=1)


def test_taking_in_what_changed_equals_building_everything(
    copy_of_built: Callable[[], Settings], tmp_path: Path
) -> None:
    """New, changed, withdrawn and revived records, families that part and meet, decisions about links, a correction, a
    day that has come, another term: after each step every table of core, and what was found in texts, holds the same
    rows as when it is built whole."""
    settings = copy_of_built()
    with warehouse.writer(settings) as con:
        page(con, "n-1", "exports", "google-csv", [
            filing("CN104000001", "A", texts=[text("title", "Camera net", None)]),  # says less than before
            filing("JP2017000001", "A", family_id="f1", classifications=[symbol("G06V 20/52")]),
            filing("CN123000001", "A", filing_date=LATER, publication_date=LATER),
            filing("CN123000002", "A", filing_date=dt.date(2020, 1, 1), family_id="77"),
            filing("CN123000003", "A", filing_date=dt.date(2020, 1, 1), family_id="77"),
            filing("US10000001", "B9"),  # a correction: its neighbour has a key more
        ])  # fmt: skip
        page(con, "n-2", "exports", "lens-jsonl", [filing("CN106000001", "A", is_deleted=True)])
    _run(settings, AS_OF)
    assert query(settings, "select count(*) from intermediate.int_changed_publication") == [(8,)]
    [(searched, all_there)] = query(
        settings,
        "select (select count(*) from intermediate.int_text_to_search), (select count(*) from core.fct_invention)",
    )
    assert 0 < searched < all_there
    _compare(settings, AS_OF, tmp_path / "first")
    with warehouse.writer(settings) as con:
        page(con, "n-3", "exports", "lens-jsonl", [
            filing("CN106000001", "A", filing_date=dt.date(2016, 3, 3)),
            filing("CN104000001", "C", application_office="CN", application_number="201410000001"),
        ])  # fmt: skip
        page(con, "n-4", "exports", "google-csv", [
            filing("CN123000003", "A", filing_date=dt.date(2020, 1, 1), family_id="78"),
            filing("EP3000001", "B1", is_deleted=True),
        ])  # fmt: skip
        for number, subject, value in ((10, "CN109000009A|CN123000002A", "join"), (11, "US10000001B2", "split")):
            con.execute(
                "insert into raw.decision values (?, 'p-d', null, 'link', ?, ?, 'anna', ?, null, null, null)",
                [number, subject, value, SEEN],
            )
        con.execute("insert into raw.watch values ('towns', 'v3', 'Towns', ?, ?, null)", [json.dumps(NEW_TERM), SEEN])
    _run(settings, LATER)
    assert query(settings, "select distinct term from intermediate.int_invention_term") == [("camera net",)]
    assert query(settings, "select filing_date from core.dim_publication where publication_id = 'CN123000001A'") == [
        (LATER,)
    ]
    _compare(settings, LATER, tmp_path / "second")


def _run(settings: Settings, as_of: dt.date, *, is_whole: bool = False) -> None:
    transform.run_dbt(settings, [*MODELS, *(["--full-refresh"] if is_whole else [])], as_of=as_of, what="core")


def _compare(settings: Settings, as_of: dt.date, home: Path) -> None:
    """Build a copy whole and look for rows that one of the two has alone."""
    whole = Settings(home=home, today=as_of)
    whole.working_file.parent.mkdir(parents=True)
    shutil.copyfile(settings.working_file, whole.working_file)
    _run(whole, as_of, is_whole=True)
    with warehouse.writer(settings) as con:
        con.execute(f"attach '{whole.working_file}' as whole (read_only)")
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'filingwatch' "
            "and schema_name in ('core', 'intermediate') and not starts_with(table_name, 'int_changed') "
            "and table_name not in ('int_series_member', 'int_text_to_search') order by all"
        ).fetchall()
        different = {
            table: (here, there)
            for schema, table in tables
            if (here := _alone(con, f"{schema}.{table}", f"whole.{schema}.{table}"))
            + (there := _alone(con, f"whole.{schema}.{table}", f"{schema}.{table}"))
        }
    assert len(tables) > 20
    assert different == {}


def _alone(con: object, one: str, other: str) -> list[tuple[object, ...]]:
    return con.execute(f"from {one} except all from {other} limit 3").fetchall()  # type: ignore[attr-defined]
