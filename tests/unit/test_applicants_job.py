"""The job `applicants` on real tables: what it writes, when it runs, and what people and seeds change of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from filingwatch import ledger, warehouse
from filingwatch.jobs.applicants import ApplicantJob
from filingwatch.jobs.base import JobOutcome, run_jobs

NAMES = {
    "nvidiacorp": "Nvidia Corp.",
    "nvidiacorporation": "NVIDIA Corporation",
    "北京旷视科技有限公司": "北京旷视科技有限公司",
    "beijingmaigeweitechnologycoltd": "Beijing Maigewei Technology Co., Ltd.",
    "杭州旷视智能有限公司": "杭州旷视智能有限公司",
    "平安城市建设有限公司": "平安城市建设有限公司",
    "王伟": "王伟",
}
ALIASES = [
    ("北京旷视科技有限公司", "北京旷视科技有限公司", "megvii-kuangshi"),
    ("beijingmaigeweitechnologycoltd", "Beijing Maigewei Technology Co., Ltd.", "megvii-maigewei"),
]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        warehouse.migrate(con)
        for schema in ("intermediate", "seeds"):
            con.execute(f"create schema {schema}")
        con.execute("create table intermediate.int_applicant_name (normalised_name varchar, name varchar)")
        con.execute(
            "create table intermediate.int_applicant_alias (normalised_name varchar, alias varchar, entity_id varchar, "
            "check_mark varchar, source varchar)"
        )
        con.execute(
            "create table intermediate.int_applicant_seen_together (name_a varchar, name_b varchar, seen_share double)"
        )
        con.execute(
            "create table seeds.company_brand (brand varchar, brand_id varchar, group_id varchar, "
            "decides_group boolean)"
        )
        con.executemany("insert into intermediate.int_applicant_name values (?, ?)", list(NAMES.items()))
        con.executemany("insert into intermediate.int_applicant_alias values (?, ?, ?, 'M', null)", ALIASES)
        con.execute("insert into seeds.company_brand values ('旷视', 'kuangshi', 'megvii', true)")
        con.execute("insert into seeds.company_brand values ('平安', 'ping_an', 'ping_an', false)")
        yield con


def run_job(con: duckdb.DuckDBPyConnection) -> JobOutcome:
    [outcome] = run_jobs(con, [ApplicantJob()], [], ledger.new_run("test", dt.date(2026, 11, 22)))
    return outcome


def said(con: duckdb.DuckDBPyConnection, name: str) -> tuple:
    [row] = con.execute(
        "select entity_id, method, approved_by from ml.applicant_entity where normalised_name = ?", [name]
    ).fetchall()
    return row


def decide(con: duckdb.DuckDBPyConnection, number: int, value: str) -> None:
    con.execute(
        "insert into raw.decision values (?, 'p', null, 'applicant_pair', 'nvidiacorp|nvidiacorporation', ?, 'ann', "
        "timestamp '2026-11-22' + interval (?) minute, null, null, null)",
        [number, value, number],
    )


def test_every_name_has_an_answer_and_unknown_is_unknown(con: duckdb.DuckDBPyConnection) -> None:
    """Seeded, joined, alone or a person: each name has one row, and only the person has no entity."""
    outcome = run_job(con)
    assert outcome.figures["names"] == len(NAMES)
    assert said(con, "北京旷视科技有限公司") == ("megvii-kuangshi", "seed", "seed (M)")
    assert said(con, "beijingmaigeweitechnologycoltd")[0] == "megvii-maigewei"
    assert said(con, "nvidiacorp")[:2] == (said(con, "nvidiacorporation")[0], "score")
    assert said(con, "平安城市建设有限公司")[1] == "alone"
    assert said(con, "王伟") == (None, "person", None)


def test_only_a_telling_brand_gives_a_group(con: duckdb.DuckDBPyConnection) -> None:
    """Another firm of the brand 旷视 belongs to the group; 平安 in a name says nothing."""
    run_job(con)
    groups = dict(
        con.sql(
            "select normalised_name, brand_group_id from ml.applicant_entity "
            "inner join ml.legal_entity using (entity_id)"
        ).fetchall()
    )
    assert groups["杭州旷视智能有限公司"] == "megvii"
    assert groups["平安城市建设有限公司"] is None


def test_it_runs_when_something_is_new_and_scores_only_that(con: duckdb.DuckDBPyConnection) -> None:
    """A night without news costs nothing; a new name is taken apart, the others are remembered and keep their ids."""
    run_job(con)
    before = dict(con.sql("select normalised_name, entity_id from ml.applicant_entity").fetchall())
    assert run_job(con).status == "current"
    con.execute("insert into intermediate.int_applicant_name values ('nvidiacorpltd', 'Nvidia Corporation Ltd')")
    outcome = run_job(con)
    assert (outcome.status, outcome.figures["new"]) == ("ran", 1)
    after = dict(con.sql("select normalised_name, entity_id from ml.applicant_entity").fetchall())
    assert {name: after[name] for name in before} == before


def test_decisions_count_until_they_are_taken_back(con: duckdb.DuckDBPyConnection) -> None:
    """Different cuts the two, reset lets the score speak again; the latest one counts."""
    run_job(con)
    first = said(con, "nvidiacorp")[0]
    decide(con, 1, "different")
    assert run_job(con).reason == "changed: raw.decision"
    assert said(con, "nvidiacorp")[0] != said(con, "nvidiacorporation")[0]
    decide(con, 2, "reset")
    run_job(con)
    assert said(con, "nvidiacorp")[0] == said(con, "nvidiacorporation")[0] == first


def test_another_brand_scores_everything_anew(con: duckdb.DuckDBPyConnection) -> None:
    """What was scored with other brands is not believed; ids stay all the same."""
    run_job(con)
    first = said(con, "nvidiacorp")[0]
    con.execute("insert into seeds.company_brand values ('nvidia', 'nvidia', 'nvidia', false)")
    assert run_job(con).figures["new"] == len(NAMES)
    assert said(con, "nvidiacorp")[0] == first
