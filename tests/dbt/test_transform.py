"""How dbt is run: what it says when something is wrong, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from filingwatch import transform, warehouse
from filingwatch.errors import TransformFailed, Transient
from filingwatch.resources import dbt_project_folder
from filingwatch.settings import Settings
from tests.dbt.conftest import AS_OF, Built, query

OPEN_AND_WRITE = (
    "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create or replace table main.mark as select 1')"
)


def test_layers_build_models_seeds_and_their_tests(built: Built) -> None:
    """Each layer ran models and tests, seeds come with the first, and every result has a name and a status."""
    core, series, findings = (built.layers[name] for name in ("core", "series", "findings"))
    assert set(core.figures()) == {"nodes", "model", "seed", "test", "seconds"}
    assert set(series.figures()) == set(findings.figures()) == {"nodes", "model", "test", "seconds"}
    assert {node.status for node in core.nodes} == {"success", "pass"}
    assert "core.fct_invention" in [node.node for node in core.nodes]
    assert {node.failures for node in core.nodes if node.kind == "test"} == {0}


def test_layers_together_run_everything_once(built: Built) -> None:
    """No model, seed or data test of the project is left out of the night, and none runs twice."""
    ran = [node.node.split(".")[-1] for layer in built.layers.values() for node in layer.nodes]
    assert sorted(ran) == sorted(node["name"] for node in built.manifest["nodes"].values())


def test_unit_tests_of_the_models_pass(built: Built) -> None:
    """The hard rules hold on their smallest examples."""
    result = transform.run_unit_tests(built.settings, as_of=AS_OF)
    assert {node.kind for node in result.nodes} == {"unit_test"}
    assert len(result.nodes) >= 13


def test_broken_rule_is_named_with_its_rows(copy_of_built: Callable[[], Settings]) -> None:
    """A page that counted more records than the books hold: the error names the test and shows the page."""
    settings = copy_of_built()
    query(settings, "update raw.page set record_count = record_count + 3 where page_id = 'p-lens'")
    with pytest.raises(TransformFailed) as caught:
        transform.build(settings, "books_balance", as_of=AS_OF)
    message = str(caught.value)
    assert "books_balance" in message
    assert "'page_id': 'p-lens', 'records_missing': 3" in message
    assert "dbt.log" in message


def test_broken_contract_is_named_with_its_table(copy_of_built: Callable[[], Settings]) -> None:
    """A record that went nowhere breaks the contract of the books: the error names the table and the column."""
    settings = copy_of_built()
    query(settings, "insert into raw.sighting values ('p-lens', 900, 'CN1A', 'new')")
    with pytest.raises(TransformFailed, match=r"core\.fct_record_fate: .*NOT NULL.*\.fate"):
        transform.build(settings, "fct_record_fate", as_of=AS_OF)


def test_selection_that_matches_nothing_is_an_error(built: Built) -> None:
    """Nothing built is never a success."""
    with pytest.raises(TransformFailed, match=r"'tag:nonsense'.*tag:core"):
        transform.build(built.settings, "tag:nonsense", as_of=AS_OF)


def test_day_of_the_run_is_an_argument_of_each_build(copy_of_built: Callable[[], Settings]) -> None:
    """A second build in the same process, with the project parsed already, believes in its own day."""
    settings = copy_of_built()
    transform.build(settings, "int_publication", as_of=dt.date(2016, 1, 1))
    assert query(
        settings,
        "select publication_date, date_issue from intermediate.int_publication where publication_id = 'CN104000001B'",
    ) == [(None, "published after the day of the run")]


def test_file_is_free_after_a_build(copy_of_built: Callable[[], Settings]) -> None:
    """Another process opens the working file read-write straight after dbt is done."""
    settings = copy_of_built()
    transform.build(settings, "dim_event", as_of=AS_OF)
    subprocess.run([sys.executable, "-c", OPEN_AND_WRITE, str(settings.working_file)], check=True, timeout=60)


def test_file_held_by_another_process_is_transient(copy_of_built: Callable[[], Settings]) -> None:
    """A working file in use is no failure of dbt: the error says who holds it."""
    settings = copy_of_built()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()",
            str(settings.working_file),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline().strip() == b"held"
        with pytest.raises(Transient, match=str(holder.pid)):
            transform.build(settings, "dim_event", as_of=AS_OF)
    finally:
        holder.communicate()


def test_build_is_quiet_and_leaves_no_trace(
    copy_of_built: Callable[[], Settings], capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is printed, the environment is as before, and the project folder is not written to."""
    settings, environment, project = copy_of_built(), dict(os.environ), _files(dbt_project_folder())
    transform.build(settings, "dim_event", as_of=AS_OF)
    assert capfd.readouterr() == ("", "")
    assert dict(os.environ) == environment
    assert _files(dbt_project_folder()) == project


def test_project_hash_changes_with_content_and_name_only(tmp_path: Path) -> None:
    """Equal files give equal keys whatever their folder and age; a changed byte or a new name does not."""
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        (folder / "models").mkdir(parents=True)
        (folder / "models" / "one.sql").write_text("select 1")
    key = transform.project_hash(first)
    os.utime(first / "models" / "one.sql", (0, 0))
    (first / "target").mkdir()
    (first / "target" / "left_over.json").write_text("{}")
    assert transform.project_hash(first) == transform.project_hash(second) == key
    (second / "models" / "one.sql").rename(second / "models" / "two.sql")
    assert transform.project_hash(second) != key
    (first / "models" / "one.sql").write_text("select 2")
    assert transform.project_hash(first) != key


def test_working_file_needs_no_earlier_migration(tmp_path: Path) -> None:
    """The first build of a fresh home creates the tables that it reads."""
    settings = Settings(home=tmp_path / "fresh", today=AS_OF)
    transform.build(settings, "stg_watch", as_of=AS_OF)
    with warehouse.writer(settings) as con:
        assert con.execute("select count(*) from staging.stg_watch").fetchall() == [(0,)]


def _files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
