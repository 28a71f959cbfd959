"""One warehouse for all dbt tests: built once per session, asked many times."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from filingwatch import ledger, publish, transform, warehouse
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.counting import count_again
from filingwatch.jobs.registry import jobs_of
from filingwatch.settings import Settings
from tests.dbt import hand_made

AS_OF = dt.date(2026, 11, 22)


@dataclass(frozen=True)
class Built:
    """A built warehouse: its settings and what each layer's build said."""

    settings: Settings
    layers: dict[str, transform.TransformResult]

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return query(self.settings, sql, *parameters)

    def row(self, sql: str, *parameters: Any) -> tuple[Any, ...]:
        [only] = self.rows(sql, *parameters)
        return only

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.settings.dbt_state / "target" / "manifest.json").read_text(encoding="utf-8"))


def query(settings: Settings, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """All rows of a query on the working file; the connection is closed before dbt needs the file again."""
    with warehouse.writer(settings) as con:
        return con.execute(sql, list(parameters)).fetchall()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made landing, through all three layers with hand-made answers of the jobs between them."""
    settings = Settings(home=tmp_path_factory.mktemp("dbt") / "home", today=AS_OF)
    with warehouse.writer(settings) as con:
        hand_made.land(con)
    layers = {"core": transform.build(settings, "tag:core", as_of=AS_OF)}
    with warehouse.writer(settings) as con:
        run_jobs(con, jobs_of("names"), [], ledger.new_run("test", AS_OF))
        hand_made.judge(con, irrelevant=["CN108000002A"])
    layers["series"] = transform.build(settings, "tag:series", as_of=AS_OF)
    with warehouse.writer(settings) as con:
        hand_made.find_changepoints(con)
        count_again(con, ledger.new_run("test", AS_OF))
    layers["findings"] = transform.build(settings, "tag:findings", as_of=AS_OF)
    return Built(settings, layers)


@pytest.fixture(scope="session")
def built_synthetic(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A landing of synthetic filings only, up to the series."""
    settings = Settings(home=tmp_path_factory.mktemp("synthetic") / "home", today=AS_OF)
    with warehouse.writer(settings) as con:
        hand_made.land_synthetic(con)
    transform.build(settings, "tag:core", as_of=AS_OF)
    with warehouse.writer(settings) as con:
        hand_made.judge(con, unjudged=["CN190000004A"])
    return Built(settings, {"series": transform.build(settings, "tag:series", as_of=AS_OF)})


@pytest.fixture
def copy_of_built(built: Built, tmp_path: Path) -> Callable[[], Settings]:
    """Homes with a copy of the built working file, for tests that break something."""

    def copy() -> Settings:
        settings = Settings(home=tmp_path / "copy", today=AS_OF)
        settings.working_file.parent.mkdir(parents=True)
        shutil.copyfile(built.settings.working_file, settings.working_file)
        return settings

    return copy


@pytest.fixture(scope="session")
def published(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The built warehouse as a publication."""
    settings = Settings(home=tmp_path_factory.mktemp("published") / "home", today=AS_OF)
    settings.working_file.parent.mkdir(parents=True)
    shutil.copyfile(built.settings.working_file, settings.working_file)
    run = ledger.new_run("nightly", AS_OF)
    with warehouse.writer(settings) as con:
        ledger.start_run(con, run)
    publish.publish(settings, run)
    return settings
