"""Three nights of the demo office, and then the questions: what did we say on the first, what could anybody know then?"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from filingwatch import night, publish, warehouse
from filingwatch.as_of import make_file
from filingwatch.decisions import decide
from filingwatch.errors import BadInput, NightTaken
from filingwatch.ledger import new_run
from filingwatch.lock import hold_night
from filingwatch.resources import shipped_watches
from filingwatch.settings import Settings

DAYS = (dt.date(2026, 9, 20), dt.date(2026, 10, 20), dt.date(2026, 11, 22))


@dataclass(frozen=True)
class Nights:
    """A home after three nights, and a copy of what the first one published."""

    settings: Settings
    first_published: Path


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = tmp_path_factory.mktemp("as-of") / "home"
    settings = Settings(home=home, today=DAYS[0], demo="on", demo_scale=0.1)
    _spend_night(settings)
    kept = home.parent / "first.duckdb"
    shutil.copyfile(settings.published_file, kept)
    _change_minds(settings)
    _spend_night(replace(settings, today=DAYS[1]))
    settings = replace(settings, today=DAYS[2])
    _spend_night(settings)
    yield Nights(settings, kept)


def _spend_night(settings: Settings) -> None:
    """The stages of a night, without the scheduler and the gates."""
    with night.session(settings, "nightly") as (run, _):
        night.take_in(settings, run)
        for source in night.source_names(settings):
            night.ingest_source(settings, run, source)
        for layer, stage in (("core", "text"), ("series", "series"), ("findings", None)):
            night.transform_layer(settings, run, layer)
            if stage:
                night.run_stage(settings, run, stage)
        night.publish_night(settings, run)


def _change_minds(settings: Settings) -> None:
    """After the first night: a label, another question, and an office that takes a publication back."""
    with warehouse.reader(settings) as con:
        [(relevant,), (withdrawn,)] = con.execute(
            "select publication_id from core.dim_publication inner join insight.fct_watch_filing using (invention_id) "
            "where watch = 'smart_cities' and is_relevant and kind = 'A' and filing_month < '2020-01-01' "
            "order by publication_id limit 2"
        ).fetchall()
    decide(settings, kind="relevance_label", subject=relevant, value="irrelevant", decided_by="ann",
           watch="smart_cities", reason="test")  # fmt: skip
    text = (shipped_watches() / "smart_cities.yaml").read_text(encoding="utf-8")
    settings.user_watches.mkdir(parents=True)
    own = settings.user_watches / "smart_cities.yaml"
    own.write_text(text.replace("least_filings: ", "least_filings: 1", 1), encoding="utf-8")
    with night.session(replace(settings, today=DAYS[1]), "import") as (run, _), warehouse.writer(settings) as con:
        con.execute(
            "insert into raw.page select ?, ?, source, feed, request, payload_sha256, payload_bytes, fetched_at, 1, 0, "
            "0, 1, 0 from raw.page where source = 'demo' limit 1",
            ["withdrawal", run.run_id],
        )
        con.execute("insert into raw.sighting values ('withdrawal', 0, ?, 'changed')", [withdrawn])
        con.execute(
            "insert into raw.publication by name select * replace (version + 1 as version, true as is_deleted, "
            "'withdrawal' as page_id, 0 as record_index, 'gone' as content_hash) "
            "from raw.publication where publication_id = ? and source = 'demo'",
            [withdrawn],
        )


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> set[tuple[str, str]]:
    return set(
        con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ? "
            "and schema_name in ('core', 'insight', 'ml')",
            [database],
        ).fetchall()
    )


def test_the_file_of_a_past_day_is_the_file_that_was_published_then(nights: Nights, tmp_path: Path) -> None:
    """Table by table and row by row, core, insight and ml alike: no exceptions."""
    before = nights.settings.published_file.stat(), nights.settings.working_file.stat()
    made = make_file(nights.settings, DAYS[0], "ours", tmp_path / "then.duckdb")
    with duckdb.connect() as con:
        con.execute(f"attach '{nights.first_published}' as was (read_only)")
        con.execute(f"attach '{made.path}' as is_now (read_only)")
        assert _tables(con, "was") == _tables(con, "is_now")
        differing = {}
        for schema, table in sorted(_tables(con, "was")):
            was, is_now = f'was.{schema}."{table}"', f'is_now.{schema}."{table}"'
            [(lost,)] = con.execute(f"select count(*) from (from {was} except all from {is_now})").fetchall()
            [(new,)] = con.execute(f"select count(*) from (from {is_now} except all from {was})").fetchall()
            if lost or new:
                differing[f"{schema}.{table}"] = (lost, new)
        assert differing == {}
        assert con.execute("select mode, as_of, last_run_as_of, caveats from is_now.ops.as_of").fetchall() == [
            ("ours", DAYS[0], DAYS[0], [])
        ]
    assert before == (nights.settings.published_file.stat(), nights.settings.working_file.stat())
    assert not list(nights.settings.working_file.parent.glob("as-of-*"))
