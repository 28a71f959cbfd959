"""Rules over the dbt project itself, checked on its manifest and on the built file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from filingwatch.jobs.registry import all_jobs
from filingwatch.normalform import patent_type
from filingwatch.resources import dbt_project_folder, shipped_watches
from filingwatch.sources.demo import DemoOffice
from filingwatch.sources.exports.recognition import LAYOUTS, OBJECT_FORMATS
from filingwatch.sources.registry import CONNECTORS
from filingwatch.watch import read_watch
from tests.dbt.conftest import Built

LAYERS = ("core", "series", "findings")


@pytest.fixture(scope="session")
def manifest(built: Built) -> dict[str, Any]:
    return built.manifest


def test_every_table_and_column_is_described(built: Built, manifest: dict[str, Any]) -> None:
    """What is in the file is what is documented, column by column, for models, seeds and sources alike."""
    documented = {
        (node["schema"], node.get("alias", node["name"]), column["name"]): node["description"] and column["description"]
        for node in _relations(manifest)
        for column in node["columns"].values()
    }
    schemas = sorted({schema for schema, _, _ in documented})
    there = built.rows(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and list_contains(?, schema_name) and table_name <> 'migration'",
        schemas,
    )
    assert sorted(there) == sorted(documented)
    assert [name for name, words in documented.items() if not words] == []


def test_descriptions_are_comments_in_the_file(built: Built) -> None:
    """Whoever opens the file reads the descriptions there."""
    for catalogue in ("duckdb_columns()", "duckdb_tables()", "duckdb_views()"):
        bare = built.rows(
            f"select * from {catalogue} where comment is null and database_name = current_database() and "
            "schema_name in ('staging', 'intermediate', 'core', 'insight', 'v1', 'seeds')"
        )
        assert bare == [], catalogue
    assert built.row(
        "select comment from duckdb_columns() where table_name = 'fct_invention' and column_name = 'undated_reason'"
    ) == ("Why there is no filing date; null when there is one.",)


def test_descriptions_of_models_end_with_the_grain(manifest: dict[str, Any]) -> None:
    """The last sentence says what a row is."""
    grainless = [
        node["name"]
        for node in _relations(manifest)
        if not node["description"].split(". ")[-1].startswith(("One row per ", "Two rows per "))
    ]
    assert grainless == []


def test_marts_have_contracts_and_keys(manifest: dict[str, Any]) -> None:
    """Every mart enforces its contract, and one of its tests says what is unique."""
    marts = [node for node in _models(manifest) if node["schema"] in ("core", "insight")]
    stable = [node for node in _models(manifest) if node["schema"] == "v1"]
    assert len(marts) >= 25 and len(stable) >= 20
    assert [node["name"] for node in marts + stable if not node["config"]["contract"]["enforced"]] == []
    keyed = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_combination"
        for parent in node["depends_on"]["nodes"]
    }
    assert [node["name"] for node in marts if node["unique_id"] not in keyed] == []


def test_layers_are_built_in_order(manifest: dict[str, Any]) -> None:
    """Each model and seed belongs to exactly one layer and reads none of a later one."""
    layer: dict[str, int] = {}
    for name, node in manifest["nodes"].items():
        if node["resource_type"] in ("model", "seed"):
            [layer[name]] = [LAYERS.index(tag) for tag in node["tags"] if tag in LAYERS]
    backward = [
        (name, parent)
        for name in layer
        for parent in manifest["parent_map"][name]
        if layer.get(parent, 0) > layer[name]
    ]
    assert backward == []


def test_answers_of_jobs_are_not_read_by_the_core_layer(manifest: dict[str, Any]) -> None:
    """Core holds facts about filings; what jobs say comes after it, and raw is read by staging alone."""
    for node in _models(manifest):
        sources = {parent.split(".")[2] for parent in node["depends_on"]["nodes"] if parent.startswith("source.")}
        assert "ml" not in sources or "core" not in node["tags"], node["name"]
        assert "raw" not in sources or node["schema"] == "staging", node["name"]


def test_no_model_asks_for_an_index(manifest: dict[str, Any]) -> None:
    """DuckDB 1.5 can lose index entries after a crash: nothing here creates one."""
    asked = [node["name"] for node in _models(manifest) if node["config"].get("indexes")]
    assert asked == []
    assert not [path for path in dbt_project_folder().rglob("*.sql") if "create index" in path.read_text().lower()]


def test_published_file_exposes_every_mart(manifest: dict[str, Any]) -> None:
    """The exposure of the published file names all marts and nothing else."""
    [exposure] = [node for node in manifest["exposures"].values() if node["name"] == "published_file"]
    marts = {node["unique_id"] for node in _models(manifest) if node["schema"] in ("core", "insight")}
    # the stable views are made of these marts, and of the ledger
    assert set(exposure["depends_on"]["nodes"]) == marts


def test_exposures_of_jobs_are_what_the_jobs_read(manifest: dict[str, Any]) -> None:
    """Each job has an exposure of its name that names exactly the tables that the job declares to read."""
    tables = {node["unique_id"]: f"{node['schema']}.{node['name']}" for node in _relations(manifest)}
    exposed = {
        node["name"]: {tables[parent] for parent in node["depends_on"]["nodes"]}
        for node in manifest["exposures"].values()
        if node["type"] == "ml"
    }
    assert exposed == {job.name: {read.table for read in job.reads} for job in all_jobs()}


def test_no_telemetry(manifest: dict[str, Any]) -> None:
    """dbt tells nobody that it ran."""
    assert manifest["metadata"]["send_anonymous_usage_stats"] is False


def test_every_feed_has_its_place_in_the_order() -> None:
    """Each wire format that a source may write is ranked, so that merging is never left to chance."""
    ranked = {row["feed"] for row in _seed("feed_order")}
    live = {feed for connector in CONNECTORS for feed in connector.feeds}
    assert {layout.feed for layout in LAYOUTS} | set(OBJECT_FORMATS) | {DemoOffice.feed} | live == ranked


def test_shipped_watches_name_known_tags_and_groups() -> None:
    """A tag or company group that no seed knows could never match anything."""
    tags = {row["tag"] for row in _seed("technology_class")}
    groups = {row["group_id"] for row in _seed("company")}
    for path in sorted(shipped_watches().glob("*.yaml")):
        watch = read_watch(path)
        assert {tag for technology in watch.technologies for tag in technology.tags} <= tags
        assert {group for rule in watch.series for group in rule.only.get("applicant_group", ())} <= groups


def test_kinds_mean_the_same_here_and_in_the_sources(built: Built) -> None:
    """The seed of kind codes and the normal form agree on what is an invention, for every kind of every office."""
    rows = _seed("kind_code")
    offices = {row["office"] for row in rows} - {"*"} | {"JP", "XX"}
    prefixes = {row["kind_prefix"] for row in rows} | {"Z", ""}
    kinds = prefixes | {f"{letter}1" for letter in prefixes if len(letter) == 1}
    with _scratch() as con:
        con.execute("create table intermediate.int_publication (office varchar, kind varchar)")
        con.executemany(
            "insert into intermediate.int_publication values (?, ?)", [[o, k] for o in offices for k in sorted(kinds)]
        )
        con.execute("create table seeds.kind_code as from read_csv(?, nullstr = '')", [str(_seed_path("kind_code"))])
        answers = con.execute(_compiled(built, "intermediate/int_kind")).fetchall()
    assert len(answers) == len(offices) * len(kinds)
    assert [(office, kind, said) for office, kind, said, _ in answers if said != patent_type(office, kind)] == []


@contextmanager
def _scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database with the names that compiled models use."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as filingwatch")
        con.execute("use filingwatch")
        con.execute("create schema intermediate")
        con.execute("create schema seeds")
        yield con


def _compiled(built: Built, model: str) -> str:
    folder = built.settings.dbt_state / "target" / "compiled" / "filingwatch" / "models"
    return (folder / f"{model}.sql").read_text(encoding="utf-8")


def _relations(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _models(manifest)
    yield from (node for node in manifest["nodes"].values() if node["resource_type"] == "seed")
    yield from manifest["sources"].values()


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _seed(name: str) -> list[dict[str, str]]:
    with _seed_path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _seed_path(name: str) -> Path:
    return dbt_project_folder() / "seeds" / f"{name}.csv"
