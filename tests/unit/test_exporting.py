"""Exports: whole folders of one version, described to the column."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from filingwatch import exporting, ledger, publish, warehouse
from filingwatch.errors import BadInput, NothingPublished
from filingwatch.settings import Settings


@pytest.fixture
def published(settings: Settings) -> Settings:
    """A publication of one table with a view on it, as small as one can be."""
    run = ledger.new_run("nightly", settings.today)
    with warehouse.writer(settings) as con:
        ledger.start_run(con, run)
        for schema in ("core", "insight", "v1"):
            con.execute(f"create schema {schema}")
        con.execute("create table core.fact as select i::integer as n, ['a', 'b,c'] as words from range(5) as r (i)")
        con.execute("create view v1.thing as select n, words from core.fact")
        con.execute("comment on view v1.thing is 'Things. One row per thing.'")
        con.execute("comment on column v1.thing.n is 'The number'")
    publish.publish(settings, run)
    return settings


def test_an_export_holds_every_stable_view_and_says_what_it_is(published: Settings, tmp_path: Path) -> None:
    """A file for each view, and a manifest that names version, rows, hash and the meaning of every column."""
    made = exporting.export(published, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    [one] = manifest["tables"]
    assert (made.files, made.rows, made.version) == (1, 5, publish.current_version(published).version)
    assert (manifest["version"], manifest["as_of"]) == (made.version, "2026-11-22")
    assert (one["table"], one["rows"], one["description"]) == ("v1.thing", 5, "Things. One row per thing.")
    assert one["columns"][0] == {"name": "n", "type": "INTEGER", "description": "The number"}
    content = (tmp_path / "out" / one["file"]).read_bytes()
    assert (one["sha256"], one["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert duckdb.sql(f"select sum(n), any_value(words) from '{tmp_path}/out/v1.thing.parquet'").fetchall() == [
        (10, ["a", "b,c"])
    ]
    readme = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert made.version in readme and "| `v1.thing.parquet` | 5 | Things. One row per thing. |" in readme


def test_tables_are_chosen_by_name_or_pattern_and_written_as_csv(published: Settings, tmp_path: Path) -> None:
    """Several patterns add up, a table is written once; a pattern that matches nothing is refused."""
    exporting.export(published, tmp_path / "out", tables=["core.*", "*.fact", "ops.this_publication"], form="csv")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["README.md", "core.fact.csv", "manifest.json", "ops.this_publication.csv"]
    assert (tmp_path / "out" / "core.fact.csv").read_text(encoding="utf-8").splitlines()[1] == "0,\"[a, 'b,c']\""
    with pytest.raises(BadInput, match=r"'core\.nothing' matches no table"):
        exporting.export(published, tmp_path / "none", tables=["core.*", "core.nothing"])
    assert not (tmp_path / "none").exists()


def test_a_folder_that_is_there_is_refused_and_left_alone(published: Settings, tmp_path: Path) -> None:
    """Tables of two versions must never lie in one folder."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        exporting.export(published, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_export_that_fails_midway_leaves_nothing(
    published: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder appears by a rename after its last file: before that there is none."""

    def fail(manifest: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(exporting, "_write_readme", fail)
    with pytest.raises(OSError, match="no space"):
        exporting.export(published, tmp_path / "new" / "out")
    assert list((tmp_path / "new").iterdir()) == []


def test_without_a_publication_there_is_nothing_to_export(settings: Settings, tmp_path: Path) -> None:
    """It says what to run first, and makes no folder."""
    with pytest.raises(NothingPublished, match="filingwatch nightly"):
        exporting.export(replace(settings, home=tmp_path / "other"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
